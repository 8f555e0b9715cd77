"""Addresses that come from outside and are about to be followed."""

import re

# What `store.links` makes: a part of a path that opens something for whoever has it.
_SECRET = re.compile(r"/[0-9a-f]{64}(?![^/])")
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f-\U0010ffff]{0,500}")


def local_path(raw: object, otherwise: str = "/") -> str:
    """Return a path on this very host as it was given, or `otherwise` for whatever could lead elsewhere."""
    return raw if isinstance(raw, str) and (raw == "/" or _LOCAL.fullmatch(raw)) else otherwise


def holds_secret(path: str) -> bool:
    """Whether a path has the secret of a mailed link in it."""
    return _SECRET.search(path) is not None
