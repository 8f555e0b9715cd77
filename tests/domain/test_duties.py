"""What is refused in words: an audience that there is none of, a review of one's own, a change of the demo's people."""

import pytest

from app.domain.consent import Audience, audience
from app.domain.errors import Conflict, Invalid, NotPermitted, Problem
from app.domain.interests import refuse_review
from app.domain.permissions import Actor, require_real


@pytest.mark.parametrize("raw", ["everybody", "", None, 1, "Programme"])
def test_an_audience_is_one_of_three(raw: object) -> None:
    assert [audience("audience", each.value) for each in Audience] == list(Audience)
    with pytest.raises(Invalid) as caught:
        audience("audience", raw)
    assert caught.value.problems == (Problem("audience", "audience", "Choose with whom to share."),)


@pytest.mark.parametrize(
    ("belongs_to", "conflicts", "code", "words"),
    [
        (
            {"kyst"},
            {"kyst"},
            "own-cluster",
            "This person has a role in this cluster, so they cannot evaluate it.",
        ),
        (
            set(),
            {"kyst"},
            "conflict-of-interest",
            "This person has declared a conflict of interest about this cluster, so they cannot evaluate it.",
        ),
    ],
)
def test_why_somebody_cannot_review_is_said(belongs_to: set[str], conflicts: set[str], code: str, words: str) -> None:
    refuse_review(belongs_to, conflicts, "fjord")
    with pytest.raises(Conflict) as caught:
        refuse_review(belongs_to, conflicts, "kyst")
    assert (caught.value.code, str(caught.value)) == (code, words)


def test_the_people_of_the_demo_stay_as_they_are() -> None:
    require_real(Actor("kari"))
    with pytest.raises(NotPermitted) as caught:
        require_real(Actor("kari", is_demo=True))
    assert (caught.value.code, str(caught.value)) == (
        "demo",
        "The people of the demo are invented, and stay as they are.",
    )
