"""The settings of the OpenID provider: what a whole set gives, and the sentence for each that is not."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from app.main import create_app
from app.outside.registration import Registration, read_key
from app.settings import UnsafeSettings
from tests.openid import hostile as forge
from tests.test_settings import SAFE, read

WHOLE = {
    **SAFE,
    "OIDC_ISSUER": "https://id.example.org/realm",
    "OIDC_CLIENT_ID": "goldgap",
    "OIDC_CLIENT_SECRET": "a secret that shows nowhere",
}
TENANT = "11111111-aaaa-4bbb-8ccc-222222222222"
MANY = {"OIDC_ISSUER": "https://login.example.org/{tenantid}/v2.0", "OIDC_TENANTS": TENANT}


def pem(name: str = "ours") -> str:
    key = forge.rsa_key(name)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def registration(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> Registration:
    settings = read(monkeypatch, variables)
    assert settings.problems() == ()
    found = settings.registration(plainly=settings.may_speak_plainly)
    assert found
    return found


def test_without_an_issuer_there_is_no_provider_and_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, SAFE)
    assert settings.registration(plainly=False) is None
    assert settings.problems() == ()
    assert create_app(read(monkeypatch, {})).state.openid is None


def test_three_settings_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = registration(monkeypatch, WHOLE)
    assert (found.issuer, found.client_id, found.secret) == tuple(WHOLE[name] for name in list(WHOLE)[-3:])
    assert found.redirect_uri == f"{SAFE['BASE_URL']}/sign-in/openid/answer"
    assert found.home == f"{SAFE['BASE_URL']}/"
    assert (found.authentication, found.scopes, found.name) == ("client_secret_basic", "openid profile email", "OpenID")
    assert not found.plainly
    assert found.issuers == {"": "https://id.example.org/realm"}
    assert "shows nowhere" not in repr(found)
    assert "shows nowhere" not in repr(read(monkeypatch, WHOLE))


def test_everything_else_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {
        "OIDC_CLIENT_AUTH": "client_secret_post",
        "OIDC_NAME": "ID-porten",
        "OIDC_SCOPES": "openid",
        "OIDC_ACR_VALUES": "idporten-loa-high",
        "OIDC_REQUIRED_ACR": "idporten-loa-substantial, idporten-loa-high",
        "OIDC_FACTOR_ACR": "idporten-loa-high",
        "OIDC_FACTOR_AMR": "mfa,otp",
        "OIDC_NAME_CLAIM": "preferred_username",
        "OIDC_EMAIL_PROOF": "xms_edov",
    }
    found = registration(monkeypatch, WHOLE | chosen)
    assert (found.authentication, found.name, found.scopes) == ("client_secret_post", "ID-porten", "openid")
    assert found.acr_values == "idporten-loa-high"
    expected = found.expectations
    assert expected.required_acr == ("idporten-loa-substantial", "idporten-loa-high")
    assert (expected.factor_acr, expected.factor_amr) == (("idporten-loa-high",), ("mfa", "otp"))
    assert (expected.name, expected.email_proof) == ("preferred_username", "xms_edov")


def test_several_organisations_have_an_issuer_each(monkeypatch: pytest.MonkeyPatch) -> None:
    found = registration(monkeypatch, WHOLE | MANY)
    assert found.issuers == {TENANT: f"https://login.example.org/{TENANT}/v2.0"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID is not set"),
        ({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is not set"),
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER is not set, though"),
        ({"OIDC_ISSUER": "http://id.example.org"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "http://127.0.0.1:8080"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "https://id.example.org/?a=b"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "https://id.example.org/#a"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "https://me:secret@id.example.org/"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "id.example.org"}, "OIDC_ISSUER is not an https address"),
        ({"OIDC_ISSUER": "https://id.example.org/{tenantid}"}, "OIDC_TENANTS is not set"),
        ({"OIDC_TENANTS": TENANT}, "OIDC_TENANTS means nothing"),
        ({**MANY, "OIDC_TENANTS": "a/../b"}, "OIDC_TENANTS takes ids"),
        ({**MANY, "OIDC_ISSUER": "https://{tenantid}.example.org/"}, "in the host, where no tenant may decide"),
        ({"OIDC_SCOPES": "profile email"}, "OIDC_SCOPES lacks openid"),
        ({"OIDC_NAME": " "}, "OIDC_NAME is empty"),
        ({"OIDC_CLIENT_AUTH": "private_key_jwt"}, "OIDC_CLIENT_KEY is not a file"),
        ({"OIDC_CLIENT_KEY": "/nowhere/key.json"}, "OIDC_CLIENT_KEY is not a file"),
    ],
)
def test_each_fault_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], words: str
) -> None:
    settings = read(monkeypatch, WHOLE | changes)
    (problem,) = settings.problems()
    assert words in problem
    assert problem.startswith("GOLDGAP_")
    assert problem.endswith(".")
    with pytest.raises(UnsafeSettings):
        settings.require_safe()


def test_in_development_a_provider_on_this_machine_will_do_and_half_a_one_will_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = {
        "BASE_URL": "http://127.0.0.1:8000",
        "OIDC_ISSUER": "http://127.0.0.1:8080",
        "OIDC_CLIENT_ID": "goldgap",
        "OIDC_CLIENT_SECRET": "secret",
    }
    settings = read(monkeypatch, here)
    settings.require_safe()
    provider = create_app(settings).state.openid
    assert provider.registration.plainly
    assert provider.issuers == {"http://127.0.0.1:8080"}
    for name in here:
        with pytest.raises(UnsafeSettings):
            read(monkeypatch, here | {name: ""}).require_safe()
    with pytest.raises(UnsafeSettings):
        read(monkeypatch, here | {"OIDC_ISSUER": "http://id.example.org"}).require_safe()


def test_a_key_in_a_file_takes_the_place_of_the_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (file := tmp_path / "key.pem").write_text(pem())
    found = registration(monkeypatch, WHOLE | {"OIDC_CLIENT_KEY": str(file), "OIDC_CLIENT_SECRET": ""})
    assert (found.authentication, found.key) == ("private_key_jwt", pem())
    assert "PRIVATE KEY" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "not a key",
        json.dumps(forge.public_jwk(forge.rsa_key("ours"))),
        json.dumps({"kty": "oct", "k": "c2VjcmV0"}),
        json.dumps({"kty": "RSA", "n": "AQAB"}),
        json.dumps({**forge.public_curve_jwk(), "d": forge.b64(b"\x07" * 32), "alg": "ES512"}),
        json.dumps({"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS512"}),
        forge.public_pem().decode(),
        pem().replace("A", "B"),
    ],
)
def test_what_cannot_sign_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        read_key(text)
