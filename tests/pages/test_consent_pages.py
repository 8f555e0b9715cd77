"""What a cluster shares, on its pages: said before a submission, switched by its manager, read by its own people."""

import datetime as dt

import pytest

from app.domain.lifecycle import Move, State
from app.domain.permissions import Membership
from app.domain.roles import Role
from app.store import accounts as kept_accounts
from app.usecases import assessments, consent
from tests.frameworks import catalogues
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.world import World

SHARING = "/clusters/havbruk/sharing"
GOLD = {"A.1": 2, "A.2": 1, "B.1": 2}
GIVES = "With this submission the cluster shares with Programme north: this and every other assessment that it submits"
NOBODY = "The cluster does not share with Programme north. So nobody there sees it, and it does not count."


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def submit_page(desk: Desk) -> Element:
    return desk.browser.open(f"/assessments/{desk.key}/submit")


def standings(desk: Desk) -> dict[str, str]:
    """Return what the page says of each audience."""
    page = desk.browser.open(SHARING)
    return {name: page.named(name).one("strong").text for name in ("programme", "peers", "public")}


def press(desk: Desk, audience: str, label: str) -> None:
    """Press a button of the page, by the form that it stands in."""
    panel = desk.browser.open(SHARING).named(audience)
    (form,) = (form for form in panel.all("form") if form.one("button").text == label)
    assert desk.browser.send(form["action"], fields(form)) == SHARING


def draft(desk: Desk, day: dt.date = dt.date(2027, 3, 31)) -> None:
    tiny = catalogues.tiny()
    desk.key = desk.world.assessment("havbruk", GOLD, framework=tiny, day=day, submit=False).id


def test_the_first_submission_says_with_whom_it_shares_and_does(desk: Desk) -> None:
    draft(desk)
    page = submit_page(desk)
    assert GIVES in page.text
    assert not page.all("input", name="share")
    form = fields(page.one("form", action=f"/assessments/{desk.key}/submit"))
    desk.browser.send(f"/assessments/{desk.key}/submit", form)
    assert standings(desk)["programme"] == "Shared since 23 Nov 2026, 13:00, as Kari decided."
    draft(desk, dt.date(2027, 9, 30))
    assert "The cluster shares what it submits with Programme north" in submit_page(desk).text


@pytest.mark.parametrize("ticked", [True, False])
def test_after_sharing_was_stopped_it_is_asked_for_and_never_taken(desk: Desk, *, ticked: bool) -> None:
    desk.hand_in()
    press(desk, "programme", "Stop sharing")
    draft(desk)
    page = submit_page(desk)
    assert NOBODY in page.text
    assert "counts in the portfolio" not in page.one("main").text
    box = page.one("input", name="share")
    assert "checked" not in box.attributes
    assert page.one("label", **{"for": "share"}).text == "Share with Programme north"
    sent = fields(page.one("form", action=f"/assessments/{desk.key}/submit"))
    assert "share" not in sent
    desk.browser.send(f"/assessments/{desk.key}/submit", sent | ({"share": box["value"]} if ticked else {}))
    assert desk.kept().state is State.SUBMITTED
    owner = desk.world.signed_in(Role.OWNER, programme="north")
    owner.open(f"/assessments/{desk.key}", 200 if ticked else 404)
    overview = desk.browser.open(f"/assessments/{desk.key}")
    assert ("The cluster does not share them" in overview.text) is not ticked


def test_a_deputy_is_shown_no_box_and_cannot_send_one(desk: Desk) -> None:
    desk.hand_in()
    consent.stop_sharing(desk.world.store, desk.kari, "havbruk", "programme")
    draft(desk)
    deputy = desk.world.person(Role.OBSERVER, cluster="havbruk", name="Dag")
    with desk.world.store.writing() as tx:
        until = desk.world.clock.now + dt.timedelta(days=7)
        membership = Membership(Role.MANAGER, desk.kept().cluster.id, until=until)
        kept_accounts.add_membership(tx, deputy.user_id or "", membership)
    browser = desk.world.browser(deputy)
    page = browser.open(f"/assessments/{desk.key}/submit")
    assert NOBODY in page.text
    assert not page.all("input", name="share")
    sent = fields(page.one("form", action=f"/assessments/{desk.key}/submit"))
    browser.refused(f"/assessments/{desk.key}/submit", sent | {"share": "yes"}, 403)
    assert desk.kept().state is State.DRAFT
    assert not browser.open(SHARING).one("main").all("form")
    browser.refused(SHARING, {"audience": "programme"}, 403)
    browser.send(f"/assessments/{desk.key}/submit", sent)
    assert desk.kept().state is State.SUBMITTED


