"""What the reader gives for good files: the right catalogue in the right language, and a lock on released ones."""

import datetime as dt
import hashlib
import shutil
import time
from pathlib import Path

import pytest

from app.domain.clusters import Cluster
from app.domain.errors import Conflict, NotFound
from app.domain.lifecycle import Assessment, State
from app.frameworks import reader
from app.frameworks.schema import CatalogueError
from tests.frameworks.catalogues import TINY_FOLDER, both, ecei, folder_of, preset, tiny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the tiny standard, released and locked."""
    shutil.copytree(TINY_FOLDER / "tiny", tmp_path / "tiny")
    lock(tmp_path, tiny={"1.0": tiny().digest})
    return tmp_path


def lock(folder: Path, **released: dict[str, str]) -> None:
    lines = [
        f'[{name}]\n"{version}" = "{digest}"\n' for name, each in released.items() for version, digest in each.items()
    ]
    (folder / "released.toml").write_text("".join(lines), encoding="utf-8")


def another_version(folder: Path, version: str, released: str = "2026-01-15") -> None:
    shutil.copytree(folder / "tiny/1.0", folder / "tiny" / version)
    structure = folder / "tiny" / version / "structure.yaml"
    text = structure.read_text(encoding="utf-8").replace('version: "1.0"', f'version: "{version}"')
    structure.write_text(text.replace("2026-01-15", released), encoding="utf-8")


def an_assessment(digest: str) -> Assessment:
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return Assessment(
        id="1",
        cluster=Cluster("1", "fjord", "Fjord", None, None, "", "", "", 1, now),
        title="2026",
        reference_date=now.date(),
        framework="ecei",
        version="2026.1",
        digest=digest,
        round_id=None,
        round=None,
        round_name=None,
        state=State.DRAFT,
        revision=1,
        created_at=now,
        updated_at=now,
        submitted_at=None,
        answers={},
    )


def test_ecei_is_offered_by_default_and_the_preset_is_not() -> None:
    frameworks = reader.read()
    assert frameworks.default.version == "2026.1"
    assert [framework.version for framework in frameworks.offered] == ["2026.1"]
    assert {framework.version for framework in frameworks.all} == {"2026.1", "2013-150"}


def test_an_operator_can_switch_a_catalogue_on_and_the_default_stays() -> None:
    frameworks = reader.read(also_offer=frozenset({"ecei/2013-150"}))
    assert [framework.version for framework in frameworks.offered] == ["2026.1", "2013-150"]
    assert frameworks.default.version == "2026.1"


def test_switching_on_what_is_not_there_is_refused() -> None:
    with pytest.raises(CatalogueError, match="ecei/1999: to be offered, but there is no such catalogue"):
        reader.read(also_offer=frozenset({"ecei/1999"}))


def test_an_assessment_gets_the_version_it_is_pinned_to_offered_or_not() -> None:
    frameworks = both()
    assert frameworks.of("ecei", "2013-150").max_points == 150
    assert frameworks.of("tiny", "1.0").max_points == 12
    for name, version in (("ecei", "1999"), ("none", "2026.1"), ("tiny", "2026.1")):
        with pytest.raises(NotFound):
            frameworks.of(name, version)


def test_an_assessment_is_not_scored_by_other_numbers_than_it_was_started_on() -> None:
    assert both().pinned(an_assessment(ecei().digest)) == ecei()
    with pytest.raises(Conflict) as refused:
        both().pinned(an_assessment("0" * 64))
    assert refused.value.code == "catalogue-changed"


def test_the_newest_comes_first_by_date_and_then_by_the_versions_numbers(folder: Path) -> None:
    another_version(folder, "1.9")
    another_version(folder, "1.10")
    another_version(folder, "0.1", released="2026-02-01")
    frameworks = reader.read(folder)
    assert [framework.version for framework in frameworks.all] == ["0.1", "1.10", "1.9", "1.0"]
    assert frameworks.default is frameworks.offered[0] is frameworks.all[0]


def test_the_digest_is_the_sha_256_of_the_structure_files_bytes() -> None:
    for framework in (ecei(), preset(), tiny()):
        content = (folder_of(framework) / "structure.yaml").read_bytes()
        assert framework.digest == hashlib.sha256(content).hexdigest()


def test_a_typing_error_in_the_wording_can_be_mended_without_a_new_digest(folder: Path) -> None:
    text = folder / "tiny/1.0/text.en.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("café", "coffee house"), encoding="utf-8")
    mended = reader.read(folder).default
    assert mended.digest == tiny().digest
    assert mended.wording("en").indicators["A.1"].why == "A club without boats is only a coffee house."


def test_a_third_language_is_one_more_file(folder: Path) -> None:
    bokmal = (folder / "tiny/1.0/text.nb.yaml").read_text(encoding="utf-8")
    (folder / "tiny/1.0/text.nn.yaml").write_text(bokmal.replace("Havn", "Hamn"), encoding="utf-8")
    frameworks = reader.read(folder)
    assert frameworks.languages == ("en", "nb", "nn")
    assert frameworks.default.wording("nn").dimensions["harbour"].name == "Hamn"
    assert frameworks.default.wording("nn").language == "nn"


def test_a_missing_language_falls_back_to_the_catalogues_first_one_whatever_the_alphabet_says(folder: Path) -> None:
    structure = folder / "tiny/1.0/structure.yaml"
    structure.write_text(
        structure.read_text(encoding="utf-8").replace("language: en", "language: nb"), encoding="utf-8"
    )
    framework = reader.read(folder).default
    assert framework.wording("en").name == "Tiny harbour standard"
    assert framework.wording("nn").language == "nb"
    assert ecei().wording("nn").language == "en"


def test_english_and_bokmal_are_there() -> None:
    assert reader.read().languages == ("en", "nb")


def test_the_tiny_standard_is_of_another_shape() -> None:
    assert [[each.number for each in dimension.indicators] for dimension in tiny().dimensions] == [
        ["A.1", "A.2"],
        ["B.1"],
    ]
    assert [(each.weight, each.benchmark, each.minimum, each.eligibility) for each in tiny().indicators] == [
        (1, 2, None, None),
        (2, 1, 1, None),
        (3, 2, None, 1),
    ]
    assert (tiny().levels, tiny().max_points, tiny().gold_line, tiny().total) == ((0, 1, 2), 12, 8, 3)


def test_all_catalogues_are_read_within_150_milliseconds() -> None:
    def once() -> float:
        start = time.perf_counter()
        reader.read()
        return time.perf_counter() - start

    assert min(once() for _attempt in range(5)) < 0.150


def test_the_released_files_are_unchanged() -> None:
    reader.check_released()


def test_a_changed_release_is_an_error(folder: Path) -> None:
    reader.check_released(folder)
    structure = folder / "tiny/1.0/structure.yaml"
    structure.write_text(structure.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^tiny/1\.0/structure\.yaml: it has changed since its release"):
        reader.check_released(folder)


def test_a_release_that_is_not_locked_or_is_gone_is_an_error(folder: Path) -> None:
    another_version(folder, "2.0")
    shutil.rmtree(folder / "tiny/1.0")
    with pytest.raises(CatalogueError) as refused:
        reader.check_released(folder)
    assert refused.value.problems == (
        "released.toml: tiny/1.0: this released version is gone",
        "released.toml: tiny/2.0: the digest of this version is missing",
    )


@pytest.mark.parametrize("content", [None, "[tiny", 'tiny = "1.0"', "[tiny]\n1 = 1"])
def test_a_lock_that_is_missing_or_cannot_be_read_is_an_error(folder: Path, content: str | None) -> None:
    (folder / "released.toml").unlink()
    if content is not None:
        (folder / "released.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^released\.toml: "):
        reader.check_released(folder)
