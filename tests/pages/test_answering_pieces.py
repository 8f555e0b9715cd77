"""What htmx gets for a save: pieces for the touched cards and nothing else, and never a field that somebody edits."""

from collections.abc import Mapping

import pytest

from app.domain.roles import Role
from tests.pages import html
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.world import World

HTMX = {"HX-Request": "true"}
# What follows any save: how far one is, where one can go, and that everything is answered once it is.
AROUND = ["rail", "ways", "done"]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def post(desk: Desk, sent: Mapping[str, str], status: int = 200) -> Element:
    """Send a save as htmx does, and return its pieces."""
    answer = desk.browser.http.post(desk.path, data=dict(sent), headers=HTMX)
    assert answer.status_code == status, answer.text
    assert "HX-Request" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "no-store"
    return html.read(answer.text)


def ids(pieces: Element) -> list[str]:
    """The ids of the pieces, each of which must say that it is put in its place out of band."""
    top = [piece for piece in pieces.children if isinstance(piece, Element)]
    assert all(piece["hx-swap-oob"] in {"true", "outerMorph"} for piece in top)
    return [piece["id"] for piece in top]


def card(note: str, **more: str) -> dict[str, str]:
    """One card as the script sends it: no `seen`, since only touched cards leave."""
    sent = {"level": "1", "note": note, "revision": "0", **more}
    return {f"{name}-A.1": value for name, value in sent.items()}


def test_a_saved_card_gets_its_status_its_base_and_the_rail(desk: Desk) -> None:
    pieces = post(desk, card("Kari's"))
    assert ids(pieces) == ["i-A-1-status", "i-A-1-after", "i-A-1-base", "i-A-1-problems", *AROUND]
    assert pieces.named("i-A-1-status")["data-state"] == "saved"
    assert pieces.one("input", name="revision-A.1")["value"] == "1"
    assert "1 of 3 answered" in pieces.named("rail").text
    assert not pieces.named("i-A-1-after").all("section")


def test_the_save_of_the_last_answer_brings_the_way_to_submitting(desk: Desk) -> None:
    desk.answers(desk.kari, "A.2", 1)
    submit = f"/assessments/{desk.key}/submit"
    pieces = post(desk, card("Kari's"))
    assert not pieces.named("done").text
    assert "Go to the next unanswered" in pieces.named("ways").text
    desk.answers(desk.kari, "B.1", 1)
    pieces = post(desk, card("Kari's, again", revision="1"))
    assert pieces.named("done").one("a", href=submit).text == "Check and submit"
    assert pieces.named("done")["role"] == "status"
    assert pieces.named("rail").all("a", href=submit)
    assert not pieces.named("ways").text


def test_of_a_whole_form_only_the_touched_cards_come_back(desk: Desk) -> None:
    pieces = post(desk, {**desk.fields(), "note-A.2": "Touched"})
    assert {name for name in ids(pieces) if name.startswith("i-")} == {
        f"i-A-2-{part}" for part in ("status", "after", "base", "problems")
    }


def test_a_form_without_a_touched_card_gets_nothing(desk: Desk) -> None:
    assert ids(post(desk, desk.fields())) == []


def test_the_new_mark_is_that_of_what_stands_in_the_field(desk: Desk) -> None:
    opened = desk.fields()
    pieces = post(desk, {**opened, "note-A.1": "Lines\r\nof text"})
    base = {name: pieces.one("input", name=name)["value"] for name in ("revision-A.1", "seen-A.1")}
    assert ids(post(desk, {**opened, **base, "note-A.1": "Lines\r\nof text"})) == []


