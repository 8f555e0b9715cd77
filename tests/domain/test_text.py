"""Text typed by people: what is kept, in which form, and what is refused."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import text
from app.domain.errors import Invalid

Read = Callable[[str, object], str]
REORDERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NOT_KEPT = [*REORDERING, "\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\udfff", "\U0010ffff", "\ufdd0"]


def code_of(refused: pytest.ExceptionInfo[Invalid]) -> str:
    (problem,) = refused.value.problems
    assert problem.field == "about"
    return problem.code


@pytest.mark.parametrize("raw", [None, "", " ", "\n\t", "\u00a0", "\u2003", "\u200b", "\ufeff\u00ad \u2060"])
def test_a_line_without_anything_to_see_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        text.line("about", raw)
    assert code_of(refused) == "required"


@pytest.mark.parametrize("raw", [0, 1, True, 1.5, b"text", ["text"], {"text": 1}, object()])
@pytest.mark.parametrize("read", [text.line, text.optional_line, text.note])
def test_what_is_not_text_is_refused(read: Read, raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        read("about", raw)
    assert code_of(refused) == "text"


@pytest.mark.parametrize("character", NOT_KEPT, ids=ascii)
@pytest.mark.parametrize("read", [text.line, text.optional_line, text.note])
def test_a_character_that_cannot_be_kept_or_reorders_text_is_refused_wherever_it_is(read: Read, character: str) -> None:
    for raw in (character, f"{character}abc", f"ab{character}c", f"abc{character}"):
        with pytest.raises(Invalid) as refused:
            read("about", raw)
        assert code_of(refused) == "characters"


@pytest.mark.parametrize("separator", ["\n", "\r", "\r\n", "\t", "\u2028", "\u2029"])
def test_a_line_is_one_line(separator: str) -> None:
    with pytest.raises(Invalid) as refused:
        text.line("about", f"one{separator}two")
    assert code_of(refused) == "line"
    assert text.line("about", f" one{separator}") == "one"


@pytest.mark.parametrize(("length", "is_kept"), [(200, True), (201, False)])
def test_a_line_has_at_most_200_characters(length: int, *, is_kept: bool) -> None:
    if is_kept:
        assert text.line("about", "å" * length) == "å" * length
        return
    with pytest.raises(Invalid) as refused:
        text.line("about", "å" * length)
    assert code_of(refused) == "too-long"
    assert refused.value.problems[0].params == {"longest": 200}


def test_a_note_has_at_most_10000_characters() -> None:
    longest = "ø" * 10_000
    assert text.note("about", longest) == longest
    with pytest.raises(Invalid) as refused:
        text.note("about", longest + "x")
    assert code_of(refused) == "too-long"
    assert refused.value.problems[0].params == {"longest": 10_000}


def test_length_is_counted_in_characters_of_the_form_that_is_kept() -> None:
    assert text.note("about", "a\u030a" * 10_000) == "å" * 10_000
    assert text.note("about", "\U0001f600" * 10_000) == "\U0001f600" * 10_000


def test_marks_that_no_language_heaps_up_are_refused_and_never_put_in_order() -> None:
    # Putting a megabyte of them in order takes minutes, in which nobody else is served.
    heap = "a" + "\u0300\u0323" * 16
    assert unicodedata.normalize("NFC", heap) != heap
    assert text.composed(heap) == heap
    for raw, code in ((heap, "characters"), (heap * text.NOTE_LENGTH, "too-long")):
        with pytest.raises(Invalid) as refused:
            text.note("about", raw)
        assert [problem.code for problem in refused.value.problems] == [code]
    assert text.note("about", "a" + "\u0323" * 30) == "\u1ea1" + "\u0323" * 29


def test_a_limit_of_ones_own_holds() -> None:
    assert text.optional_line("about", "1234", longest=4) == "1234"
    with pytest.raises(Invalid):
        text.optional_line("about", "12345", longest=4)


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_an_optional_line_may_be_empty(raw: object) -> None:
    assert text.optional_line("about", raw) == ""


def test_nothing_is_an_empty_note() -> None:
    assert text.note("about", None) == ""


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("\r\r\n\n", "\n\n\n"),
        ("col\tumn", "col\tumn"),
        ("A\u030alesund", "Ålesund"),
        ("  space stays  ", "  space stays  "),
        ("👩\u200d🚀 \u0645\u06cc\u200c\u062e \U0001d50a", "👩\u200d🚀 \u0645\u06cc\u200c\u062e \U0001d50a"),
        ("a\u2028b", "a\u2028b"),
        ("=1+1", "=1+1"),
        ("<script>", "<script>"),
        ("%(answered)s %", "%(answered)s %"),
    ],
)
def test_a_note_keeps_what_was_typed_in_one_form(raw: str, kept: str) -> None:
    assert text.note("about", raw) == kept


@given(st.text(max_size=300))
def test_a_kept_note_is_kept_as_it_is_when_it_is_sent_again(raw: str) -> None:
    try:
        kept = text.note("about", raw)
    except Invalid:
        return
    assert text.note("about", kept) == kept
    assert "\r" not in kept
    assert unicodedata.is_normalized("NFC", kept)
    kept.encode()


@given(st.text(max_size=250))
def test_a_kept_line_is_trimmed_short_and_kept_as_it_is_when_it_is_sent_again(raw: str) -> None:
    try:
        kept = text.line("about", raw)
    except Invalid:
        return
    assert text.line("about", kept) == kept == kept.strip()
    assert 1 <= len(kept) <= 200
    assert len(kept.splitlines()) == 1


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=200))
def test_letters_figures_and_signs_are_always_kept(raw: str) -> None:
    kept = text.note("about", raw)
    assert kept == unicodedata.normalize("NFC", raw)
