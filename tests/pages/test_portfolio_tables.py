"""Tables that are sorted and paged by links, whatever their rows."""

from hypothesis import given
from hypothesis import strategies as st

from app.pages import tables
from app.pages.tables import PAGE_LENGTH, Order


def address(page: int | None = None, sort: str | None = None) -> str:
    return f"?page={page}" if page else f"?sort={sort}" if sort else "."


def test_an_order_that_nobody_knows_is_the_usual_one() -> None:
    assert tables.order("-name", ["name", "points"], "points") == Order("name", descends=True)
    assert tables.order("colour", ["name", "points"], "-points") == Order("points", descends=True)
    assert tables.order("", ["name"], "name").parameter == "name"


def test_a_column_begins_as_it_is_told_and_is_turned_round_by_the_next_click() -> None:
    other = Order("name", descends=False)
    own = Order("points", descends=True)
    begun, turned = (chosen.column(address, "Points", "points", first="-points") for chosen in (other, own))
    assert (begun.url, begun.sort, begun.numeric) == ("?sort=-points", None, True)
    assert (turned.url, turned.sort) == ("?sort=points", "descending")
    assert other.column(address, "Name", "name") == tables.Column("Name", url="?sort=-name", sort="ascending")


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers())), st.sampled_from(["x", "-x"]))
def test_rows_without_a_value_come_last_and_equal_ones_keep_their_order(
    rows: list[tuple[int | None, int]], wanted: str
) -> None:
    found = tables.ordered(rows, tables.order(wanted, ["x"], "x"), lambda row: row[0])
    valued = [row for row in rows if row[0] is not None]
    assert found[len(valued) :] == [row for row in rows if row[0] is None]
    sign = -1 if wanted == "-x" else 1
    assert found[: len(valued)] == sorted(valued, key=lambda row: sign * (row[0] or 0))


def test_few_rows_have_no_other_page() -> None:
    shown, pages = tables.leaf(range(PAGE_LENGTH), 7, address)
    assert (len(shown), pages.leaves, pages.previous, pages.next) == (PAGE_LENGTH, (), None, None)
    assert tables.leaf([], 1, address)[0] == []


def test_the_pager_passes_over_pages_that_are_far_away() -> None:
    shown, pages = tables.leaf(range(PAGE_LENGTH * 20 - 1), 10, address)
    assert list(shown) == list(range(9 * PAGE_LENGTH, 10 * PAGE_LENGTH))
    numbers = [leaf and (leaf.number, leaf.current) for leaf in pages.leaves]
    near = [(number, number == 10) for number in range(8, 13)]
    assert numbers == [(1, False), None, *near, None, (20, False)]
    assert (pages.previous, pages.next) == ("?page=9", "?page=11")
    assert tables.leaf(range(PAGE_LENGTH + 1), 99, address)[1].next is None
