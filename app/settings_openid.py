"""The settings of the OpenID provider through which people may sign in, and what is wrong with a set of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from app.outside.guarded import is_place
from app.outside.registration import TENANT, Expectations, Registration, read_key

ANSWER_PATH: Final = "/sign-in/openid/answer"


def comma_separated(raw: object) -> object:
    """Return the parts of a text between its commas."""
    if not isinstance(raw, str):
        return raw
    return tuple(part for part in (part.strip() for part in raw.split(",")) if part)


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(comma_separated)]


class OpenIdSettings(BaseModel):
    """Everything about the provider; without an issuer there is none. docs/sign-in-with-openid.md explains each."""

    base_url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_key: Path | None = None
    oidc_client_auth: Literal["", "client_secret_basic", "client_secret_post", "private_key_jwt"] = ""
    oidc_name: str = "OpenID"
    oidc_scopes: str = "openid profile email"
    oidc_acr_values: str = ""
    oidc_required_acr: Names = ()
    oidc_factor_acr: Names = ()
    oidc_factor_amr: Names = ()
    oidc_tenants: Names = ()
    oidc_name_claim: str = "name"
    oidc_email_proof: str = "email_verified"

    def registration(self, *, plainly: bool) -> Registration | None:
        """Return how we are known to the provider, None where there is none; `plainly` allows http to this machine."""
        if not self.oidc_issuer:
            return None
        return Registration(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            redirect_uri=f"{self.base_url}{ANSWER_PATH}",
            home=f"{self.base_url}/",
            name=self.oidc_name,
            authentication=self._authentication,
            secret=self.oidc_client_secret.get_secret_value(),
            key=self.oidc_client_key.read_text(encoding="utf-8") if self.oidc_client_key else "",
            scopes=self.oidc_scopes,
            acr_values=self.oidc_acr_values,
            tenants=self.oidc_tenants,
            plainly=plainly,
            expectations=Expectations(
                name=self.oidc_name_claim,
                email_proof=self.oidc_email_proof,
                required_acr=self.oidc_required_acr,
                factor_acr=self.oidc_factor_acr,
                factor_amr=self.oidc_factor_amr,
            ),
        )

    def openid_problems(self, *, plainly: bool) -> Iterator[str]:
        """Yield what keeps the provider from being used or trusted, one sentence each."""
        if not self.oidc_issuer:
            if self.oidc_client_id or self.oidc_client_secret.get_secret_value() or self.oidc_client_key:
                yield "GOLDGAP_OIDC_ISSUER is not set, though there is a client for it."
            return
        yield from self._issuer_problems(plainly=plainly)
        yield from self._client_problems()
        if not self.base_url:
            yield "GOLDGAP_OIDC_ISSUER needs GOLDGAP_BASE_URL, so that the provider knows where to send people back."
        if "openid" not in self.oidc_scopes.split():
            yield "GOLDGAP_OIDC_SCOPES lacks openid, without which a provider says nothing about who somebody is."
        if not self.oidc_name.strip():
            yield "GOLDGAP_OIDC_NAME is empty, so the button would say nothing."

    @property
    def _authentication(self) -> str:
        return self.oidc_client_auth or ("private_key_jwt" if self.oidc_client_key else "client_secret_basic")

    def _issuer_problems(self, *, plainly: bool) -> Iterator[str]:
        place = self.oidc_issuer.replace(TENANT, "tenant")
        if not is_place(place, near=place, plainly=plainly) or "?" in place:
            yield "GOLDGAP_OIDC_ISSUER is not an https address without a query, or http to this machine in development."
        if urlsplit(self.oidc_issuer).netloc != urlsplit(place).netloc:
            yield "GOLDGAP_OIDC_ISSUER has its {tenantid} in the host, where no tenant may decide."
        has_gap = TENANT in self.oidc_issuer
        if has_gap and not self.oidc_tenants:
            yield "GOLDGAP_OIDC_TENANTS is not set, so with {tenantid} in the issuer every organisation could sign in."
        if self.oidc_tenants and not has_gap:
            yield "GOLDGAP_OIDC_TENANTS means nothing without {tenantid} in GOLDGAP_OIDC_ISSUER."
        if not all(tenant.replace("-", "").isalnum() and tenant.isascii() for tenant in self.oidc_tenants):
            yield "GOLDGAP_OIDC_TENANTS takes ids of tenants, separated by commas."

    def _client_problems(self) -> Iterator[str]:
        if not self.oidc_client_id:
            yield "GOLDGAP_OIDC_CLIENT_ID is not set."
        if self._authentication != "private_key_jwt":
            if not self.oidc_client_secret.get_secret_value():
                yield "GOLDGAP_OIDC_CLIENT_SECRET is not set."
            return
        try:
            read_key(self.oidc_client_key.read_text(encoding="utf-8") if self.oidc_client_key else "")
        except (OSError, ValueError):
            yield "GOLDGAP_OIDC_CLIENT_KEY is not a file with a private key, as JWK or PEM."
