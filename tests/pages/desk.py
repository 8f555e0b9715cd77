"""Two people at one assessment of the tiny standard: Kari in her browser, Ola from elsewhere."""

from collections.abc import Mapping

from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import Actor
from app.domain.roles import Role
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.pages.client import PageClient
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.world import World


class Desk:
    """Kari's browser on a dimension of two cards, with Ola who answers from elsewhere."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.programme()
        world.cluster("havbruk")
        self.key = world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False).id
        self.path = f"/assessments/{self.key}/dimensions/boats"
        self.kari = world.person(Role.MANAGER, cluster="havbruk", name="Kari")
        self.ola = world.person(Role.CONTRIBUTOR, cluster="havbruk", name="Ola")
        self.browser: PageClient = world.browser(self.kari)

    def fields(self, path: str = "") -> dict[str, str]:
        """The form as it stands when it is opened."""
        return fields(self.browser.open(path or self.path).named("answers"))

    def save(self, sent: Mapping[str, str], status: int = 303, path: str = "") -> str:
        return self.browser.send(path or self.path, sent, status)

    def refused(self, sent: Mapping[str, str], status: int) -> Element:
        return self.browser.refused(self.path, sent, status)

    def answers(self, who: Actor, number: str, level: int | None, note: str = "") -> None:
        """Keep somebody's answer, on top of whatever is there."""
        revision = self.kept().answer(number).revision
        raw = {"level": level, "note": note}
        assessments.answer(self.world.store, self.world.frameworks, who, self.key, number, raw, revision)

    def kept(self) -> Assessment:
        return assessments.report(self.world.store, self.world.frameworks, self.kari, self.key).assessment

    def content(self, number: str) -> tuple[int | None, str]:
        answer = self.kept().answer(number)
        return answer.level, answer.note

    def hand_in(self) -> None:
        """Answer whatever is not answered yet, and submit."""
        for indicator in catalogues.tiny().indicators:
            if self.kept().answer(indicator.number).level is None:
                self.answers(self.ola, indicator.number, 1)
        assessments.move(self.world.store, self.world.frameworks, self.kari, self.key, Move.SUBMIT)
