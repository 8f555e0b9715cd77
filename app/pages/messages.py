"""What people are told, in words: the same in a mail and in the inbox."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.members import DEPUTY, NOTHING
from app.domain.messages import Kind
from app.domain.roles import Role
from app.pages.format import filters

Say = Callable[..., str]
About = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """A message in one language: what has happened, more about it, and what its link is called."""

    title: str
    lines: tuple[str, ...]
    action: str


def told(kind: Kind, about: Mapping[str, str], at: dt.datetime, language: str, say: Say) -> Told:
    """Put a message into words; `at` is when it was left."""
    known: dict[str, object] = {**about}
    if "who" in about:
        known["who"] = about["who"] or say("A person whose name was erased")
    if "role" in about:
        known["role"] = role(about["role"], say)
    if "day" in about:
        known["day"] = filters(language)["day"](dt.date.fromisoformat(about["day"]))
    known["when"] = filters(language)["moment"](at)
    return _WORDS[kind](known, say)


def role(name: str, say: Say) -> str:
    """Return what somebody is, as it is called within a sentence."""
    words: dict[str, str] = {
        Role.OBSERVER: say("an observer"),
        Role.CONTRIBUTOR: say("a contributor"),
        Role.MANAGER: say("a cluster manager"),
        DEPUTY: say("a deputy cluster manager"),
        Role.EVALUATOR: say("an evaluator"),
        Role.READER: say("a reader"),
        Role.OWNER: say("a programme owner"),
        Role.ADMINISTRATOR: say("an administrator"),
    }
    return words[name]


def choices(say: Say) -> dict[Kind, str]:
    """Return the kinds of mail that people may turn off, each as the end of "send me mail when"."""
    return {
        Kind.OPENED_ROUND: say("A round is opened for a cluster that you manage"),
        Kind.SUBMITTED: say("An assessment that you follow is submitted"),
        Kind.WITHDREW: say("An assessment that you follow is withdrawn"),
        Kind.GAVE_ROLE: say("You are given a role"),
        Kind.TOOK_ROLE: say("A role of yours ends"),
        Kind.ANSWERED_INVITATION: say("Somebody answers your invitation"),
    }


def names(say: Say) -> dict[Kind, str]:
    """Return what each kind of mail is called among those who run the service."""
    return {
        Kind.INVITED: say("Invitation"),
        Kind.RESET_PASSWORD: say("Link to a new password"),
        Kind.CHANGED_PASSWORD: say("Password changed"),
        Kind.CHANGED_SIGN_IN: say("Sign-in changed"),
        Kind.GAVE_ROLE: say("Role given"),
        Kind.TOOK_ROLE: say("Role ended"),
        Kind.ANSWERED_INVITATION: say("Invitation answered"),
        Kind.OPENED_ROUND: say("Round opened"),
        Kind.SUBMITTED: say("Assessment submitted"),
        Kind.WITHDREW: say("Assessment withdrawn"),
        Kind.TRIAL: say("Trial mail"),
    }


def reason(kind: Kind, say: Say) -> str:
    """Return why somebody gets mail of this kind."""
    default = say("You get this mail because of your role in Goldgap.")
    noticed = say("You get this mail so that nobody can change your account without your noticing.")
    return {
        Kind.INVITED: say(
            "You get this mail because somebody in Goldgap gave your address. If you do not know them, you need do "
            "nothing."
        ),
        Kind.RESET_PASSWORD: say("You get this mail because somebody gave your address on the sign-in page."),
        Kind.CHANGED_PASSWORD: noticed,
        Kind.CHANGED_SIGN_IN: noticed,
        Kind.ANSWERED_INVITATION: say("You get this mail because you sent the invitation."),
        Kind.TRIAL: say("You get this mail because whoever runs Goldgap is trying out mail to your address."),
    }.get(kind, default)


def _invited(about: About, say: Say) -> Told:
    title = say("%(who)s invites you to %(place)s in Goldgap", **about)
    offer = [say("%(who)s invites you to be %(role)s for %(place)s.", **about)]
    if "day" in about:
        offer.append(say("The last day is %(day)s.", **about))
    if "hands_over" in about:
        title = say("%(who)s hands %(place)s over to you in Goldgap", **about)
        offer.append(say("You take over the cluster from %(who)s when you accept.", **about))
    return Told(
        title,
        (
            " ".join(offer),
            say(
                "Goldgap shows a cluster organisation how far it is from the European Gold label, and what is missing."
            ),
            say("The invitation is valid for 72 hours and can be used once."),
        ),
        say("See the invitation"),
    )


def _reset_password(_: About, say: Say) -> Told:
    return Told(
        say("Set a new password"),
        (
            say("Somebody, we hope you, has asked for a new password for your account."),
            say("The link is valid for 20 minutes and can be used once."),
            say("If it was not you, you need do nothing: your password stays as it is."),
        ),
        say("Set a new password"),
    )


def _changed_password(about: About, say: Say) -> Told:
    return Told(
        say("Your password was changed"),
        (
            say("The password of your account was changed on %(when)s.", **about),
            say(
                "If that was you, all is well. If not, ask for a new password on the sign-in page at once, and tell "
                "whoever runs the service."
            ),
        ),
        say("Open your account"),
    )


def _changed_sign_in(about: About, say: Say) -> Told:
    titles = {
        "added-app": say("An authenticator app was added to your account"),
        "removed-app": say("The authenticator app was removed from your account"),
        "added-passkey": say("A passkey was added to your account"),
        "removed-passkey": say("A passkey was removed from your account"),
        "made-recovery-codes": say("New recovery codes were made for your account"),
        "used-recovery-code": say("A recovery code was used to sign in to your account"),
        "connected-identity": say("Another way to sign in was connected to your account"),
        "disconnected-identity": say("A way to sign in was taken off your account"),
        "reset-by-operator": say("The second factor was taken off your account"),
    }
    change = str(about.get("change", ""))
    advice = say(
        "If that was you, all is well. If not, change your password and tell whoever runs the service, at once."
    )
    if change == "reset-by-operator":
        advice = say("Those who run the service did it. If you had not asked them to, tell them at once.")
    return Told(
        titles.get(change, say("How you sign in was changed")),
        (say("That was on %(when)s.", **about), advice),
        say("Open your account"),
    )


def _gave_role(about: About, say: Say) -> Told:
    return Told(
        say("You are now %(role)s for %(place)s", **about),
        (say("The role counts from now on."),),
        say("Go to %(place)s", **about),
    )


def _took_role(about: About, say: Say) -> Told:
    return Told(
        say("You are no longer %(role)s for %(place)s", **about),
        (say("The role has ended. What you have written there is kept."),),
        say("Open Goldgap"),
    )


def _answered_invitation(about: About, say: Say) -> Told:
    if about["answer"] == "accepted":
        title = say("%(who)s has accepted your invitation to %(place)s", **about)
        line = say("%(who)s is now %(role)s for %(place)s.", **about)
    else:
        title = say("%(who)s has declined your invitation to %(place)s", **about)
        line = say("The invitation was to be %(role)s for %(place)s.", **about)
    if "becomes" not in about:
        return Told(title, (line,), say("Go to %(place)s", **about))
    # The cluster is handed over, and who did it reads here what they are now.
    if about["becomes"] == NOTHING:
        return Told(title, (line, say("You no longer have a role there.")), say("Open Goldgap"))
    yours = say("You are no longer a cluster manager there, but %(becomes)s.", becomes=role(str(about["becomes"]), say))
    return Told(title, (line, yours), say("Go to %(place)s", **about))


def _opened_round(about: About, say: Say) -> Told:
    return Told(
        say("%(programme)s has opened the round “%(round)s”", **about),
        (
            say("The round is for assessments as of %(day)s.", **about),
            say("You can start the assessment of %(cluster)s now.", **about),
        ),
        say("Go to %(place)s", place=about["cluster"]),
    )


def _submitted(about: About, say: Say) -> Told:
    if "assessment" not in about:
        return Told(say("%(cluster)s has submitted an assessment", **about), (), say("See the assessment"))
    return Told(
        say("%(cluster)s has submitted “%(assessment)s”", **about),
        (say("%(who)s submitted the assessment. Its answers can no longer be changed.", **about),),
        say("See the assessment"),
    )


def _withdrew(about: About, say: Say) -> Told:
    title = say("%(cluster)s has withdrawn an assessment", **about)
    if "assessment" in about:
        title = say("%(cluster)s has withdrawn “%(assessment)s”", **about)
    return Told(
        title,
        (say("%(who)s withdrew the assessment. It no longer counts in the portfolio.", **about),),
        say("Go to %(place)s", place=about["cluster"]),
    )


def _trial(_: About, say: Say) -> Told:
    return Told(
        say("A trial of mail from Goldgap"),
        (say("Mail from Goldgap reaches this address. There is nothing more to do."),),
        say("Open Goldgap"),
    )


_WORDS: Mapping[Kind, Callable[[About, Say], Told]] = {
    Kind.INVITED: _invited,
    Kind.RESET_PASSWORD: _reset_password,
    Kind.CHANGED_PASSWORD: _changed_password,
    Kind.CHANGED_SIGN_IN: _changed_sign_in,
    Kind.GAVE_ROLE: _gave_role,
    Kind.TOOK_ROLE: _took_role,
    Kind.ANSWERED_INVITATION: _answered_invitation,
    Kind.OPENED_ROUND: _opened_round,
    Kind.SUBMITTED: _submitted,
    Kind.WITHDREW: _withdrew,
    Kind.TRIAL: _trial,
}
