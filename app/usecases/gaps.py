"""How far one assessment is from Gold."""

import datetime as dt
from dataclasses import dataclass

from app.domain import lifecycle
from app.domain.errors import Conflict
from app.domain.framework import Framework
from app.domain.gaps import GapAnalysis, analyse
from app.domain.lifecycle import Assessment
from app.domain.permissions import Actor, reach, require
from app.domain.portfolio import Basis
from app.frameworks.reader import Frameworks
from app.store import assessments as kept
from app.store.database import Store


@dataclass(frozen=True, slots=True)
class GapReport:
    """An assessment at one moment beside the benchmark, and beside the one before it where there is one."""

    assessment: Assessment
    framework: Framework
    analysis: GapAnalysis
    previous: Assessment | None
    basis: Basis
    as_of: dt.datetime


def gap(
    store: Store, frameworks: Frameworks, actor: Actor, assessment_id: str, basis: Basis = Basis.CLAIMED
) -> GapReport:
    """Analyse one assessment; raises NotFound, NotPermitted, and Conflict where nothing is verified yet."""
    with store.reading() as tx:
        assessment = kept.load(tx, assessment_id, within=reach(actor))
        require(actor, lifecycle.to_read(assessment), assessment.cluster)
        if basis is Basis.VERIFIED:
            raise Conflict("not-verified", "No level of this assessment has been verified yet.")
        previous, as_of = kept.previous(tx, assessment), tx.now
    framework = frameworks.pinned(assessment)
    analysis = analyse(framework, assessment.levels, previous.levels if previous else None)
    return GapReport(assessment, framework, analysis, previous, basis, as_of)
