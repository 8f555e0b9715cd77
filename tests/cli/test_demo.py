"""`goldgap demo` on both databases: what it shows, that it is whole, and that nothing in it is real."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from app.cli.demo_file import answers_in, read_demo
from app.domain.clusters import slug_from
from app.domain.framework import Framework
from app.domain.lifecycle import Assessment, State
from app.domain.roles import Role
from app.domain.scoring import Outcome, ReasonCode, score
from app.frameworks import reader
from app.main import make_store
from app.settings import Settings
from app.store.database import Store
from app.store.tables import journal
from app.usecases import assessments, clusters, operators, sessions
from tests.cli.conftest import Say
from tests.demo import load_demo
from tests.store.stores import Databases

FRAMEWORKS = reader.read()
FRAMEWORK: Framework = FRAMEWORKS.default
EXAMPLE = Path(__file__).parents[2] / "examples" / "arena-2013.csv"
# Words of the names of real clusters that public pages tell of; those of 2013 are in the example.
REAL_WORDS = """
    NODE Subsea Ocean Technology Blue Maritime CleanTech Eyde Smart Energy Markets Heidner Biocluster Arctic Team
    Mineralklynge NCCE Software Basque Catalonia Silicon Saxony Femac Torskefisk Legasea Leisure Magica Profitable
    Winter Experiences Grid Usus Betong Nordland Medtech iKuben NxtMedia Digin
