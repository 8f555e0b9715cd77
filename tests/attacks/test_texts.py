"""Whatever somebody types stays text (S4): in every field, on every page, in every file and mail.

Judged by a browser's own parser: a page has the same elements and attributes whether a text is an attack or harmless.
Each attack goes into some fields on each run, and each field gets some attacks; all of them into all: `make soak`.
"""

import csv
import io
import itertools
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.store import schema
from app.store.database import Store, make_engine
from app.web import identity
from tests.attacks import dom, slots
from tests.attacks.planting import Field, Shown
from tests.attacks.slots import Slot
from tests.every_page import Stage
from tests.frameworks import catalogues
from tests.make import SECRET
from tests.pages.world import Clock, World
from tests.served import served

PAYLOADS: list[str] = json.loads(Path(__file__).with_name("payloads.json").read_text(encoding="utf-8"))
MARK = "Qz[0-9]{3}q"
FILLING = 140
# Fields whose text nothing shows again, each with its reason.
NOT_SHOWN = {
    "post /confirm code": "a code is shown to nobody",
    "post /account/security/app code": "a code is shown to nobody",
    "post /sign-in/second-step code": "a code is shown to nobody",
    "post /confirm email": "it is there for password managers alone",
    "post /account/password email": "it is there for password managers alone",
    "post /forgot email": "the answer does not say whether it is known",
    "post /account/security/passkey name": "without a passkey there is nothing to name",
    "post /programmes/north/conflicts/…/lift reason": "it is kept in the journal",
}
# Characters that nothing keeps: what is sent comes back in its form, with a word about it.
REFUSED = "x\u202ey"
SOAK = bool(os.environ.get("GOLDGAP_SOAK"))
# Fields take 200 characters; a page that shows what was changed folds away more than 300 for both sides.
LONGEST = 140
LIVE = (
    "<img src=/canary>",
    "<script src=/canary></script>",
    "<svg onload=fetch('/canary')>",
    "<b hx-post=/canary hx-trigger=load>x</b>",
    "<b data-hx-get=/canary data-hx-trigger=load>x</b>",
    "<meta http-equiv=refresh content='0;url=/canary'>",
    "<link rel=stylesheet href=/canary>",
    "<style>@import'/canary';</style>",
    "</title></textarea><img src=/canary onerror=alert(1)>",
    '"><img src=/canary onerror=alert(1)>',
    "'><iframe src=/canary></iframe>",
    "<input autofocus onfocus=alert(1)>",
    "javascript:alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "--><base href=/canary/>",
    "<form action=/canary><button autofocus>x",
)  # fmt: skip


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A world of its own on the tiny standard, whose pages are as many as of any and quicker to make."""
    url = f"sqlite:///{tmp_path_factory.mktemp('texts') / 'texts.db'}"
    schema.upgrade(url)
    frameworks, ids, now = Frameworks((catalogues.tiny(),)), itertools.count(1), Clock()
    store = Store(make_engine(url), clock=now, new_id=lambda: f"{next(ids):016x}", secret=SECRET)
    app = create_app(Settings(), store, frameworks)
    yield Field(Stage(World(app, store, frameworks, now)))
    store.dispose()


@pytest.fixture
def parser(browser: Browser) -> Iterator[Page]:
    """A browser's parser, with nothing around it."""
    page = browser.new_page()
    yield page
    page.close()


def marked(text: str, at: int) -> str:
    """Return a text by which the place it was put into can be found again."""
    return f"{text}Qz{at:03}q"


def harmless(at: int, slot: Slot) -> str:
    """Return a harmless text; where an address is wanted, one that is taken."""
    return marked("x" * FILLING, at) if "email" not in slot.field else f"qz{at:03}q@example.org"


def groups() -> list[list[str]]:
    """Return the attacks, a few of which go into one field one behind the other: one that gets out is still seen."""
    found: list[list[str]] = [[]]
    for payload in PAYLOADS:
        if len("".join([*found[-1], payload])) > LONGEST:
            found.append([])
        found[-1].append(payload)
    return found


def turns(taken: list[str], others: list[str]) -> Iterator[dict[str, list[str]]]:
    """Yield which attacks go where, until each was in a field that takes it; in the long form, in all of them."""
    at_once = [[payload] for payload in PAYLOADS] if SOAK else groups()
    for turn in range(len(at_once) if SOAK else math.ceil(len(at_once) / len(taken))):
        beginning = turn if SOAK else turn * len(taken)
        yield {name: at_once[(beginning + at) % len(at_once)] for at, name in enumerate([*taken, *others])}


def pages_of(twin: Shown) -> frozenset[str]:
    """Return what to look at again: what showed a harmless text of its own, beside those in the head of every page."""
    texts = {name: set(re.findall(f"(?i){MARK}", text)) for name, (_, text) in twin.items()}
    often = Counter(mark for found in texts.values() for mark in found)
    everywhere = {mark for mark, times in often.items() if times > len(texts) / 3}
    return frozenset(name for name, found in texts.items() if SOAK or found - everywhere)


def pairs(attacked: Shown, twin: Shown, refused: Shown) -> dict[str, tuple[str, str]]:
    """Return each page beside its harmless twin: that of a text that was taken, or of one that was not."""
    other = {name: twin[name] if status == twin[name][0] else refused[name] for name, (status, _) in attacked.items()}
    assert {name: status for name, (status, _) in attacked.items() if status != other[name][0]} == {}
    return {name: (markup, other[name][1]) for name, (_, markup) in attacked.items() if markup.startswith("<")}


def test_the_attacks_are_many_and_differ() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 400


