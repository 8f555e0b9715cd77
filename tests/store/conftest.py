"""What every test of the store may ask for."""

from tests.store.stores import clock, databases, store, template, url

__all__ = ["clock", "databases", "store", "template", "url"]
