"""What becomes of a refusal once it has been answered for: a line in the journal."""

from app.domain.permissions import Actor
from app.store import refusals
from app.store.database import Store


def note(store: Store, actor: Actor, *, group: str, route: str, method: str, code: str) -> bool:
    """Write down who was refused where, in a transaction of its own; returns whether there is a line of it.

    `group` tells visitors apart without naming them. Nothing that was sent is written: no text, no address.
    """
    return refusals.note(store, actor, group, route, method, code)
