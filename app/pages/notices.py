"""What is said once, on the page after the one where something was done: a code in a cookie, and never text."""

import enum
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from app.web import cookies

COOKIE = "goldgap_notice"
# Long enough for a slow page; a browser that never asks for it forgets.
_SECONDS = 60


class Notice(enum.StrEnum):
    """Everything that can be said so."""

    ROUND_OPENED = "round-opened"
    CLUSTER_REGISTERED = "cluster-registered"
    CLUSTER_CHANGED = "cluster-changed"
    DRAFT_DELETED = "draft-deleted"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    NAME_CHANGED = "name-changed"
    FORGOTTEN = "forgotten"
    MESSAGES_CHOSEN = "messages-chosen"
    MAIL_RETRIED = "mail-retried"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a code, no secret
    PASSWORD_SET = "password-set"  # noqa: S105 - a code, no secret
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    SESSION_ENDED = "session-ended"
    SESSIONS_ENDED = "sessions-ended"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_DECLINED = "invitation-declined"
    ACCOUNT_MADE = "account-made"
    ROLE_CHANGED = "role-changed"
    ROLE_KEPT = "role-kept"
    MEMBER_REMOVED = "member-removed"
    HANDED_OVER = "handed-over"
    LEFT = "left"
    ACCOUNT_CLOSED = "account-closed"
    SHARED = "shared"
    STOPPED_SHARING = "stopped-sharing"
    CONFLICT_DECLARED = "conflict-declared"
    CONFLICT_LIFTED = "conflict-lifted"
    NO_LONGER_SHOWN = "no-longer-shown"
    IDENTITY_CONNECTED = "identity-connected"
    IDENTITY_DISCONNECTED = "identity-disconnected"


def leave(response: Response, notice: Notice, *, https: bool) -> None:
    """Let the next page say this."""
    cookies.put(response, COOKIE, notice, _SECONDS, https=https)


def take(request: Request, response: Response, *, https: bool) -> None:
    """Have it forgotten by the page that says it."""
    if cookies.get(request, COOKIE) is not None:
        cookies.drop(response, COOKIE, https=https)


def words(request: Request, say: Callable[[str], str]) -> str:
    """Return the sentence that was left; nothing for a code that there is not."""
    sentences = {
        Notice.ROUND_OPENED: say("The round is open. The clusters can now start their assessments in it."),
        Notice.CLUSTER_REGISTERED: say("The cluster is registered."),
        Notice.CLUSTER_CHANGED: say("The change is saved."),
        Notice.DRAFT_DELETED: say("The draft is deleted."),
        Notice.SUBMITTED: say("The assessment is submitted."),
        Notice.WITHDRAWN: say("The assessment is withdrawn."),
        Notice.NAME_CHANGED: say("Your name is changed."),
        Notice.FORGOTTEN: say("Your account is deleted."),
        Notice.MESSAGES_CHOSEN: say("Your choice is saved."),
        Notice.MAIL_RETRIED: say("The mail is tried again within a minute."),
        Notice.PASSWORD_CHANGED: say("The password is changed. Everywhere else you have been signed out."),
        Notice.PASSWORD_SET: say("The new password is set. Sign in with it now."),
        Notice.FACTOR_ADDED: say("It is in use from now on. Everywhere else you have been signed out."),
        Notice.FACTOR_REMOVED: say("It is removed. Everywhere else you have been signed out."),
        Notice.SESSION_ENDED: say("That browser is signed out."),
        Notice.SESSIONS_ENDED: say("Everywhere else you are signed out now."),
        Notice.INVITED: say("The invitation is on its way. It can be accepted within 72 hours, once."),
        Notice.INVITATION_WITHDRAWN: say("The invitation is withdrawn. Its link no longer works."),
        Notice.INVITATION_ACCEPTED: say("You have accepted the invitation. Welcome."),
        Notice.INVITATION_DECLINED: say("You have declined the invitation. Whoever invited you has been told."),
        Notice.ACCOUNT_MADE: say("Your account is ready. Sign in with your e-mail address and the new password."),
        Notice.ROLE_CHANGED: say("The role is changed."),
        Notice.ROLE_KEPT: say("Nothing is changed: the person has this role already."),
        Notice.MEMBER_REMOVED: say("The role is taken away, from now on."),
        Notice.HANDED_OVER: say("The cluster is handed over."),
        Notice.LEFT: say("You have left."),
        Notice.ACCOUNT_CLOSED: say("Your account is closed. Thank you for your work."),
        Notice.SHARED: say("It is shared from now on."),
        Notice.STOPPED_SHARING: say("It is no longer shared."),
        Notice.CONFLICT_DECLARED: say("Your conflict of interest is declared."),
        Notice.CONFLICT_LIFTED: say("The conflict of interest no longer holds."),
        Notice.NO_LONGER_SHOWN: say("What the notice is about is no longer shown to you."),
        Notice.IDENTITY_CONNECTED: say("You can now sign in that way, too."),
        Notice.IDENTITY_DISCONNECTED: say("You can no longer sign in that way."),
    }
    code = cookies.get(request, COOKIE)
    return next((sentence for notice, sentence in sentences.items() if notice == code), "")
