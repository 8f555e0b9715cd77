"""What tests of invitations share: an invitation sent on its page, and the link that its mail is to carry."""

import json

import sqlalchemy as sa

from app.domain.messages import Kind
from app.store import links, tables
from app.store.database import Store
from tests.pages.client import PageClient

KYST = "/clusters/kyst"


def invite(
    browser: PageClient, email: str = "ase@example.org", role: str = "observer", until: str = "", place: str = KYST
) -> str:
    """Invite an address on a page, and return the address of the link that goes out."""
    assert browser.send(f"{place}/invitations", {"email": email, "role": role, "until": until}) == f"{place}/members"
    return link(browser.app.state.store, email)


def link(store: Store, email: str) -> str:
    """Return the address of the link in the newest mail to somebody."""
    rows = tables.outbox.c
    mine = sa.and_(rows.address == email, rows.kind == Kind.INVITED)
    with store.reading() as tx:
        newest = sa.select(rows.about).where(mine).order_by(rows.created_at.desc(), rows.id.desc())
        key = json.loads(tx.connection.execute(newest.limit(1)).scalar_one())["invitation"]
        return f"/invitations/{key}/{links.secret(tx, Kind.INVITED, key)}"
