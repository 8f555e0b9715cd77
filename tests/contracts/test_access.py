"""The access matrix (`access.toml`), played for real: who gets which answer from every route, cell by cell.

A request that only reads leaves the database as it was, but for counters of tries. One that is refused leaves at most a
line in the journal, one that exports exactly one. What is out of reach and what does not exist answer the same.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from httpx2 import Response

from app.domain.roles import Role
from app.usecases import operators
from tests.contracts import cast
from tests.contracts.cast import HOLDERS, PLACES, SCOPES, STATES, Stage, Thing
from tests.contracts.routes import addresses

MATRIX: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("access.toml").read_text(encoding="utf-8"))
STANDING: Mapping[str, list[str]] = MATRIX.pop("standing")
SAME: Mapping[str, str] = MATRIX.pop("same")
WITHHELD = {name: int(status) for status, names in MATRIX.pop("withheld").items() for name in names.split()}
ROLES = ("observer", "contributor", "manager", "evaluator", "reader", "owner", "administrator")
EVERYBODY = (*ROLES, *SAME, "nobody", "visitor")
PROGRAMME = {"audience": "programme"}
USELESS = ("expired", "revoked", "misspelt")
# Where tokens with one scope each are tried too: in the other places they meet the same two gates.
NARROWED = ("own", "withheld")
OUT_OF_REACH = frozenset({404, 422})
LIES_SOMEWHERE = frozenset({"id", "assessment_id", "cluster", "programme", "membership_id", "invitation_id"})


class Cell(NamedTuple):
    """One request to be made: who asks, with which headers, for what, and the answer that is due."""

    who: str
    headers: Mapping[str, str]
    place: str
    state: str
    expected: int


def is_api(key: str) -> bool:
    """Whether a route is the API's, which knows people by their tokens."""
    return " /api/" in key


def column(key: str, state: str) -> dict[str, int]:
    """Return the status due to each standing, from the line of the matrix and what holds unless it says otherwise."""
    route = MATRIX[key]
    line = route.get("always") or route[state]
    due = {name: int(status) for status, names in line.items() for name in names.split()}
    if "everybody" in due:
        return dict.fromkeys(EVERYBODY, due["everybody"])
    visitor = 401 if is_api(key) or key.startswith("POST") else 303
    named = {"nobody": 404, "visitor": visitor, **due}
    return {**{name: named[other] for name, other in SAME.items()}, **named}


def due_to(key: str, state: str, place: str) -> dict[str, int]:
    """Return the status due to each standing in a place."""
    is_withheld = place == "withheld" and _named(key) & {"id", "assessment_id"}
    return column(key, state) | (WITHHELD if is_withheld else {})


