"""Every style sheet as one file, so that a first visit asks once and not fifty times."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
# Beside the sheets that it is made of, so that the addresses inside them still lead somewhere.
JOINED = "css/goldgap.css"
_FIRST = ("vendor/designsystemet/designsystemet.css", "css/theme.css", "css/tokens.css", "css/base.css")


def sheets() -> tuple[str, ...]:
    """Return every style sheet for the screen in the order in which they build on one another."""
    later = sorted((STATIC / "css" / "components").glob("*.css"))
    return (*_FIRST, "css/layout.css", *(str(path.relative_to(STATIC)) for path in later))


@cache
def joined() -> bytes:
    """Return all of them in this order."""
    return b"\n".join((STATIC / sheet).read_bytes() for sheet in sheets())


@cache
def address(path: str) -> str:
    """Return the address of a file under static/, which changes when the file does."""
    content = joined() if path == JOINED else (STATIC / path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"
