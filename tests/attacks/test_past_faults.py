"""Faults that others had, where no other test is the place for them; docs/past-faults.md lists all, with their tests.

Slow readers: a text made to be looked at again and again costs no more than its length. Statements: no word of an
address becomes a part of one. Imports: what a file brings is text on every page.
"""

import contextlib
import dataclasses
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.testclient import TestClient

from app.domain import accounts, clusters, text
from app.domain.errors import Invalid
from app.domain.messages import Kind, Undelivered
from app.domain.roles import Role, TokenScope
from app.outside import mail
from app.outside.guarded import is_place
from app.pages.exports import guarded
from app.usecases import operators, tokens
from app.web.addresses import holds_secret, local_path
from app.web.language import Languages
from tests.every_page import Stage
from tests.outside.test_mail_message import MAIL, SENDER
from tests.pages import html
from tests.pages.conftest import app, built, clock, compiled, frameworks, migrated, store, world
from tests.pages.test_mails import written
from tests.pages.world import World

__all__ = ["app", "built", "clock", "compiled", "frameworks", "migrated", "store", "world"]

SIZE = 100_000
LANGUAGES = Languages()
# Ten times the text costs ten times as much to a fair reader, and a hundred times to one that looks again and again.
MOST_TIMES = 30
LONG = {
    "a.a.a": "a." * (SIZE // 2),
    "a@a@a": "a@" * (SIZE // 2),
    "a-a-a": "a-" * (SIZE // 2),
    "blanks": "a" + " " * SIZE + "a",
    "commas": ',"' * (SIZE // 2),
    "slashes": "/a" * (SIZE // 2),
    "apostrophes": "'" * SIZE + "=",
    "not ASCII": "\u00e5." * (SIZE // 2),
}
# Whatever looks for something in a text that somebody typed, or that came along in an address or a header.
READERS: dict[str, Callable[[str], object]] = {
    "a line": lambda raw: text.line("field", raw, longest=SIZE * 2),
    "a note": lambda raw: text.note("field", raw, longest=SIZE * 2),
    "an e-mail address": lambda raw: accounts.email("field", raw),
    "a password": lambda raw: accounts.password("field", raw),
    "a slug": lambda raw: clusters.slug("field", raw),
    "a slug made of a name": clusters.slug_from,
    "a day": lambda raw: clusters.day("field", raw),
    "a cell": guarded,
    "an address to go back to": local_path,
    "an address with a secret": holds_secret,
    "an address of a provider": lambda raw: is_place(raw, near="https://id.example.org/"),
    "languages": lambda raw: LANGUAGES.choose(asked=raw, chosen=raw, header=raw),
    "a mail's words": lambda raw: written(Kind.SUBMITTED, cluster=raw),
}


@pytest.mark.parametrize("name", READERS, ids=lambda name: f"{name}, CVE-2020-28493")
def test_a_text_made_to_be_read_slowly_costs_no_more_than_its_length(name: str) -> None:
    read = READERS[name]
    _seconds(read, "x")  # what is read once, such as words and templates, is read before
    walk = _seconds(lambda raw: sum(letter.isalnum() for letter in raw), "a" * SIZE)
    times = {kind: _seconds(read, raw) / max(_seconds(read, raw[: len(raw) // 10]), walk) for kind, raw in LONG.items()}
    assert {kind: round(count) for kind, count in times.items() if count > MOST_TIMES} == {}


def _seconds(read: Callable[[str], object], raw: str) -> float:
    began = time.process_time()
    with contextlib.suppress(Invalid, Undelivered):
        read(raw)
    return time.process_time() - began


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(READERS["an e-mail address"], id="typed, CVE-2024-3651"),
        pytest.param(
            lambda raw: mail.message(dataclasses.replace(MAIL, address=raw), SENDER), id="mailed to, CVE-2024-3651"
        ),
    ],
)
@pytest.mark.parametrize(
    "host",
    [
        pytest.param("a" * SIZE, id="one label"),
        pytest.param("\u00e5" * SIZE, id="one label not in ASCII"),
        pytest.param("a." * (SIZE // 2), id="many labels"),
        pytest.param("\u00e5." * (SIZE // 2), id="many labels not in ASCII"),
    ],
)
def test_a_host_of_100_000_characters_is_read_within_a_second(read: Callable[[str], object], host: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Invalid, Undelivered):
        read(f"kari@{host}no")
    assert time.process_time() - began <= 1


# A word that stands in no statement of ours, so that one in which it stands was put together from what was sent.
MARK = "qz7q"
_SHAPES = (
    "{}",
    *("{} DESC", "-{}", "{},1", "1,{}", "name,{}", "clusters.{}", "{}.name", "{} ASC NULLS FIRST", "{} COLLATE NOCASE"),
    *("{};", "{};DROP TABLE clusters", "{};--", "name;{}", "name/**/{}", "name--{}", "name#{}", "name\n{}", "name\t{}"),
    *("({})", "(SELECT {})", "(SELECT {} FROM users)", "1,(SELECT {})", "1)UNION SELECT {}--", "1 UNION SELECT {}"),
    *("name' {}", "'{}'", '"{}"', "`{}`", "[{}]", 'name" {}', "' OR '{}'='{}", "' OR 1=1 --{}", "\\' OR {}--"),
    *("CASE WHEN 1=1 THEN {} ELSE 1 END", "IF(1=1,{},1)", "pg_sleep(9)||{}", "randomblob(9)||{}", "name||{}"),
    *("name HAVING {}", "name LIMIT 1 OFFSET {}", "%27{}", ":{}", "%({})s", "${{{}}}", "name::{}"),
)
PAYLOADS = tuple(shape.format(*[MARK] * 2) for shape in _SHAPES)
FILTERS = frozenset({"programme", "round", "level", "region", "sector"})
# By these a page is sorted, narrowed to some of its rows, or paged; a word that is none of theirs is no page.
CHOICES = frozenset({"page", "basis", "framework", "order"})
NO_PARAMETERS = ("sort", "order", "order_by", "group_by", "filter", "fields", "where")


def names(dependant: Dependant) -> Iterator[str]:
    """Yield the query parameters of a route, those of what it depends on too."""
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from names(inner)


class Asker:
    """An owner who asks for everything there is, and what the database was asked meanwhile."""

    def __init__(self, world: World) -> None:
        stage = Stage(world)
        owner = stage.people["owner"]
        assert owner
        self.page = world.browser(owner)
        issued = tokens.issue(world.store, owner, {"name": "t", "days": 9, "scopes": list(TokenScope)})
        self.api = TestClient(world.app, headers={"Authorization": f"Bearer {issued.secret}"}, follow_redirects=False)
        self.words = {"assessment_id": stage.submitted, "id": stage.submitted, "cluster": "havbruk"}
        self.words |= {"programme": "north", "dimension_id": stage.framework.dimensions[1].id, "sheet": "clusters"}
        self.words |= {"framework": stage.framework.name, "version": stage.framework.version}
        self.routes = {
            str(route.path).format_map(self.words): sorted(set(names(route.dependant)))
            for route in iter_route_contexts(world.app.routes)
            if "GET" in (route.methods or ()) and hasattr(route, "dependant") and set(names(route.dependant))
        }
        self.statements: list[str] = []
        self.values: list[str] = []
        sa.event.listen(world.store.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        self.statements.append(statement)
        self.values.append(repr(values))

    def ask(self, path: str, **query: str) -> Response:
        """Ask, and fail where a word of the query is a part of a statement or a fault of the service."""
        self.statements.clear()
        answer = (self.api if path.startswith("/api/") else self.page.http).get(path, params=query)
        assert answer.status_code < 500, (path, query)
        assert [each for each in self.statements if MARK in each.casefold()] == [], (path, query)
        return answer

    def parameters(self, face: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield each parameter of each route with what to try: everything where its name is met first, then some."""
        met: Counter[str] = Counter()
        for path, found in self.routes.items():
            for name in found if path.startswith("/api/") is (face == "API") else ():
                everything = name == "sort" or not met[name]
                yield path, name, PAYLOADS if everything else PAYLOADS[met[name] % 8 :: 8]
                met[name] += 1


@pytest.fixture
def asker(world: World) -> Asker:
    return Asker(world)


def tables(answer: Response) -> object:
    """Return what an answer lists: a page's tables, or the file."""
    if answer.headers["content-type"].startswith("text/html"):
        return [table.rows() for table in html.read(answer.text.partition("\n")[2]).all("table")]
    return json.loads(answer.text)["records"] if answer.text.startswith("{") else answer.text


def test_there_are_forty_ways_to_say_a_statement() -> None:
    assert len(set(PAYLOADS)) >= 40
    assert all(MARK in payload for payload in PAYLOADS)


FAULTS = "order_by CVE-2019-7164, group_by CVE-2019-7548"


@pytest.mark.parametrize("face", ["API"], ids=lambda face: f"{face}, {FAULTS}")
def test_no_parameter_of_the_api_becomes_a_part_of_a_statement(asker: Asker, face: str) -> None:
    tried = 0
    for path, name, payloads in asker.parameters(face):
        assert asker.ask(path).status_code == 200, path
        for payload in payloads:
            answer = asker.ask(path, **{name: payload})
            tried += 1
            if name not in FILTERS:
                assert answer.status_code in ({404, 422} if name == "framework" else {422}), (path, name, payload)
            elif answer.status_code == 200:
                assert answer.json()["counted"] == 0, (path, name, payload)
            else:
                assert answer.status_code == 422
    assert tried > 500
    assert any(MARK in each for each in asker.values), "a filter reaches the database as a value"
    for path, name, payload in itertools.product(
        [each for each in asker.routes if each.startswith("/api/")], NO_PARAMETERS, PAYLOADS[::8]
    ):
        assert asker.ask(path, **{name: payload}).status_code == 422, (path, name)


@pytest.mark.parametrize("face", ["pages"], ids=lambda face: f"{face}, {FAULTS}")
def test_no_parameter_of_a_page_becomes_a_part_of_a_statement(asker: Asker, face: str) -> None:
    tried = 0
    for path, name, payloads in asker.parameters(face):
        usual = asker.ask(path)
        for payload in payloads:
            answer = asker.ask(path, **{name: payload})
            tried += 1
            if name in CHOICES or path.endswith("/gap"):
                assert answer.status_code in {404, 422}, (path, name, payload)
            elif name == "sort":
                assert tables(answer) == tables(usual), (path, payload)
            elif name in FILTERS - {"round"} and answer.status_code == 200:
                # Of a round that there is not every cluster is listed, as not counted in it.
                assert "Havbruk S\u00f8r" not in str(tables(answer)), (path, name, payload)
            else:
                assert answer.status_code in {200, 303, 404, 422}, (path, name, payload)
    assert tried > 500
    assert any(MARK in each for each in asker.values), "a filter reaches the database as a value"


MARKUP = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</title></textarea><svg onload=alert(1)>",
    "'\"><b hx-get=/x hx-trigger=load>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
)


COLUMNS = ("name", "programme_level", "region", "sector")
PAGES = ("/clusters", "/clusters/hav", "/clusters/hav/edit", "/portfolio", "/programmes/north")


@pytest.mark.parametrize("column", COLUMNS, ids=lambda name: f"{name}, LimeSurvey #19599")
def test_what_a_file_brings_is_text_on_every_page(world: World, column: str) -> None:
    world.programme()
    owner = world.signed_in(Role.OWNER, programme="north")

    def shown(brought: str) -> tuple[list[Counter[str]], str]:
        operators.import_clusters(world.store, "north", [{"name": "Hav", "slug": "hav", column: brought}])
        pages = [owner.open(path) for path in PAGES]
        history = owner.open("/clusters/hav/history")
        assert not {"img", "b"} & {each.tag for each in history.all()}
        return [Counter(each.tag for each in page.all()) for page in pages], " ".join(page.text for page in pages)

    harmless, _ = shown("Harmless")
    for payload in MARKUP:
        elements, words = shown(payload)
        assert " ".join(payload.split()) in words
        assert elements == harmless, payload
