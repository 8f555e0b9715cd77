"""Every page there is, found from the routes, with somebody who may see it and a world in which it has much to show."""

import datetime as dt
import itertools
from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from typing_extensions import override

from app.domain import days
from app.domain.accounts import RESET_LIFE
from app.domain.framework import Framework
from app.domain.invitations import Invitation
from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Actor
from app.domain.roles import Role
from app.store import accounts, keys, links, passwords, recovery_codes, resets, sessions, tables, totps
from app.usecases import consent, interests, invitations, members, operators
from tests.mails import keep_failed_mail, way_out
from tests.pages.client import PageClient
from tests.pages.world import World

_HASH = passwords.hashed("a password that is typed into no form")
# What is got and is no page.
NO_PAGES = frozenset({"healthz", "readyz", "openapi", "next_unanswered", "openid_answer"})


@dataclass(frozen=True)
class Visit:
    """A page, who opens it, and its address."""

    name: str
    who: str
    path: str

    @override
    def __str__(self) -> str:
        return f"{self.name}-{self.who}"


def pages(app: FastAPI) -> set[str]:
    """The name of every route that a browser gets a page from."""
    got = {
        str(route.name)
        for route in iter_route_contexts(app.routes)
        if "GET" in (route.methods or ()) and not str(route.path).startswith("/api/")
    }
    return {name for name in got - NO_PAGES if not name.startswith("export_")}


