"""Who may say which sentence: person x use case, written by hand, and tried with every one of them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.errors import GoldgapError, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import VISITOR, Actor
from app.domain.roles import Role, TokenScope
from app.usecases import assessments, clusters, gaps, operators
from tests.usecases.world import PEOPLE, World

Call = Callable[[World, Actor, Assessment], Any]
LEVEL = {"level": 1}
STARTED = {"title": "Spring", "reference_date": "2027-03-31"}


def draft(world: World) -> Assessment:
    return world.complete()


def submitted(world: World) -> Assessment:
    return world.submit()


def revision_of_kyst(world: World) -> int:
    return clusters.view(world.store, world.frameworks, world.manager, "kyst").cluster.revision


# What is there first, and the sentence said about it.
SENTENCES: dict[str, tuple[Callable[[World], Assessment], Call]] = {
    "read draft": (draft, lambda w, a, x: assessments.report(w.store, w.frameworks, a, x.id)),
    "read submitted": (submitted, lambda w, a, x: assessments.report(w.store, w.frameworks, a, x.id)),
    "gap of draft": (draft, lambda w, a, x: gaps.gap(w.store, w.frameworks, a, x.id)),
    "gap of submitted": (submitted, lambda w, a, x: gaps.gap(w.store, w.frameworks, a, x.id)),
    "start": (draft, lambda w, a, x: assessments.start(w.store, w.frameworks, a, x.cluster.slug, STARTED)),
    "answer": (draft, lambda w, a, x: assessments.answer(w.store, w.frameworks, a, x.id, "A.1", LEVEL, 1)),
    "answer all": (draft, lambda w, a, x: assessments.answer_all(w.store, w.frameworks, a, x.id, {"A.1": LEVEL}, 2)),
    "answer each": (
        draft,
        lambda w, a, x: assessments.answer_each(w.store, w.frameworks, a, x.id, {"A.1": LEVEL}, {"A.1": 1}),
    ),
    "submit": (draft, lambda w, a, x: assessments.move(w.store, w.frameworks, a, x.id, Move.SUBMIT)),
    "withdraw": (submitted, lambda w, a, x: assessments.move(w.store, w.frameworks, a, x.id, Move.WITHDRAW)),
    "delete": (draft, lambda w, a, x: assessments.delete(w.store, a, x.id)),
    "view cluster": (draft, lambda w, a, _: clusters.view(w.store, w.frameworks, a, "kyst")),
    "update cluster": (
        draft,
        lambda w, a, _: clusters.update(w.store, a, "kyst", {"region": "Møre"}, revision_of_kyst(w)),
    ),
    "view programme": (draft, lambda w, a, _: clusters.view_programme(w.store, a, "north")),
    "open round": (
        draft,
        lambda w, a, x: clusters.open_round(
            w.store, a, "north", {"name": f"Round {x.id}", "reference_date": "2026-12-31"}
        ),
    ),
    "register in north": (
        draft,
        lambda w, a, x: clusters.register(w.store, a, {"name": f"New {x.id}", "programme": "north"}),
    ),
    "register in none": (draft, lambda w, a, x: clusters.register(w.store, a, {"name": f"Alone {x.id}"})),
}
# y: yes; p: not permitted; -: not found; v: sign in first; i: invalid, as for a programme that is not there.
TABLE = """
                    observer contributor manager evaluator p-eval reader owner admin neighbour stranger nobody visitor
    read draft         y         y          y        p       p      p      p     p       -        -       -       v
    read submitted     y         y          y        y       y      y      y     y       -        -       -       v
    gap of draft       y         y          y        p       p      p      p     p       -        -       -       v
    gap of submitted   y         y          y        y       y      y      y     y       -        -       -       v
    start              p         p          y        p       p      p      p     p       -        -       -       v
    answer             p         y          y        p       p      p      p     p       -        -       -       v
    answer all         p         y          y        p       p      p      p     p       -        -       -       v
    answer each        p         y          y        p       p      p      p     p       -        -       -       v
    submit             p         p          y        p       p      p      p     p       -        -       -       v
    withdraw           p         p          y        p       p      p      p     p       -        -       -       v
    delete             p         p          y        p       p      p      p     p       -        -       -       v
    view cluster       y         y          y        y       y      y      y     y       -        -       -       v
    update cluster     p         p          y        p       p      p      y     y       -        -       -       v
    view programme     -         -          -        -       p      y      y     y       -        -       -       v
    open round         -         -          -        -       p      p      y     y       -        -       -       v
    register in north  i         i          i        i       p      p      y     y       i        i       i       v
    register in none   p         p          p        p       p      p      p     y       p        p       p       v
