"""Do a thing once, however often it is asked for with the same idempotency key."""

import re
from collections.abc import Callable

from app.domain.errors import Invalid, Problem, Unavailable
from app.domain.permissions import Actor
from app.store import receipts
from app.store.database import Store
from app.store.receipts import Receipt

MOST_BYTES = 32 * 1024 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def once(store: Store, actor: Actor, key: str, request_digest: str, do: Callable[[], Receipt]) -> Receipt:
    """Return what `do` answers, or what it answered when this key was first used.

    The effect, and the answer that tells of it, are committed together. Raises Invalid where the key was used for
    another request, and Unavailable where no more answers can be remembered for this person today.
    """
    if not _KEY.fullmatch(key):
        raise Invalid(Problem("Idempotency-Key", "key", "Use 1 to 200 visible ASCII characters."))
    user_id = actor.user_id
    if user_id is None:
        return do()
    with store.writing() as tx:
        kept = receipts.claim(tx, user_id, key)
        if kept is None:
            # An answer can be a thousand times as long as its request, and disks are finite.
            if receipts.size(tx, user_id) > MOST_BYTES:
                raise Unavailable(
                    "No more requests with an Idempotency-Key can be remembered for you today. Send it without one."
                )
            kept = do()
            receipts.keep(tx, user_id, key, kept)
        elif kept.request_digest != request_digest:
            raise Invalid(Problem("Idempotency-Key", "reused", "This key was used for another request."))
        return kept
