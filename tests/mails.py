"""What tests of mail set up, and how they read what was sent."""

import email
import email.policy
from email.message import EmailMessage

from app.domain.messages import Kind
from app.domain.permissions import Actor
from app.store import letters, messages, outbox
from app.store.database import Store

REFUSAL = "The mail server refused the address (550): 5.1.1 no such mailbox here"


def keep_failed_mail(store: Store, address: str = "gone@example.org") -> str:
    """Keep a mail that a server has refused for good, and return its id."""
    with store.writing() as tx:
        mail_id = messages.post(tx, Kind.TRIAL, address)
        claimed = outbox.claim(tx, mail_id)
        assert claimed is not None
        assert outbox.put_off(tx, claimed, REFUSAL, for_good=True)
    return mail_id


def way_out(store: Store, person: Actor | None, kind: Kind = Kind.SUBMITTED) -> dict[str, str]:
    """Return the parts of the link with which a person turns one kind of mail off."""
    assert person is not None
    user_id = person.user_id or ""
    with store.writing() as tx:
        return {"user_id": user_id, "kind": kind, "proof": letters.unsubscribing(tx, user_id, kind)}


def read(raw: bytes) -> EmailMessage:
    """Return a message as a mail program reads it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, kind: str) -> str:
    """Return the plain text or the HTML of a message: `plain` or `html`."""
    found = message.get_body((kind,))
    assert found is not None
    assert isinstance(found, EmailMessage)
    return str(found.get_content())
