"""What is read from the environment, and what keeps production from starting."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import DEVELOPMENT_HOSTS, Settings, UnsafeSettings, is_loopback, unknown_variables

SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3yQ8-vT1mZx7_pLw0RbN4sHdJ6uFcEaGi9oXtYq",
    "ALLOWED_HOSTS": "goldgap.example.org",
    "BASE_URL": "https://goldgap.example.org",
    "DATABASE_URL": "postgresql://goldgap@db.example.org/goldgap",
    "MAIL_URL": "smtps://goldgap:p%40ss-Hemmelig@mail.example.org",
    "CONTACT": "help@goldgap.example.org",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GOLDGAP_")]:
        monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"GOLDGAP_{name}", value)
    return Settings()


def test_with_nothing_set_it_is_a_development_server_on_sqlite() -> None:
    settings = Settings()
    assert not settings.is_production
    assert settings.is_sqlite
    assert settings.database_url == "sqlite:///data/goldgap.db"
    assert settings.allowed_hosts == DEVELOPMENT_HOSTS == ("127.0.0.1", "localhost", "[::1]", "testserver")
    assert not settings.https
    assert settings.demo_sign_in
    settings.require_safe()


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {
        "DATA_DIR": "/srv/data",
        "TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16",
        "CLOCK_OFFSET": "-60",
        "OPTIONAL_FRAMEWORKS": "ecei/2013-150",
        "MAIL_FROM": "Klyngeportalen <ikke-svar@example.org>",
        "KEEP_SENT_MAIL_DAYS": "7",
    }
    settings = read(monkeypatch, SAFE | others)
    assert settings.is_production
    assert settings.data_dir == Path("/srv/data")
    assert settings.database_url == "postgresql+psycopg://goldgap@db.example.org/goldgap"
    assert settings.secret_key.get_secret_value() == SAFE["SECRET_KEY"]
    assert settings.base_url == "https://goldgap.example.org"
    assert settings.https
    assert settings.allowed_hosts == ("goldgap.example.org",)
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert settings.clock_offset == -60
    assert settings.optional_frameworks == ("ecei/2013-150",)
    assert settings.mail_url.get_secret_value() == SAFE["MAIL_URL"]
    assert settings.mail_sender == "Klyngeportalen <ikke-svar@example.org>"
    assert settings.retention.sent_mail == 7


def test_lists_are_comma_separated_and_empty_variables_are_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch, {"ALLOWED_HOSTS": " a.example.org ,, b.example.org,", "BASE_URL": "", "CLOCK_OFFSET": ""}
    )
    assert settings.allowed_hosts == ("a.example.org", "b.example.org")
    assert settings.base_url == ""
    assert settings.clock_offset == 0


def test_the_database_lies_in_the_data_folder_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {"DATA_DIR": "/srv/data"}).database_url == "sqlite:////srv/data/goldgap.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_addresses_of_postgresql_are_taken(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    settings = read(monkeypatch, {"DATABASE_URL": f"{scheme}://u:p@h/d"})
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"
    assert not settings.is_sqlite


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "mysql://h/d"), ("ENVIRONMENT", "staging"), ("CLOCK_OFFSET", "soon")]
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.lower()):
        read(monkeypatch, {name: value})


def test_settings_do_not_change_and_do_not_show_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, SAFE)
    with pytest.raises(ValidationError, match="frozen"):
        settings.clock_offset = 5  # type: ignore[misc]
    assert SAFE["SECRET_KEY"] not in repr(settings)
    assert "Hemmelig" not in repr(settings)


def test_safe_settings_have_no_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, SAFE)
    assert settings.problems() == ()
    settings.require_safe()
    assert not settings.demo_sign_in


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ENVIRONMENT", "development", "ENVIRONMENT is not production"),
        ("CLOCK_OFFSET", "3600", "CLOCK_OFFSET moves the clock"),
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("SECRET_KEY", "short-but-varied-0123456789", "SECRET_KEY is shorter"),
        ("SECRET_KEY", "changeme" * 8, "SECRET_KEY repeats itself"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is not set"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS has a wildcard"),
        ("ALLOWED_HOSTS", "*.example.org", "ALLOWED_HOSTS has a wildcard"),
        ("ALLOWED_HOSTS", "goldgap.example.org,goldgap.example.org:443", "takes host names alone"),
        ("ALLOWED_HOSTS", "goldgap.example.org,https://goldgap.example.org", "takes host names alone"),
        ("ALLOWED_HOSTS", "other.example.org", "not among GOLDGAP_ALLOWED_HOSTS"),
        ("BASE_URL", "", "BASE_URL is not set"),
        ("BASE_URL", "http://goldgap.example.org", "BASE_URL is not an https address"),
        ("BASE_URL", "https://goldgap.example.org/app", "takes a scheme and a host alone"),
        ("BASE_URL", "https://127.0.0.1", "this machine's own address"),
        ("TRUSTED_PROXIES", "*", "trusts everybody"),
        ("TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0", "trusts everybody"),
        ("TRUSTED_PROXIES", "::/0", "trusts everybody"),
        ("DATABASE_URL", "sqlite://", "in memory"),
        ("DATABASE_URL", "sqlite:///:memory:", "in memory"),
        ("MAIL_URL", "", "MAIL_URL is not set"),
    ],
)
def test_each_unsafe_setting_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    settings = read(monkeypatch, SAFE | {name: value})
    (problem,) = settings.problems()
    assert words in problem
    assert problem.endswith(".")
    if settings.is_production:
        with pytest.raises(UnsafeSettings, match=words):
            settings.require_safe()


def test_production_with_nothing_else_set_says_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnsafeSettings) as refused:
        read(monkeypatch, {"ENVIRONMENT": "production"}).require_safe()
    assert [problem.split()[0] for problem in refused.value.problems] == [
        "GOLDGAP_SECRET_KEY",
        "GOLDGAP_ALLOWED_HOSTS",
        "GOLDGAP_BASE_URL",
        "GOLDGAP_MAIL_URL",
    ]


def test_allowed_hosts_may_hold_an_ipv6_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, SAFE | {"ALLOWED_HOSTS": "goldgap.example.org,[2001:db8::1]"}).problems() == ()


@pytest.mark.parametrize(
    "variables",
    [{"ENVIRONMENT": "production"}, {"ALLOWED_HOSTS": "127.0.0.1,demo.example.org"}, {"TRUSTED_PROXIES": "127.0.0.1"}],
)
def test_one_click_sign_in_is_for_one_s_own_machine(
    monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]
) -> None:
    assert not read(monkeypatch, variables).demo_sign_in


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_this_machine_s_own_addresses_are_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "goldgap.example.org", ""])  # noqa: S104 - not bound to
def test_other_addresses_are_not_taken_for_it(host: str) -> None:
    assert not is_loopback(host)


def test_a_misspelt_variable_is_noticed() -> None:
    environment = {"GOLDGAP_BASE_URL": "", "GOLDGAP_ALOWED_HOSTS": "x", "HOME": "/root"}
    assert unknown_variables(environment) == ("GOLDGAP_ALOWED_HOSTS",)


def test_a_port_of_the_database_that_is_no_number_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="the port of the database must be a number"):
        read(monkeypatch, {"DATABASE_URL": "postgresql://goldgap:secret@127.0.0.1:port/goldgap"})


@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/7", "::/0", "*"])
def test_a_network_that_is_nobodys_own_is_no_proxy(monkeypatch: pytest.MonkeyPatch, network: str) -> None:
    settings = read(monkeypatch, SAFE | {"TRUSTED_PROXIES": f"10.0.0.0/8, {network}"})
    assert any("trusts everybody" in problem for problem in settings.problems())


@pytest.mark.parametrize(
    ("contact", "url"),
    [
        ("", ""),
        ("hjelp@example.org", "mailto:hjelp@example.org"),
        ("https://example.org/hjelp", "https://example.org/hjelp"),
        ("https://example.org/@hjelp", "https://example.org/@hjelp"),
    ],
)
def test_whom_to_ask_is_an_address_that_a_browser_can_follow(
    monkeypatch: pytest.MonkeyPatch, contact: str, url: str
) -> None:
    assert read(monkeypatch, {"CONTACT": contact}).contact_url == url


@pytest.mark.parametrize(
    "contact",
    ["javascript:alert(1)", "http://example.org", "hjelp", "a@b", "a@example.org?bcc=x@example.com", "a b@c.no"],
)
def test_another_contact_is_refused(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    with pytest.raises(ValidationError, match="give an e-mail address, or a web address"):
        read(monkeypatch, {"CONTACT": contact})


def test_in_development_mail_goes_into_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {}).mail_url.get_secret_value() == f"dir://{Path('data').absolute()}/mail"
    assert read(monkeypatch, {"DATA_DIR": "/srv/data"}).mail_url.get_secret_value() == "dir:///srv/data/mail"
    assert read(monkeypatch, {}).mail_sender == "Goldgap <goldgap@localhost>"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://mail.example.org", "mail must go to a server"),
        ("mail.example.org:25", "mail must go to a server"),
        ("smtp:///", "mail must go to a server"),
        ("dir://mail", "mail must go to a server"),
        ("dir:mail", "mail must go to a server"),
        ("smtp://goldgap:hunter2@mail.example.org:port", "the port of the mail server must be a number"),
        ("smtp://mail.example.org?starttls=no", "on this very machine"),
    ],
)
def test_a_way_for_mail_that_cannot_be_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        read(monkeypatch, {"MAIL_URL": url})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("sender", ["a", "a@b\nBcc: c@d", "a@b, c@d", "A <a@b", "a@b> <c@d", 'A" <a@b>', "A\r <a@b>"])
def test_a_sender_is_one_address(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    with pytest.raises(ValidationError, match="give one address"):
        read(monkeypatch, {"MAIL_FROM": sender})


@pytest.mark.parametrize(
    ("url", "environment", "needed"),
    [
        ("smtp://mail.example.org", "production", True),
        ("smtp://mail.example.org", "development", False),
        ("smtp://u:p@mail.example.org", "development", True),
        ("smtp://127.0.0.1", "production", False),
        ("smtp://u:p@localhost:1025", "production", False),
    ],
)
def test_nothing_is_said_in_the_open_to_a_server_abroad(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: str, *, needed: bool
) -> None:
    assert read(monkeypatch, {"MAIL_URL": url, "ENVIRONMENT": environment}).mail_needs_tls is needed
