"""What clusters share with whom: rows to domain values and back, and the condition that keeps a list to what is shared.

Every decision is a row. It is closed and never changed when it is revoked, so that the rows are the history too.
"""

import sqlalchemy as sa

from app.domain.clusters import Cluster
from app.domain.consent import Audience, Consent, Sharing, is_given_by_submitting
from app.store.database import Transaction, hold
from app.store.tables import clusters, consents, users

# What the migration wrote as the giver of what had been shared by submitting, when nobody was asked.
_BEFORE = "submission"


def _towards(audience: Audience) -> sa.ColumnElement[bool]:
    return sa.and_(consents.c.cluster_id == clusters.c.id, consents.c.audience == audience)


_DECIDED = sa.exists().where(_towards(Audience.PROGRAMME)).correlate(clusters)
_GIVEN = sa.exists().where(_towards(Audience.PROGRAMME), consents.c.revoked_at.is_(None)).correlate(clusters)

# How a cluster stands to its programme, as a column of statements over clusters.
SHARING = sa.type_coerce(
    sa.case((_GIVEN, Sharing.GIVEN.value), (_DECIDED, Sharing.WITHHELD.value), else_=Sharing.UNDECIDED.value),
    sa.Enum(Sharing, native_enum=False, values_callable=lambda kinds: [kind.value for kind in kinds]),
).label("sharing")


def shares(is_private: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that keeps assessments to those that their cluster lets its programme know of.

    Of what is private, such as a draft, that it is there, until the cluster has said no.
    """
    return sa.or_(_GIVEN, sa.and_(is_private, sa.not_(_DECIDED)))


def of_cluster(tx: Transaction, cluster: Cluster) -> list[Consent]:
    """Return every decision of a cluster, the latest first."""
    giver, revoker = users.alias("giver"), users.alias("revoker")
    statement = (
        sa.select(
            consents.c.audience,
            consents.c.given_at,
            sa.func.coalesce(giver.c.name, "").label("given_by"),
            consents.c.revoked_at,
            sa.func.coalesce(revoker.c.name, "").label("revoked_by"),
            sa.func.coalesce(consents.c.given_by == _BEFORE, sa.false()).label("is_from_before"),
        )
        .select_from(
            consents.outerjoin(giver, consents.c.given_by == giver.c.id).outerjoin(
                revoker, consents.c.revoked_by == revoker.c.id
            )
        )
        .where(consents.c.cluster_id == cluster.id)
        .order_by(sa.func.coalesce(consents.c.given_at, consents.c.revoked_at).desc(), consents.c.id.desc())
    )
    found = tx.connection.execute(statement).mappings()
    return [Consent(**{**row, "audience": Audience(row["audience"])}) for row in found]


def towards(tx: Transaction, cluster: Cluster, audience: Audience) -> Sharing:
    """Return how a cluster stands to an audience, which nobody else can change before this transaction ends."""
    hold(tx, f"consent {cluster.id}")
    return now(tx, cluster, audience)


def now(tx: Transaction, cluster: Cluster, audience: Audience) -> Sharing:
    """Return how a cluster stands to an audience at this moment, for who only has to know and changes nothing."""
    decided = sa.select(consents.c.revoked_at).where(
        consents.c.cluster_id == cluster.id, consents.c.audience == audience
    )
    found = tx.connection.execute(decided).scalars().all()
    if not found:
        return Sharing.UNDECIDED
    return Sharing.GIVEN if None in found else Sharing.WITHHELD


def give(tx: Transaction, cluster: Cluster, audience: Audience, *, by: str) -> bool:
    """Share from now on, as the person with the id `by` decides; returns whether that is new."""
    if towards(tx, cluster, audience) is Sharing.GIVEN:
        return False
    values = {"cluster_id": cluster.id, "audience": audience, "given_at": tx.now, "given_by": by}
    tx.connection.execute(sa.insert(consents).values(id=tx.new_id(), **values))
    _mark(tx, cluster)
    return True


def revoke(tx: Transaction, cluster: Cluster, audience: Audience, *, by: str) -> bool:
    """Share no longer, as the person with the id `by` decides; returns whether that is new."""
    standing = towards(tx, cluster, audience)
    if standing is Sharing.WITHHELD:
        return False
    closing = {"revoked_at": tx.now, "revoked_by": by}
    if standing is Sharing.UNDECIDED:
        values = {"cluster_id": cluster.id, "audience": audience, **closing}
        tx.connection.execute(sa.insert(consents).values(id=tx.new_id(), **values))
    else:
        is_open = (consents.c.cluster_id == cluster.id, consents.c.revoked_at.is_(None))
        statement = sa.update(consents).where(*is_open, consents.c.audience == audience)
        tx.connection.execute(statement.values(closing))
    _mark(tx, cluster)
    return True


def give_by_submitting(tx: Transaction, cluster: Cluster, *, by: str, wanted: bool) -> bool:
    """Share with the programme by a submission, where that gives consent; returns whether it did."""
    standing = towards(tx, cluster, Audience.PROGRAMME)
    return is_given_by_submitting(standing, wanted=wanted) and give(tx, cluster, Audience.PROGRAMME, by=by)


def _mark(tx: Transaction, cluster: Cluster) -> None:
    # Part of what the API says about a cluster, so whoever asks what has changed since must be told.
    marked = {"revision": clusters.c.revision + 1, "updated_at": tx.now}
    tx.connection.execute(sa.update(clusters).where(clusters.c.id == cluster.id).values(marked))
