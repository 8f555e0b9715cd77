"""Clusters as JSON."""

import datetime as dt

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import In, Line, Name, Out
from app.domain.clusters import Cluster
from app.domain.consent import Sharing


class ClusterOut(Out):
    """A cluster organisation. `slug` is what its address ends with, and never changes by itself."""

    model_config = ConfigDict(json_schema_extra=real("cluster"))

    slug: str
    name: str
    programme: str | None = Field(description="The slug of the programme that it belongs to.")
    level: str = Field(description="Its level in the programme; empty where nobody has said it, as the next two.")
    region: str
    sector: str
    sharing: Sharing = Field(
        description="What its programme sees: `given` what it submits, `withheld` nothing, `undecided` only how far "
        "drafts are, as it has not submitted anything yet."
    )
    revision: int = Field(description="The number in its ETag.")
    updated_at: dt.datetime

    @classmethod
    def of(cls, cluster: Cluster) -> "ClusterOut":
        """Return a cluster as JSON shows it."""
        return cls(
            slug=cluster.slug,
            name=cluster.name,
            programme=cluster.programme,
            level=cluster.level,
            region=cluster.region,
            sector=cluster.sector,
            sharing=cluster.sharing,
            revision=cluster.revision,
            updated_at=cluster.updated_at,
        )


class ClusterPage(Out):
    """A page of clusters by slug."""

    model_config = ConfigDict(json_schema_extra=real("clusters"))

    items: list[ClusterOut]
    next: str | None = Field(description="The cursor of the page after this, null at the end.")


class ClusterIn(In):
    """A cluster to be registered. Without a slug one is made from the name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Havbruk Sør", "slug": "havbruk-sor", "programme": "north", "region": "Agder"}]
        }
    )

    name: Name
    slug: str | None = Field(default=None, json_schema_extra={"maxLength": 60, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"})
    programme: str | None = Field(default=None, description="The programme's slug; administrators may leave it out.")
    level: Line | None = None
    region: Line | None = None
    sector: Line | None = None


class ClusterChange(In):
    """What is to be changed about a cluster; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Kyst og hav", "sector": "marine"}]})

    name: Name = ""
    level: Line | None = None
    region: Line | None = None
    sector: Line | None = None
