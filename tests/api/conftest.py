"""What every test of the API may ask for: the application on a fresh database of each kind, and a world inside it."""

import pytest
from fastapi import FastAPI

from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.store.database import Store
from tests.api.world import ApiWorld
from tests.make import Clock, make_frameworks
from tests.store.stores import clock, databases, shared, store, template, url

__all__ = ["clock", "databases", "shared", "store", "template", "url"]


@pytest.fixture
def frameworks() -> Frameworks:
    """The tiny standard, which is offered, and its earlier version, which is not."""
    return make_frameworks()


@pytest.fixture(scope="session")
def built() -> FastAPI:
    """The application once for all tests: its routes take a tenth of a second to be put together."""
    return create_app(Settings(), frameworks=make_frameworks())


@pytest.fixture
def app(built: FastAPI, store: Store, frameworks: Frameworks) -> FastAPI:
    """The application on the test's own database and frameworks."""
    built.state.store, built.state.frameworks = store, frameworks
    return built


@pytest.fixture
def world(store: Store, frameworks: Frameworks, clock: Clock, app: FastAPI) -> ApiWorld:
    """Four clusters, two programmes, and one person in each role, each with a client."""
    return ApiWorld(store, frameworks, clock, app)
