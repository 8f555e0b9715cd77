"""What became of an invitation that can be answered no more, for the account that it was for."""

from dataclasses import dataclass

from app.domain.invitations import Answer, Standing
from app.domain.members import Place, is_of
from app.domain.permissions import Actor, require_self
from app.store import accounts
from app.store import invitations as kept
from app.store.database import Store


@dataclass(frozen=True, slots=True)
class Past:
    """How an invitation came to its end; `place` only where the reader has a role on it now."""

    end: Answer | Standing
    place: Place | None


def find(store: Store, actor: Actor, invitation_id: str, secret: str | None) -> Past | None:
    """Return what became of an invitation to oneself; None while it waits, and for anybody else's.

    To anybody else an invitation that is over is told apart from none nowhere. Raises NotPermitted for a token.
    """
    if not actor.is_signed_in:
        return None
    user_id = require_self(actor)
    with store.reading() as tx:
        found = kept.load(tx, invitation_id)
        # Compared whether there is one or not, so that a guess takes as long.
        knows = secret is None or kept.is_secret(tx, invitation_id, secret)
        if found is None or not knows or accounts.by_id(tx, user_id).email != found[0].email:
            return None
        invitation, place = found
        end = invitation.closed_as or kept.standing(tx, invitation, place)
        return None if end is Standing.WAITING else Past(end, place if is_of(actor, place) else None)
