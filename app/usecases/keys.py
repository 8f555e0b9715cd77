"""What an operator does with the service's keys: see which there are, make new ones, wrap them with a new secret."""

from functools import partial

from app.domain.errors import Invalid, Problem
from app.domain.permissions import Actor
from app.store import journal
from app.store import keys as kept
from app.store.database import Store
from app.store.journal import Verb
from app.store.keys import KeyLine, Purpose


def listed(store: Store) -> list[KeyLine]:
    """List every key, by purpose, the one in use first."""
    with store.reading() as tx:
        return kept.listed(tx)


def require_secret(store: Store) -> None:
    """Pass where the secret of the settings opens every key; raises WrongSecret."""
    with store.reading() as tx:
        kept.require_secret(tx)


def rotate(store: Store, actor: Actor, purpose: Purpose) -> KeyLine:
    """Make a new key for a purpose, in use from now on; earlier ones stay to check what was made with them."""
    with store.writing() as tx:
        # The journal's first key is made with its first line, which seals in what was there before there were keys.
        if purpose is not Purpose.JOURNAL or kept.newest(tx, purpose):
            kept.add(tx, purpose)
        journal.note(tx, actor, Verb.ROTATED_KEY, purpose)
    return next(line for line in listed(store) if line.purpose == purpose)


def rotate_secret(store: Store, actor: Actor, secret: str) -> int:
    """Wrap every key with a new secret, all or none, and return how many there are; raises Invalid, WrongSecret.

    From then on the service needs the new one in its settings.
    """
    if secret == store.secret:
        raise Invalid(Problem("secret", "same", "This is the secret that is set already."))
    with store.writing() as tx:
        kept.claim(tx)
        journal.note(tx, actor, Verb.ROTATED_SECRET, "")
        # Behind the line, whose seal needs a key that the present secret opens.
        tx.at_end.append(partial(kept.wrap_anew, tx, secret))
    with store.reading() as tx:
        return len(kept.listed(tx))
