"""Somebody who signs in, in tests: a password, an authenticator app, a passkey, and a browser."""

import datetime as dt
from dataclasses import dataclass, field

import pyotp
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.accounts import Browser
from app.domain.permissions import Actor, Membership
from app.store import passwords, tables, totps
from app.store.entering import SignedIn
from app.usecases import second_factors, second_steps, sessions
from app.usecases.second_factors import Changed
from app.usecases.second_steps import Shown
from tests.authenticator import SITE, Authenticator
from tests.store.kept import keep_person
from tests.usecases.world import World

PASSWORD = "en lang setning om torsk"
DIGEST = passwords.hashed(PASSWORD)
HERE, ELSEWHERE = Browser("192.0.2.1", "Firefox, Linux"), Browser("198.51.100.7", "Safari, iPhone")
STEP = dt.timedelta(seconds=30)


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with a thousandth of the work, for tests that make hundreds of guesses."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody's"))
    monkeypatch.setattr(f"{__name__}.DIGEST", quick.hash(PASSWORD))


@dataclass
class Person:
    """Somebody with a password, who is signed in on one browser; `secret` is that session's."""

    world: World
    id: str
    secret: str = ""
    codes: tuple[str, ...] = ()
    app: pyotp.TOTP | None = None
    passkey: Authenticator = field(default_factory=Authenticator)

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.id}@example.org"

    @property
    def actor(self) -> Actor:
        """Who the session belongs to."""
        return self.of(self.secret)

    def of(self, secret: str) -> Actor:
        """Return who any session belongs to."""
        return sessions.by_session(self.world.store, secret, needs_factors=False)

    def give_password(self, browser: Browser = HERE, password: str = PASSWORD) -> SignedIn:
        """Take the first step of signing in."""
        return sessions.sign_in(self.world.store, {"email": self.email, "password": password}, browser)

    def take(self, secret: str, browser: Browser = HERE, **raw: str) -> Shown:
        """Take the second step."""
        return second_steps.take(self.world.store, secret, raw, browser, SITE)

    def confirm(self, **raw: str) -> Shown:
        """Confirm who one is."""
        shown = second_steps.confirm(self.world.store, self.actor, self.secret, raw, HERE, SITE)
        self.secret = shown.secret
        return shown

    def code(self) -> str:
        """Return the app's code of now, at a step that has not been used."""
        assert self.app is not None
        self.world.clock.now += 2 * STEP
        return str(self.app.at(self.world.clock.now))

    def use_app(self) -> Changed:
        """Put an app to use."""
        second_factors.begin_app(self.world.store, self.actor)
        self.app = pyotp.TOTP(second_factors.new_secret(self.world.store, self.actor).secret)
        return self._after(second_factors.add_app(self.world.store, self.actor, self.secret, {"code": self.code()}))

    def use_passkey(self) -> Changed:
        """Put a passkey to use."""
        store = self.world.store
        answer = self.passkey.make(second_factors.ask_for_passkey(store, self.actor, self.secret, SITE))
        raw = {"name": "My phone", "passkey": answer}
        return self._after(second_factors.add_passkey(store, self.actor, self.secret, raw, SITE))

    def answer(self, secret: str) -> str:
        """Answer what a browser is asked in a session."""
        return self.passkey.show(second_steps.ask_for_passkey(self.world.store, secret, SITE))

    def _after(self, changed: Changed) -> Changed:
        self.secret, self.codes = changed.secret, changed.codes or self.codes
        return changed


def make_person(world: World, *roles: Membership, name: str = "Kari Nordmann", **changes: object) -> Person:
    """Keep somebody with a password and sign them in."""
    user = keep_person(world.store, name, *roles, password_hash=DIGEST, **changes)
    person = Person(world, user.id)
    person.secret = person.give_password().secret
    return person


def mails(world: World, kind: str) -> list[str]:
    """Return what mails of a kind are about, the oldest first."""
    with world.store.reading() as tx:
        outbox = tables.outbox
        rows = tx.connection.execute(outbox.select().where(outbox.c.kind == kind).order_by(outbox.c.id)).mappings()
        return [row["about"] for row in rows]


def pending(world: World, user_id: str) -> str | None:
    """Return the secret of an app that is being set up."""
    with world.store.reading() as tx:
        return totps.pending(tx, user_id)
