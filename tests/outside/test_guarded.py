"""S16: which addresses a provider may name, and which it may not, however they are spelled."""

import pytest

from app.outside.guarded import is_place

NEAR = "https://id.example.org/realm"


@pytest.mark.parametrize(
    "address",
    [
        "https://id.example.org/token",
        "https://id.example.org:8443/token?x=1",
        "https://login.microsoftonline.example/organizations/oauth2/v2.0/token",
        "https://xn--blbr-loa0j.example/a",
        "https://a_b.example.org/",
    ],
)
def test_https_to_a_name_on_the_net_can_be_followed(address: str) -> None:
    assert is_place(address, near=NEAR)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://127.0.0.1/", id="this machine, CVE-2026-9813"),
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00::1]/",
        pytest.param("https://169.254.169.254/latest/meta-data", id="a cloud's own data, CVE-2026-9813"),
        pytest.param("https://10.0.0.1/", id="the network within, CVE-2026-9813"),
        "https://192.168.1.1:8080/",
        "https://localhost/",
        "https://localhost:5432/",
        "https://database/",
        "https://id.example.org@127.0.0.1/",
        "https://me:secret@id.example.org/",
        "https://id.example.org\\@127.0.0.1/",
        "https://id.example.org#@127.0.0.1/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://id.example.org/ x",
        "https://id.example.org/\r\nHost: x",
        "https://id.example.org:99999/",
        "https://id.example.org:x/",
        "https://[/",
        "https:///token",
        "https:token",
        "//id.example.org/token",
        "/token",
        "",
        "http://id.example.org/token",
        "http://127.0.0.1/token",
        "ftp://id.example.org/",
        "file:///etc/passwd",
        "gopher://id.example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        7,
        None,
        ["https://id.example.org/"],
    ],
)
def test_nothing_else_can(address: object) -> None:
    assert not is_place(address, near=NEAR)


def test_the_issuers_own_host_is_as_the_operator_has_written_it() -> None:
    assert is_place("https://10.0.0.1/token", near="https://10.0.0.1/realm")
    assert not is_place("https://10.0.0.2/token", near="https://10.0.0.1/realm")
    assert is_place("https://keycloak/token", near="https://keycloak/realm")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "127.8.9.1"])
def test_plain_http_goes_to_this_machine_alone_and_only_where_that_is_allowed(host: str) -> None:
    assert is_place(f"http://{host}/token", near=NEAR, plainly=True)
    assert not is_place(f"http://{host}/token", near=f"http://{host}/", plainly=False)
    assert not is_place(f"http://{host.replace('127', '128')}.example/", near=NEAR, plainly=True)
    assert not is_place("http://10.0.0.1/", near="http://10.0.0.1/", plainly=True)
