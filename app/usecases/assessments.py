"""A cluster's assessments: start, answer, read, submit, withdraw, delete."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from app.domain import answers, clusters, lifecycle, text
from app.domain.answers import Answer
from app.domain.clusters import Cluster
from app.domain.consent import Sharing
from app.domain.errors import Invalid, Problem, Stale
from app.domain.framework import Framework, Indicator
from app.domain.lifecycle import COUNTING, Assessment, Move, State
from app.domain.permissions import Actor, Reach, allows, reach, require
from app.domain.portfolio import Standing, figures, rivals
from app.domain.roles import Permission
from app.frameworks.reader import Frameworks
from app.store import announcements, consent, journal
from app.store import assessments as kept
from app.store import clusters as kept_clusters
from app.store.database import Store, Transaction
from app.store.journal import Verb

_VERBS = {Move.SUBMIT: Verb.SUBMITTED, Move.WITHDRAW: Verb.WITHDREW}


@dataclass(frozen=True, slots=True)
class Report:
    """An assessment, what it was started on, the one before it, and what the actor can do with it now.

    `previous` may be a withdrawn one, where the actor may read those. Of the cluster's other submitted assessments
    `instead` counts in the place of this one, or `replaced` ceases to count, once this one is submitted.
    """

    assessment: Assessment
    framework: Framework
    previous: Assessment | None
    actions: tuple[str, ...]
    instead: Standing | None = None
    replaced: Standing | None = None


@dataclass(frozen=True, slots=True)
class AnswerSaved:
    """An answer as it is now kept, in its assessment."""

    assessment: Assessment
    framework: Framework
    indicator: Indicator
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswersSaved:
    """What became of several answers sent at once, by official number; what could not be kept is handed back."""

    assessment: Assessment
    framework: Framework
    actions: tuple[str, ...]
    stale: Mapping[str, Answer]
    problems: Mapping[str, tuple[Problem, ...]]


def start(store: Store, frameworks: Frameworks, actor: Actor, cluster_slug: str, raw: Mapping[str, object]) -> Report:
    """Start an assessment of a cluster; raises Invalid, NotFound, NotPermitted."""
    with store.writing() as tx:
        cluster = kept_clusters.load(tx, cluster_slug, within=reach(actor))
        require(actor, Permission.ASSESSMENT_START, cluster)
        framework = _offered(frameworks, raw)
        rounds = kept_clusters.rounds_listed(tx, [cluster.programme_id]) if cluster.programme_id else []
        in_round, reference_date = clusters.when(rounds, raw.get("round"), raw.get("reference_date"))
        started = Assessment(
            id=tx.new_id(),
            cluster=cluster,
            title=text.line("title", raw.get("title")),
            reference_date=reference_date,
            framework=framework.name,
            version=framework.version,
            digest=framework.digest,
            round_id=in_round.id if in_round else None,
            round=in_round.slug if in_round else None,
            round_name=in_round.name if in_round else None,
            state=State.DRAFT,
            revision=1,
            created_at=tx.now,
            updated_at=tx.now,
            submitted_at=None,
            answers={},
        )
        kept.keep(tx, started)
        journal.note(tx, actor, Verb.STARTED, started.id, cluster=cluster, after={"title": started.title})
        return _report(tx, framework, actor, started)


def report(store: Store, frameworks: Frameworks, actor: Actor, assessment_id: str) -> Report:
    """Read one assessment; raises NotFound, NotPermitted."""
    with store.reading() as tx:
        assessment = kept.load(tx, assessment_id, within=reach(actor))
        require(actor, lifecycle.to_read(assessment), assessment.cluster)
        return _report(tx, frameworks.pinned(assessment), actor, assessment)


def listed(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    *,
    after: str = "",
    limit: int | None = None,
    updated_since: dt.datetime | None = None,
    exported_as: str | None = None,
) -> list[Report]:
    """Read every assessment within reach, by id, from behind `after`; one `exported_as` a form is noted."""
    within, drafts_within = reach(actor, Permission.ASSESSMENT_READ), reach(actor, Permission.ASSESSMENT_READ_DRAFT)
    with store.reading() as tx:
        found = kept.listed(
            tx, within=within, drafts_within=drafts_within, after=after, limit=limit, updated_since=updated_since
        )
    if exported_as:
        with store.writing() as tx:
            journal.note_export(tx, actor, "assessments", exported_as, [assessment.cluster for assessment in found])
    reports = ((assessment, frameworks.pinned(assessment)) for assessment in found)
    return [Report(a, framework, None, _actions(framework, actor, a)) for a, framework in reports]


def answer(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    assessment_id: str,
    number: str,
    raw: Mapping[str, object],
    revision: int,
) -> AnswerSaved:
    """Keep the cluster's answer to one indicator; raises Invalid, Stale, Conflict, NotFound, NotPermitted."""
    with store.writing() as tx:
        assessment, framework = _to_answer(tx, frameworks, actor, assessment_id)
        indicator = framework.indicator(number)
        current = assessment.answer(number)
        answers.require_current(current, revision)
        changed = answers.parse(framework, indicator, raw, current)
        assessment = _keep_answers(tx, actor, assessment, [changed])
        return AnswerSaved(assessment, framework, indicator, assessment.answer(number))


