"""A canary in every text of every tenant: a word that stands nowhere else, with who may come upon it, by hand.

The fields are found from the tables. One that is not named here fails the run: whoever adds a text says here who may
see it, by docs/permissions.md. What somebody is to a place comes from `[standing]` in access.toml, by hand too.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.store.tables import metadata
from tests.contracts.cast import PLACES, PROGRAMMES

WORD = re.compile(r"kanari\d{5}x", re.IGNORECASE)


class Deed(NamedTuple):
    """What somebody did, or what was done to them, in a place; `state` is that of the assessment it was done to."""

    verb: str
    place: str
    state: str | None = None


@dataclass(frozen=True)
class Canary:
    """A text of somebody's: the field that it stands in, the place or person or programme it is about, its state.

    A name has the `roles` of its person, each with its place or programme, and the `deeds` beside which it may stand.
    A text of the journal has its line as its one deed, and its `key` there.
    """

    field: str
    place: str | None = None
    person: str | None = None
    programme: str | None = None
    state: str | None = None
    key: str | None = None
    roles: frozenset[tuple[str, str]] = frozenset()
    deeds: frozenset[Deed] = frozenset()
    invited: frozenset[str] = frozenset()


# Who may come upon it: (what they are to each place, who they are, the canary).
Rule = Callable[[Mapping[str, str], str, Canary], bool]
_INSIDE = frozenset({"observer", "contributor", "manager", "observer-evaluator"})
_FOLLOWING = frozenset({"programme-evaluator", "reader", "owner", "administrator"})
_OWNING = frozenset({"owner", "administrator"})
_READING = _OWNING | {"reader"}
_KNOWING = _INSIDE | _FOLLOWING | {"evaluator"}
# A cluster's own people are told all that was done to it, but who declared a conflict of interest, and why.
TOLD_INSIDE = frozenset(
    {
        *("registered", "updated", "started", "answered", "submitted", "withdrew", "deleted"),
        *("invited", "invited-again", "withdrew-invitation", "accepted-invitation", "declined-invitation"),
        *("changed-role", "removed-member", "handed-over", "left", "shared", "stopped-sharing"),
    }
)
TOLD_OUTSIDE = frozenset({"registered", "updated", "submitted", "withdrew"})
_OF_ASSESSMENTS = frozenset({"submitted", "withdrew"})
# Whom one may give roles to: by the role of theirs, which standings may.
_GIVING = {
    **dict.fromkeys(("observer", "contributor"), frozenset({"manager"})),
    "manager": frozenset({"manager"}) | _OWNING,
    **dict.fromkeys(("evaluator", "reader", "owner"), _OWNING),
    "invited": frozenset({"manager"}) | _OWNING,
}


def of_cluster(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """What a cluster is: for whoever has a role on it, or on its programme, whether it shares or not."""
    # On the list of one's own declarations, and in an invitation.
    is_named = canary.field == "clusters.name" and (who == "conflicted" or who in canary.invited)
    return standing[canary.place or ""] in _KNOWING or is_named


def of_assessment(standing: Mapping[str, str], _who: str, canary: Canary) -> bool:
    """What a cluster writes: its own people, and of what is submitted the evaluator and those it shares with."""
    place = canary.place or ""
    if standing[place] in _INSIDE:
        return True
    shared = standing[place] in _FOLLOWING and place != "withheld"
    return canary.state == "submitted" and (shared or standing[place] == "evaluator")


def of_programme(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """A programme's and its rounds' names: for its own people and those of its clusters."""
    if canary.programme == "empty":
        return who in {"idle", "administrator"}
    return bool(_within(standing, canary.programme) & {*_KNOWING, "out-of-sight"})


def of_name(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """A person's name: their own; for those who see a place's people; beside what they did; who invites one."""
    if who == canary.person or who in canary.invited:
        return True
    if any(_sees(standing, who, place, role) for place, role in canary.roles):
        return True
    return any(_beside(standing, deed) for deed in canary.deeds)


def of_email(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """An e-mail address: one's own; whom one may give roles to; of managers and owners, who are there to be asked."""
    if who == canary.person:
        return True
    for place, role in canary.roles:
        is_asked = role in {"manager", "owner"} and _sees(standing, who, place, role)
        if is_asked or _standings(standing, who, place) & _GIVING[role]:
            return True
    return False


