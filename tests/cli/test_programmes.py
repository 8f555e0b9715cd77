"""`goldgap programme`, `import clusters` and `export portfolio` on both databases."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Said, Say

EXAMPLE = Path(__file__).parents[2] / "examples" / "arena-2013.csv"
IMPORT = ("--programme", "arena")


def read(said: Said) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said.out, newline="")))


def clusters(arena: Say) -> dict[str, dict[str, str]]:
    """Every cluster of the programme as it is exported, by slug."""
    return {row["cluster"]: row for row in read(arena("export", "portfolio", "--format", "csv"))}


def test_a_programme_is_created_once(goldgap: Say) -> None:
    made = goldgap("programme", "create", "--name", "Arena", "--slug", "arena", "--json")
    assert (made.code, made.json["slug"], made.json["name"]) == (0, "arena", "Arena")
    again = goldgap("programme", "create", "--name", "Arena", "--slug", "arena")
    assert (again.code, again.err) == (1, "slug: Another programme already has this address.\n")


def test_the_example_is_imported_and_a_second_time_changes_nothing(arena: Say) -> None:
    first = arena("import", "clusters", str(EXAMPLE), *IMPORT)
    assert (first.code, first.out) == (0, f"{EXAMPLE}: 28 created, 0 updated, 0 unchanged.\n")
    before = clusters(arena)
    assert len(before) == 28
    assert before["smart-water-cluster"]["level"] == "Arena"
    assert {row["reason"] for row in before.values()} == {"none"}
    second = arena("import", "clusters", str(EXAMPLE), *IMPORT, "--json").json
    assert (second["created"], second["updated"], len(second["unchanged"])) == ([], [], 28)
    assert clusters(arena) == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_is_read_as_spreadsheets_save_it(arena: Say, tmp_path: Path, mark: bytes, delimiter: str) -> None:
    lines = [
        ["Name", "slug", "programme_level", "region", "sector"],
        ["Ålesund Ønskeklynge", "", "Arena Pro", "Møre og Romsdal", "Hav"],
        ['"Skog, tre og fjell; AS"', "skog", "", "", ""],
        ["", "", "", "", ""],
    ]
    file = tmp_path / "clusters.csv"
    file.write_bytes(mark + "\r\n".join(delimiter.join(line) for line in lines).encode())
    assert arena("import", "clusters", str(file), *IMPORT).code == 0
    found = clusters(arena)
    assert found["alesund-onskeklynge"]["region"] == "Møre og Romsdal"
    assert found["skog"]["name"] == "Skog, tre og fjell; AS"


def test_an_import_updates_by_slug_what_it_names(arena: Say, tmp_path: Path) -> None:
    file = tmp_path / "clusters.csv"
    file.write_text("name,slug,region\nHavklyngen,hav,Vestland\n", encoding="utf-8")
    arena("import", "clusters", str(file), *IMPORT)
    file.write_text("name,slug,programme_level\nHavklyngen Vest,hav,NCE\n", encoding="utf-8")
    assert arena("import", "clusters", str(file), *IMPORT, "--json").json["updated"] == ["hav"]
    row = clusters(arena)["hav"]
    assert (row["name"], row["level"], row["region"]) == ("Havklyngen Vest", "NCE", "Vestland")


def test_every_bad_line_is_listed_and_nothing_is_imported(arena: Say, tmp_path: Path) -> None:
    file = tmp_path / "clusters.csv"
    lines = [
        "name,slug,region",
        "God klynge,god,Oslo",
        ",uten-navn,Oslo",
        "Feil,Feil Adresse,Oslo",
        f"Lang,lang,{'x' * 300}",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    said = arena("import", "clusters", str(file), *IMPORT)
    assert (said.code, said.out) == (1, "")
    assert [line.split(": ")[:2] for line in said.err.splitlines()] == [
        ["line 3", "name"],
        ["line 4", "slug"],
        ["line 5", "region"],
    ]
    assert clusters(arena) == {}


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (b"name\n\xff\xfe\n", ["not saved as UTF-8"]),
        (b"", ["the first line must name the columns"]),
        (b"Havklyngen,hav\n", ["the first line must name the columns"]),
        (b"name,county,slug,shoe size\nA,b,c,d\n", ["no column `county`", "no column `shoe size`"]),
        (b"name,name\nA,B\n", ["two columns have the same name"]),
        (b"name,slug\nA,a,extra\nB\n", ["line 2: 3 cells under 2 columns", "line 3: 1 cells under 2 columns"]),
        (b'name\n"open\n', ["not a table"]),
        (b"name,slug\nHav,hav\nHavet,hav\n", ["line 3: the same cluster as in line 2"]),
        ("name\nHåv\nHav\n".encode(), ["line 3: the same cluster as in line 2"]),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(arena: Say, tmp_path: Path, content: bytes, sentences: list[str]) -> None:
    file = tmp_path / "clusters.csv"
    file.write_bytes(content)
    said = arena("import", "clusters", str(file), *IMPORT)
    assert said.code == 1
    for line, sentence in zip(said.err.splitlines(), sentences, strict=True):
        assert line.startswith(f"{file}: ")
        assert sentence in line
    assert clusters(arena) == {}


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("\x1b]0;owned\x07", id="another title, LimeSurvey #5330"),
        pytest.param("\x1b[2J", id="an empty screen, LimeSurvey #5330"),
        pytest.param("\x9b2J", id="the same in one character, LimeSurvey #5330"),
        pytest.param("\u202e", id="text turned round, LimeSurvey #5330"),
        pytest.param("\x1b[A\x08", id="the line above, LimeSurvey #5330"),
    ],
)
def test_what_a_file_says_does_nothing_to_the_terminal(arena: Say, tmp_path: Path, hidden: str) -> None:
    file = tmp_path / "clusters.csv"
    file.write_text(f'name,"lands{hidden}del"\nHav,x\n', encoding="utf-8")
    said = arena("import", "clusters", str(file), *IMPORT)
    assert said.code == 1
    # Seen, and not acted upon; headings are read in small letters.
    assert f"there is no column `lands{ascii(hidden.lower())[1:-1]}del`" in said.err
    assert all(line.isprintable() for line in said.err.removesuffix("\n").split("\n"))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("Hav,<b>x</b>,x", id="an address, LimeSurvey #5331"),
        pytest.param("Hav\x1b[2J,hav,x", id="a name, LimeSurvey #5331"),
        pytest.param("Hav,hav,\x1b[2J", id="a region, LimeSurvey #5331"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_without_its_words(arena: Say, tmp_path: Path, row: str) -> None:
    file = tmp_path / "clusters.csv"
    file.write_text(f"name,slug,region\n{row}\n", encoding="utf-8")
    said = arena("import", "clusters", str(file), *IMPORT)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("line 2: ")
    assert "<b>" not in said.err
    assert "\x1b" not in said.err


def test_a_file_that_is_not_there_is_said(arena: Say, tmp_path: Path) -> None:
    said = arena("import", "clusters", str(tmp_path / "none.csv"), *IMPORT)
    assert (said.code, said.err) == (1, f"{tmp_path / 'none.csv'}: No such file or directory.\n")


def test_a_programme_that_is_not_there_is_said(arena: Say) -> None:
    assert arena("import", "clusters", str(EXAMPLE), "--programme", "nowhere").code == 1


def test_no_exported_cell_is_a_formula(arena: Say, tmp_path: Path) -> None:
    file = tmp_path / "clusters.csv"
    file.write_text('name,slug\n"=HYPERLINK(""http://evil.example"")",formula\n@sum,at\n', encoding="utf-8")
    arena("import", "clusters", str(file), *IMPORT)
    found = clusters(arena)
    assert found["formula"]["name"] == '\'=HYPERLINK("http://evil.example")'
    assert found["at"]["name"] == "'@sum"


def test_an_export_says_what_it_counted(arena: Say) -> None:
    arena("import", "clusters", str(EXAMPLE), *IMPORT)
    document = arena("export", "portfolio", "--programme", "arena").json
    assert (document["counted"], len(document["left_out"]), document["framework"]) == (0, 28, "ecei")
    assert document["as_of"].endswith("Z")
    assert document["indicative"] is True
    assert len(document["records"]) == 28
    assert arena("export", "portfolio", "--programme", "nowhere").json["records"] == []


@pytest.mark.parametrize("words", [("--format", "xml"), ("--sheet", "people"), ("--basis", "guessed")])
def test_an_export_that_cannot_be_is_refused(arena: Say, words: tuple[str, str]) -> None:
    said = arena("export", "portfolio", *words)
    assert (said.code, said.out) == (2, "")
