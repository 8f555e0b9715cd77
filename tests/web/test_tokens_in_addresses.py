"""A token in an address is no token: it opens nothing, and no line of the log holds it."""

import logging
import logging.config
import urllib.error
import urllib.request

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.domain.roles import Role, TokenScope
from app.usecases import tokens
from app.web import logs
from tests.pages.world import World
from tests.served import served

NAMES = ("token", "access_token", "api_key", "apikey", "key", "authorization", "bearer", "auth")


@pytest.fixture
def secret(world: World) -> str:
    world.programme()
    world.cluster("anker")
    manager = world.person(Role.MANAGER, cluster="anker")
    return tokens.issue(world.store, manager, {"name": "n", "days": 9, "scopes": list(TokenScope)}).secret


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name}, ciso-assistant #3659")
def test_a_token_in_an_address_opens_nothing(app: FastAPI, secret: str, name: str) -> None:
    http = TestClient(app, follow_redirects=False)
    assert http.get("/api/v1/clusters", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    for path in (f"/api/v1/clusters?{name}={secret}", f"/api/v1/clusters?{name}=Bearer%20{secret}"):
        answer = http.get(path)
        # A parameter that is not known, whoever asks; it is not repeated.
        assert answer.status_code == 422
        assert secret not in answer.text + repr(answer.headers)
    assert http.get(f"/clusters?{name}={secret}").status_code == 303
    answer = http.get(f"/api/v1/clusters?{name}={secret}", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 422
    assert secret not in answer.text


@pytest.mark.parametrize("where", ["Cookie", "X-Api-Key", "X-Auth-Token"])
def test_a_token_elsewhere_in_a_request_opens_nothing(app: FastAPI, secret: str, where: str) -> None:
    value = f"goldgap_session={secret}" if where == "Cookie" else secret
    http = TestClient(app, follow_redirects=False)
    assert http.get("/api/v1/clusters", headers={where: value}).status_code == 401
    assert http.get("/clusters", headers={where: value, "Authorization": f"Bearer {secret}"}).status_code == 303


def test_no_line_of_the_log_holds_a_token(app: FastAPI, secret: str, capfd: pytest.CaptureFixture[str]) -> None:
    before = {name: _kept(logging.getLogger(name)) for name in ("uvicorn", "uvicorn.access", "uvicorn.error")}
    # As `goldgap serve` does: uvicorn's own line about a request would repeat the whole address.
    with served(app, log_config=logs.of_server(), log_level="info", access_log=False) as address:
        for path, headers in (
            ("/api/v1/clusters", {"Authorization": f"Bearer {secret}"}),
            ("/api/v1/clusters", {"Authorization": f"Bearer {secret}x"}),
            (f"/api/v1/clusters?token={secret}", {}),
            (f"/clusters?token={secret}", {"Authorization": secret}),
        ):
            request = urllib.request.Request(address + path, headers=headers)  # noqa: S310 - our own server
            try:
                urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - our own server
            except urllib.error.HTTPError as refused:
                refused.close()
    for name, (handlers, level, above) in before.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, above
        logger.setLevel(level)
        logger.filters.clear()
    said = "".join(capfd.readouterr())
    assert said.count("/api/v1/clusters") >= 3
    assert secret not in said
    assert secret.split("_")[2] not in said


def _kept(logger: logging.Logger) -> tuple[list[logging.Handler], int, bool]:
    return logger.handlers[:], logger.level, logger.propagate
