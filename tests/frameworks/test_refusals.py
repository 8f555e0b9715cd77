"""Every way in which a catalogue's files can be wrong is refused, named by file and by the path inside it."""

import shutil
from pathlib import Path

import pytest

from app.frameworks import reader
from app.frameworks.schema import CatalogueError
from tests.frameworks.catalogues import TINY_FOLDER

STRUCTURE, ENGLISH, BOKMAL = "tiny/1.0/structure.yaml", "tiny/1.0/text.en.yaml", "tiny/1.0/text.nb.yaml"
LOST_COUNT = "declared: {dimensions: 2, indicators: 4}"

# what is changed in a good file, into what, and how the problem opens
NUMBERS = {
    "a value of another type": ("weight: 1\n", "weight: one\n", "dimensions[0].indicators[0].weight: "),
    "a weight as text": ("weight: 1\n", 'weight: "1"\n', "dimensions[0].indicators[0].weight: "),
    "a weight that is not whole": ("weight: 1\n", "weight: 1.5\n", "dimensions[0].indicators[0].weight: "),
    "a negative weight": ("weight: 1\n", "weight: -1\n", "dimensions[0].indicators[0].weight: "),
    "an indicator without weight": ("        weight: 1\n", "", "dimensions[0].indicators[0].weight: "),
    "a version read as a number": ('version: "1.0"', "version: 1.0", "version: "),
    "an indicator number read as a number": ('number: "A.1"', "number: 1.1", "dimensions[0].indicators[0].number: "),
    "a misspelt key": ("offered: true", "offerd: true", "offerd: "),
    "another framework's folder": ("framework: tiny", "framework: huge", "framework: 'huge' lies in the folder 'tiny'"),
    "another version's folder": ('version: "1.0"', 'version: "1.1"', "version: '1.1' lies in the folder '1.0'"),
    "levels that do not ascend": ("levels: [0, 1, 2]", "levels: [0, 2, 1]", "levels: they do not ascend"),
    "a level twice": ("levels: [0, 1, 2]", "levels: [0, 1, 1, 2]", "levels: they do not ascend"),
    "a negative level": ("levels: [0, 1, 2]", "levels: [-1, 0, 1, 2]", "levels[0]: "),
    "only one level": ("levels: [0, 1, 2]", "levels: [0]", "levels: "),
    "a count that is not met": (
        "declared: {dimensions: 2, indicators: 3}",
        LOST_COUNT,
        "declared.indicators: 4 are declared, 3 are there",
    ),
    "an indicator twice": ('number: "A.2"', 'number: "A.1"', "dimensions: 'A.1' is there 2 times"),
    "a dimension's id twice": ("id: harbour", "id: boats", "dimensions: 'boats' is there 2 times"),
    "a dimension's number twice": ('number: "B"', 'number: "A"', "dimensions: 'A' is there 2 times"),
    "a benchmark that cannot be reached": ("benchmark: 1", "benchmark: 3", "dimensions[0].indicators[1].benchmark: 3"),
    "a minimum that is no level": ("minimum: 1", "minimum: 9", "dimensions[0].indicators[1].minimum: 9 is no level"),
    "a minimum above the benchmark": ("minimum: 1", "minimum: 2", "dimensions[0].indicators[1].minimum: 2 is above"),
    "a level without figures": ("          2: {boats: 7}\n", "", "dimensions[0].indicators[0].levels: 2 is missing"),
    "a figure that is no number": ("{boats: 7}", "{boats: many}", "dimensions[0].indicators[0].levels[2].boats: "),
    "figures of a level that is not there": (
        "2: {boats: 7}",
        "2: {boats: 7}\n          3: {boats: 9}",
        "dimensions[0]",
    ),
    "an anchor without its figure": ("figure: berths,", "figure: beds,", "dimensions[1].indicators[0].anchors[0]: "),
    "a gate on an indicator that is not there": ('indicator: "B.1"', 'indicator: "B.2"', "eligibility[0].indicator: "),
    "a gate at a level that is not there": (
        '"B.1", level: 1',
        '"B.1", level: 9',
        "eligibility[0].level: 9 is no level",
    ),
    "a Gold rule above all points": ("numerator: 2", "numerator: 4", "gold: 4 of 3 is more than all"),
    "a Gold rule of nothing": ("denominator: 3", "denominator: 0", "gold.denominator: "),
    "a benchmark that does not pass": ("numerator: 2", "numerator: 3", "gold: the benchmark itself does not pass"),
    "an unknown standing": ("{name: ours,", "{name: holy,", "standing.name: "),
    "a kind of number without standing": ("{name: ours, order: ours,", "{name: ours,", "standing: 'order' is missing"),
    "a kind of number that is not there": ("{name: ours,", "{nmae: ours,", "standing.nmae"),
    "a source that is not listed": ('name: "made-up"', 'name: "S1"', "source.name: there is no source 'S1'"),
    "a first language without text": ("language: en", "language: sv", "language: there is no text.sv.yaml"),
    "words of a version that is not there": ("language: en", 'language: en\nwording_of: "0.9"', "dimensions[0]"),
    "a key twice": ("offered: true", "offered: true\noffered: false", "line 7: 'offered' is there twice"),
    "a level's figures twice": ("2: {boats: 7}", "2: {boats: 7}\n          2: {boats: 8}", "line 40: 2 is there twice"),
    "what is no YAML": ("offered: true", "offered: [true", "line "),
    "a tag that would run code": ("offered: true", "offered: !!python/name:os.system", "line 6: "),
}
WORDS = {
    "an indicator without words": ('  "B.1":', '  "B.7":', "indicators: 'B.1' is missing"),
    "a question that is empty": (
        "question: How many of the club's boats can go to sea today?",
        'question: " "',
        "indicators",
    ),
    "a question that is missing": (
        "    question: How many of the club's boats can go to sea today?\n",
        "",
        'indicators["A.1"].',
    ),
    "a level without a name": ("  2: Under sail\n", "", "levels: 2 is missing"),
    "a level without a descriptor": (
        "      2: At least 7 boats have passed the inspection.\n",
        "",
        'indicators["A.1"].levels: 2 is missing',
    ),
    "a dimension without words": ("  harbour:", "  haven:", "dimensions: 'harbour' is missing"),
    "evidence that is no list": (
        "    evidence:\n      - List of life jackets with year of approval",
        "    evidence: List",
        'indicators["A.2"].evidence: ',
    ),
    "no text at all": ("name: Tiny harbour standard", "- name", "line "),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a copy of the tiny standard, to be spoilt."""
    shutil.copytree(TINY_FOLDER / "tiny", tmp_path / "tiny")
    return tmp_path


def spoil(file: Path, good: str, bad: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert good in text
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as refused:
        reader.read(folder)
    return refused.value.problems


def test_the_file_to_be_spoilt_is_good(folder: Path) -> None:
    assert reader.read(folder).default.name == "tiny"


@pytest.mark.parametrize("what", NUMBERS)
def test_a_structure_file_is_refused_with(what: str, folder: Path) -> None:
    good, bad, opening = NUMBERS[what]
    spoil(folder / STRUCTURE, good, bad)
    assert any(problem.startswith(f"{STRUCTURE}: {opening}") for problem in problems(folder)), problems(folder)


@pytest.mark.parametrize("what", WORDS)
def test_a_text_file_is_refused_with(what: str, folder: Path) -> None:
    good, bad, opening = WORDS[what]
    spoil(folder / ENGLISH, good, bad)
    assert any(problem.startswith(f"{ENGLISH}: {opening}") for problem in problems(folder)), problems(folder)


def test_every_problem_of_every_file_is_named_at_once(folder: Path) -> None:
    spoil(folder / STRUCTURE, "levels: [0, 1, 2]", "levels: [0, 2, 1]")
    spoil(folder / ENGLISH, "  2: Under sail\n", "")
    spoil(folder / BOKMAL, "  harbour:", "  haven:")
    assert problems(folder) == (
        f"{STRUCTURE}: levels: they do not ascend",
        f"{ENGLISH}: levels: 2 is missing",
        f"{BOKMAL}: dimensions: 'harbour' is missing",
        f"{BOKMAL}: dimensions: 'haven' is unknown",
    )


def test_a_file_that_is_neither_structure_nor_text_is_refused(folder: Path) -> None:
    (folder / "tiny/1.0/txt.sv.yaml").write_text("name: Liten", encoding="utf-8")
    assert problems(folder) == ("tiny/1.0/txt.sv.yaml: neither structure.yaml nor text.<language>.yaml",)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / ENGLISH).write_bytes(b"\xff\xfe\x00")
    assert problems(folder)[0].startswith(f"{ENGLISH}: ")


def test_an_empty_file_is_refused(folder: Path) -> None:
    (folder / BOKMAL).write_bytes(b"")
    assert problems(folder)[0].startswith(f"{BOKMAL}: the whole file: ")


def test_a_folder_without_any_catalogue_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path) == ("no catalogue is offered for new assessments",)


def test_words_cannot_be_borrowed_from_a_version_that_has_none_or_lacks_an_indicator(folder: Path) -> None:
    borrower = folder / "tiny/2.0"
    shutil.copytree(folder / "tiny/1.0", borrower)
    for code in ("en", "nb"):
        title = {"name": "Borrower", "about": "Borrows.", "levels": {0: "a", 1: "b", 2: "c"}}
        (borrower / f"text.{code}.yaml").write_text(repr(title), encoding="utf-8")
    structure = (borrower / "structure.yaml").read_text(encoding="utf-8")
    structure = "".join(
        "        levels: {}\n" if line == "        levels:\n" else line
        for line in structure.splitlines(keepends=True)
        if not line.startswith(("          ", "        anchors"))
    )
    structure = structure.replace('version: "1.0"', 'version: "2.0"')

    (borrower / "structure.yaml").write_text(structure + 'wording_of: "2.0"\n', encoding="utf-8")
    assert problems(folder)[0] == "tiny/2.0/structure.yaml: wording_of: '2.0' is no version with words of its own"

    structure += 'wording_of: "1.0"\n'
    (borrower / "structure.yaml").write_text(structure, encoding="utf-8")
    borrowed = reader.read(folder).of("tiny", "2.0").wording("nb")
    assert (borrowed.name, borrowed.indicators["A.1"].name) == ("Borrower", "Sjødyktige båter")
    assert borrowed.indicators["A.1"].levels == {}

    (borrower / "structure.yaml").write_text(structure.replace('"A.2"', '"A.3"'), encoding="utf-8")
    path = "dimensions[0].indicators[1].number"
    assert problems(folder) == (f"tiny/2.0/structure.yaml: {path}: '1.0' has no 'A.3' in 'boats'",)

    (borrower / "structure.yaml").write_text(structure, encoding="utf-8")
    (folder / BOKMAL).unlink()
    assert problems(folder) == ("tiny/2.0/text.nb.yaml: tiny/1.0 has no words in this language",)
