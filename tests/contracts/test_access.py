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

from tests.contracts import cast
from tests.contracts.cast import HOLDERS, PLACES, SCOPES, Stage, Thing
from tests.contracts.routes import addresses

MATRIX: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("access.toml").read_text(encoding="utf-8"))
STANDING: Mapping[str, list[str]] = MATRIX.pop("standing")
ROLES = ("observer", "contributor", "manager", "evaluator", "reader", "owner", "administrator")
EVERYBODY = (*ROLES, "nobody", "visitor")
USELESS = ("expired", "revoked", "misspelt")
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
    return {"nobody": 404, "visitor": visitor, **due}


def states(key: str) -> list[str]:
    """Return the states that a route's line tells apart; where it tells none, one will do."""
    return ["draft"] if "always" in MATRIX[key] else ["draft", "submitted"]


def places(key: str) -> tuple[str, ...]:
    """Return the places to ask in: all, where the request names something that lies somewhere."""
    named = set(re.findall(r"\{(\w+)\}", key + str(MATRIX[key].get("send", ""))))
    if "secret" in named:  # whoever has the link is let in, wherever they stand
        return PLACES[:1]
    return PLACES if named & LIES_SOMEWHERE else PLACES[:1]


def lacking(due: int) -> int:
    """Return what is due to a token without the scope that the route needs."""
    return due if due in OUT_OF_REACH else 403


def cells(stage: Stage, key: str) -> Iterator[Cell]:
    """Yield every request that the matrix has a status for."""
    scope = MATRIX[key].get("scope")
    for state in states(key):
        due = column(key, state)
        for place in places(key):
            for who, standings in STANDING.items():
                yield Cell(who, credentials(stage, key, who), place, state, due[standings[PLACES.index(place)]])
            if is_api(key):
                yield from _with_tokens(stage, place, state, due, scope)
            else:
                yield Cell("a token on a page", bearing(stage, "manager"), place, state, due["visitor"])


def _with_tokens(stage: Stage, place: str, state: str, due: Mapping[str, int], scope: str | None) -> Iterator[Cell]:
    for holder in HOLDERS:
        own = due[STANDING[holder][PLACES.index(place)]]
        for each in SCOPES:
            status = own if scope in {None, each} else lacking(own)
            yield Cell(f"{holder}:{each}", bearing(stage, f"{holder}:{each}"), place, state, status)
    for name in USELESS:
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


@pytest.mark.parametrize("key", MATRIX)
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


@pytest.mark.parametrize("key", [key for key in MATRIX if len(places(key)) > 1 or "{token_id}" in key])
def test_what_is_out_of_reach_and_what_does_not_exist_answer_the_same(stage: Stage, key: str) -> None:
    headers = credentials(stage, key, "owner")
    foreign, missing = stage.things["other", "submitted"], stage.missing()
    answers = [_without_names(play(stage, key, headers, thing), thing) for thing in (foreign, missing)]
    assert answers[0] == answers[1]
    due = lines_due(key, "owner", answers[0][0])
    assert due is not None
    assert stage.noted() == due * 2
    stage.reset()


def _without_names(answer: Response, thing: Thing) -> tuple[int, dict[str, str], str]:
    """Return an answer without what was asked for and without the request's own id."""
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    body = answer.text.replace(answer.headers["x-request-id"], "")
    for name in ("assessment_id", "token_id", "cluster", "programme", "membership_id", "invitation_id"):
        body = body.replace(thing.words[name], name)
    return answer.status_code, kept, body
