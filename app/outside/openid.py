"""An OpenID Connect provider, spoken to as its client: where to send people, and what its answer about them shows.

Authorization code flow with PKCE, state and nonce. Everything that the provider says is checked: what cannot be
believed is a Refusal, what cannot be had just now is Unreachable. Each exchange has its own connections and time.
"""

import dataclasses
import datetime as dt
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode

import anyio
import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.client import OAuth2Client

from app.domain.identities import Pending, Proof
from app.outside import discovery, id_token, registration
from app.outside.claims import proof_from
from app.outside.discovery import Discovered
from app.outside.guarded import TIMEOUT, Guarded, Refusal, Unreachable
from app.outside.id_token import Expected, UnknownKey
from app.outside.registration import Registration

# For the whole of an exchange, however many requests it takes and however slowly they are answered.
SECONDS: Final = 10.0
# People waiting for the provider hold no thread of ours; beyond so many something is wrong.
MOST_AT_ONCE: Final = 32
KEPT: Final = dt.timedelta(hours=1)
ASKED_AGAIN: Final = dt.timedelta(seconds=30)
_WORD = re.compile(r"[a-z_]{1,40}")
_UNREADABLE = (AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class Declined(Refusal):
    """The provider answered with an error; `said` is the explanation that came along."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(code)
        self.said = said


class Provider:
    """The provider that the settings name. The clock is the service's own; `seconds` is for a whole exchange.

    `tls` says whose certificates are believed: those that this system trusts, where nothing is said.
    """

    def __init__(
        self,
        registration: Registration,
        clock: Callable[[], dt.datetime],
        *,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.registration = registration
        self._clock = clock
        self._seconds = seconds
        self._tls = tls or ssl.create_default_context()
        self._discovered: Discovered | None = None
        self._keys: list[object] = []
        self._keys_read_at: dt.datetime | None = None
        self._busy = 0

    @property
    def name(self) -> str:
        """What the provider is called on the pages."""
        return self.registration.name

    @property
    def issuers(self) -> frozenset[str]:
        """The issuers whose word is taken."""
        return frozenset(self.registration.issuers.values())

    async def places(self) -> Discovered:
        """Return where the provider has its places; raises Refusal, Unreachable."""
        async with self._exchange() as client:
            return await self._discover(client)

    def address(self, places: Discovered, pending: Pending, language: str) -> str:
        """Return where to send a browser to sign in."""
        known = self.registration
        asked = {"nonce": pending.nonce, "response_mode": "query", "ui_locales": language}
        if known.acr_values:
            asked["acr_values"] = known.acr_values
        client = OAuth2Client(
            None, known.client_id, scope=known.scopes, redirect_uri=known.redirect_uri, code_challenge_method="S256"
        )
        address, _ = client.create_authorization_url(
            places.authorization, state=pending.state, code_verifier=pending.verifier, **asked
        )
        return str(address)

    def end_address(self, places: Discovered) -> str | None:
        """Return where a browser can sign out at the provider, None where there is no such place."""
        place, known = places.end_session, self.registration
        asked = urlencode({"client_id": known.client_id, "post_logout_redirect_uri": known.home})
        return f"{place}{'&' if '?' in place else '?'}{asked}" if place else None

    async def proof(self, pending: Pending, answer: Mapping[str, str]) -> Proof:
        """Return what the provider's answer shows; raises Declined, Refusal, Unreachable.

        That the answer bears the state of the browser that brings it has been checked before.
        """
        async with self._exchange() as client:
            discovered = await self._discover(client)
            self._require_sender(discovered, answer.get("iss"))
            if "error" in answer:
                raise Declined(_word(answer["error"], "declined"), answer.get("error_description", ""))
            if not answer.get("code"):
                raise Refusal("no-code")
            tokens = await _redeem(client, discovered, answer["code"], pending)
            claims = await self._claims(client, discovered, tokens, pending)
            if answer.get("iss", claims["iss"]) != claims["iss"]:
                raise Refusal("mix-up")
            more = await self._userinfo(client, discovered, tokens, claims)
        return proof_from(claims, more, self.registration)

    @asynccontextmanager
    async def _exchange(self) -> AsyncIterator[AsyncOAuth2Client]:
        """Lend a client for one exchange, which ends when its time is over."""
        if self._busy >= MOST_AT_ONCE:
            raise Unreachable("busy")
        self._busy += 1
        try:
            with anyio.fail_after(self._seconds):
                async with self._client() as client:
                    yield client
        except (TimeoutError, httpx2.HTTPError) as error:
            raise Unreachable(type(error).__name__) from error
        finally:
            self._busy -= 1

    def _client(self) -> AsyncOAuth2Client:
        known = self.registration
        client = AsyncOAuth2Client(
            client_id=known.client_id,
            client_secret=known.secret,
            token_endpoint_auth_method=known.authentication,
            redirect_uri=known.redirect_uri,
            transport=Guarded(self._tls),
            timeout=TIMEOUT,
            trust_env=False,
        )
        client.register_client_auth_method(("client_secret_basic", registration.with_secret))
        client.register_client_auth_method(("private_key_jwt", registration.with_key(known, self._clock)))
        return client

    async def _discover(self, client: AsyncOAuth2Client) -> Discovered:
        """Return the discovery document, read again each hour; while that fails, the one before stays good."""
        known, now = self._discovered, self._clock()
        if known and abs(now - known.read_at) < KEPT:
            return known
        try:
            document = await _read(client, discovery.place_of(self.registration))
        except (Unreachable, httpx2.HTTPError):
            if known is None:
                raise
            self._discovered = dataclasses.replace(known, read_at=now - KEPT + ASKED_AGAIN)
            return known
        self._discovered = discovery.checked(document, self.registration, now)
        return self._discovered

    def _require_sender(self, discovered: Discovered, sender: str | None) -> None:
        """Refuse an answer that another provider sent, or that does not say from whom it is though it should."""
        if sender not in self.issuers and (sender is not None or discovered.names_itself):
            raise Refusal("mix-up")

    async def _claims(
        self, client: AsyncOAuth2Client, discovered: Discovered, tokens: Mapping[str, Any], pending: Pending
    ) -> dict[str, Any]:
        """Return what the ID token says; where its key is unknown the keys are read again, but not all the time."""
        known, now = self.registration, self._clock()
        expected = Expected(known.issuers, known.client_id, pending.nonce, discovered.algorithms, now)
        token, access = tokens.get("id_token"), tokens.get("access_token")
        await self._read_keys(client, discovered, older_than=KEPT)
        try:
            return id_token.claims_of(token, self._keys, access, expected)
        except UnknownKey:
            if not await self._read_keys(client, discovered, older_than=ASKED_AGAIN):
                raise
        return id_token.claims_of(token, self._keys, access, expected)

    async def _read_keys(self, client: AsyncOAuth2Client, discovered: Discovered, older_than: dt.timedelta) -> bool:
        """Read the provider's keys, unless they were read so recently; returns whether they were read."""
        now = self._clock()
        if self._keys_read_at is not None and abs(now - self._keys_read_at) < older_than:
            return False
        # Noted before the answer: a provider that fails is asked no more often than one that answers.
        self._keys_read_at = now
        keys = (await _read(client, discovered.keys)).get("keys")
        if not isinstance(keys, list):
            raise Refusal("keys")
        self._keys = keys
        return True

    async def _userinfo(
        self, client: AsyncOAuth2Client, discovered: Discovered, tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return what the provider says beyond the ID token, where that lacks the name or the address."""
        access, wanted = tokens.get("access_token"), {"email", self.registration.expectations.name}
        if discovered.userinfo is None or not isinstance(access, str) or wanted <= claims.keys():
            return {}
        try:
            more = await _read(client, discovered.userinfo, {"Authorization": f"Bearer {access}"})
        except UnicodeError as error:
            raise Refusal("access-token") from error
        if more.get("sub") != claims["sub"]:
            raise Refusal("userinfo-subject")
        return more


async def _redeem(client: AsyncOAuth2Client, discovered: Discovered, code: str, pending: Pending) -> Mapping[str, Any]:
    """Exchange the code for tokens."""
    try:
        tokens: Mapping[str, Any] = await client.fetch_token(
            discovered.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=pending.verifier,
        )
    except httpx2.HTTPStatusError as error:
        raise Unreachable("token-endpoint") from error
    except _UNREADABLE as error:
        raise Refusal(_word(getattr(error, "error", None), "token-endpoint")) from error
    return tokens


async def _read(client: AsyncOAuth2Client, place: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return the JSON object at a place."""
    answer: httpx2.Response = await client.request("GET", place, headers=dict(headers or {}), withhold_token=True)
    if answer.status_code != httpx2.codes.OK:
        raise Unreachable(f"status-{answer.status_code}")
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise Refusal("no-json") from error
    if not isinstance(found, dict):
        raise Refusal("no-object")
    return found


def _word(raw: object, otherwise: str) -> str:
    """Return a code of the provider's if it is no more than a word."""
    return raw if isinstance(raw, str) and _WORD.fullmatch(raw) else otherwise
