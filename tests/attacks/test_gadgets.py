"""What htmx would do with attributes that somebody smuggled in: nothing, wherever people's text is shown.

A strict policy for content does not stop it: an injected hx-post is sent by our own script, from our own page.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from app.usecases import assessments
from app.web import identity
from tests.browser import OpenPage
from tests.every_page import Stage
from tests.pages.conftest import app, built, clock, compiled, frameworks, migrated, store, world
from tests.pages.world import World
from tests.served import served

__all__ = ["app", "built", "clock", "compiled", "frameworks", "migrated", "store", "world"]

NOTE = "What somebody wrote about it"
# What people have written on the stage, as pages show it.
TEXTS = ("Havbruk Sør", "Høst 2026", "Høst 2025", "Vår 2026", "Kari Nygård", "Demo: Nordlys", "Per Moe", "Agder", NOTE)
CANARY = "/canary"
# In single quotes, so that within an attribute of ours they are what they are in text: nothing but text.
GADGETS = {
    "hx-post": f"<b hx-post='{CANARY}' hx-trigger='load'>x</b>",
    "data-hx-post": f"<b data-hx-post='{CANARY}' data-hx-trigger='load'>x</b>",
    "hx-get": f"<b hx-get='{CANARY}' hx-trigger='load' hx-target='body'>x</b>",
    "every": f"<b hx-get='{CANARY}' hx-trigger='every 50ms'>x</b>",
    "hx-action": f"<b hx-action='{CANARY}' hx-method='post' hx-trigger='load'>x</b>",
    "inherited": f"<b hx-trigger:inherited='load'><i hx-post='{CANARY}' hx-trigger='load'>x</i></b>",
    "elsewhere": f"<b hx-post='http://127.0.0.1:9{CANARY}' hx-trigger='load' hx-config='{{\"mode\":\"cors\"}}'>x</b>",
    "script": f"<b hx-on:htmx:after:init='fetch(\"{CANARY}\")' hx-vals='js:{{a: fetch(\"{CANARY}\")}}'>x</b>",
    "filter": f"<b hx-get='{CANARY}' hx-trigger='load[window.ran=1]'>x</b>",
}
# What htmx itself sends; a script in an attribute or a filter is for the policy to stop, everywhere.
SENT = ("hx-post", "data-hx-post", "hx-get", "every", "hx-action", "inherited")


@pytest.fixture
def stage(world: World) -> Stage:
    stage = Stage(world)
    manager = stage.people["manager"]
    assert manager
    (first, *_), (second, *_) = (dimension.indicators for dimension in stage.framework.dimensions[:2])
    for number in (first.number, second.number):
        raw = {"level": 1, "note": NOTE}
        assessments.answer(world.store, world.frameworks, manager, stage.draft, number, raw, 1)
    return stage


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    with served(stage.world.app) as address:
        yield address


def open_as(stage: Stage, address: str, open_page: OpenPage, who: str) -> Page:
    page = open_page(reduced_motion="reduce")
    secret = stage.browser(who).http.cookies.get(identity.PLAIN_COOKIE)
    if secret:
        host = urlsplit(address).hostname or ""
        page.context.add_cookies([{"name": identity.PLAIN_COOKIE, "value": secret, "domain": host, "path": "/"}])
    return page


def unescaped(page: Page, texts: tuple[str, ...], gadget: Callable[[], str]) -> list[str]:
    """Have every page show a gadget in place of these texts, as if nothing escaped them; returns what is then asked."""
    asked: list[str] = []
    pattern = re.compile("|".join(map(re.escape, texts)))

    def spoil(route: Route) -> None:
        if CANARY in route.request.url:
            asked.append(route.request.method)
            route.fulfill(status=204)
        elif route.request.resource_type == "document":
            answer = route.fetch()
            route.fulfill(response=answer, body=pattern.sub(lambda _: gadget(), answer.text()))
        else:
            route.continue_()

    page.route("**/*", spoil)
    return asked


def settle(page: Page) -> None:
    """Wait until htmx has looked at the page and whatever it sends at once has been sent."""
    page.wait_for_function("window.htmx && document.readyState === 'complete'")
    page.wait_for_timeout(80)


@pytest.mark.parametrize("who", ["manager", "owner", "evaluator"])
def test_wherever_people_s_text_is_shown_an_injected_attribute_sends_nothing(
    stage: Stage, address: str, open_page: OpenPage, who: str
) -> None:
    page = open_as(stage, address, open_page, who)
    asked = unescaped(page, TEXTS, lambda: GADGETS["hx-post"] + GADGETS["data-hx-post"])
    shown = 0
    for visit in (each for each in stage.visits(stage.world.app) if each.who == who):
        page.goto(address + visit.path)
        if page.locator("script[src*=htmx]").count() == 0:
            continue  # made for paper, without a script
        settle(page)
        assert asked == [], visit
        shown += page.locator("main [hx-post='/canary']").count()
    assert shown > 10


def does_something(stage: Stage, address: str, page: Page, texts: tuple[str, ...], behind: str = "") -> dict[str, bool]:
    """Try each gadget in place of these texts; returns which of them sent anything."""
    (visit,) = (v for v in stage.visits(stage.world.app) if v.name == "dimension" and v.who == "manager")
    found, gadget = {}, ""
    asked = unescaped(page, texts, lambda: gadget + behind)
    for name, gadget in GADGETS.items():  # noqa: B007 - what is shown next
        asked.clear()
        page.goto(address + visit.path)
        settle(page)
        assert page.locator("b", has_text="x").count() > 0
        assert page.evaluate("window.ran") is None
        found[name] = bool(asked)
    return found


def test_no_gadget_does_anything_in_a_note(stage: Stage, address: str, open_page: OpenPage) -> None:
    page = open_as(stage, address, open_page, "manager")
    assert does_something(stage, address, page, TEXTS) == dict.fromkeys(GADGETS, False)


def test_outside_of_hx_ignore_htmx_would_have_sent_it_and_the_policy_keeps_it_from_evaluating(
    stage: Stage, address: str, browser: Browser
) -> None:
    def open_page(**choices: Any) -> Page:
        return browser.new_context(**choices).new_page()

    page = open_as(stage, address, open_page, "manager")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    form = '<form class="answering__form"'
    found = does_something(stage, address, page, (form,), behind=form)
    page.context.close()
    assert found == {name: name in SENT for name in GADGETS}
    # htmx 4 has no switch for evaluating; the policy is the switch.
    assert any("unsafe-eval" in line for line in said)


def test_htmx_is_set_up_for_this_site_alone_and_cannot_evaluate(
    stage: Stage, address: str, open_page: OpenPage
) -> None:
    page = open_as(stage, address, open_page, "manager")
    page.goto(address)
    settle(page)
    config = page.evaluate("htmx.config")
    assert (page.evaluate("htmx.version"), config["mode"]) == ("4.0.1", "same-origin")
    assert (config["history"], config["extensions"]) == (False, "none")
    assert "inlineScriptNonce" not in config
