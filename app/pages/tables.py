"""Tables that are sorted and paged by plain links: columns, orders and pagers, for whatever rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

PAGE_LENGTH = 50
_NEAR = 2
Row = TypeVar("Row")
# An address of the same page with these parameters changed; None leaves one out.
Address = Callable[..., str]


class Column(NamedTuple):
    """A table's column; a sortable one has an address, and says how it is sorted now. `title` is its long name."""

    label: str
    numeric: bool = False
    url: str | None = None
    sort: str | None = None
    title: str = ""


class Leaf(NamedTuple):
    """A page of a long table: its number, its address, and whether it is the one shown."""

    number: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The way to the other pages of a long table, None where some are passed over; no `leaves`, no other pages."""

    leaves: tuple[Leaf | None, ...] = ()
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How a table is sorted: by which key, and whether the largest comes first."""

    key: str
    descends: bool

    @property
    def parameter(self) -> str:
        """The order as it stands in the address."""
        return f"-{self.key}" if self.descends else self.key

    def column(self, address: Address, label: str, key: str, *, first: str = "", title: str = "") -> Column:
        """Return a sortable column: following it begins with `first`, and again turns the order round.

        One that begins with the largest is a column of numbers.
        """
        parameter, sort = first or key, None
        if key == self.key:
            parameter = Order(key, not self.descends).parameter
            sort = "descending" if self.descends else "ascending"
        return Column(label, numeric=bool(first), url=address(sort=parameter), sort=sort, title=title)


def order(wanted: str, keys: Iterable[str], otherwise: str) -> Order:
    """Return the order that was asked for, or `otherwise` where it is by none of the keys."""
    chosen = wanted if wanted.removeprefix("-") in set(keys) else otherwise
    return Order(chosen.removeprefix("-"), chosen.startswith("-"))


def ordered(rows: Iterable[Row], chosen: Order, key: Callable[[Row], Any]) -> list[Row]:
    """Sort by a key; rows without a value come last in both directions, equal ones keep their order."""
    found = list(rows)
    valued = [row for row in found if key(row) is not None]
    # Turned round twice, so that equal rows stay in the order in which they came.
    ascending = sorted(reversed(valued) if chosen.descends else valued, key=key)
    return [*(reversed(ascending) if chosen.descends else ascending), *(row for row in found if key(row) is None)]


def leaf(rows: Sequence[Row], wanted: int, address: Address) -> tuple[Sequence[Row], Pages]:
    """Return the rows of the page that was asked for, or of the last one there is, and the way to the others."""
    count = max(1, -(-len(rows) // PAGE_LENGTH))
    number = min(wanted, count)
    return rows[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH], pages(number, count, address)


def pages(number: int, count: int, address: Address) -> Pages:
    """Return the way from one of so many pages to the others."""
    if count == 1:
        return Pages()
    links = {each: address(page=each if each > 1 else None) for each in range(1, count + 1)}
    leaves = (None if each is None else Leaf(each, links[each], each == number) for each in _numbers(number, count))
    return Pages(tuple(leaves), links.get(number - 1), links.get(number + 1))


def _numbers(current: int, count: int) -> Iterator[int | None]:
    """Yield the first and last page and those near the current one, None for each gap."""
    before = 0
    for number in range(1, count + 1):
        if number in {1, count} or abs(number - current) <= _NEAR:
            if number > before + 1:
                yield None
            yield number
            before = number


def page_address(base: str, *, page: int | None, anchor: str = "") -> str:
    """Return the address of one page of a table that is neither sorted nor filtered."""
    return base + (f"?page={page}" if page else "") + (f"#{anchor}" if anchor else "")
