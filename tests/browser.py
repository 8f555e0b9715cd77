"""A real Chromium for the journeys, and the accessibility scan of a page in it.

Playwright's synchronous interface keeps an event loop running in the main thread, in which nothing else can then call
`asyncio.run`. So the browser lives no longer than a module of tests; it starts in a third of a second.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.programs import find_program

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
QUIET = [  # nothing but our pages: no telephoning home, no graphics card
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_program("chromium", "chromium-browser", "google-chrome")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *as_root])
        yield browser
        browser.close()


@contextmanager
def faultless_pages(browser: Browser, expected: str = "Failed to load resource") -> Iterator[OpenPage]:
    """Opens pages, each as a visitor of its own: `open_page(java_script_enabled=False, locale="nb-NO", viewport=…)`.

    Afterwards, a script that failed, or that the content security policy stopped, is an AssertionError.
    Chromium also logs each answer from 400 up, which a test may well want; another pattern may be `expected`.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not re.match(expected, message.text):
            faults.append(message.text)

    def open_page(**choices: Any) -> Page:
        contexts.append(browser.new_context(**choices))
        page = contexts[-1].new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    assert not faults, faults


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    with faultless_pages(browser) as open_page:
        yield open_page


def accessibility_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds wrong, by all rules or by these, one readable line per element. Empty is good."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARDS}
    found = page.evaluate("chosen => axe.run({runOnly: chosen, resultTypes: ['violations']})", chosen)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
