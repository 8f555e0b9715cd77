"""The OpenID provider as pages know it: its name, which identities somebody has connected, who signed in through it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.domain.accounts import SESSION_LIFE
from app.outside.openid import Provider
from app.pages.templating import Page
from app.store.database import Store
from app.usecases import identities
from app.usecases.identities import WayIn
from app.web import cookies

# Says no more than which button was used, so that signing out there can be offered too.
WAY_COOKIE = "goldgap_way"
_OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Connections:
    """One's own identities, each with what its provider is called; `provider` is the one to connect with, or None."""

    ways: tuple[tuple[str, WayIn], ...]
    provider: str | None

    @property
    def may_connect(self) -> bool:
        """Whether connecting is offered: once is enough for most people."""
        return self.provider is not None and self.provider not in {name for name, _ in self.ways}


async def _provider(request: Request) -> Provider | None:
    provider: Provider | None = request.app.state.openid
    return provider


ProviderDep = Annotated[Provider | None, Depends(_provider)]


def openid_name(page: Page) -> str | None:
    """Return what the provider is called, None where there is none."""
    provider: Provider | None = page.request.app.state.openid
    return provider.name if provider else None


def believed(provider: Provider | None) -> frozenset[str]:
    """Return the issuers through which people can sign in."""
    return provider.issuers if provider else frozenset()


def connections(page: Page, store: Store) -> Connections:
    """Return one's own identities."""
    provider: Provider | None = page.request.app.state.openid
    known, name = believed(provider), provider.name if provider else None
    found = identities.connected(store, page.actor, known)
    ways = ((name if name and way.identity.issuer in known else way.identity.issuer, way) for way in found)
    return Connections(tuple(ways), name)


def came_through(request: Request) -> bool:
    """Whether this browser signed in through the provider."""
    return cookies.get(request, WAY_COOKIE) == _OPENID


def remember_way(response: Response, *, https: bool) -> None:
    """Note in the browser that it signed in through the provider."""
    cookies.put(response, WAY_COOKIE, _OPENID, SESSION_LIFE.total_seconds(), https=https)


def forget_way(response: Response, *, https: bool) -> None:
    """Take that note out of the browser."""
    cookies.drop(response, WAY_COOKIE, https=https)
