"""The list of routes, as `goldgap routes` prints it; and that a visitor is shown only what is meant for everybody."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import cli
from app.main import create_app
from app.settings import Settings
from app.store import schema
from tests.contracts.routes import addresses
from tests.pages.client import ORIGIN

SNAPSHOT = Path(__file__).with_name("routes.txt")
# What a visitor may see or do; everything else asks to sign in, or says that there is nothing.
PUBLIC = frozenset(
    {
        "GET /",
        "GET /about",
        "GET /api/v1/frameworks",
        "GET /api/v1/frameworks/{framework}/{version}",
        "GET /components",
        "GET /docs",
        "GET /forgot",
        "GET /frameworks",
        "GET /frameworks/{framework}/{version}",
        "GET /frameworks/{framework}/{version}/form",
        "GET /healthz",
        "GET /help",
        "GET /openapi.json",
        "GET /privacy",
        "GET /accessibility",
        "GET /readyz",
        "GET /sign-in",
        "GET /signed-out",
        "POST /forgot",
        "POST /language",
        "POST /sign-in",
    }
)
WORDS = {"framework": "ecei", "version": "2026.1", "sheet": "clusters", "indicator": "1.1.0"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application over an empty migrated database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('routes') / 'empty.db'}"
    schema.upgrade(url)
    return create_app(Settings(database_url=url))


@pytest.fixture(scope="module")
def visitor(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        yield http


def test_the_routes_are_those_of_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["routes"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert printed == SNAPSHOT.read_text(encoding="utf-8"), (
        "if this is meant: goldgap routes > tests/contracts/routes.txt"
    )


def test_no_two_routes_are_at_one_address(app: FastAPI) -> None:
    assert [key for key, count in Counter(each.key for each in addresses(app)).items() if count > 1] == []


def test_no_two_pages_have_one_name(app: FastAPI) -> None:
    names = Counter(each.name for each in addresses(app) if not each.path.startswith("/api/"))
    assert [name for name, count in names.items() if count > 1] == []


def test_what_is_public_is_served(app: FastAPI) -> None:
    assert sorted(PUBLIC - {each.key for each in addresses(app)}) == []


def test_a_visitor_is_shown_only_what_is_public(app: FastAPI, visitor: TestClient) -> None:
    for each in addresses(app):
        if each.key in PUBLIC:
            continue
        path = each.path
        for name in each.parameters:
            path = path.replace(f"{{{name}}}", WORDS.get(name, "anything"))
        answer = visitor.request(each.method, path)
        assert answer.status_code in {303, 401, 404}, each.key
        if answer.status_code == 303 and each.key != "POST /sign-out":
            assert answer.headers["location"].startswith("/sign-in?next="), each.key


@pytest.mark.parametrize("key", sorted(PUBLIC))
def test_what_is_public_needs_no_sign_in(visitor: TestClient, key: str) -> None:
    method, _, path = key.partition(" ")
    answer = visitor.request(method, path.format_map(WORDS))
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_that_is_not_there_can_be_written_to(visitor: TestClient, method: str) -> None:
    assert visitor.request(method, "/nothing/at/all").status_code in {404, 405}
