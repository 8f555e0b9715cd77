"""A browser of sorts for the tests of pages: it lints every page that it opens."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.routing import Match
from starlette.testclient import TestClient

from app.web import identity
from tests.pages import html
from tests.pages.html import Element

ORIGIN = "http://testserver"
_UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")


class PageClient:
    """Somebody's browser, signed in where it is given a session's secret."""

    def __init__(self, app: FastAPI, secret: str | None = None, language: str = "en") -> None:
        self.app = app
        headers = {"Origin": ORIGIN, "Accept-Language": language}
        self.http = TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False)
        if secret:
            # For the host as the jar calls it, so that a new secret takes the place of this one.
            self.http.cookies.set(identity.PLAIN_COOKIE, secret, domain="testserver.local")

    def open(self, path: str, status: int = 200) -> Element:
        """Get a page, which must be well made, and return it as a tree."""
        answer = self.http.get(path)
        assert answer.status_code == status, (answer.status_code, answer.text[:2000])
        return self.linted(answer.text)

    def send(self, path: str, fields: Mapping[str, object], status: int = 303) -> str:
        """Post a form and return where it leads, or the page that it is answered with."""
        answer = self.http.post(path, data=dict(fields))
        assert answer.status_code == status, (answer.status_code, answer.text[:2000])
        return answer.headers.get("location", "") or answer.text

    def refused(self, path: str, fields: Mapping[str, object], status: int = 422) -> Element:
        """Post a form that is answered with a page, which must be well made."""
        return self.linted(self.send(path, fields, status))

    def linted(self, markup: str) -> Element:
        """Return a page as a tree after it has been found well made."""
        page = html.read(markup)
        faults = [*lint(page), *self._dead_ends(page)]
        assert not faults, faults
        return page

    def _dead_ends(self, page: Element) -> Iterator[str]:
        for link in page.all("a"):
            yield from self._dead_end(page, link.attributes.get("href", ""), "GET")
        for form in page.all("form"):
            yield from self._dead_end(page, form.attributes.get("action", ""), form["method"].upper())

    def _dead_end(self, page: Element, address: str, method: str) -> Iterator[str]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return
        if address.startswith("#"):
            if not page.all(id=parts.fragment):
                yield f"{address} leads to nothing on the page"
            return
        scope = {"type": "http", "method": method, "path": parts.path, "root_path": "", "headers": []}
        if not any(route.matches(scope)[0] is Match.FULL for route in self.app.router.routes):
            yield f"{method} {address} is no route"


def lint(page: Element) -> Iterator[str]:
    """Say what is not well made."""
    headings = [heading.text for heading in page.all("h1")]
    if [page.one("title").text] != [f"{heading} · Goldgap" for heading in headings]:
        yield f"the title {page.one('title').text!r} is not the one heading {headings}"
    ids = Counter(element["id"] for element in page.all() if "id" in element.attributes)
    yield from (f"the id {name} is there {count} times" for name, count in ids.items() if count > 1)
    for element in page.all():
        yield from _element(element)
        for name in _REFERENCES:
            wanted = element.attributes.get(name, "").split()
            yield from (f"{name} means {one}, which is not there" for one in wanted if one not in ids)
    yield from _headings(page)
    yield from _labels(page)
    yield from _tables(page)


def _element(element: Element) -> Iterator[str]:
    if element.tag == "style" or "style" in element.attributes:
        yield f"<{element.tag}> has a style of its own"
    if element.tag == "script" and "src" not in element.attributes:
        yield "a script stands in the page"
    yield from (f"<{element.tag}> has {name}" for name in element.attributes if name.startswith(("on", "hx-on")))
    if element.tag == "form" and not {"action", "method"} <= element.attributes.keys():
        yield "a form lacks action or method"
    if element.tag == "a" and not element.attributes.get("href"):
        yield f"a link leads nowhere: {element.text}"
    if element.tag in {"a", "button"} and not (element.text or element.attributes.get("aria-label")):
        yield f"<{element.tag}> has no words: {element.attributes}"


def _headings(page: Element) -> Iterator[str]:
    levels = [int(each.tag[1]) for each in page.all() if each.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    steps = itertools.pairwise(levels)
    yield from (f"a heading h{after} follows h{before}" for before, after in steps if after > before + 1)


def _labels(page: Element) -> Iterator[str]:
    bound = {label["for"] for label in page.all("label") if "for" in label.attributes}
    for control in (each for each in page.all() if each.tag in {"input", "select", "textarea"}):
        named = control.attributes.keys() & {"aria-label", "aria-labelledby"} or control.attributes.get("id") in bound
        if control.attributes.get("type") not in _UNLABELLED and not named and not control.inside("label"):
            yield f"<{control.tag} name={control.attributes.get('name')}> has no label"


def _tables(page: Element) -> Iterator[str]:
    for table in page.all("table"):
        if not table.all("caption"):
            yield "a table has no caption"
        if any("scope" not in heading.attributes for heading in table.all("th")):
            yield f"a heading of the table {table.one('caption').text!r} has no scope"