def test_a_conflict_comes_with_both_answers_and_without_a_new_base(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    pieces = post(desk, card("Kari's"), 409)
    assert ids(pieces) == ["i-A-1-status", "i-A-1-after", "i-A-1-problems"]
    assert pieces.named("i-A-1-status")["data-state"] == "conflict"
    assert pieces.one("input", name="shown-A.1")["value"] == "1"
    assert desk.content("A.1") == (2, "Ola's")


def test_keeping_mine_leaves_the_field_alone(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    pieces = post(desk, card("Kari's", shown="1", keep="mine"))
    assert ids(pieces) == ["i-A-1-status", "i-A-1-after", "i-A-1-base", "i-A-1-problems", *AROUND]
    assert desk.content("A.1") == (1, "Kari's")


def test_keeping_theirs_is_the_one_thing_that_brings_the_fields(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    pieces = post(desk, card("Kari's", shown="1", keep="theirs"))
    assert "i-A-1-fields" in ids(pieces)
    assert fields(pieces)["note-A.1"] == "Ola's"
    assert desk.content("A.1") == (2, "Ola's")


def test_a_save_whose_answer_got_lost_is_continued_and_not_in_conflict_with_itself(desk: Desk) -> None:
    post(desk, card("First"))
    pieces = post(desk, card("First and second", tried="1\nFirst"))
    assert pieces.named("i-A-1-status")["data-state"] == "saved"
    assert desk.content("A.1") == (1, "First and second")


def test_what_somebody_else_wrote_is_not_taken_for_a_lost_save(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    post(desk, card("Kari's", tried="1\nKari's first"), 409)
    assert desk.content("A.1") == (2, "Ola's")


def test_the_same_save_twice_is_saved_twice(desk: Desk) -> None:
    post(desk, card("Once"))
    pieces = post(desk, card("Once"))
    assert pieces.named("i-A-1-status")["data-state"] == "saved"
    assert desk.kept().answer("A.1").revision == 1


def test_a_fault_is_told_beside_the_field_and_other_cards_are_kept(desk: Desk) -> None:
    sent = {**card("x" * 10_001), "level-A.2": "1", "note-A.2": "", "revision-A.2": "0"}
    pieces = post(desk, sent, 422)
    assert "This is longer than 10000 characters." in pieces.named("i-A-1-problems").text
    assert pieces.named("i-A-1-status")["data-state"] == "failed"
    assert pieces.named("i-A-2-status")["data-state"] == "saved"
    assert desk.content("A.2") == (1, "")


def test_an_ended_session_says_so_on_the_card_with_a_way_to_sign_in_that_keeps_the_page(desk: Desk) -> None:
    desk.browser = desk.world.browser()
    pieces = post(desk, card("Kari's"), 401)
    assert ids(pieces) == ["i-A-1-status"]
    link = pieces.one("a")
    assert (link["href"], link["target"]) == (f"/sign-in?next={desk.path}", "_blank")
    assert "Your session has ended; what you wrote is still here." in pieces.text


@pytest.mark.parametrize(
    ("role", "status", "words"),
    [(Role.OBSERVER, 403, "Your role does not allow"), (None, 404, "There is nothing here")],
)
def test_a_role_that_was_taken_away_says_so_on_the_card(desk: Desk, role: Role | None, status: int, words: str) -> None:
    desk.world.cluster("elsewhere")
    cluster = "havbruk" if role else "elsewhere"
    desk.browser = desk.world.signed_in(role or Role.MANAGER, cluster=cluster)
    assert words in post(desk, card("Kari's"), status).named("i-A-1-status").text


def test_an_assessment_handed_in_meanwhile_says_so_on_the_card(desk: Desk) -> None:
    desk.hand_in()
    pieces = post(desk, card("Too late"), 409)
    assert "This assessment has been submitted" in pieces.named("i-A-1-status").text
    assert "i-A-1-base" not in ids(pieces)


def test_what_people_write_stays_text_in_every_piece(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 2, "</p><p id=rail hx-swap-oob=true>")
    pieces = post(desk, card("<script>alert(1)</script>"), 409)
    assert ids(pieces) == ["i-A-1-status", "i-A-1-after", "i-A-1-problems"]
    assert not pieces.all("script")
    assert all("hx-ignore" in note.attributes for note in pieces.all() if note.has("conflict__note"))
