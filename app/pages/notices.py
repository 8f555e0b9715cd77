"""What is said once, on the page after the one where something was done: a code in a cookie, and never text."""

import enum
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

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
    IDENTITY_CONNECTED = "identity-connected"
    IDENTITY_DISCONNECTED = "identity-disconnected"


def leave(response: Response, notice: Notice, *, https: bool) -> None:
    """Let the next page say this."""
    response.set_cookie(COOKIE, notice, max_age=_SECONDS, secure=https, httponly=True, samesite="lax")


def take(request: Request, response: Response, *, https: bool) -> None:
    """Have it forgotten by the page that says it."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, secure=https, httponly=True, samesite="lax")


def words(request: Request, say: Callable[[str], str]) -> str:
    """Return the sentence that was left; nothing for a code that there is not."""
    sentences = {
        Notice.ROUND_OPENED: say("The round is open. The clusters can now start their assessments in it."),
        Notice.CLUSTER_REGISTERED: say("The cluster is registered."),
        Notice.CLUSTER_CHANGED: say("The change is saved."),
        Notice.DRAFT_DELETED: say("The draft is deleted."),
        Notice.SUBMITTED: say("The assessment is submitted."),
        Notice.WITHDRAWN: say("The assessment is withdrawn."),
        Notice.IDENTITY_CONNECTED: say("You can now sign in that way, too."),
        Notice.IDENTITY_DISCONNECTED: say("You can no longer sign in that way."),
    }
    code = request.cookies.get(COOKIE, "")
    return next((sentence for notice, sentence in sentences.items() if notice == code), "")