def answer_all(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    assessment_id: str,
    raw: Mapping[str, Mapping[str, object]],
    revision: int,
) -> Report:
    """Keep several answers, all or none, against one revision of the assessment; raises as `answer` does."""
    with store.writing() as tx:
        assessment, framework = _to_answer(tx, frameworks, actor, assessment_id)
        if revision != assessment.revision:
            raise Stale(assessment)
        changed, problems = answers.parse_all(framework, assessment.answers, raw)
        if problems:
            raise Invalid(*(problem for found in problems.values() for problem in found))
        assessment = _keep_answers(tx, actor, assessment, list(changed.values()))
        return _report(tx, framework, actor, assessment)


def answer_each(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    assessment_id: str,
    raw: Mapping[str, Mapping[str, object]],
    revisions: Mapping[str, int],
    tried: Mapping[str, Sequence[Mapping[str, object]]] = MappingProxyType({}),
) -> AnswersSaved:
    """Keep each answer that can be kept; the others are handed back with what stands against them.

    `tried` is what the same writer sent before without hearing what became of it: found kept, it is no conflict.
    """
    with store.writing() as tx:
        assessment, framework = _to_answer(tx, frameworks, actor, assessment_id)
        proposed, problems = answers.parse_all(framework, assessment.answers, raw)
        # A repeated save of the very same content is no conflict: a browser may safely try again.
        fresh = {n: a for n, a in proposed.items() if not a.same_content(assessment.answer(n))}
        behind = {n: assessment.answer(n) for n in fresh if revisions.get(n) != assessment.answer(n).revision}
        stale = {n: now for n, now in behind.items() if not answers.says_one_of(framework, now, tried.get(n, ()))}
        accepted = [changed for number, changed in fresh.items() if number not in stale]
        assessment = _keep_answers(tx, actor, assessment, accepted)
        return AnswersSaved(assessment, framework, _actions(framework, actor, assessment), stale, problems)


def move(
    store: Store,
    frameworks: Frameworks,
    actor: Actor,
    assessment_id: str,
    wanted: Move,
    revision: int | None = None,
    *,
    share: bool = False,
) -> Report:
    """Submit an assessment, or withdraw it; raises Stale where `revision` is given and no longer true, Conflict.

    The first submission shares with the programme. `share` does so again where the cluster had withheld it since.
    """
    with store.writing() as tx:
        assessment = kept.load(tx, assessment_id, within=reach(actor), to_change=True)
        require(actor, lifecycle.MOVES[wanted].permission, assessment.cluster)
        if revision not in {None, assessment.revision}:
            raise Stale(assessment)
        if share:
            require(actor, Permission.CONSENT_CHANGE, assessment.cluster)
        framework = frameworks.pinned(assessment)
        state = lifecycle.target(framework, assessment, wanted)
        submitted = tx.now if wanted is Move.SUBMIT else assessment.submitted_at
        following = assessment.revision + 1
        moved = dataclasses.replace(
            assessment, state=state, revision=following, updated_at=tx.now, submitted_at=submitted
        )
        kept.keep(tx, moved)
        kept.keep_scorecard(tx, moved, figures(framework, moved.levels) if state in COUNTING else None)
        is_new = wanted is Move.SUBMIT and consent.give_by_submitting(
            tx, moved.cluster, by=actor.user_id or "", wanted=share
        )
        before, after = {"state": str(assessment.state)}, {"state": str(moved.state)}
        if is_new:
            before["sharing"], after["sharing"] = moved.cluster.sharing, Sharing.GIVEN
            moved = kept.load(tx, moved.id, within=reach(actor))
        journal.note(tx, actor, _VERBS[wanted], moved.id, cluster=moved.cluster, before=before, after=after)
        announcements.moved(tx, actor, moved, wanted)
        return _report(tx, framework, actor, moved)


