"""The CSV files: what a spreadsheet needs, the figures of the page, and no cell that a spreadsheet would run."""

import csv
import datetime as dt
import io
import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.roles import Role
from app.pages.exports import guarded
from tests.pages.client import PageClient
from tests.pages.harbour import TINY, fill, leave_out
from tests.pages.world import World

SHEETS = ("clusters", "heatmap", "indicators")


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    return world.signed_in(Role.OWNER, programme="north")


def fetched(browser: PageClient, sheet: str, query: str = TINY) -> str:
    answer = browser.http.get(f"/portfolio/{sheet}.csv?{query}")
    assert answer.status_code == 200
    return answer.content.decode("utf-8")


def read(browser: PageClient, sheet: str, query: str = TINY) -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(fetched(browser, sheet, query).removeprefix("\ufeff"), newline=""), delimiter=";")
    )


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_spreadsheet_opens_it_without_being_asked(world: World, sheet: str) -> None:
    fill(world)
    world.clock.now = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)  # the 24th in Norway
    answer = world.signed_in(Role.OWNER, programme="north").http.get(f"/portfolio/{sheet}.csv?{TINY}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = f'attachment; filename="goldgap-portfolio-{sheet}-2026-11-24.csv"'
    assert answer.headers["content-disposition"] == disposition
    assert answer.content.startswith(b"\xef\xbb\xbf")
    written = answer.content.decode().removeprefix("\ufeff")
    assert written.count("\r\n") == written.count("\n") == (4 if sheet == "indicators" else 6)


def test_the_clusters_have_the_figures_of_the_page(world: World, owner: PageClient) -> None:
    leave_out(world)
    heading, *rows = read(owner, "clusters", f"{TINY}&round=autumn-2026")
    found = [dict(zip(heading, row, strict=True)) for row in rows]
    assert found[1] == {
        "Address": "baug",
        "Cluster": "Baug",
        "Programme": "north",
        "Programme level": "Arena",
        "Region": "Agder",
        "Sector": "",
        "Counted": "yes",
        "Why not counted": "",
        "Status": "Submitted",
        "Reference date": "2026-09-30",
        "Answered": "3",
        "Indicators": "3",
        "Points": "9",
        "Points possible": "12",
        "Percent": "75",
        "Result": "Meets the Gold figures",
    }
    assert [(row["Cluster"], row["Points"], row["Percent"]) for row in found[2:5]] == [
        ("Dokk", "6", "50"),
        ("Ekko", "4", "33.3"),
        ("Fjord", "8", "66.7"),
    ]


def test_a_draft_has_no_figures_for_the_owner(world: World, owner: PageClient) -> None:
    leave_out(world)
    heading, *rows = read(owner, "clusters", f"{TINY}&round=autumn-2026")
    draft = dict(zip(heading, next(row for row in rows if row[0] == "graad"), strict=True))
    assert (draft["Counted"], draft["Why not counted"], draft["Status"]) == ("no", "Still a draft", "Draft")
    assert (draft["Answered"], draft["Points"], draft["Percent"], draft["Result"]) == ("3", "", "", "")
    assert "graad" not in fetched(owner, "heatmap", f"{TINY}&round=autumn-2026")


def test_the_heat_map_has_the_levels_of_the_page(owner: PageClient) -> None:
    assert read(owner, "heatmap") == [
        ["Address", "Cluster", "A.1 Seaworthy boats", "A.2 Life jackets", "B.1 Berths"],
        ["anker", "Anker", "2", "2", "2"],
        ["baug", "Baug", "1", "1", "2"],
        ["dokk", "Dokk", "0", "0", "2"],
        ["ekko", "Ekko", "2", "1", "0"],
        ["fjord", "Fjord", "1", "2", "1"],
    ]


def test_the_indicators_have_the_spread_of_the_page(owner: PageClient) -> None:
    heading, *rows = read(owner, "indicators")
    assert heading[:8] == [
        "Indicator",
        "Clusters",
        "Mean",
        "Lowest",
        "First quartile",
        "Median",
        "Third quartile",
        "Highest",
    ]
    assert [row[:8] for row in rows] == [
        ["A.1 Seaworthy boats", "5", "1.2", "0", "1", "1", "2", "2"],
        ["A.2 Life jackets", "5", "1.2", "0", "1", "1", "2", "2"],
        ["B.1 Berths", "5", "1.4", "0", "1", "2", "2", "2"],
    ]
    assert [row[8:] for row in rows] == [
        ["2", "3", "60", "", "", ""],
        ["1", "1", "20", "1", "1", "20"],
        ["2", "2", "40", "", "", ""],
    ]


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_same_filters_hold(owner: PageClient, sheet: str) -> None:
    rows = read(owner, sheet, f"{TINY}&region=Agder")[1:]
    if sheet == "indicators":
        assert {row[1] for row in rows} == {"2"}
    else:
        assert [row[0] for row in rows] == ["anker", "baug"]


def test_norwegian_spreadsheets_read_a_comma(world: World) -> None:
    fill(world)
    browser = world.signed_in(Role.OWNER, programme="north", language="nb")
    assert read(browser, "indicators")[1][:3] == ["A.1 Sjødyktige båter", "5", "1,2"]
    assert read(browser, "clusters")[4][14] == "33,3"


@pytest.mark.parametrize(
    "path", ["/portfolio/clusters.csv", "/portfolio/clusters.json"], ids=lambda path: f"{path}, Papermerge #57"
)
def test_a_visitor_gets_nothing(world: World, path: str) -> None:
    answer = world.browser().http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_there_is_no_other_table(owner: PageClient) -> None:
    owner.open("/portfolio/people.csv", 404)
    owner.open("/portfolio/people.json", 404)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("=1+1", id="a formula, ciso-assistant #3598"),
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        pytest.param("\tx", id="a tab first, CVE-2021-41270"),
        pytest.param("\rx", id="a carriage return first, CVE-2021-41270"),
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A",
        " =1",
        "\u00a0=1",
        "'=1",
        "''@x",
    ],
)
def test_what_could_open_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