def test_a_manager_switches_each_audience_and_the_page_keeps_count(desk: Desk) -> None:
    assert standings(desk) == {
        "programme": "Not decided yet. Until the first submission, only the progress of drafts is seen.",
        "peers": "Not shared.",
        "public": "Not shared.",
    }
    assert "Nothing has been decided yet." in desk.browser.open(SHARING).text
    press(desk, "programme", "Share nothing")
    press(desk, "peers", "Share from now on")
    desk.world.clock.now += dt.timedelta(hours=1)
    press(desk, "programme", "Share from now on")
    press(desk, "peers", "Stop sharing")
    assert standings(desk) == {
        "programme": "Shared since 23 Nov 2026, 14:00, as Kari decided.",
        "peers": "Not shared since 23 Nov 2026, 14:00, as Kari decided.",
        "public": "Not shared.",
    }
    told = sorted(row[2] for row in desk.browser.open(SHARING).named("history").rows())
    assert told == [
        "With Programme north: no longer shared",
        "With Programme north: shared",
        "With other clusters: no longer shared",
        "With other clusters: shared",
    ]


def test_what_nothing_uses_yet_says_so(desk: Desk) -> None:
    page = desk.browser.open(SHARING)
    assert "anonymous group of at least five other clusters" in page.named("peers").text
    for audience in ("peers", "public"):
        assert "Nothing uses this yet" in page.named(audience).text


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.CONTRIBUTOR])
def test_the_clusters_own_people_read_it_and_have_no_button(desk: Desk, role: Role) -> None:
    browser = desk.world.signed_in(role, cluster="havbruk")
    page = browser.open(SHARING)
    assert "The cluster manager decides this." in page.text
    assert not page.one("main").all("form")
    browser.refused(SHARING, {"audience": "public"}, 403)
    assert browser.open("/clusters/havbruk").all("a", href=SHARING)


@pytest.mark.parametrize("role", [Role.OWNER, Role.READER, Role.EVALUATOR])
def test_outside_a_withholding_cluster_is_a_name(desk: Desk, role: Role) -> None:
    desk.hand_in()
    browser = desk.world.signed_in(role, programme="north")
    assert browser.open("/clusters/havbruk").all("table")
    consent.stop_sharing(desk.world.store, desk.kari, "havbruk", "programme")
    page = browser.open("/clusters/havbruk")
    assert page.one("h1").text == "Havbruk"
    assert "This cluster does not share its assessments with the programme." in page.text
    assert not page.all("table")
    assert not page.all("a", href=SHARING)
    browser.open(SHARING, 403)
    for below in ("", "/gap", "/dimensions/boats", "/unanswered"):
        browser.open(f"/assessments/{desk.key}{below}", 404)


def test_the_owner_is_told_who_shares_nothing(desk: Desk) -> None:
    desk.hand_in()
    consent.stop_sharing(desk.world.store, desk.kari, "havbruk", "programme")
    owner = desk.world.signed_in(Role.OWNER, programme="north")
    (row,) = owner.open("/programmes/north").named("cluster-table").rows()
    assert row[0] == "Havbruk does not share its assessments"
    portfolio = owner.open("/portfolio?framework=tiny%2F1.0")
    assert "1 left out: 1 not shared." in portfolio.text
    (row,) = portfolio.named("clusters").rows()
    assert row[1:3] == ["Left out: The cluster does not share its assessments", "\N{EN DASH}"]
    heatmap = owner.open("/portfolio/heatmap?framework=tiny%2F1.0")
    assert "Counted" not in heatmap.one("main").text
    for sheet in ("heatmap", "indicators"):
        assert owner.http.get(f"/portfolio/{sheet}.json?framework=tiny%2F1.0").json()["records"] == []
    clusters = owner.http.get("/portfolio/clusters.json?framework=tiny%2F1.0").json()
    assert clusters["meta"]["left_out"] == [{"cluster": "havbruk", "name": "Havbruk", "reason": "no-consent"}]
    assert {name: value for name, value in clusters["records"][0].items() if value is not None} == {
        "cluster": "havbruk",
        "name": "Havbruk",
        "programme": "north",
        "level": "",
        "region": "",
        "sector": "",
        "counted": False,
        "reason": "no-consent",
    }


def test_withdrawing_what_is_not_shared_says_that_nothing_changes(desk: Desk) -> None:
    desk.hand_in()
    consent.stop_sharing(desk.world.store, desk.kari, "havbruk", "programme")
    page = desk.browser.open(f"/assessments/{desk.key}/withdraw")
    assert "Nothing changes in the portfolio: the cluster does not share with the programme." in page.text
    assessments.move(desk.world.store, desk.world.frameworks, desk.kari, desk.key, Move.WITHDRAW)


def test_an_audience_that_there_is_not_is_refused(desk: Desk) -> None:
    for path in (SHARING, f"{SHARING}/stop"):
        desk.browser.refused(path, {"audience": "everybody"})
        desk.browser.refused(path, {})
    assert standings(desk)["public"] == "Not shared."
