"""One's own account: what is kept about oneself, and the choice of language."""

from dataclasses import dataclass

from app.domain.accounts import Token, User
from app.domain.permissions import Actor, require_self
from app.store import accounts as kept
from app.store import journal
from app.store.database import Store
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class Account:
    """A person's own account with their tokens."""

    user: User
    tokens: tuple[Token, ...]


def account(store: Store, actor: Actor) -> Account:
    """Read one's own account; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        return Account(kept.by_id(tx, user_id), tuple(kept.tokens_of(tx, user_id)))


def choose_language(store: Store, actor: Actor, language: str) -> None:
    """Keep the language in which the actor wants the pages; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        kept.update(tx, user_id, language=language)
        before, after = {"language": actor.language}, {"language": language}
        journal.note(tx, actor, Verb.CHANGED_LANGUAGE, user_id, before=before, after=after)
