"""What an attacker has got through with once, each by itself, so that nobody does again."""

import datetime as dt
import json
import sqlite3

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.domain.errors import Unavailable
from app.domain.roles import Role
from app.pages import resumption
from app.store import database, passwords
from app.store.database import make_engine
from app.usecases import operators, sessions, tokens
from app.web import identity
from tests.pages.client import ORIGIN, PageClient
from tests.pages.world import World
from tests.postgres import PostgresDatabases

TOKEN = {"name": "x", "days": "1", "scopes": "read"}


@pytest.fixture
def http(world: World) -> TestClient:
    return TestClient(world.app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False)


@pytest.fixture
def manager(world: World) -> PageClient:
    world.programme()
    world.cluster("havbruk")
    return world.signed_in(Role.MANAGER, cluster="havbruk")


@pytest.mark.parametrize("charset", ["punycode", '"unicode_escape"', "utf-7", "UTF-16", "idna; charset=utf-8", ""])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_sender_does_not_choose_the_codec_of_a_form(http: TestClient, kind: str, charset: str) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n\\ud800\r\n--x--\r\n'
    answer = http.post("/sign-in", content=body, headers={"Content-Type": f"{kind}; charset={charset}"})
    assert answer.status_code == 400
    assert "could not be read" in answer.text


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF-8"', "; Charset=utf8"])
def test_a_form_in_utf8_is_read(http: TestClient, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded{charset}"
    answer = http.post("/sign-in", content="email=kari%40example.org&password=x", headers={"Content-Type": kind})
    assert (answer.status_code, "kari@example.org" in answer.text) == (422, True)


@pytest.mark.parametrize("carry", ["[" * 200_000, '[["note-1.1.0", "\\ud800"]]', "{}", "[1]", "null", "[[1, 2, 3]]"])
def test_what_cannot_be_carried_through_a_sign_in_is_left_behind(http: TestClient, carry: str) -> None:
    sent = {"email": "x", "password": "y", "carry_to": "/language", "carry": carry}
    assert http.post("/sign-in", data=sent).status_code == 422
    found = resumption.unpack(sent)
    assert found is None or found.fields == ()


def test_two_headers_of_cookies_are_one_to_the_check_of_the_site(manager: PageClient) -> None:
    secret = manager.http.cookies[identity.PLAIN_COOKIE]
    headers = [("Cookie", "a=b"), ("Cookie", f"{identity.PLAIN_COOKIE}={secret}")]
    stranger = TestClient(manager.app, base_url=ORIGIN)
    assert stranger.post("/account/tokens", data=TOKEN, headers=headers).status_code == 403


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_the_demo_is_not_entered_through_a_proxy(world: World, http: TestClient, header: str) -> None:
    user = operators.create_user(
        world.store, {"email": "demo@example.org", "name": "Demo", "is_demo": True}, password_hash=None
    )
    through = {header: "for=203.0.113.9"}
    assert http.post("/demo/sign-in", data={"account": user.id}, headers=through).status_code == 404
    assert http.post("/demo/sign-in", data={"account": user.id}).status_code == 303


def test_signing_in_again_ends_the_session_before(world: World, http: TestClient) -> None:
    raw = {"email": "kari@example.org", "name": "Kari"}
    operators.create_user(world.store, raw, password_hash=passwords.hashed("correct horse battery"))
    secrets = []
    for _ in range(2):
        sent = {"email": "kari@example.org", "password": "correct horse battery"}
        assert http.post("/sign-in", data=sent).status_code == 303
        secrets.append(http.cookies[identity.PLAIN_COOKIE])
    assert [sessions.by_session(world.store, secret).is_signed_in for secret in secrets] == [False, True]


def test_only_two_passwords_are_compared_at_once_and_others_wait_a_while(
    http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    for _ in range(2):
        assert passwords._HASHING.acquire(timeout=1)
    try:
        answer = http.post("/sign-in", data={"email": "kari@example.org", "password": "x"})
        assert (answer.status_code, "Many people" in answer.text) == (503, True)
        assert http.get("/healthz").status_code == 200
    finally:
        passwords._HASHING.release(2)
    assert http.post("/sign-in", data={"email": "kari@example.org", "password": "x"}).status_code == 422


def test_who_cannot_be_noted_down_as_seen_may_still_read(
    world: World, manager: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once, on a full disk, nobody could read any more, for reading noted the last use of a session.
    owner = world.person(Role.OWNER, programme="north")
    issued = tokens.issue(world.store, owner, {**TOKEN, "scopes": ["read"]})
    world.clock.now += dt.timedelta(minutes=30)
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    world.store.dispose()
    with sqlite3.connect(str(world.store.engine.url.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        manager.open("/clusters/havbruk")
        assert tokens.by_token(world.store, issued.secret, needs_factors=False).is_signed_in
        other.rollback()


@pytest.mark.parametrize("path", ["/clusters/%00", "/clusters/%00/edit", "/assessments/%00/gap", "/clusters?page=%00"])
def test_an_address_with_a_nul_leads_nowhere(manager: PageClient, path: str) -> None:
    manager.open(path, 404)


def test_a_failure_of_the_database_tells_the_log_nothing_that_people_wrote(postgres: PostgresDatabases) -> None:
    for url in ("sqlite://", postgres.fresh_database()):
        engine = make_engine(url)
        with engine.execution_options(goldgap_writing=True).begin() as connection:
            connection.execute(sa.text("CREATE TABLE kept (id integer primary key, note text)"))
            note = sa.text("INSERT INTO kept VALUES (1, :note)"), {"note": "a secret"}
            connection.execute(*note)
            with pytest.raises(sa.exc.IntegrityError) as failed, connection.begin_nested():
                connection.execute(*note)
        assert "a secret" not in str(failed.value)
        engine.dispose()


def test_when_every_connection_is_taken_the_service_says_that_it_is_busy(world: World) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.05)
    world.store.engine, kept = engine, world.store.engine
    try:
        with engine.connect(), pytest.raises(Unavailable), world.store.reading():
            pytest.fail("there was a connection after all")
    finally:
        world.store.engine = kept
        engine.dispose()


def test_the_log_names_the_cause_of_an_unreachable_database(
    world: World, manager: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with world.store.writing() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE sessions RENAME TO elsewhere")
    capsys.readouterr()
    assert manager.http.get("/").status_code == 503
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (line["event"], line["cause"]) == ("unavailable", "OperationalError")
    assert "no such table" in line["said"]
