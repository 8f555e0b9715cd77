"""What tests of the web room may ask for: the application of the tests of pages, on a fresh database."""

from tests.pages.conftest import app, built, clock, compiled, frameworks, migrated, store, world

__all__ = ["app", "built", "clock", "compiled", "frameworks", "migrated", "store", "world"]
