"""What `goldgap doctor --production` finds (S27): each seeded fault, by its own sentence and no other."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from app.main import make_store
from app.settings import Settings, UnsafeSettings
from app.store import schema
from app.store.database import make_engine
from app.usecases import operators
from tests.cli.conftest import Say
from tests.test_settings import SAFE


class Fault(NamedTuple):
    """A fault of an installation: how it comes about, and what is said about it."""

    said: str
    settings: Mapping[str, str] = MappingProxyType({})
    act: Callable[[Path], None] = lambda _folder: None


def _demo(_folder: Path) -> None:
    store = make_store(Settings())
    operators.create_user(store, {"email": "a@example.org", "name": "A", "is_demo": True}, password_hash=None)
    store.dispose()


def _drop_index(_folder: Path) -> None:
    engine = make_engine(Settings().database_url)
    with engine.execution_options(goldgap_writing=True).connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP INDEX ix_tokens_user_id")
    engine.dispose()


def _go_back(_folder: Path) -> None:
    schema.downgrade(Settings().database_url, "0007")


FAULTS = {
    "no production": Fault("ENVIRONMENT is not production", {"ENVIRONMENT": "development"}),
    "a clock that is moved": Fault("CLOCK_OFFSET moves the clock", {"CLOCK_OFFSET": "60"}),
    "no secret": Fault("SECRET_KEY is not set", {"SECRET_KEY": ""}),
    "a short secret": Fault("SECRET_KEY is shorter", {"SECRET_KEY": "correct horse battery"}),
    "a secret that repeats itself": Fault("SECRET_KEY repeats itself", {"SECRET_KEY": "ab" * 30}),
    "no hosts": Fault("ALLOWED_HOSTS is not set", {"ALLOWED_HOSTS": ""}),
    "any host": Fault("ALLOWED_HOSTS has a wildcard", {"ALLOWED_HOSTS": "goldgap.example.org,*"}),
    "any host below one": Fault("ALLOWED_HOSTS has a wildcard", {"ALLOWED_HOSTS": "*.example.org"}),
    "a host with a scheme": Fault(
        "ALLOWED_HOSTS takes host names", {"ALLOWED_HOSTS": "goldgap.example.org,https://goldgap.example.org"}
    ),
    "a host with a port": Fault(
        "ALLOWED_HOSTS takes host names", {"ALLOWED_HOSTS": "goldgap.example.org,goldgap.example.org:443"}
    ),
    "no base URL": Fault("BASE_URL is not set", {"BASE_URL": ""}),
    "a base URL without https": Fault("BASE_URL is not an https", {"BASE_URL": "http://goldgap.example.org"}),
    "a base URL with a path": Fault("BASE_URL takes a scheme", {"BASE_URL": "https://goldgap.example.org/x"}),
    "a base URL with a name": Fault("BASE_URL takes a scheme", {"BASE_URL": "https://a@goldgap.example.org"}),
    "a base URL that nobody reaches": Fault(
        "BASE_URL is this machine's own", {"BASE_URL": "https://localhost", "ALLOWED_HOSTS": "localhost"}
    ),
    "a base URL that is refused": Fault("BASE_URL has a host that is not", {"BASE_URL": "https://other.example.org"}),
    "no mail": Fault("MAIL_URL is not set", {"MAIL_URL": ""}),
    "nobody to ask": Fault("CONTACT is not set", {"CONTACT": ""}),
    "any proxy": Fault("TRUSTED_PROXIES trusts everybody", {"TRUSTED_PROXIES": "*"}),
    "a network of everybody": Fault("TRUSTED_PROXIES trusts everybody", {"TRUSTED_PROXIES": "0.0.0.0/0"}),
    "half of all addresses": Fault("TRUSTED_PROXIES trusts everybody", {"TRUSTED_PROXIES": "10.0.0.7, 128.0.0.0/1"}),
    "a proxy that is no address": Fault("TRUSTED_PROXIES takes addresses", {"TRUSTED_PROXIES": "proxy.internal"}),
    "a misspelt setting": Fault("GOLDGAP_ALOWED_HOSTS is no setting", {"ALOWED_HOSTS": "x"}),
    "a database that all can read": Fault("is open to other people", act=lambda f: (f / "goldgap.db").chmod(0o644)),
    "a folder that all can write to": Fault("can be written to by other", act=lambda folder: folder.chmod(0o777)),
    "demo accounts": Fault("has demo accounts", act=_demo),
    "an old database": Fault("is at revision 0007", act=_go_back),
    "a database that was changed by hand": Fault("differs from its migrations", act=_drop_index),
    "no database": Fault("There is no database", act=lambda folder: (folder / "goldgap.db").unlink()),
    "a database of another installation": Fault("", {"SECRET_KEY": "another-0123456789-ABCDEFGHIJKLMNOPQRSTUV"}),
}
BY_SETTINGS = [
    name
    for name, fault in FAULTS.items()
    if fault.settings and name not in {"no production", "a misspelt setting", "nobody to ask"}
][:-1]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as a safe installation has it."""
    folder = tmp_path_factory.mktemp("prepared")
    url = f"sqlite:///{folder / 'goldgap.db'}"
    schema.upgrade(url)
    store = make_store(Settings(database_url=url, secret_key=SecretStr(SAFE["SECRET_KEY"])))
    operators.create_user(store, {"email": "kari@example.org", "name": "Kari"}, password_hash=None)
    store.dispose()
    return folder


@pytest.fixture
def data(prepared: Path, say: Say, environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A safe installation on SQLite: its folder."""
    del say
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    shutil.copyfile(prepared / "goldgap.db", folder / "goldgap.db")
    (folder / "goldgap.db").chmod(0o600)
    safe = {name: value for name, value in SAFE.items() if name != "DATABASE_URL"}
    for name, value in {"MAIL_URL": "smtps://mail.example.org", **safe}.items():
        environment.setenv(f"GOLDGAP_{name}", value)
    return folder


def problems(say: Say) -> list[str]:
    found: list[str] = say("doctor", "--production", "--json").json["problems"]
    return found


def test_there_are_more_than_twenty_faults_and_a_safe_installation_has_none(say: Say, data: Path) -> None:
    assert len(FAULTS) > 20
    assert (data / "goldgap.db").is_file()
    assert problems(say) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_said_in_one_sentence(
    say: Say, data: Path, environment: pytest.MonkeyPatch, name: str
) -> None:
    fault = FAULTS[name]
    fault.act(data)
    for setting, value in fault.settings.items():
        environment.setenv(f"GOLDGAP_{setting}", value)
    found = [each for each in problems(say) if fault.said in each]
    assert len(found) == 1, problems(say)
    assert found[0].endswith((".", "`.", "?"))


@pytest.mark.parametrize("name", BY_SETTINGS)
def test_the_service_does_not_start_with_it(data: Path, environment: pytest.MonkeyPatch, name: str) -> None:
    assert data.is_dir()
    for setting, value in FAULTS[name].settings.items():
        environment.setenv(f"GOLDGAP_{setting}", value)
    with pytest.raises(UnsafeSettings, match=FAULTS[name].said):
        Settings().require_safe()
