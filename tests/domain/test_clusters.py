"""Readable addresses of clusters, and calendar days."""

import contextlib
import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import clusters
from app.domain.errors import Invalid


@pytest.mark.parametrize("slug", ["a", "7", "havbruk-sor", "gce-blue-2026", "a-1-b-2", "x" * 60])
def test_an_address_of_small_letters_figures_and_single_hyphens_is_kept_as_it_is(slug: str) -> None:
    assert clusters.slug("slug", slug) == slug
    assert clusters.slug("slug", f" {slug[:58]}\n") == slug[:58]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        *((raw, "slug") for raw in ("Havbruk", "havbruk sør", "sør", "-a", "a-", "a--b", "a_b", "a/b", "../a", "a.b")),
        *((raw, "slug") for raw in ("a%2f", "٣", "\uff41", "a\u200bb", "<b>", "a?b", "a#b")),
        *((raw, "required") for raw in (None, "", "  ", "\u200b")),
        *((raw, "text") for raw in (5, True, 1.5, ["a"], b"a")),
        ("x" * 61, "too-long"),
        ("a\nb", "line"),
        ("a\x00", "characters"),
        ("\ud800", "characters"),
        ("\u202ea", "characters"),
    ],
    ids=ascii,
)
def test_any_other_address_is_refused(raw: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clusters.slug("slug", raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("slug", code)]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Havbruk Sør", "havbruk-sor"),
        ("GCE Blue Maritime", "gce-blue-maritime"),
        ("Ålesund Øst Ærfugl", "alesund-ost-aerfugl"),
        ("A\u030alesund", "alesund"),
        ("ÆØÅ æøå", "aeoa-aeoa"),
        ("Møre & Romsdal", "more-og-romsdal"),
        ("Mat&Drikke", "mat-og-drikke"),
        ("Fjord \u2013 og fjell / AS.", "fjord-og-fjell-as"),
        ("  --Kant--  ", "kant"),
        ("Straße 17", "strasse-17"),
        ("Đuro Łódź", "duro-lodz"),
        ("Guovdageaidnu Čálli Ŋ", "guovdageaidnu-calli"),
        ("\ufb01sk\u2122", "fisk"),
        ("x" * 59 + " yz", "x" * 59),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_name_becomes_an_address_that_can_be_said_aloud(name: str, slug: str) -> None:
    assert clusters.slug_from(name) == slug


@pytest.mark.parametrize("name", ["", "日本", "!!!", "\u2013", "\ud800", "\u202e"], ids=ascii)
def test_a_name_without_a_letter_or_figure_to_write_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        clusters.slug_from(name)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("slug", "required")]


@given(st.text(max_size=120))
def test_an_address_made_from_a_name_is_always_an_address(name: str) -> None:
    try:
        slug = clusters.slug_from(name)
    except Invalid:
        assert not re.search(r"[a-zA-Z0-9æøåÆØÅ]", name)
        return
    assert clusters.slug("slug", slug) == slug
    assert clusters.slug_from(slug) == slug


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-09-30", dt.date(2026, 9, 30)),
        (dt.date(2026, 9, 30), dt.date(2026, 9, 30)),
        ("2000-01-01", dt.date(2000, 1, 1)),
        ("2099-12-31", dt.date(2099, 12, 31)),
        ("2028-02-29", dt.date(2028, 2, 29)),
    ],
)
def test_a_day_between_2000_and_2099_is_kept(raw: object, day: dt.date) -> None:
    assert clusters.day("reference_date", raw) == day


@pytest.mark.parametrize(
    "raw",
    [
        *(None, "", "soon", "2026", "2026-02-29", "2026-13-01", "2026-09-31", "30.09.2026", "26-09-30"),
        *("1999-12-31", "2100-01-01", "9999-12-31", "0001-01-01", "today"),
        pytest.param("infinity", id="infinity, CVE-2021-29510"),
        pytest.param("-infinity", id="-infinity, CVE-2021-29510"),
        *("20260930", "2026-W40-3", " 2026-09-30", "2026-09-30T10:00:00", "٢٠٢٦-٠٩-٣٠", "2026-09-30\x00", "\ud800"),
        *(dt.date(1999, 12, 31), dt.date.max, dt.datetime(2026, 9, 30, tzinfo=dt.UTC)),
        *(True, 20260930, 2.5, float("nan"), 2**70, ["2026-09-30"], {"year": 2026}, b"2026-09-30"),
    ],
    ids=ascii,
)
def test_any_other_day_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        clusters.day("reference_date", raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("reference_date", "date")]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_that_is_written_down_is_read_again(day: dt.date) -> None:
    assert clusters.day("day", day.isoformat()) == clusters.day("day", day) == day


@given(st.text())
def test_any_text_is_a_day_or_refused(raw: str) -> None:
    with contextlib.suppress(Invalid):
        assert 2000 <= clusters.day("day", raw).year <= 2099
