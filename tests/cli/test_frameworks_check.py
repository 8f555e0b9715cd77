"""`goldgap frameworks check`."""

from pathlib import Path

import pytest

from app.frameworks import reader
from tests.cli.conftest import Say


def test_every_catalogue_is_listed(say: Say, environment: pytest.MonkeyPatch) -> None:
    said = say("frameworks", "check")
    assert said.code == 0
    newest, preset = said.out.splitlines()
    assert newest.startswith("ecei 2026.1    31 indicators  offered")
    assert "not offered" in preset
    environment.setenv("GOLDGAP_OPTIONAL_FRAMEWORKS", "ecei/2013-150")
    assert all(found["offered"] for found in say("frameworks", "check", "--json").json)


def test_an_optional_catalogue_that_is_not_there_is_said(say: Say, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GOLDGAP_OPTIONAL_FRAMEWORKS", "ecei/1999")
    said = say("frameworks", "check")
    assert said.code == 1
    assert "ecei/1999: to be offered, but there is no such catalogue" in said.err


def test_a_changed_catalogue_fails(say: Say, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "released.toml").write_text('[ecei]\n"2026.1" = "another digest"\n')
    environment.setattr(reader.check_released, "__defaults__", (tmp_path,))
    said = say("frameworks", "check")
    assert (said.code, said.out) == (1, "")
    assert "this released version is gone" in said.err