@pytest.fixture(scope="module")
def twin(field: Field) -> Shown:
    """What harmless texts in every field are answered with at once, and everything that then shows them."""
    return {**field.plant(harmless), **field.look(), **{path: (200, text) for path, _, text in field.files()}}


@pytest.fixture(scope="module")
def refused(field: Field) -> Shown:
    """What texts that nothing keeps are answered with at once."""
    return field.plant(lambda at, _: marked(REFUSED, at))


def test_every_field_is_shown_somewhere_and_set_apart_from_htmx(field: Field, twin: Shown, parser: Page) -> None:
    assert {slot.name: twin[slot.name] for slot in field.slots if slot.operation and twin[slot.name][0] >= 300} == {}
    seen = set(re.findall("[Qq]z([0-9]{3})q", " ".join(text for _, text in twin.values())))
    missing = {slot.name for at, slot in enumerate(field.slots) if f"{at:03}" not in seen}
    assert missing == set(NOT_SHOWN), "a field whose text is shown nowhere, or was not taken"
    pages = {name: (text, text) for name, (_, text) in twin.items() if text.startswith("<")}
    assert dom.differences(parser, pages, MARK) == []


def test_no_attack_changes_a_page(field: Field, twin: Shown, refused: Shown, parser: Page) -> None:
    showing = pages_of(twin)
    found: list[str] = []
    tried: set[str] = set()
    taken = [slot.name for slot in field.slots if twin[slot.name][0] < 300 and "email" not in slot.field]
    for attacks in turns(taken, [slot.name for slot in field.slots if slot.name not in taken]):

        def text(at: int, slot: Slot, attacks: dict[str, list[str]] = attacks) -> str:
            return marked("".join(slots.plain(slot, payload) for payload in attacks[slot.name]), at)

        attacked = {**field.plant(text), **field.look(showing)}
        if dom.differences(parser, pairs(attacked, twin, refused), MARK):
            # Some pages look different where a text is long: so see beside harmless texts of the same lengths.
            alike = {
                **field.plant(lambda at, slot: "x" * (len(text(at, slot)) - 6) + marked("", at)),
                **field.look(showing),
            }
            found += dom.differences(parser, pairs(attacked, alike, refused), MARK)
        assert [name for name in taken if attacked[name][0] >= 300] == []
        tried.update(payload for name in taken for payload in attacks[name])
    assert found == []
    assert tried == set(PAYLOADS)


def test_an_attack_that_is_refused_changes_no_page_either(field: Field, refused: Shown, parser: Page) -> None:
    for group in groups()[::80]:

        def text(at: int, _slot: Slot, group: list[str] = group) -> str:
            return marked(REFUSED.join([*group, ""]), at)

        attacked = field.plant(text)
        assert dom.differences(parser, pairs(attacked, refused, refused), MARK) == []


def test_an_attack_would_be_seen(parser: Page) -> None:
    page = "<!doctype html><title>x</title><main hx-ignore><p title='%s'>%s</p><script src=htmx.js></script></main>"
    for payload in ("<b>x</b>", "<!-- x -->", "</p><p>", "' onclick='x", "<svg/onload=x>"):
        assert dom.differences(parser, {"page": (page % ("x", "x"), page % (payload, payload))}, MARK), payload
    bare = page.replace(" hx-ignore", "") % ("x", "Qz001q")
    assert "outside of hx-ignore" in dom.differences(parser, {"page": (bare, bare)}, MARK)[0]
    link = "<a href='%s'>x</a>"
    assert dom.differences(parser, {"page": (link % "/x", link % "javascript:x")}, MARK)


def test_no_file_is_anything_but_what_it_says(field: Field) -> None:
    field.plant(lambda at, slot: marked(slots.plain(slot, LIVE[at % len(LIVE)]), at))
    kinds = set()
    for address, headers, content in field.files():
        kind = headers["content-type"].partition(";")[0]
        kinds.add(kind)
        assert kind in {"text/csv", "application/json", "application/problem+json"}, address
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        if kind == "text/csv":
            assert headers["content-disposition"].startswith("attachment")
            assert list(csv.reader(io.StringIO(content), strict=True))
        else:
            json.loads(content)
    assert kinds >= {"text/csv", "application/json"}


def test_in_a_browser_nothing_happens(field: Field, browser: Browser) -> None:
    field.plant(lambda at, slot: marked(slots.plain(slot, LIVE[at % len(LIVE)]), at))
    happened: list[str] = []
    visits = field.stage.visits(field.stage.world.app)
    with served(field.stage.world.app) as address:
        for who in field.stage.people:
            context = browser.new_context(base_url=address, reduced_motion="reduce")
            if secret := field.browsers[who].http.cookies.get(identity.PLAIN_COOKIE):
                context.add_cookies([{"name": identity.PLAIN_COOKIE, "value": secret, "url": address}])
            page = context.new_page()
            watch(page, happened)
            for visit in visits:
                if visit.who == who:
                    page.goto(visit.path)
                    happened += page.evaluate("window.broken ?? []")
            page.wait_for_timeout(150)
            context.close()
    assert happened == []


def watch(page: Page, happened: list[str]) -> None:
    """Note down a dialog, a request that an attack would make, a breach of the policy, and an error of a script."""

    def on_dialog(dialog: Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    def on_request(request: Request) -> None:
        if "canary" in request.url.partition("?")[0]:
            happened.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            happened.append(f"{message.text} {message.location}")

    page.add_init_script(
        "window.broken = []; addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    )
    page.on("dialog", on_dialog)
    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: happened.append(str(error)))
