"""Lists a page at a time: `?limit=&cursor=` in, `items` and `next` out. A cursor is where the page before ended."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import BeforeValidator, WithJsonSchema

from app.domain.errors import Invalid, Problem

LIMIT = 50
MOST = 200
_LONGEST = 2_000
Item = TypeVar("Item")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of a list is asked for, and from behind which key; an empty key is the beginning."""

    limit: int
    after: Key
    is_stated: bool

    @property
    def after_key(self) -> str:
        """The key to begin behind in a list that has one part to its keys."""
        return self.after[0] if self.after else ""

    def cut(self, found: Sequence[Item], key: Callable[[Item], Key]) -> tuple[Sequence[Item], str | None]:
        """Cut a page from a list read from behind `after`, with one item more where there is one; and its cursor."""
        page = found[: self.limit]
        return page, cursor(key(page[-1])) if len(found) > self.limit else None

    def page_of(self, whole: Sequence[Item], key: Callable[[Item], Key]) -> tuple[Sequence[Item], str | None]:
        """Cut the page from a whole list that is sorted by its keys."""
        return self.cut([item for item in whole if key(item) > self.after], key)


def cursor(key: Key) -> str:
    """Return a key as a cursor, to be sent back as it is."""
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def _plain(raw: object) -> object:
    # Pydantic would read " 5", "+5" and "5.0" as well, which the description does not promise.
    return raw if isinstance(raw, str) and raw.isascii() and raw.isdigit() else "no number"


async def _paging(
    limit: Annotated[
        int | None,
        BeforeValidator(_plain),
        # Behind a validator of one's own, the description would say `ge` and `le`, which no schema knows.
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST}),
        Query(ge=1, le=MOST, description=f"How many at most; {LIMIT} where nothing is said."),
    ] = None,
    after: Annotated[
        str | None,
        Query(
            alias="cursor",
            max_length=_LONGEST,
            description="`next` of the page before, as it is.",
            examples=["WyJrdXN0Il0"],
        ),
    ] = None,
) -> Paging:
    """Read what page is asked for; raises Invalid."""
    return Paging(limit or LIMIT, () if after is None else _key(after), is_stated=bool(limit or after is not None))


def _key(given: str) -> Key:
    try:
        padded = given + "=" * (-len(given) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        kept = isinstance(key, list) and bool("".join(key).encode())
    except (ValueError, TypeError, RecursionError):
        key, kept = [], False
    if not kept or any("\0" in part for part in key):
        raise Invalid(Problem("cursor", "cursor", "This is no cursor that a page of this list ended with."))
    return tuple(key)


PagingDep = Annotated[Paging, Depends(_paging)]