# Another separator, a line of its own, a page, a way up, and a name that is longer than file systems take.
NAMES = ('x"; filename="y.html', "x\\y", "../../etc/x", "æ.html", "x" * 200)


@pytest.mark.parametrize(
    "ending",
    [pytest.param("csv", id="csv, ciso-assistant #3550"), pytest.param("json", id="json, ciso-assistant #2185")],
)
def test_a_file_is_called_by_words_of_our_own_alone(world: World, ending: str) -> None:
    world.programme(name=NAMES[0])
    for number, name in enumerate(NAMES):
        world.cluster(f"c{number}", name=name, region=name)
    owner = world.signed_in(Role.OWNER, programme="north")
    for sheet, name in itertools.product(SHEETS, NAMES):
        answer = owner.http.get(f"/portfolio/{sheet}.{ending}", params={"framework": "tiny/1.0", "region": name})
        called = f"goldgap-portfolio-{sheet}-2026-11-23.{ending}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{called}"'


@pytest.mark.parametrize(
    "text", ["", "Havbruk Sør", "1+1", "'s-Hertogenbosch", "a@b.no", "Blå = grønn", "2.5 Contacts"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Foo,=1+cmd|' /C calc'!A0,", "Foo,'=1+cmd|' /C calc'!A0,"),
        ('Foo, "@SUM(A1)', "Foo, \"'@SUM(A1)"),
        ("a;-1|+2", "a;'-1|'+2"),
        ("=1,=2", "'=1,'=2"),
        ("Oslo, Bergen; Sør|Nord", "Oslo, Bergen; Sør|Nord"),
    ],
)
def test_a_program_with_another_separator_finds_no_formula_either(text: str, written: str) -> None:
    assert guarded(text) == written


@given(st.text(alphabet=st.sampled_from("=+-@'\t\r\n \uff1da1")))
def test_taking_one_apostrophe_away_gives_the_text_back(text: str) -> None:
    written = guarded(text)
    first = unicodedata.normalize("NFKC", written[:1])
    assert first not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not first
    assert text in {written, written.removeprefix("'")}
    assert written == text or guarded(written.removeprefix("'")) == written


def test_a_name_is_written_so_that_no_spreadsheet_runs_it(world: World) -> None:
    world.programme()
    for number, name in enumerate(["=HYPERLINK(0)", '";=1+1', "+47 Klynge", "@home", "\uff1dA1", "A;B"]):
        world.cluster(f"c{number}", name=name, region=f"-{number}")
    rows = read(world.signed_in(Role.OWNER, programme="north"), "clusters", "")
    assert sorted(row[1] for row in rows[1:]) == sorted(
        ["'=HYPERLINK(0)", "\";'=1+1", "'+47 Klynge", "'@home", "'\uff1dA1", "A;B"]
    )
    assert {row[4][0] for row in rows[1:]} == {"'"}
