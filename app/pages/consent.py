"""What a cluster shares, with whom and since when, in plain words; its manager gives it and takes it back here."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.clusters import Cluster
from app.domain.consent import Audience, Sharing
from app.pages.contexts import Context, Crumb
from app.pages.format import filters
from app.pages.notices import Notice
from app.pages.tables import Column
from app.pages.templating import Page, PageDep
from app.usecases import consent
from app.usecases.consent import SharingView
from app.web.deps import FormDep, StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AudiencePanel:
    """One audience: what is shared with it, how that stands now, and what can be done; no button, no label."""

    audience: Audience
    title: str
    points: tuple[str, ...]
    standing: str
    is_given: bool
    share_label: str
    stop_label: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that was decided: when, by whom, and what."""

    at: dt.datetime
    who: str
    what: str


@dataclass(frozen=True, kw_only=True)
class SharingContext(Context):
    """Everything that a cluster shares, and every decision about it, the latest first."""

    template: ClassVar[str] = "clusters/sharing.html"
    slug: str
    eyebrow: str
    may_change: bool
    panels: tuple[AudiencePanel, ...]
    columns: tuple[Column, ...]
    history: tuple[HistoryLine, ...]


@router.get("/clusters/{cluster}/sharing", name="sharing")
def sharing(page: PageDep, store: StoreDep, cluster: str) -> Response:
    """Show what a cluster shares, to its own people."""
    found, say = consent.view(store, page.actor, cluster), page.say
    title = say("What the cluster shares")
    crumbs = (Crumb(found.cluster.name, page.url("cluster", cluster=cluster)), Crumb(title))
    return page.show(
        SharingContext(
            title=title,
            crumbs=crumbs,
            slug=cluster,
            eyebrow=found.cluster.name,
            may_change=found.may_change,
            panels=tuple(_panel(page, found, audience) for audience in Audience),
            columns=(Column(say("When")), Column(say("Who")), Column(say("Decided"))),
            history=tuple(sorted(_history(page, found), key=lambda line: line.at, reverse=True)),
        )
    )


@router.post("/clusters/{cluster}/sharing", name="share")
def share(page: PageDep, store: StoreDep, form: FormDep, cluster: str) -> Response:
    """Share with an audience from now on."""
    consent.share(store, page.actor, cluster, form.get("audience"))
    return page.go("sharing", notice=Notice.SHARED, cluster=cluster)


@router.post("/clusters/{cluster}/sharing/stop", name="stop_sharing")
def stop_sharing(page: PageDep, store: StoreDep, form: FormDep, cluster: str) -> Response:
    """Share with an audience no longer."""
    consent.stop_sharing(store, page.actor, cluster, form.get("audience"))
    return page.go("sharing", notice=Notice.STOPPED_SHARING, cluster=cluster)


def programme_of(page: Page, cluster: Cluster) -> str:
    """Return what a cluster's programme is called; without one, the administrators follow it up."""
    return cluster.programme_name or page.say("those who run this service")


def _panel(page: Page, found: SharingView, audience: Audience) -> AudiencePanel:
    now, say = found.towards(audience), page.say
    share_label = stop_label = ""
    if found.may_change and now is not Sharing.GIVEN:
        share_label = say("Share from now on")
    if found.may_change and now is Sharing.GIVEN:
        stop_label = say("Stop sharing")
    elif found.may_change and now is Sharing.UNDECIDED and audience is Audience.PROGRAMME:
        stop_label = say("Share nothing")
    title, *points = _words(page, found.cluster, audience)
    standing = _standing(page, found, audience)
    return AudiencePanel(audience, title, tuple(points), standing, now is Sharing.GIVEN, share_label, stop_label)


def _words(page: Page, cluster: Cluster, audience: Audience) -> tuple[str, ...]:
    """Return an audience's name, and what sharing with it means, point by point."""
    say, programme = page.say, programme_of(page, cluster)
    if audience is Audience.PROGRAMME:
        return (
            say("With %(programme)s", programme=programme),
            say("Sharing means: every submitted assessment, with its answers, notes and result."),
            say("Of a draft: only that it is there and how many indicators are answered. Never the answers."),
            say("Its owners, readers and evaluators and the administrators see this, in the portfolio and by itself."),
        )
    if audience is Audience.PEERS:
        return (
            say("With other clusters"),
            say("Sharing means: levels and points, only within an anonymous group of at least five other clusters."),
            say("Never shared: the cluster's name, its answers one by one, and its notes."),
            say("Nothing uses this yet: comparisons come later. What you choose is kept, with the date."),
        )
    return (
        say("With everybody"),
        say("Nothing is public unless you switch this on."),
        say("Nothing uses this yet: there is no public page about a cluster. What you choose is kept, with the date."),
    )


def _standing(page: Page, found: SharingView, audience: Audience) -> str:
    """Say how the cluster stands to an audience, since when, and by whose decision."""
    decisions = (each for each in found.decisions if each.audience is audience)
    last, say, moment = next(decisions, None), page.say, filters(page.language)["moment"]
    if last is None:
        undecided = say("Not decided yet. Until the first submission, only the progress of drafts is seen.")
        return undecided if audience is Audience.PROGRAMME else say("Not shared.")
    if last.is_from_before and last.is_open:
        return say("Shared since the first submission, %(when)s.", when=moment(last.given_at))
    if last.is_open:
        return say(
            "Shared since %(when)s, as %(who)s decided.", when=moment(last.given_at), who=_who(page, last.given_by)
        )
    words = "Not shared since %(when)s, as %(who)s decided."
    return say(words, when=moment(last.revoked_at), who=_who(page, last.revoked_by))


def _history(page: Page, found: SharingView) -> Iterator[HistoryLine]:
    for each in found.decisions:
        title = _words(page, found.cluster, each.audience)[0]
        if each.given_at:
            who = page.say("the first submission") if each.is_from_before else _who(page, each.given_by)
            yield HistoryLine(each.given_at, who, page.say("%(audience)s: shared", audience=title))
        if each.revoked_at:
            what = page.say("%(audience)s: no longer shared", audience=title)
            yield HistoryLine(each.revoked_at, _who(page, each.revoked_by), what)


def _who(page: Page, name: str) -> str:
    return name or page.say("somebody without an account now")
