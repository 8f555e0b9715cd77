"""Invitations: the page that a link in a mail leads to, its answers, and sending again or withdrawing."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import PASSWORD_LENGTH
from app.domain.errors import Invalid, NotSignedIn
from app.domain.invitations import Answer
from app.pages import roles
from app.pages.contexts import Context, Crumb
from app.pages.members import Filled, fill, last_day, to_people
from app.pages.notices import Notice
from app.pages.templating import Page, PageDep
from app.store.database import Store
from app.usecases import invitations, past_invitations
from app.usecases.invitations import Offer, Reader
from app.usecases.past_invitations import Past
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
NEW_FIELDS = ("name",)


@dataclass(frozen=True, kw_only=True)
class InvitationContext(Context):
    """An invitation, and how whoever reads it can answer; `address` is whole for whoever is to sign in with it."""

    template: ClassVar[str] = "invitations/invitation.html"
    offer: Offer
    role: str
    may: str
    last_day: dt.date | None
    address: str
    form: Filled
    accept_url: str
    decline_url: str
    sign_in_url: str
    password_length: int


@dataclass(frozen=True, kw_only=True)
class PastContext(Context):
    """What became of an invitation to oneself, and the ways on."""

    template: ClassVar[str] = "invitations/past.html"
    words: str
    ways: tuple[Crumb, ...]


@router.get("/invitations/{invitation_id}", name="own_invitation")
def own_invitation(page: PageDep, store: StoreDep, invitation_id: str) -> Response:
    """Show an invitation to the account that it is for."""
    return _shown(page, store, invitation_id, None)


@router.post("/invitations/{invitation_id}/accept", name="accept_own_invitation")
def accept_own(page: PageDep, store: StoreDep, form: FormDep, invitation_id: str) -> Response:
    """Take the role."""
    return _accept(page, store, form, invitation_id, None)


@router.post("/invitations/{invitation_id}/decline", name="decline_own_invitation")
def decline_own(page: PageDep, store: StoreDep, invitation_id: str) -> Response:
    """Say no."""
    return _decline(page, store, invitation_id, None)


@router.post("/invitations/{invitation_id}/resend", name="resend_invitation")
def send_again(page: PageDep, store: StoreDep, invitation_id: str) -> Response:
    """Send a new link in the place of the old one."""
    return to_people(page, invitations.send_again(store, page.actor, invitation_id), Notice.INVITED)


@router.post("/invitations/{invitation_id}/withdraw", name="withdraw_invitation")
def withdraw(page: PageDep, store: StoreDep, invitation_id: str) -> Response:
    """Take an invitation back."""
    return to_people(page, invitations.withdraw(store, page.actor, invitation_id), Notice.INVITATION_WITHDRAWN)


@router.get("/invitations/{invitation_id}/{secret}", name="invitation")
def invitation(page: PageDep, store: StoreDep, invitation_id: str, secret: str) -> Response:
    """Show the invitation that a link leads to."""
    return _shown(page, store, invitation_id, secret)


@router.post("/invitations/{invitation_id}/{secret}/accept", name="accept_invitation")
def accept(page: PageDep, store: StoreDep, form: FormDep, invitation_id: str, secret: str) -> Response:
    """Take the role; with an account that is made for it where there is none."""
    return _accept(page, store, form, invitation_id, secret)


@router.post("/invitations/{invitation_id}/{secret}/decline", name="decline_invitation")
def decline(page: PageDep, store: StoreDep, invitation_id: str, secret: str) -> Response:
    """Say no, which takes no account."""
    return _decline(page, store, invitation_id, secret)


def _accept(page: Page, store: Store, form: FormDep, invitation_id: str, secret: str | None) -> Response:
    raw, language = {"name": form.get("name"), "password": form.get("password")}, page.language
    try:
        accepted = invitations.accept(store, page.actor, invitation_id, secret, raw, language)
    except Invalid as invalid:
        # Where somebody else made the account in between, the page asks to sign in, and has no form to correct.
        filled = fill(page, form, NEW_FIELDS, invalid)
        return page.show(_invitation(page, store, invitation_id, secret, filled), status=status_of(invalid))
    except NotSignedIn:
        # Not as for other forms, which carry what was typed through the sign-in: a password may be among it.
        return page.go_to(_sign_in_url(page, page.url("own_invitation", invitation_id=invitation_id)))
    place = accepted.place
    if not accepted.belongs:
        return page.go("own_invitation", invitation_id=invitation_id)
    following = page.url("cluster", cluster=place.about.slug) if place.cluster else page.url("home")
    if accepted.is_new:
        return page.go("sign_in", notice=Notice.ACCOUNT_MADE, query=urlencode({"next": following}))
    if place.cluster:
        return page.go("cluster", notice=Notice.INVITATION_ACCEPTED, cluster=place.about.slug)
    return page.go("home", notice=Notice.INVITATION_ACCEPTED)


def _decline(page: Page, store: Store, invitation_id: str, secret: str | None) -> Response:
    invitations.decline(store, page.actor, invitation_id, secret)
    return page.go("home", notice=Notice.INVITATION_DECLINED)


def _shown(page: Page, store: Store, invitation_id: str, secret: str | None) -> Response:
    past = past_invitations.find(store, page.actor, invitation_id, secret)
    return page.show(_past(page, past) if past else _invitation(page, store, invitation_id, secret))


def _past(page: Page, past: Past) -> PastContext:
    own_roles = Crumb(page.say("Your roles"), page.url("own_roles"))
    if past.end is Answer.ACCEPTED and past.place:
        name, slug = past.place.about.name, past.place.about.slug
        there = page.url("cluster", cluster=slug) if past.place.cluster else page.url("home")
        way = Crumb(page.say("Go to %(place)s", place=name) if past.place.cluster else page.say("To My work"), there)
        words = page.say("You accepted it earlier, so there is nothing more to do.")
        return PastContext(title=page.say("Accepted already"), words=words, ways=(way, own_roles))
    if past.end is Answer.ACCEPTED:
        words = page.say("You accepted it earlier. The role that it gave you has ended since.")
        return PastContext(title=page.say("Accepted already"), words=words, ways=(own_roles,))
    if past.end is Answer.DECLINED:
        words = page.say("You declined it. If you have changed your mind, ask whoever invited you for a new one.")
        return PastContext(title=page.say("Declined already"), words=words, ways=(own_roles,))
    words = page.say(
        "It has expired, was taken back, or a newer one took its place. An invitation that still waits for your answer "
        "is among your roles. If none is there, ask whoever invited you for a new one."
    )
    return PastContext(title=page.say("This invitation is no longer valid"), words=words, ways=(own_roles,))


def _invitation(
    page: Page, store: Store, invitation_id: str, secret: str | None, form: Filled | None = None
) -> InvitationContext:
    offer = invitations.look(store, page.actor, invitation_id, secret)
    found, place = offer.invitation, offer.place
    own = page.url("own_invitation", invitation_id=invitation_id)
    # The secret goes into these two addresses and into no other, so not into that of the sign-in.
    answering = own if secret is None else page.url("invitation", invitation_id=invitation_id, secret=secret)
    is_deputy = found.until is not None
    return InvitationContext(
        title=page.say("You are invited"),
        offer=offer,
        role=roles.name(page.say, found.role, is_deputy=is_deputy),
        may=roles.may(page.say, found.role, on_programme=place.programme is not None, is_deputy=is_deputy),
        last_day=last_day(found.until),
        address=found.email if offer.reader in {Reader.NEW, Reader.INVITED} else _shortened(found.email),
        form=form or Filled({"name": ""}),
        accept_url=f"{answering}/accept",
        decline_url=f"{answering}/decline",
        sign_in_url=_sign_in_url(page, own),
        password_length=PASSWORD_LENGTH[0],
    )


def _sign_in_url(page: Page, following: str) -> str:
    return page.url("sign_in") + "?" + urlencode({"next": following})


def _shortened(address: str) -> str:
    """Return enough of an address for whoever has it to know which it is."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"