def delete(store: Store, actor: Actor, assessment_id: str, revision: int | None = None) -> Cluster:
    """Delete a mistaken draft and return its cluster; raises Stale, Conflict, NotFound, NotPermitted."""
    with store.writing() as tx:
        assessment = kept.load(tx, assessment_id, within=reach(actor), to_change=True)
        require(actor, Permission.ASSESSMENT_DELETE, assessment.cluster)
        if revision not in {None, assessment.revision}:
            raise Stale(assessment)
        lifecycle.require_deletable(assessment)
        kept.delete(tx, assessment)
        before = {"title": assessment.title, "answered": assessment.answered}
        journal.note(tx, actor, Verb.DELETED, assessment.id, cluster=assessment.cluster, before=before)
        return assessment.cluster


def _report(tx: Transaction, framework: Framework, actor: Actor, assessment: Assessment) -> Report:
    # What was withdrawn is private: a hint to those who may read it, and nothing to anybody else.
    sees_withdrawn = allows(actor, Permission.ASSESSMENT_READ_DRAFT, assessment.cluster)
    previous = kept.previous(tx, assessment, COUNTING | {State.WITHDRAWN} if sees_withdrawn else COUNTING)
    within = Reach(clusters=frozenset({assessment.cluster.id}))
    standings = kept.standings(tx, within=within)[assessment.cluster.id]
    instead, replaced = rivals(standings, assessment.id, tx.now)
    return Report(assessment, framework, previous, _actions(framework, actor, assessment), instead, replaced)


def _actions(framework: Framework, actor: Actor, assessment: Assessment) -> tuple[str, ...]:
    may: Callable[[Permission], bool] = partial(allows, actor, cluster=assessment.cluster)
    return lifecycle.actions(framework, assessment, may)


def _to_answer(
    tx: Transaction, frameworks: Frameworks, actor: Actor, assessment_id: str
) -> tuple[Assessment, Framework]:
    assessment = kept.load(tx, assessment_id, within=reach(actor), to_change=True)
    require(actor, Permission.ASSESSMENT_ANSWER, assessment.cluster)
    lifecycle.require_editable(assessment)
    return assessment, frameworks.pinned(assessment)


def _keep_answers(tx: Transaction, actor: Actor, assessment: Assessment, changed: list[Answer]) -> Assessment:
    changed = [answer for answer in changed if not answer.same_content(assessment.answer(answer.indicator))]
    if not changed:
        return assessment
    for proposed in changed:
        before = assessment.answer(proposed.indicator)
        stamped = dataclasses.replace(proposed, revision=before.revision + 1, updated_at=tx.now, updated_by=actor.name)
        kept.keep_answer(tx, assessment, stamped, by=actor.user_id or "")
        assessment = assessment.with_answer(stamped)
        was = {"indicator": before.indicator, "level": before.level, "note": before.note}
        now = {"indicator": stamped.indicator, "level": stamped.level, "note": stamped.note}
        journal.note(tx, actor, Verb.ANSWERED, assessment.id, cluster=assessment.cluster, before=was, after=now)
    assessment = dataclasses.replace(assessment, revision=assessment.revision + 1, updated_at=tx.now)
    kept.keep(tx, assessment)
    return assessment


def _offered(frameworks: Frameworks, raw: Mapping[str, object]) -> Framework:
    default = frameworks.default
    wanted = (raw.get("framework", default.name), raw.get("version", default.version))
    for framework in frameworks.offered:
        if (framework.name, framework.version) == wanted:
            return framework
    raise Invalid(Problem("version", "framework", "There is no such catalogue to start on."))
