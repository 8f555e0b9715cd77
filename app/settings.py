"""Every setting, read from GOLDGAP_* variables when asked for, and what makes a set of them unsafe in production."""

import dataclasses
import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.retention import Retention
from app.settings_contact import ContactSettings
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


def _default_mail(known: dict[str, Any]) -> SecretStr:
    in_development = known.get("environment") == "development"
    return SecretStr(f"dir://{known['data_dir'].absolute() / 'mail'}" if in_development else "")


def _default_hosts(known: dict[str, Any]) -> tuple[str, ...]:
    return DEVELOPMENT_HOSTS if known.get("environment") == "development" else ()


_USUAL = Retention()
Days = Annotated[int, Field(ge=1, le=36_500)]


class Settings(ContactSettings, OpenIdSettings, BaseSettings):
    """The settings. Each is the variable of the same name in capitals behind GOLDGAP_; an empty one is not set."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = "development"
    data_dir: Path = Path("data")
    database_url: str = Field(default_factory=_default_database)
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    allowed_hosts: Names = Field(default_factory=_default_hosts)
    trusted_proxies: Names = ()
    api_docs: bool = True
    clock_offset: int = 0
    optional_frameworks: Names = ()
    keep_sent_mail_days: Days = _USUAL.sent_mail
    keep_read_notices_days: Days = _USUAL.read_notices
    keep_closed_invitations_days: Days = _USUAL.closed_invitations
    keep_ended_tokens_days: Days = _USUAL.ended_tokens
    keep_journal_names_days: Days = _USUAL.journal_names
    mail_url: SecretStr = Field(default_factory=_default_mail)

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

    @field_validator("mail_url")
    @classmethod
    def _known_way(cls, given: SecretStr) -> SecretStr:
        """Refuse what is no way for mail to go; the address itself is not repeated, as it may hold a password."""
        parts = urlsplit(given.get_secret_value())
        try:
            parts.port  # noqa: B018 - read for its refusal
        except ValueError:
            message = "the port of the mail server must be a number"
            raise ValueError(message) from None
        if not given.get_secret_value():
            return given
        is_folder = parts.scheme == "dir" and not parts.netloc and parts.path.startswith("/")
        if not is_folder and not (parts.scheme in {"smtp", "smtps"} and parts.hostname):
            message = "mail must go to a server (smtp://… or smtps://…) or into a folder (dir:///path)"
            raise ValueError(message)
        if parts.query == "starttls=no" and not is_loopback(parts.hostname or ""):
            message = "starttls=no is for a mail server on this very machine"
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
    def mail_sender(self) -> str:
        """Whom mail comes from: what is set, else `goldgap` at the host of the base URL."""
        return self.mail_from or f"Goldgap <goldgap@{urlsplit(self.base_url).hostname or 'localhost'}>"

    @property
    def mail_needs_tls(self) -> bool:
        """Whether nothing may be said in the open to the mail server: in production, and with a password, abroad."""
        parts = urlsplit(self.mail_url.get_secret_value())
        return (self.is_production or bool(parts.username)) and not is_loopback(parts.hostname or "")

    @property
    def demo_sign_in(self) -> bool:
        """Whether the demo's people may be entered with one click: on one's own machine and nowhere else."""
        return not self.is_production and not self.trusted_proxies and all(map(is_loopback, self.allowed_hosts))

    @property
    def retention(self) -> Retention:
        """How long what is kept about people is kept."""
        kinds = (field.name for field in dataclasses.fields(Retention))
        return Retention(**{kind: getattr(self, f"keep_{kind}_days") for kind in kinds})

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


def secret_problem(secret: str, name: str) -> str | None:
    """Return what makes a secret unsafe, in a sentence about `name`; None where nothing does."""
    if secret == DEVELOPMENT_SECRET:
        return f"{name} is not set, so the one that anybody can read would be used."
    if len(secret) < SECRET_LENGTH:
        return f"{name} is shorter than {SECRET_LENGTH} characters."
    return f"{name} repeats itself; make one by chance." if len(set(secret)) < SECRET_VARIETY else None


def _secret(settings: Settings) -> Iterator[str]:
    if problem := secret_problem(settings.secret_key.get_secret_value(), "GOLDGAP_SECRET_KEY"):
        yield problem


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


def _mail(settings: Settings) -> Iterator[str]:
    if not settings.mail_url.get_secret_value():
        yield "GOLDGAP_MAIL_URL is not set, so nobody would get their invitation, nor a link to a new password."


def _proxies(settings: Settings) -> Iterator[str]:
    for proxy in settings.trusted_proxies:
        try:
            everybody = ipaddress.ip_network(proxy, strict=False).prefixlen < _NARROWEST_PREFIX
        except ValueError:
            everybody = proxy == "*"
            if not everybody:
                yield "GOLDGAP_TRUSTED_PROXIES takes addresses and networks such as 10.0.0.7 or 10.1.0.0/16."
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
    _mail,
    _proxies,
    _database,
    _openid,
)