"""
REFUSALS = {"p": NotPermitted, "-": NotFound, "v": NotSignedIn, "i": Invalid}
ROWS = {line[:22].strip(): line[22:].split() for line in TABLE.strip("\n").splitlines()[1:]}
# The scope that a token needs, and somebody who may.
SCOPES = {
    **dict.fromkeys(("read draft", "read submitted", "gap of draft", "gap of submitted"), ("read", "manager")),
    **dict.fromkeys(("start", "answer", "answer all", "answer each", "submit", "withdraw"), ("write", "manager")),
    **dict.fromkeys(("delete", "update cluster"), ("write", "manager")),
    "view cluster": ("read", "manager"),
    "view programme": ("read", "owner"),
    **dict.fromkeys(("open round", "register in north"), ("admin", "owner")),
    "register in none": ("admin", "administrator"),
}


def test_the_tables_name_every_sentence_and_person() -> None:
    assert set(ROWS) == set(SENTENCES) == set(SCOPES)
    assert all(len(marks) == len(PEOPLE) + 1 for marks in ROWS.values())


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_person_may_say_what_the_table_says_and_a_refusal_changes_nothing(world: World, sentence: str) -> None:
    prepare, say = SENTENCES[sentence]
    people = [*map(world.actor, PEOPLE), VISITOR]
    assessment = prepare(world)
    for actor, mark in zip(people, ROWS[sentence], strict=True):
        if mark == "y":
            say(world, actor, prepare(world))
            continue
        with world.unchanged(), pytest.raises(REFUSALS[mark]) as refused:
            say(world, actor, assessment)
        assert type(refused.value) is REFUSALS[mark], f"{actor.name}: {sentence}"


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_token_needs_the_scope_and_is_worth_no_more_than_its_owner(world: World, sentence: str) -> None:
    prepare, say = SENTENCES[sentence]
    needed, person = SCOPES[sentence]
    actor = world.actor(person)
    without = dataclasses.replace(actor, token_scopes=frozenset(TokenScope) - {TokenScope(needed)})
    assessment = prepare(world)
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        say(world, without, assessment)
    assert refused.value.code == "scope"
    say(world, dataclasses.replace(actor, token_scopes=frozenset({TokenScope(needed)})), prepare(world))
    everything = dataclasses.replace(world.actor("stranger"), token_scopes=frozenset(TokenScope))
    with world.unchanged(), pytest.raises(GoldgapError) as refused_too:
        say(world, everything, assessment)
    assert type(refused_too.value) in {NotFound, NotPermitted, Invalid}


ABOUT_AN_ASSESSMENT = sorted(set(SENTENCES) - {"view programme", "open round", "register in north", "register in none"})


@pytest.mark.parametrize("sentence", ABOUT_AN_ASSESSMENT)
def test_what_is_out_of_reach_is_refused_in_the_very_words_for_what_is_missing(world: World, sentence: str) -> None:
    prepare, say = SENTENCES[sentence]
    theirs = prepare(world)
    missing = dataclasses.replace(theirs, id="missing", cluster=dataclasses.replace(theirs.cluster, slug="missing"))
    stranger = world.actor("stranger")
    found = []
    for assessment in (theirs, missing):
        with pytest.raises(NotFound) as refused:
            say(world, stranger, assessment)
        found.append((refused.value.code, str(refused.value), refused.value.params, vars(refused.value)))
    assert found[0] == found[1]


def test_a_programme_out_of_reach_is_refused_in_the_very_words_for_one_that_is_missing(world: World) -> None:
    owner = world.actor("owner")
    sentences: list[Callable[[str], object]] = [
        lambda slug: clusters.view_programme(world.store, owner, slug),
        lambda slug: clusters.open_round(world.store, owner, slug, {"name": "R", "reference_date": "2026-12-31"}),
        lambda slug: clusters.register(world.store, owner, {"name": "New", "programme": slug}),
    ]
    for say in sentences:
        found = []
        for slug in ("south", "missing"):
            with world.unchanged(), pytest.raises((NotFound, Invalid)) as refused:
                say(slug)
            found.append((type(refused.value), str(refused.value), vars(refused.value)))
        assert found[0] == found[1]


def test_a_role_taken_away_is_gone_with_the_next_request(world: World) -> None:
    assessment = world.complete()
    say = SENTENCES["answer"][1]
    say(world, world.manager, assessment)
    operators.remove_member(world.store, "manager@example.org", Role.MANAGER, cluster="kyst", programme=None)
    with world.unchanged(), pytest.raises(NotFound):
        say(world, world.manager, assessment)
