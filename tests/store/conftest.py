"""What every test of the store may ask for."""

from tests.store.stores import clock, databases, shared, store, template, url

__all__ = ["clock", "databases", "shared", "store", "template", "url"]
