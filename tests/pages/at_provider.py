"""Somebody who signs in through an OpenID provider, step by step, in the browser of sorts of the tests of pages."""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from httpx2 import Response

from app.outside.openid import Provider
from app.outside.registration import Registration
from tests.openid.certified import SECRET
from tests.pages.client import ORIGIN, PageClient
from tests.pages.world import World

ANSWER = "/sign-in/openid/answer"
NAME = "Testporten"


# Made once: reading what the system trusts takes longer than most tests.
TRUSTED = ssl.create_default_context()


def use_provider(
    world: World, issuer: str, *, seconds: float = 5, tls: ssl.SSLContext | None = TRUSTED, **changes: object
) -> Provider:
    """Let the application know a provider, as settings would."""
    known = {
        "issuer": issuer,
        "client_id": "goldgap",
        "redirect_uri": f"{ORIGIN}{ANSWER}",
        "home": f"{ORIGIN}/",
        "name": NAME,
        "secret": SECRET,
        "plainly": True,
        **changes,
    }
    provider = Provider(Registration(**known), world.clock, seconds=seconds, tls=tls)  # type: ignore[arg-type]  # any of its fields
    world.app.state.openid = provider
    return provider


@dataclass(frozen=True)
class Sent:
    """A browser that is on its way to the provider."""

    browser: PageClient
    address: str

    @property
    def asked(self) -> dict[str, str]:
        """What the provider is asked."""
        return dict(parse_qsl(urlsplit(self.address).query))

    def bring(self, answer: Mapping[str, str] | str) -> Response:
        """Come back with an answer: its parameters, or the whole address."""
        query = answer if isinstance(answer, str) else f"{ANSWER}?{urlencode(answer)}"
        return self.browser.http.get(query.removeprefix(ORIGIN), headers={"Sec-Fetch-Site": "cross-site"})


def send(browser: PageClient, path: str = "/sign-in/openid", **fields: str) -> Sent:
    """Press the button, and go as far as the provider's door."""
    answer = browser.http.post(path, data=fields)
    assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
    page = browser.linted(answer.text)
    address = answer.headers["refresh"].removeprefix("0; url=")
    assert address in [link["href"] for link in page.all("a")]
    return Sent(browser, address)


def code_of(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the word in the one line of the log about the provider that was written since this was asked last."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (code,) = [str(line["code"]) for line in lines if line["event"].startswith("openid-")]
    return code


def words_of(answer: Response) -> str:
    """Return what a page says, as text."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())
