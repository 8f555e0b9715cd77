"""What a journey may ask for: the application served for real, a world to fill it with, and somebody's browser."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page
from typing_extensions import override

from app.domain.permissions import Actor
from app.store import sessions as kept_sessions
from app.store.database import Store
from app.web import identity
from tests.browser import OpenPage
from tests.journeys.served import Served
from tests.pages.conftest import app, built, compiled, frameworks, migrated, store, world
from tests.pages.world import Clock

__all__ = ["app", "built", "compiled", "frameworks", "migrated", "store", "world"]

OpenAs = Callable[..., Page]


@dataclass
class RealClock(Clock):
    """The real time: what a browser and a server agree on."""

    @override
    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


@pytest.fixture
def clock() -> Clock:
    return RealClock()


@pytest.fixture
def served(app: FastAPI) -> Iterator[Served]:
    served = Served(app)
    yield served
    served.stop()


def sign_in(page: Page, served: Served, store: Store, actor: Actor) -> str:
    """Sign a person in on a page's browser; returns the session's digest, by which it can be ended."""
    secret = secrets.token_urlsafe()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    with store.writing() as tx:
        kept_sessions.add(tx, digest, actor.user_id or "")
    page.context.add_cookies([{"name": identity.PLAIN_COOKIE, "value": secret, "url": served.url}])
    return digest


@pytest.fixture
def open_as(open_page: OpenPage, served: Served, store: Store) -> OpenAs:
    """Opens an address as a person: `open_as(actor, "/…", java_script_enabled=False, viewport=…)`."""

    def open_as(actor: Actor | None, path: str, **choices: object) -> Page:
        page = open_page(base_url=served.url, **choices)
        if actor:
            sign_in(page, served, store, actor)
        page.goto(path)
        return page

    return open_as