def of_invited(standing: Mapping[str, str], _who: str, canary: Canary) -> bool:
    """An address that was invited: for those who may invite there."""
    return standing[canary.place or ""] in _GIVING["invited"]


def of_past_name(standing: Mapping[str, str], _who: str, canary: Canary) -> bool:
    """A name beside lines of the past: for whoever is told one of these lines."""
    return any(_is_told(standing, deed) for deed in canary.deeds)


def of_past_text(standing: Mapping[str, str], _who: str, canary: Canary) -> bool:
    """What something was before and afterwards: for whoever is told the line, but no reason for a conflict."""
    return canary.key != "reason" and any(_is_told(standing, deed) for deed in canary.deeds)


def of_declarer(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """Why somebody declared a conflict: for themselves, and for who follows the programme up as its owner."""
    return who == canary.person or standing[canary.place or ""] in _OWNING


def of_mail(_standing: Mapping[str, str], who: str, _canary: Canary) -> bool:
    """Where mail went and why it did not get there: for those who run the service."""
    return who == "administrator"


def own(_standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """One's own and nobody else's."""
    return who == canary.person


def nobody(_standing: Mapping[str, str], _who: str, _canary: Canary) -> bool:
    """No page and no answer has this."""
    return False


def _within(standing: Mapping[str, str], programme: str | None) -> set[str]:
    """Return what somebody is to the places of a programme."""
    return {standing[place] for place in PLACES if PROGRAMMES[place] == programme}


def _standings(standing: Mapping[str, str], who: str, place: str) -> set[str]:
    """Return what somebody is to a place, or to a programme by what they are to its places."""
    if place in PLACES:
        return {standing[place]}
    return {who} & {"administrator"} | (_within(standing, place) - {"manager"})


def _sees(standing: Mapping[str, str], who: str, place: str, role: str) -> bool:
    """Whether somebody sees who is who in a place: its people and its programme's; no evaluator does."""
    if role == "invited":
        return False
    # Of its programme a cluster's people know the owners alone.
    inside = _INSIDE if place in PLACES or role == "owner" else frozenset[str]()
    found = {standing[place]} if place in PLACES else _within(standing, place)
    return bool(found & (inside | _READING)) or who == "administrator"


def _is_told(standing: Mapping[str, str], deed: Deed) -> bool:
    """Whether somebody is told this in a history, by hand from docs/permissions.md."""
    what = standing[deed.place]
    if what in _INSIDE:
        return deed.verb in TOLD_INSIDE
    is_withheld = deed.verb in _OF_ASSESSMENTS and deed.place == "withheld" and what in _FOLLOWING
    return what in _KNOWING and deed.verb in TOLD_OUTSIDE and not is_withheld


def _beside(standing: Mapping[str, str], deed: Deed) -> bool:
    """Whether somebody sees what somebody did, with the name that they have now."""
    if deed.verb == "has-answered":
        return of_assessment(standing, "", Canary("", place=deed.place, state=deed.state))
    if deed.verb == "has-decided":
        return standing[deed.place] in _INSIDE
    if deed.verb == "has-a-conflict":
        return standing[deed.place] in _OWNING
    return _is_told(standing, deed)


RULES: Mapping[str, Rule] = {
    "users.name": of_name,
    "users.email": of_email,
    "users.password_hash": nobody,
    "programmes.name": of_programme,
    "rounds.name": of_programme,
    **dict.fromkeys(("clusters.name", "clusters.level", "clusters.region", "clusters.sector"), of_cluster),
    "assessments.title": of_assessment,
    "answers.note": of_assessment,
    "interests.reason": of_declarer,
    "invitations.email": of_invited,
    "tokens.name": own,
    "sessions.client": own,
    "sessions.challenge": nobody,
    "totps.secret": nobody,
    "passkeys.name": own,
    "passkeys.credential": nobody,
    "identities.issuer": own,
    "identities.subject": own,  # in the form that disconnects it
    **dict.fromkeys(("outbox.address", "outbox.failure"), of_mail),
    "outbox.about": nobody,
    "notices.about": own,
    "journal_names.name": of_past_name,
    **dict.fromkeys(("journal_texts.before", "journal_texts.after"), of_past_text),
    **dict.fromkeys(("receipts.key", "receipts.headers", "carried.sealed"), nobody),
}
# Fields that hold no text of anybody's, and so no canary.
_ID, _CODE = "an id of ours", "one of our own words"
_DIGEST, _NAME = "a digest, made of what it must match", "part of an address, which whoever asks has typed"
NO_TEXT: Mapping[str, str] = {
    **{
        f"{table.name}.{column.name}": _ID
        for table in metadata.sorted_tables
        for column in table.c
        if column.name == "id" or column.name.endswith(("_id", "_by")) or column.foreign_keys
    },
    **dict.fromkeys(("programmes.slug", "rounds.slug", "clusters.slug", "notices.path"), _NAME),
    **dict.fromkeys(("memberships.role", "invitations.role", "invitations.closed_as", "consents.audience"), _CODE),
    **dict.fromkeys(("users.language", "users.muted", "tokens.scopes", "outbox.language", "outbox.kind"), _CODE),
    **dict.fromkeys(("notices.kind", "journal.verb", "keys.purpose", "scorecards.outcome", "assessments.state"), _CODE),
    **dict.fromkeys(("assessments.framework", "assessments.version", "assessments.digest", "answers.indicator"), _CODE),
    **dict.fromkeys(("journal.indicator", "invitations.giver_becomes"), _CODE),
    **dict.fromkeys(("sessions.digest", "tokens.digest", "resets.digest", "recovery_codes.digest"), _DIGEST),
    **dict.fromkeys(("invitations.digest", "receipts.request_digest", "attempts.key", "keys.wrapped"), _DIGEST),
    **dict.fromkeys(("journal.name_digest", "journal.text_digest", "journal.seal", "journal_names.digest"), _DIGEST),
    **dict.fromkeys(("journal_names.salt", "journal_texts.salt"), _DIGEST),
    **dict.fromkeys(("journal.subject", "journal.chain"), _ID),
}
# Shown to its own manager on a page and, but for some, in an answer of the API: the crawl must come upon it there.
SHOWN = (
    *("clusters.name", "clusters.level", "clusters.region", "clusters.sector", "programmes.name", "rounds.name"),
    *("assessments.title", "answers.note", "users.name", "users.email", "tokens.name", "invitations.email"),
    *("sessions.client", "notices.about", "journal_names.name", "journal_texts.before", "journal_texts.after"),
)
ON_PAGES_ALONE = frozenset(
    {
        *("programmes.name", "rounds.name", "users.email", "tokens.name", "invitations.email"),
        *("sessions.client", "notices.about"),
    }
)


def texts() -> set[str]:
    """Return every field of every table that holds text."""
    return {
        f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c if kind(column) is str
    }


def kind(column: sa.Column[Any]) -> type:
    """Return the kind of value that a column holds, below the types of our own and of SQLModel."""
    below: sa.types.TypeEngine[Any] = getattr(column.type, "impl", column.type)
    return below.python_type


def found_in(*said: str) -> Iterator[str]:
    """Yield every canary's word in what was said."""
    for text in said:
        yield from (word.lower() for word in WORD.findall(text))
