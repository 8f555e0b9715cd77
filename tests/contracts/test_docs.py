"""The documents name everything that somebody outside relies on."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app import cli
from app.domain.roles import Permission, Role, TokenScope
from app.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {
    path.relative_to(ROOT): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
}
EVERYTHING = "\n".join(DOCUMENTS.values())
COMMANDS = "\n".join((README, *(text for name, text in DOCUMENTS.items() if name.parts[0] == "docs")))
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", [f"GOLDGAP_{name.upper()}" for name in Settings.model_fields])
def test_the_readme_names_every_setting(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)


def commands(group: Any, words: str = "goldgap") -> Iterator[str]:
    """Yield every command of the command line, word by word."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


@pytest.mark.parametrize("command", sorted(commands(typer.main.get_command(cli.build()))))
def test_the_documents_name_every_command(command: str) -> None:
    *before, last = command.split()
    # Written in full, or as one of several: goldgap migrate up|down.
    assert re.search(rf"\b{' '.join(before)} (?:[\w-]+ ?\\?\| ?)*{last}\b", COMMANDS)


@pytest.mark.parametrize("permission", list(Permission))
def test_the_documents_name_every_permission(permission: Permission) -> None:
    assert re.search(rf"`{re.escape(permission)}`", EVERYTHING)


@pytest.mark.parametrize("word", [*Role, *TokenScope])
def test_the_documents_name_every_role_and_scope(word: str) -> None:
    assert re.search(rf"\b{re.escape(word)}\b", EVERYTHING)


@pytest.mark.parametrize("name", sorted(DOCUMENTS), ids=str)
def test_every_link_in_a_document_leads_somewhere(name: Path) -> None:
    missing = []
    for match in _LINK.finditer(DOCUMENTS[name]):
        target, _, anchor = (match[1] or match[2]).partition("#")
        path = (ROOT / name).parent / target if target else ROOT / name
        if "://" in target or target.startswith("mailto:"):
            continue
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            missing.append(match[0])
    assert missing == []


def _anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings as repository hosts make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