class Stage:
    """A world in which each page has something to show, and the people to open them as."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.framework: Framework = world.frameworks.default
        world.programme(name="Demo: Nordlys")
        world.round("Høst 2026")
        world.cluster("havbruk", name="Havbruk Sør", region="Agder", sector="Havbruk", level="Arena")
        self.previous = world.assessment("havbruk", self._levels(2), title="Høst 2025", day=dt.date(2025, 9, 30)).id
        self.draft = world.assessment("havbruk", self._levels(3, short=9), title="Høst 2026", submit=False).id
        self.submitted = world.assessment("havbruk", self._levels(4), title="Vår 2026", day=dt.date(2026, 3, 31)).id
        for number in range(7):
            slug = f"klynge-{number}"
            world.cluster(slug, name=f"Klynge {number}", region="Nordland", sector="Mineraler", level="NCE")
            world.assessment(slug, self._levels(number), title="Høst 2026")
        self._decide()
        invited = {"email": "ny@example.org", "role": "deputy", "until": str(days.day_of(world.clock()))}
        boss = world.person(Role.MANAGER, cluster="havbruk", name="Åse Berg")
        invitations.invite(world.store, boss, invited, cluster="havbruk")
        invitations.invite(
            world.store, boss, {"email": "styreleder@example.org", "role": "observer"}, cluster="havbruk"
        )
        self.invitations = {each.email: each.id for each in self._invitations(boss)}
        world.person(Role.CONTRIBUTOR, cluster="havbruk", name="Ola Dahl")
        self.people: dict[str, Actor | None] = {
            "visitor": None,
            "manager": world.person(Role.MANAGER, cluster="havbruk", name="Kari Nygård"),
            "owner": world.person(Role.OWNER, programme="north", name="Per Moe"),
            "administrator": world.person(Role.ADMINISTRATOR, name="Tor Vik"),
            # Has everything that protects an account; and stands between the two steps of signing in.
            "locked": world.person(Role.MANAGER, cluster="havbruk", name="Liv Berg"),
            "waiting": world.person(Role.MANAGER, cluster="havbruk", name="Ola Vik"),
            "evaluator": self.evaluator,
            "observer": world.person(Role.OBSERVER, cluster="havbruk", name="Odd Vik"),
            "newcomer": self._newcomer(),
        }
        world.round("Vår 2027", day=dt.date(2027, 3, 31))
        keep_failed_mail(world.store)
        self.way_out = way_out(world.store, self.people["manager"])
        self.declined = self._declined(boss)
        self.link = self._factors()

    def _decide(self) -> None:
        """Let clusters share and stop sharing, and an evaluator declare conflicts of interest."""
        store, world = self.world.store, self.world
        manager = world.person(Role.MANAGER, cluster="havbruk", name="Kari Nygård")
        consent.share(store, manager, "havbruk", "peers")
        consent.stop_sharing(store, manager, "havbruk", "peers")
        consent.share(store, manager, "havbruk", "public")
        last = world.person(Role.MANAGER, cluster="klynge-6", name="Ola Berg")
        consent.stop_sharing(store, last, "klynge-6", "programme")
        self.evaluator = world.person(Role.EVALUATOR, programme="north", name="Eva Lind")
        for slug in ("klynge-4", "klynge-5"):
            acting = operators.acting_as(store, self._email(self.evaluator))
            interests.declare(store, acting, {"cluster": slug, "reason": "I was its chair until last year."})

    def _email(self, actor: Actor) -> str:
        return next(user.email for user in operators.users(self.world.store) if user.id == actor.user_id)

    def _invitations(self, boss: Actor) -> list[Invitation]:
        found = members.people(self.world.store, boss, cluster="havbruk").invitations
        return [each.invitation for each in found]

    def _newcomer(self) -> Actor:
        """Somebody with an account and no role, who is invited."""
        raw = {"email": "styreleder@example.org", "name": "Tora Vik"}
        operators.create_user(self.world.store, raw, password_hash=None)
        return operators.acting_as(self.world.store, raw["email"])

    def _declined(self, boss: Actor) -> str:
        """An invitation that the observer has declined."""
        store, observer = self.world.store, self.people["observer"] or VISITOR
        email = self._email(observer)
        invitations.invite(store, boss, {"email": email, "role": "contributor"}, cluster="havbruk")
        key = next(each.id for each in self._invitations(boss) if each.email == email)
        invitations.decline(store, observer, key, None)
        return key

    def _link(self) -> dict[str, str]:
        key = self.invitations["ny@example.org"]
        with self.world.store.reading() as tx:
            return {"invitation_id": key, "secret": links.secret(tx, Kind.INVITED, key)}

    def _membership(self, name: str) -> dict[str, str]:
        found = members.people(self.world.store, self.people["manager"] or VISITOR, cluster="havbruk").people
        return {"membership_id": next(each.member.id for each in found if each.member.name == name)}

    def visits(self, app: FastAPI) -> list[Visit]:
        """Every page for each person whom it is for; a page that nobody is named for is a KeyError."""
        found: list[Visit] = []
        for name in sorted(pages(app)):
            visits = self._plan()[name]
            found += [Visit(name, who, str(app.url_path_for(name, **params))) for who, params in visits]
        return found

    def _plan(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        standard = {"framework": self.framework.name, "version": self.framework.version}
        draft, submitted = {"assessment_id": self.draft}, {"assessment_id": self.submitted}
        dimension = {"dimension_id": self.framework.dimensions[1].id}
        cluster, programme = {"cluster": "havbruk"}, {"programme": "north"}
        return self._plan_of_people(cluster, programme) | {
            "home": [("visitor", {}), ("manager", {}), ("owner", {}), ("evaluator", {}), ("newcomer", {})],
            **self._signing_in(),
            **self._about_the_service(),
            "frameworks": [("visitor", {})],
            "framework": [("visitor", standard), ("manager", standard)],
            "blank_form": [("visitor", standard)],
            "components": [("visitor", {})],
            "docs": [("visitor", {})],
            "assessment": [("manager", draft), ("manager", submitted), ("evaluator", submitted)],
            "dimension": [("manager", {**draft, **dimension}), ("evaluator", {**submitted, **dimension})],
            "unanswered": [("manager", draft)],
            "submit_page": [("manager", draft)],
            "withdraw_page": [("manager", submitted)],
            "delete_page": [("manager", draft)],
            "new_assessment": [("manager", cluster)],
            "gap": [("manager", draft), ("manager", submitted), ("owner", submitted)],
            "clusters": [("evaluator", {}), ("owner", {})],
            "cluster": [("manager", cluster), ("owner", cluster), ("owner", {"cluster": "klynge-6"})],
            "sharing": [("manager", cluster), ("observer", cluster)],
            "conflicts": [("evaluator", {}), ("observer", {})],
            "edit_cluster": [("manager", cluster)],
            "cluster_history": [("manager", cluster), ("owner", cluster)],
            "assessment_history": [("manager", draft), ("evaluator", submitted)],
            "programme": [("owner", programme)],
            "portfolio": [("owner", {}), ("evaluator", {})],
            "portfolio_heatmap": [("owner", {})],
            "portfolio_indicators": [("owner", {})],
        }

    def _about_the_service(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        return {
            "help": [("visitor", {}), ("manager", {})],
            "about": [("visitor", {})],
            "privacy": [("visitor", {})],
            "accessibility": [("manager", {})],
            "your_data": [("manager", {}), ("owner", {})],
            "messages": [("manager", {})],
            "inbox": [("manager", {}), ("owner", {})],
            "unsubscribe_page": [("visitor", self.way_out)],
            "mail": [("administrator", {})],
        }

    def browser(self, who: str, language: str = "en") -> PageClient:
        """Return the browser of one of the people."""
        browser, person = self.world.browser(self.people[who], language), self.people[who]
        if who == "waiting" and person:
            with self.world.store.writing() as tx:
                mine = tables.sessions.c.user_id == person.user_id
                tx.connection.execute(sa.update(tables.sessions).where(mine).values(factor_at=None))
        return browser

    def _factors(self) -> dict[str, str]:
        """Give people what the pages about signing in show, and return what a link for a new password is made of."""
        ids = {name: person.user_id or "" for name, person in self.people.items() if person}
        with self.world.store.writing() as tx:
            for name in ("locked", "waiting"):
                totps.begin(tx, ids[name])
                tx.connection.execute(sa.update(tables.totps).values(confirmed_at=tx.now))
                recovery_codes.make(tx, ids[name])
            totps.begin(tx, ids["evaluator"])
            accounts.update(tx, ids["locked"], password_hash=_HASH)
            for name, when in (("My phone", None), ("Yubikey", tx.now)):
                values = {"public_key": b"", "sign_count": 0, "created_at": tx.now, "last_used_at": when}
                key = {"id": tx.new_id(), "user_id": ids["locked"], "credential": name, "name": name}
                tx.connection.execute(sa.insert(tables.passkeys).values(**key, **values))
            for client in ("Firefox, Windows", "Safari, iPhone"):
                sessions.add(tx, client, ids["locked"], client=client, factor_at=tx.now)
            secret = links.secret(tx, "reset", "a-reset")
            resets.add(tx, "a-reset", ids["manager"], keys.digest(secret), tx.now + RESET_LIFE)
            return {"reset_id": "a-reset", "secret": secret}

    def _plan_of_people(
        self, cluster: dict[str, str], programme: dict[str, str]
    ) -> dict[str, list[tuple[str, dict[str, str]]]]:
        return {
            "cluster_members": [("manager", cluster), ("owner", cluster)],
            "programme_members": [("owner", programme)],
            "membership": [("manager", self._membership("Ola Dahl"))],
            "hand_over_page": [("manager", cluster)],
            "leave_cluster_page": [("manager", cluster)],
            "leave_programme_page": [("owner", programme)],
            "own_roles": [("manager", {}), ("newcomer", {})],
            "close_account_page": [("manager", {}), ("owner", {})],
            "invitation": [("visitor", self._link()), ("manager", self._link())],
            "own_invitation": [
                ("newcomer", {"invitation_id": self.invitations["styreleder@example.org"]}),
                ("observer", {"invitation_id": self.declined}),
            ],
        }

    def _signing_in(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        return {
            "sign_in": [("visitor", {})],
            "signed_out": [("visitor", {})],
            "second_step": [("waiting", {})],
            "forgot": [("visitor", {})],
            "reset": [("visitor", self.link)],
            "account": [("manager", {})],
            "security": [("manager", {}), ("owner", {}), ("locked", {})],
            "new_app": [("evaluator", {})],
            "new_passkey": [("manager", {})],
            "password": [("locked", {})],
            "confirm": [("locked", {})],
            "own_sessions": [("locked", {})],
            "tokens": [("manager", {})],
        }

    def _levels(self, strength: int, short: int = 0) -> dict[str, int]:
        """Levels that differ from indicator to indicator, for all but the last `short` of them."""
        levels = itertools.cycle((strength, strength + 1, strength - 1, strength + 2))
        numbers = [indicator.number for indicator in self.framework.indicators]
        answered = numbers[: len(numbers) - short]
        return {
            number: min(max(level, 0), self.framework.top_level)
            for number, level in zip(answered, levels, strict=False)
        }
