"""What every test of a use case may ask for."""

import pytest

from app.frameworks.reader import Frameworks
from app.store.database import Store
from tests.make import Clock, make_frameworks
from tests.store.stores import clock, databases, shared, store, template, url
from tests.usecases.world import World

__all__ = ["clock", "databases", "shared", "store", "template", "url"]


@pytest.fixture
def frameworks() -> Frameworks:
    """The tiny standard, which is offered, and its earlier version, which is not."""
    return make_frameworks()


@pytest.fixture
def world(store: Store, frameworks: Frameworks, clock: Clock) -> World:
    """Four clusters, two programmes, and one person in each role."""
    return World(store, frameworks, clock)
