"""The journal as a whole: whether it is what was written, and where it ends."""

from collections.abc import Iterable

from app.store import chain_check, chains
from app.store.chain_check import Checked
from app.store.chains import Head
from app.store.database import Store


def verify(store: Store, kept: Iterable[Head] = ()) -> Checked:
    """Check every chain, against heads that were kept from earlier where there are any; raises WrongSecret."""
    return chain_check.check(store, kept)


def heads(store: Store) -> list[Head]:
    """Return the last line of every chain, to be kept where nobody who can change the database can change it."""
    with store.reading() as tx:
        return chains.heads(tx)
