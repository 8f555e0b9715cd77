"""Separation of duty: nobody evaluates a cluster that they belong to, or about which they have a conflict of interest.

`may_review` is asked wherever somebody is to evaluate: by the reach of who asks, when a role is given, and when an
assessment is assigned.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from app.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Interest:
    """A declared conflict of interest of one person about one cluster, both named as they are called now.

    It holds until somebody who follows the cluster's programme up lifts it: whoever could take back their own
    declaration would have declared nothing.
    """

    id: str
    user_id: str
    person: str
    cluster_id: str
    cluster: str
    cluster_slug: str
    reason: str
    declared_at: dt.datetime
    withdrawn_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it holds now."""
        return self.withdrawn_at is None


def unreviewable(belongs_to: Collection[str], conflicts: Collection[str]) -> frozenset[str]:
    """Return the ids of the clusters that a person may not evaluate: their own, and those of a declared conflict."""
    return frozenset(belongs_to) | frozenset(conflicts)


def may_review(belongs_to: Collection[str], conflicts: Collection[str], cluster_id: str) -> bool:
    """Whether somebody who belongs to these clusters and declared these conflicts may evaluate a cluster."""
    return cluster_id not in unreviewable(belongs_to, conflicts)


def refuse_review(belongs_to: Collection[str], conflicts: Collection[str], cluster_id: str) -> None:
    """Pass where `may_review` does; raises Conflict that says why not."""
    if may_review(belongs_to, conflicts, cluster_id):
        return
    if cluster_id in belongs_to:
        raise Conflict("own-cluster", "This person has a role in this cluster, so they cannot evaluate it.")
    message = "This person has declared a conflict of interest about this cluster, so they cannot evaluate it."
    raise Conflict("conflict-of-interest", message)
