"""Every setting, read from GOLDGAP_* variables when asked for, and what makes a set of them unsafe in production."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.settings_openid import Names, OpenIdSettings

DEVELOPMENT_SECRET = "for development only: anybody can read this"  # noqa: S105 - public on purpose, refused in production
DEVELOPMENT_HOSTS = ("127.0.0.1", "localhost", "[::1]", "testserver")
SECRET_LENGTH = 32
SECRET_VARIETY = 12
_PREFIX = "GOLDGAP_"
_POSTGRESQL = "postgresql+psycopg://"
_NARROWEST_PREFIX = 8  # a wider network is no one's own
_LOCAL_NAMES = frozenset({"localhost", "testserver"})


class UnsafeSettings(Exception):
    """Production was to start with settings that are not safe; `problems` says each in a sentence."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def _default_database(known: dict[str, Any]) -> str:
    return f"sqlite:///{known['data_dir'] / 'goldgap.db'}"


def _default_hosts(known: dict[str, Any]) -> tuple[str, ...]:
    return DEVELOPMENT_HOSTS if known.get("environment") == "development" else ()


class Settings(OpenIdSettings, BaseSettings):
    """The settings. Each is the variable of the same name in capitals behind GOLDGAP_; an empty one is not set."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    environment: Literal["development", "production"] = "development"
    data_dir: Path = Path("data")
    database_url: str = Field(default_factory=_default_database)
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    allowed_hosts: Names = Field(default_factory=_default_hosts)
    trusted_proxies: Names = ()
    clock_offset: int = 0
    optional_frameworks: Names = ()

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, given: str) -> str:
        """Name the driver that is installed, so that the address a host hands out can be used as it is."""
        try:
            urlsplit(given).port  # noqa: B018 - read for its refusal
        except ValueError:
            message = "the port of the database must be a number"
            raise ValueError(message) from None
        for scheme in ("postgres://", "postgresql://"):
            if given.startswith(scheme):
                return _POSTGRESQL + given.removeprefix(scheme)
        if not given.startswith(("sqlite://", _POSTGRESQL)):
            message = "the database must be SQLite (sqlite:///…) or PostgreSQL (postgresql://…)"
            raise ValueError(message)
        return given

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, given: str) -> str:
        return given.rstrip("/")

    @property
    def is_production(self) -> bool:
        """Whether real people's data is served."""
        return self.environment == "production"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file, served by one process."""
        return self.database_url.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Whether browsers reach the service by https, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def demo_sign_in(self) -> bool:
        """Whether the demo's people may be entered with one click: on one's own machine and nowhere else."""
        return not self.is_production and not self.trusted_proxies and all(map(is_loopback, self.allowed_hosts))

    @property
    def may_speak_plainly(self) -> bool:
        """Whether http will do, to this very machine."""
        return not self.is_production

    def problems(self) -> tuple[str, ...]:
        """Return what makes these settings unsafe in production, one sentence each."""
        return tuple(sentence for check in _CHECKS for sentence in check(self))

    def require_safe(self) -> None:
        """Pass outside production, and in production where there are no problems; raises UnsafeSettings.

        A provider that is half set helps nobody anywhere, so it is refused in development, too.
        """
        if problems := self.problems() if self.is_production else tuple(_openid(self)):
            raise UnsafeSettings(problems)


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables with our prefix that no setting reads, such as a misspelt one."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    return tuple(sorted(name for name in environment if name.upper().startswith(_PREFIX) and name.upper() not in known))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own and reached by nobody else."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in _LOCAL_NAMES


def _environment(settings: Settings) -> Iterator[str]:
    if not settings.is_production:
        yield "GOLDGAP_ENVIRONMENT is not production."
    if settings.clock_offset:
        yield "GOLDGAP_CLOCK_OFFSET moves the clock, so every moment written down would be wrong."


def _secret(settings: Settings) -> Iterator[str]:
    secret = settings.secret_key.get_secret_value()
    if secret == DEVELOPMENT_SECRET:
        yield "GOLDGAP_SECRET_KEY is not set, so the one that anybody can read would be used."
    elif len(secret) < SECRET_LENGTH:
        yield f"GOLDGAP_SECRET_KEY is shorter than {SECRET_LENGTH} characters."
    elif len(set(secret)) < SECRET_VARIETY:
        yield "GOLDGAP_SECRET_KEY repeats itself; make one by chance."


def _hosts(settings: Settings) -> Iterator[str]:
    if not settings.allowed_hosts or "allowed_hosts" not in settings.model_fields_set:
        yield "GOLDGAP_ALLOWED_HOSTS is not set."
        return
    if any("*" in host for host in settings.allowed_hosts):
        yield "GOLDGAP_ALLOWED_HOSTS has a wildcard, so a stranger's host name would be believed."
    if any("/" in host or (":" in host and not host.startswith("[")) for host in settings.allowed_hosts):
        yield "GOLDGAP_ALLOWED_HOSTS takes host names alone, without scheme, port or path."


def _base_url(settings: Settings) -> Iterator[str]:
    address = settings.base_url
    if not address:
        yield "GOLDGAP_BASE_URL is not set."
        return
    if not settings.https:
        yield "GOLDGAP_BASE_URL is not an https address."
    parts = urlsplit(address)
    if parts.path or parts.query or parts.fragment or parts.username:
        yield "GOLDGAP_BASE_URL takes a scheme and a host alone, such as https://goldgap.example.org."
    if is_loopback(parts.hostname or ""):
        yield "GOLDGAP_BASE_URL is this machine's own address, which nobody else can reach."
    elif settings.allowed_hosts and not _is_allowed(parts.hostname or "", settings.allowed_hosts):
        yield "GOLDGAP_BASE_URL has a host that is not among GOLDGAP_ALLOWED_HOSTS."


def _proxies(settings: Settings) -> Iterator[str]:
    for proxy in settings.trusted_proxies:
        try:
            everybody = ipaddress.ip_network(proxy, strict=False).prefixlen < _NARROWEST_PREFIX
        except ValueError:
            everybody = proxy == "*"
        if everybody:
            yield "GOLDGAP_TRUSTED_PROXIES trusts everybody, so anybody could give a false address."


def _database(settings: Settings) -> Iterator[str]:
    file = settings.database_url.partition("://")[2].strip("/")
    if settings.is_sqlite and (not file or ":memory:" in file):
        yield "GOLDGAP_DATABASE_URL is a database in memory, which is lost at every stop."


def _openid(settings: Settings) -> Iterator[str]:
    yield from settings.openid_problems(plainly=settings.may_speak_plainly)


def _is_allowed(host: str, allowed: Sequence[str]) -> bool:
    return any(host == pattern or (pattern.startswith("*") and host.endswith(pattern[1:])) for pattern in allowed)


_CHECKS: tuple[Callable[[Settings], Iterator[str]], ...] = (
    _environment,
    _secret,
    _hosts,
    _base_url,
    _proxies,
    _database,
    _openid,
)