def _named(key: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", key + str(MATRIX[key].get("send", ""))))


def named(key: str) -> str:
    """Return what the tests of a route are called: the route, and the faults that others had on one like it."""
    return ", ".join([key, *([MATRIX[key]["fault"]] if "fault" in MATRIX[key] else [])])


def states(key: str) -> list[str]:
    """Return the states that a route's line tells apart; where it tells none, one will do."""
    return ["draft"] if "always" in MATRIX[key] else [state for state in STATES if state in MATRIX[key]]


def places(key: str) -> tuple[str, ...]:
    """Return the places to ask in: all, where the request names something that lies somewhere."""
    if "secret" in _named(key):  # whoever has the link is let in, wherever they stand
        return PLACES[:1]
    return PLACES if _named(key) & LIES_SOMEWHERE else PLACES[:1]


def lacking(due: int) -> int:
    """Return what is due to a token without the scope that the route needs."""
    return due if due in OUT_OF_REACH else 403


def cells(stage: Stage, key: str) -> Iterator[Cell]:
    """Yield every request that the matrix has a status for."""
    scope = MATRIX[key].get("scope")
    for state in states(key):
        for place in places(key):
            due = due_to(key, state, place)
            for who, standings in STANDING.items():
                yield Cell(who, credentials(stage, key, who), place, state, due[standings[PLACES.index(place)]])
            if is_api(key):
                yield from _with_tokens(stage, place, state, due, scope)
            else:
                yield Cell("a token on a page", bearing(stage, "manager"), place, state, due["visitor"])


def _with_tokens(stage: Stage, place: str, state: str, due: Mapping[str, int], scope: str | None) -> Iterator[Cell]:
    for holder in HOLDERS if place in NARROWED else ():
        own = due[STANDING[holder][PLACES.index(place)]]
        for each in SCOPES:
            status = own if scope in {None, each} else lacking(own)
            yield Cell(f"{holder}:{each}", bearing(stage, f"{holder}:{each}"), place, state, status)
    for name in USELESS if place == "own" else ():
        yield Cell(name, bearing(stage, name), place, state, due["visitor"])
    cookie = {"Cookie": stage.sessions["manager"]}
    yield Cell("a session on the API", cookie, place, state, due["visitor"])


def credentials(stage: Stage, key: str, who: str) -> dict[str, str]:
    """Return how somebody shows who they are."""
    if who == "visitor":
        return {}
    return bearing(stage, who) if is_api(key) else {"Cookie": stage.sessions[who]}


def bearing(stage: Stage, name: str) -> dict[str, str]:
    """Return the header that a token comes in."""
    return {"Authorization": f"Bearer {stage.tokens[name]}"}


def play(stage: Stage, key: str, headers: Mapping[str, str], thing: Thing) -> Response:
    """Make the request of a route, about a thing."""
    method, _, path = key.partition(" ")
    send = MATRIX[key].get("send", {})
    about = {"If-Match": f'"{thing.fill(send["match"])}"'} if "match" in send else {}
    return stage.http.request(
        method,
        thing.fill(path),
        headers={**headers, **about},
        json=_filled(send["json"], thing) if "json" in send else None,
        data=_filled(send.get("form", {}), thing) or None,
    )


def lines_due(key: str, who: str, status: int) -> list[str] | None:
    """Return the verbs of the lines that an answer leaves in the journal; None for a change, which leaves its own."""
    method = key.partition(" ")[0]
    is_somebody = who not in {"visitor", "disabled", "a token on a page", "a session on the API", *USELESS}
    if status == 403 or (status == 404 and method != "GET" and is_somebody):
        return ["refused"]
    if status == 422 and key == "POST /sign-in":
        return ["refused"]
    if status == 404 and key.endswith(" /reset/{reset_id}/{secret}"):  # a link to a new password, tried out by anybody
        return ["refused"]
    if status == 401 and is_api(key) and who in {*USELESS, "disabled"}:
        return ["refused"]
    if status >= 400 or method == "GET":
        return ["exported"] if status == 200 and MATRIX[key].get("exports") else []
    return None


def _filled(value: Any, thing: Thing) -> Any:
    if isinstance(value, dict):
        return {thing.fill(name): _filled(inner, thing) for name, inner in value.items()}
    return thing.fill(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everybody and everything there is."""
    yield from cast.build(tmp_path_factory.mktemp("access"))


def test_every_route_is_in_the_matrix(stage: Stage) -> None:
    served = {address.key for address in addresses(stage.app)}
    assert sorted(served - MATRIX.keys()) == []
    assert sorted(MATRIX.keys() - served) == []


@pytest.mark.parametrize("key", MATRIX)
def test_a_line_says_what_is_due_to_everybody(key: str) -> None:
    for state in states(key):
        assert sorted(column(key, state)) == sorted(EVERYBODY), state


@pytest.mark.parametrize("key", MATRIX, ids=named)
def test_the_route_answers_everybody_as_the_matrix_says(stage: Stage, key: str) -> None:
    found = []
    for who, headers, place, state, expected in cells(stage, key):
        status = play(stage, key, headers, stage.things[place, state]).status_code
        if status != expected:
            found.append(f"{who} asking for {place} {state}: {status}, and {expected} is due")
        noted, wanted = stage.noted(), lines_due(key, who, status)
        if wanted is not None and noted != wanted:
            found.append(f"{who} asking for {place} {state}: the journal has got {noted}, and {wanted} is due")
        if not stage.is_untouched():
            stage.reset()
    assert found == []


# Who asks for something in a place where it is out of their reach; for assessments the last three too.
STRANGERS = (("owner", "other"), ("manager", "same"), ("idle", "own"), ("former", "own"))
SHUT_OUT = (("owner", "withheld"), ("administrator", "withheld"), ("conflicted", "own"))


@pytest.mark.parametrize("key", [key for key in MATRIX if len(places(key)) > 1 or "{token_id}" in key])
def test_what_is_out_of_reach_and_what_does_not_exist_answer_the_same(stage: Stage, key: str) -> None:
    is_about_assessment = bool(_named(key) & {"id", "assessment_id"})
    for who, place in (
        *STRANGERS[: None if "{token_id}" not in key else 1],
        *(SHUT_OUT if is_about_assessment else ()),
    ):
        if {"programme"} == _named(key) & {"programme", "cluster"} and place != "other":
            continue  # their own programme, which is out of nobody's reach here
        headers = credentials(stage, key, who)
        foreign, missing = stage.things[place, "submitted"], stage.missing()
        answers = [_without_names(play(stage, key, headers, thing), thing) for thing in (foreign, missing)]
        assert answers[0] == answers[1], (who, place)
        due = lines_due(key, who, answers[0][0])
        assert due is not None
        assert stage.noted() == due * 2
        stage.reset()


# A role, who has it, and what it shows: first on the pages, then through the API.
TAKEN = [
    (Role.MANAGER, "manager", "/clusters/{cluster}/edit", "/api/v1/assessments/{id}"),
    (Role.CONTRIBUTOR, "contributor", "/assessments/{assessment_id}", "/api/v1/assessments/{id}"),
    (Role.OBSERVER, "observer", "/assessments/{assessment_id}/gap", "/api/v1/assessments/{id}/gap"),
    (Role.EVALUATOR, "evaluator", "/assessments/{assessment_id}", "/api/v1/clusters/{cluster}"),
    (Role.EVALUATOR, "surveyor", "/assessments/{assessment_id}", "/api/v1/assessments/{id}"),
    (Role.READER, "reader", "/programmes/{programme}", "/api/v1/assessments/{id}"),
    (Role.OWNER, "owner", "/programmes/{programme}", "/api/v1/assessments/{id}/gap"),
]


@pytest.mark.parametrize(("role", "who", "page", "resource"), TAKEN)
def test_a_role_that_is_taken_away_is_refused_with_the_next_request(
    stage: Stage, role: Role, who: str, page: str, resource: str
) -> None:
    thing = stage.things["own", "submitted"]
    asked = (
        (page, {"Cookie": stage.sessions[who]}),
        (resource, bearing(stage, who)),
    )

    def answers() -> list[int]:
        return [stage.http.get(thing.fill(path), headers=headers).status_code for path, headers in asked]

    assert answers() == [200, 200]
    on_programme = role in {Role.READER, Role.OWNER} or who == "surveyor"
    place = {"cluster": None, "programme": "north"} if on_programme else {"cluster": "cluster-own", "programme": None}
    operators.remove_member(stage.store, stage.emails[who], role, **place)
    assert answers() == [404, 404]
    operators.add_member(stage.store, stage.emails[who], role, **place)
    assert answers() == [200, 200]
    operators.disable_user(stage.store, stage.emails[who])
    assert answers() == [303, 401]
    stage.reset()


def test_a_cluster_that_shares_again_is_seen_with_the_next_request_and_not_with_the_one_after(stage: Stage) -> None:
    thing = stage.things["withheld", "submitted"]

    def answers() -> list[int]:
        return [
            stage.http.get(thing.fill(f"{face}/assessments/{{id}}"), headers=headers).status_code
            for who in ("owner", "surveyor", "reader", "administrator")
            for face, headers in (("", {"Cookie": stage.sessions[who]}), ("/api/v1", bearing(stage, who)))
        ]

    keeper = {"Cookie": stage.sessions["keeper"]}
    for path, due in (("", 200), ("/stop", 404)):
        assert set(answers()) == {200 if due == 404 else 404}
        sent = stage.http.post(thing.fill(f"/clusters/{{cluster}}/sharing{path}"), headers=keeper, data=PROGRAMME)
        assert sent.status_code == 303
        assert set(answers()) == {due}
    stage.reset()


def _without_names(answer: Response, thing: Thing) -> tuple[int, dict[str, str], str]:
    """Return an answer without what was asked for and without the request's own id."""
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    body = answer.text.replace(answer.headers["x-request-id"], "")
    named = ("assessment_id", "token_id", "interest_id", "cluster", "programme", "membership_id", "invitation_id")
    for name in named:
        body = body.replace(thing.words[name], name)
    return answer.status_code, kept, body