"""
GENERIC = frozenset({"maritim", "mineral"})


@pytest.fixture(scope="module")
def loaded(databases: Databases, template: str) -> Iterator[str]:
    """The URL of a database with the demo in it."""
    url = databases.fresh_database(template)
    load_demo(url)
    yield url
    databases.drop_database(url)


@pytest.fixture
def store(loaded: str) -> Iterator[Store]:
    store = make_store(Settings(database_url=loaded))
    yield store
    store.dispose()


def every(store: Store) -> list[Assessment]:
    """Every assessment with its answers: those submitted and the drafts, as their own managers read them."""
    found: dict[str, Assessment] = {}
    for cluster in read_demo().clusters:
        actor = operators.acting_as(store, f"{slug_from(cluster.manager).replace('-', '.')}@example.org")
        found |= {each.assessment.id: each.assessment for each in assessments.listed(store, FRAMEWORKS, actor)}
    return list(found.values())


def test_there_are_24_clusters_in_many_places(store: Store) -> None:
    found = clusters.listed(store, operators.OPERATOR)
    assert len(found) == 24
    assert {cluster.programme for cluster in found} == {"demo"}
    assert {cluster.level for cluster in found} == {"Arena", "Arena Pro", "NCE", "GCE", "Moden klynge"}
    assert len({cluster.region for cluster in found}) >= 10
    assert len({cluster.sector for cluster in found}) >= 8


def test_everything_says_that_it_is_a_demo(store: Store) -> None:
    (programme,) = clusters.home(store, FRAMEWORKS, operators.acting_as(store, "solveig.aarnes@example.org")).programmes
    assert programme.name.startswith("Demo: ")
    people = operators.users(store)
    assert all(person.is_demo for person in people)
    assert all(person.email.endswith("@example.org") for person in people)


def test_every_role_can_be_entered(store: Store) -> None:
    offered = sessions.demo_people(store)
    assert next(person.user.name for person in offered) == "Ingrid Tveitnes"
    assert len(offered) == 8
    actors = [operators.acting_as(store, person.user.email) for person in offered]
    roles = Counter(membership.role for actor in actors for membership in actor.memberships)
    assert roles == {Role.MANAGER: 2, **dict.fromkeys(set(Role) - {Role.MANAGER, Role.ADMINISTRATOR}, 1)}
    assert sum(actor.is_administrator for actor in actors) == 1


def test_every_kind_of_verdict_is_there(store: Store) -> None:
    handed_in = [each for each in every(store) if each.state is State.SUBMITTED]
    cards = [score(FRAMEWORK, each.levels) for each in handed_in]
    reasons = Counter(frozenset(reason.code for reason in card.reasons) for card in cards)
    assert sum(card.outcome is Outcome.GOLD for card in cards) >= 4
    assert reasons[frozenset({ReasonCode.POINTS})] >= 8
    knocked_out = [card for card in cards if [reason.code for reason in card.reasons] == [ReasonCode.MINIMUM]]
    assert any(card.points >= card.gold_line for card in knocked_out)
    assert any(ReasonCode.ELIGIBILITY in codes and ReasonCode.MINIMUM not in codes for codes in reasons)
    assert any({ReasonCode.ELIGIBILITY, ReasonCode.MINIMUM} <= codes for codes in reasons)
    assert 99 in {card.points for card in cards}


def test_assessments_are_at_every_stage(store: Store) -> None:
    found = every(store)
    drafts = sorted(each.answered for each in found if each.state is State.DRAFT)
    assert drafts[0] == 0
    assert drafts[-1] == FRAMEWORK.total - 1
    assert len(set(drafts)) >= 5
    assert sum(each.state is State.WITHDRAWN for each in found) == 1
    earlier, later = ({a.cluster.slug for a in found if a.round == slug} for slug in ("host-2025", "host-2026"))
    assert len(earlier - later) >= 3
    assert len({cluster.slug for cluster in clusters.listed(store, operators.OPERATOR)} - earlier - later) == 1


def test_the_first_manager_has_one_handed_in_and_one_half_done(store: Store) -> None:
    actor = operators.acting_as(store, "ingrid.tveitnes@example.org")
    (own,) = clusters.home(store, FRAMEWORKS, actor).clusters
    draft, earlier = [line.assessment for line in own.assessments]
    assert (draft.state, draft.answered, earlier.state) == (State.DRAFT, 17, State.SUBMITTED)
    assert sum(bool(answer.note) for answer in earlier.answers.values()) >= 8
    assert {answer.updated_by for answer in earlier.answers.values()} == {"Ingrid Tveitnes", "Jonas Hellebust"}


def test_dates_lie_in_the_autumn_of_each_round(store: Store) -> None:
    now = dt.datetime.now(dt.UTC)
    for each in every(store):
        year = each.reference_date.year
        moments = [each.created_at, each.updated_at, *(a.updated_at for a in each.answers.values() if a.updated_at)]
        assert each.created_at <= min(moments)
        for moment in moments:
            assert moment <= now
            assert (moment.year, moment.month) in {(year, month) for month in (9, 10, 11)}
        assert each.round == f"host-{year}"
    with store.reading() as tx:
        at = [row.at for row in tx.connection.execute(journal.select())]
    assert min(at).date() == dt.date(2025, 8, 25)
    assert max(at) <= now


def test_levels_are_the_same_every_time_and_tell_a_story() -> None:
    demo = read_demo()
    assert answers_in(demo, FRAMEWORK, demo.clusters[0], 0) == answers_in(read_demo(), FRAMEWORK, demo.clusters[0], 0)
    levels = {
        (cluster.slug, nth): {number: int(str(raw["level"])) for _, found in given for number, raw in found.items()}
        for cluster in demo.clusters
        for nth in range(len(demo.rounds))
        if (given := answers_in(demo, FRAMEWORK, cluster, nth))
    }
    long_had, hard = ([given[number] for given in levels.values() if number in given] for number in ("2.1", "3.2"))
    assert sum(long_had) / len(long_had) > 3.0
    assert sum(hard) / len(hard) < 2.0
    complete = {slug for slug, nth in levels if nth == 1 and len(levels[slug, nth]) == FRAMEWORK.total}
    pairs = [(levels[slug, 0], levels[slug, 1]) for slug in complete if (slug, 0) in levels]
    assert sum(sum(later.values()) > sum(earlier.values()) for earlier, later in pairs) >= len(pairs) - 2


def test_no_name_is_a_real_cluster_s() -> None:
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        real = {row["name"].casefold() for row in csv.DictReader(file)}
    words = {word for name in real for word in name.split()} | set(REAL_WORDS.casefold().split())
    for cluster in read_demo().clusters:
        name = cluster.name.casefold()
        assert name not in real
        assert not (set(name.split()) - GENERIC) & words, name
        assert not any(name.split()[0] in other for other in real | words), name


def test_notes_fit_a_level_of_a_real_indicator() -> None:
    numbers = {indicator.number for indicator in FRAMEWORK.indicators}
    demo = read_demo()
    assert set(demo.difficulty) == numbers
    for note in demo.notes:
        assert note.indicator in numbers
        assert FRAMEWORK.levels[0] <= note.at[0] <= note.at[1] <= FRAMEWORK.top_level
    dimensions = {dimension.id for dimension in FRAMEWORK.dimensions}
    assert {dimension for cluster in demo.clusters for dimension in [*cluster.lean, *cluster.helpers]} <= dimensions


def test_it_is_loaded_and_says_who_one_can_be(goldgap: Say) -> None:
    said = goldgap("demo", "--json")
    assert (said.code, said.json["programme"], said.json["clusters"]) == (0, "demo", 24)
    assert next(person["email"] for person in said.json["people"]) == "ingrid.tveitnes@example.org"
    again = goldgap("demo")
    assert (again.code, again.out) == (1, "")
    assert again.err == "The database is not empty, so the demo programme is not loaded.\n"
    quiet = goldgap("demo", "--if-empty")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


@pytest.mark.parametrize(
    "words",
    [
        ("programme", "create", "--name", "Mitt", "--slug", "mitt"),
        ("user", "create", "--name", "Kari", "--email", "kari@example.org"),
    ],
)
def test_a_database_with_anything_in_it_is_left_alone(goldgap: Say, words: tuple[str, ...]) -> None:
    goldgap(*words)
    assert goldgap("demo").code == 1
    assert goldgap("demo", "--if-empty").code == 0
    assert not [person for person in goldgap("user", "list", "--json").json if person["is_demo"]]


def test_a_fault_half_way_leaves_the_database_empty(goldgap: Say, environment: pytest.MonkeyPatch) -> None:
    real = assessments.move

    def faulty(*given: object) -> object:
        if str(given[4]) == "withdraw":
            raise ZeroDivisionError
        return real(*given)  # type: ignore[arg-type]

    environment.setattr("app.cli.demo.assessments.move", faulty)
    with pytest.raises(ZeroDivisionError):
        main(["demo"])
    environment.setattr("app.cli.demo.assessments.move", real)
    assert goldgap("user", "list", "--json").json == []
    assert goldgap("demo").code == 0


def test_before_the_rounds_are_over_nothing_is_dated_ahead(say: Say, environment: pytest.MonkeyPatch) -> None:
    day = dt.datetime(2026, 9, 20, tzinfo=dt.UTC)
    environment.setenv("GOLDGAP_CLOCK_OFFSET", str(int((day - dt.datetime.now(dt.UTC)).total_seconds())))
    say("init")
    assert say("demo").code == 0
    store = make_store(Settings())
    latest = max(each.updated_at for each in every(store))
    store.dispose()
    assert latest <= day + dt.timedelta(minutes=5)


def test_production_takes_no_demo(say: Say, environment: pytest.MonkeyPatch) -> None:
    say("init")
    environment.setenv("GOLDGAP_ENVIRONMENT", "production")
    said = say("demo", "--if-empty")
    assert (said.code, said.err) == (1, "Demo accounts can be entered by anybody, so production takes none.\n")
