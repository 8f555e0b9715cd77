"""The rooms' stairs (`[tool.importlinter]`): every import goes down, and each contract notices a breach."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# One breach of each contract, planted at the end of a module; a second one of the stairs, for what stands side by side.
BREACHES = {
    "app/api/health.py": "from app.pages import contexts",
    "app/store/journal.py": "from app import settings",
    "app/domain/scoring.py": "from app.domain import portfolio; import sqlalchemy",
    "app/pages/format.py": "import sqlalchemy",
    "app/usecases/gaps.py": "from starlette.requests import Request; from app.usecases import clusters",
}
STRAY = "app/utils.py"


def _lint(root: Path) -> str:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )
    return f"{done.stdout}{done.stderr}\nexit {done.returncode}"


def _copy(root: Path) -> Path:
    shutil.copytree(ROOT / "app", root / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_every_import_goes_down(tmp_path: Path) -> None:
    assert _lint(_copy(tmp_path)).endswith("exit 0")


def test_every_contract_notices_a_breach(tmp_path: Path) -> None:
    root = _copy(tmp_path)
    for name, imports in BREACHES.items():
        with (root / name).open("a") as module:
            module.write(f"\n{imports}\n")
    report = _lint(root)
    assert report.endswith("exit 1")
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert re.findall(r"^(.+) BROKEN$", report, re.MULTILINE) == [contract["name"] for contract in contracts]
    for line in ("app.api.health -> app.pages.contexts", "app.store.journal -> app.settings"):
        assert line in report


def test_a_stray_module_has_no_step(tmp_path: Path) -> None:
    root = _copy(tmp_path)
    (root / STRAY).write_text('"""Anything."""\n')
    assert "utils" in _lint(root)
