"""The documents name everything that somebody outside relies on."""

import re
from pathlib import Path

import pytest

from app.domain.permissions import Permission, Role, TokenScope
from app.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {
    path.relative_to(ROOT): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
}
EVERYTHING = "\n".join(DOCUMENTS.values())
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", [f"GOLDGAP_{name.upper()}" for name in Settings.model_fields])
def test_the_readme_names_every_setting(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)


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
