"""Nobody comes upon a text that is not theirs to see (S2): everybody looks at everything and follows every link.

Each crawl is one person on one face: every GET route with every thing's address, then whatever is linked. Bodies and
headers, refusals among them, are searched for the canaries of others.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from tests.contracts import cast
from tests.contracts.aviary import Aviary
from tests.contracts.canaries import NO_TEXT, ON_PAGES_ALONE, RULES, SHOWN, Canary, found_in, texts
from tests.contracts.cast import PLACES, Stage
from tests.contracts.routes import addresses
from tests.contracts.test_access import STANDING, bearing

_LINK = re.compile(r"""(?:href|src|action)="([^"#]+)""")
_CURSOR = re.compile(r'"next":\s*"([^"]+)"')
_LISTS = ("assessments", "clusters", "portfolio", "portfolio/indicators", "portfolio/heatmap")
FACES = ("pages", "api")
MOST = 1_500


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everybody and everything there is."""
    yield from cast.build(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def aviary(stage: Stage) -> Aviary:
    """A canary in every text."""
    return Aviary(stage)


def starts(stage: Stage, face: str) -> Iterator[str]:
    """Yield the address of every GET route of a face, for every thing."""
    for address in addresses(stage.app):
        if address.method == "GET" and address.path.startswith("/api/") == (face == "api"):
            yield from sorted({thing.fill(address.path) for thing in stage.things.values()})
    if face == "api":
        yield "/api/v1/assessments?format=ndjson"
        yield from (f"/api/v1/{each}?limit=1" for each in _LISTS)
    else:
        sheets = ("clusters", "heatmap", "indicators")
        yield from (f"/portfolio/{sheet}.{kind}" for sheet in sheets for kind in ("csv", "json"))


def crawl(stage: Stage, who: str, face: str) -> tuple[dict[str, set[str]], int]:
    """Return every canary that somebody comes upon, with the answers where, and how many addresses were looked at."""
    headers = {} if who == "visitor" else bearing(stage, who)
    if face == "pages" and who != "visitor":
        headers = {"Cookie": stage.sessions[who]}
    waiting, known, found = list(dict.fromkeys(starts(stage, face))), set[str](), defaultdict[str, set[str]](set)
    while waiting:
        address = waiting.pop(0)
        if address in known:
            continue
        known.add(address)
        assert len(known) < MOST, "the crawl does not end"
        answer = stage.http.get(address, headers=headers)
        for word in found_in(answer.text, repr(answer.headers)):
            found[word].add(f"{answer.status_code} {address}")
        waiting += [link for link in links(address, answer.text, answer.headers) if link not in known]
    return found, len(known)


def links(address: str, text: str, headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the local addresses that an answer leads to."""
    if "html" in headers.get("content-type", ""):
        for link in _LINK.findall(text):
            yield from _local(urljoin(address, unescape(link)))
    if cursor := _CURSOR.search(text):
        yield f"{address.partition('?')[0]}?limit=1&cursor={cursor[1]}"
    if "location" in headers:
        yield from _local(headers["location"])


def _local(link: str) -> Iterator[str]:
    parts = urlsplit(link)
    # Orders of tables and languages show the same rows; what is static is the same for everybody.
    if not parts.netloc and not parts.scheme and not parts.path.startswith("/static") and "sort=" not in parts.query:
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def standing(who: str) -> dict[str, str]:
    """Return what somebody is to each place."""
    return dict(zip(PLACES, STANDING[who], strict=True))


def is_theirs(who: str, canary: Canary) -> bool:
    """Whether somebody may come upon a canary."""
    return RULES[canary.field](standing(who), who, canary)


def held_out(stage: Stage, aviary: Aviary, place: str) -> set[str]:
    """Return what an invitation to a place says to whoever has its link: the cluster, who invites, and whom."""
    inviter = aviary.inviters[stage.things[place, "draft"].words["invitation_id"]]
    return {
        word
        for word, canary in aviary.canaries.items()
        if (canary.field in {"clusters.name", "invitations.email"} and canary.place == place)
        or (canary.field == "users.name" and canary.person == inviter)
    }


def without_links(stage: Stage, aviary: Aviary, found: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Return what was come upon, and where, but for what the links of invitations say to whoever has them."""
    by_link = {
        f"/invitations/{words['invitation_id']}/{words['secret']}": held_out(stage, aviary, place)
        for place in PLACES
        for words in [stage.things[place, "draft"].words]
    }
    return {
        word: where
        for word, answers in found.items()
        if (where := sorted(each for each in answers if word not in by_link.get(each.split(" ")[1], ())))
    }


def test_every_text_of_every_table_has_a_canary_or_a_reason_to_have_none(aviary: Aviary) -> None:
    assert sorted(texts() - RULES.keys() - NO_TEXT.keys()) == []
    assert sorted((RULES.keys() | NO_TEXT.keys() & texts()) - texts()) == []
    assert not RULES.keys() & NO_TEXT.keys()
    assert {canary.field for canary in aviary.canaries.values()} == RULES.keys()


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("who", STANDING)
def test_nobody_comes_upon_what_is_not_theirs(stage: Stage, aviary: Aviary, who: str, face: str) -> None:
    found, looked_at = crawl(stage, who, face)
    met = {word: (aviary.canaries[word], where) for word, where in without_links(stage, aviary, found).items()}
    assert [each for each in met.values() if not is_theirs(who, each[0])] == []
    assert looked_at > 40
    if who in {"visitor", "former", "disabled"}:
        assert {canary.person for canary, _ in met.values()} <= {"former"}


@pytest.mark.parametrize("face", FACES)
def test_the_crawl_comes_upon_what_is_there(stage: Stage, aviary: Aviary, face: str) -> None:
    found, _ = crawl(stage, "manager", face)
    seen = {aviary.canaries[word].field for word in found if word in aviary.canaries}
    assert seen >= set(SHOWN) - (ON_PAGES_ALONE if face == "api" else set())
    # Everything that the own cluster has written, drafts and what was withdrawn included.
    notes = {w for w, c in aviary.canaries.items() if c.field == "answers.note" and c.place == "own"}
    assert notes
    assert notes <= found.keys()
    # And what it said before: every note that was changed, what was said about the cluster, a draft that is gone.
    past = told(aviary, "own", "answered", "updated", "deleted")
    assert past
    assert past <= found.keys()


@pytest.mark.parametrize("face", FACES)
def test_the_crawl_comes_upon_what_those_outside_are_told(stage: Stage, aviary: Aviary, face: str) -> None:
    found, _ = crawl(stage, "owner", face)
    for place in ("own", "withheld"):
        past = told(aviary, place, "updated")
        assert past
        assert past <= found.keys()
    people = {w for w, c in aviary.canaries.items() if c.field == "users.email" and ("own", "manager") in c.roles}
    assert people
    assert face == "api" or people <= found.keys()


def told(aviary: Aviary, place: str, *verbs: str) -> set[str]:
    """Return the words in the texts of these lines about a place."""
    past = {"journal_texts.before", "journal_texts.after"}
    return {
        word
        for word, canary in aviary.canaries.items()
        if canary.field in past and any(deed.place == place and deed.verb in verbs for deed in canary.deeds)
    }
