"""A world in which somebody has typed something into every place for text, and all that then shows it."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import make_url
from starlette.testclient import TestClient

from app.domain.messages import Mail
from app.domain.roles import TokenScope
from app.pages.mails import composer
from app.usecases import mail, tokens
from tests.attacks import slots
from tests.attacks.slots import Slot
from tests.every_page import Stage
from tests.pages import html
from tests.pages.client import ORIGIN, PageClient

Text = Callable[[int, Slot], str]
Shown = dict[str, tuple[int, str]]
API = "/api/v1"
# What is not a page and still shows what people wrote, by who may have it.
FILES = {"owner": ("/portfolio/{sheet}.csv", "/portfolio/{sheet}.json")}
SHEETS = ("clusters", "indicators", "heatmap")


class Field:
    """The stage, ready to be planted again and again."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.store = stage.world.store
        self.bearers = {name: self._bearer(name) for name in ("manager", "owner")}
        self.browsers = {name: stage.browser(name) for name in stage.people}
        self.slots = [*slots.in_forms(stage, self.browsers), *slots.in_api(stage.world.app)]
        self._file = Path(str(make_url(self.store.engine.url).database))
        self.store.dispose()
        self._pristine = self._file.read_bytes()

    def plant(self, text: Text) -> Shown:
        """Put a text into every slot of a fresh world; returns what each was answered with at once."""
        self.store.dispose()
        self._file.write_bytes(self._pristine)
        shown = {}
        for at, slot in enumerate(self.slots):
            shown[slot.name] = self._send(slot, text(at, slot))
        return shown

    def look(self, only: frozenset[str] | None = None) -> Shown:
        """Return every page as it is now, or only those that are named, and every mail that is waiting."""
        shown: Shown = {}
        for visit in self.stage.visits(self.stage.world.app):
            name = f"{visit} {visit.path}"
            if only is not None and name not in only:
                continue
            answer = self.browsers[visit.who].http.get(visit.path)
            shown[name] = (answer.status_code, answer.text)
        for name, content in self.mails():
            shown[name] = (200, content)
        return shown

    def mails(self) -> Iterator[tuple[str, str]]:
        """Write out every mail that waits to be sent, to nobody."""
        sent: list[Mail] = []
        mail.deliver(self.store, composer(self.stage.world.app.state.languages, ORIGIN), sent.append, 500)
        yield from ((f"mail {at}", each.html) for at, each in enumerate(sent))

    def files(self) -> Iterator[tuple[str, Mapping[str, str], str]]:
        """Yield the address, the headers and the content of every export, and of every answer of the API to a read."""
        for who, paths in FILES.items():
            for path, sheet in itertools.product(paths, SHEETS):
                answer = self.browsers[who].http.get(path.format(sheet=sheet))
                yield path.format(sheet=sheet), answer.headers, answer.text
        words = self._words()
        for path, methods in self.stage.world.app.openapi()["paths"].items():
            if "get" in methods:
                answer = self._api("owner" if "portfolio" in path else "manager").get(path.format_map(words))
                yield path, answer.headers, answer.text

    def _send(self, slot: Slot, text: str) -> tuple[int, str]:
        if slot.operation:
            return self._write(slot, text)
        browser: PageClient = self.browsers[slot.who]
        form = slot.form
        if form is None or form.all("input", name="revision"):
            # What has been changed since wants to be changed as it is now.
            form = slots.form_of(html.read(browser.http.get(slot.page).text), slot)
        method, address, fields = slots.filled(form, slot, text)
        if method == "GET":
            answer = browser.http.get(address, params=fields)
        else:
            answer = browser.http.post(address, data=fields)
        if answer.status_code == 303:
            answer = browser.http.get(answer.headers["location"])
        return answer.status_code, answer.text

    def _write(self, slot: Slot, text: str) -> tuple[int, str]:
        words = self._words()
        method = slot.operation.partition(" ")[0]
        based = {"If-Match": ", ".join(f'"{at}"' for at in range(20))} if method != "POST" else {}
        body = slots.body_of(slot, text, words)
        answer = self._api(slot.who).request(method, slot.page.format_map(words), json=body, headers=based)
        return answer.status_code, answer.text

    def _api(self, who: str) -> TestClient:
        http = TestClient(self.stage.world.app, base_url=ORIGIN)
        http.headers["Authorization"] = f"Bearer {self.bearers[who]}"
        return http

    def _bearer(self, name: str) -> str:
        actor = self.stage.people[name]
        assert actor
        raw = {"name": "attacks", "days": 1, "scopes": list(TokenScope)}
        return tokens.issue(self.store, actor, raw).secret

    def _words(self) -> dict[str, str]:
        framework = self.stage.framework
        return {
            "cluster": "havbruk",
            "id": self.stage.draft,
            "indicator": framework.indicators[-1].number,
            "framework": framework.name,
            "version": framework.version,
        }
