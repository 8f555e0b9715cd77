"""Holds every language's .po file to the English sentences: `python -m tests.tools.translations [--update]`.

Without a flag it lists what is wrong and ends with 1 where anything is. With --update it writes the files anew: what
is translated stays, what is new is empty, what is no longer said is gone; sorted and without line numbers.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, pofile
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import PoFileError

from tests.tools import messages
from tests.tools.messages import ROOT, Found, Lost, Message

LOCALE = Path("app/web/locale")
# Words that are the same in both languages, such as names; everything else must differ from its English.
SAME: dict[str, frozenset[str]] = {"nb": frozenset({"Administrator", "Demo", "Median", "Region"})}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_LONE_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?!%|\(\w+\)s)")
# Of the head only what readers of the file need: dates and versions would change with every run.
_LEFT_OUT = (
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence the service says, and what is wrong with how it says them."""

    said: dict[str, Message]
    faults: tuple[str, ...]


def sentences(root: Path = ROOT) -> Sentences:
    """Gather every sentence of templates and code."""
    said: dict[str, Message] = {}
    faults: list[str] = []
    templates, code = list(messages.in_templates(root)), list(messages.in_code(root))
    for found in (*templates, *code):
        if isinstance(found, Lost):
            faults.append(f"{found.place}: {found.why}")
            continue
        faults += _faulty(found, in_template=found in templates)
        singular = _singular(found.message)
        if isinstance(found.message, tuple) or singular not in said:
            said[singular] = found.message
    return Sentences(said, tuple(faults))


def languages(root: Path = ROOT) -> list[str]:
    """Return the languages that must be complete: those of the standard and of the files that there are."""
    worded = {path.suffixes[0][1:] for path in (root / "app/frameworks").rglob("text.*.yaml")}
    return sorted((worded | {path.stem for path in (root / LOCALE).glob("*.po")}) - {"en"})


def faults(root: Path = ROOT) -> list[str]:
    """Return everything that is wrong, a line each; nothing is good."""
    gathered = sentences(root)
    found = list(gathered.faults)
    for language in languages(root):
        file = root / LOCALE / f"{language}.po"
        if not file.exists():
            found.append(f"{LOCALE / file.name}: is not there; python -m tests.tools.translations --update makes it")
            continue
        try:
            catalogue = _read(file)
        except (PoFileError, ValueError) as error:
            found.append(f"{LOCALE / file.name}: cannot be read: {error}")
            continue
        found += (f"{LOCALE / file.name}: {fault}" for fault in _compare(gathered.said, catalogue, language))
    return found


def update(root: Path = ROOT) -> list[Path]:
    """Write each language's file anew and return those that changed."""
    gathered, changed = sentences(root), []
    for language in languages(root):
        file = root / LOCALE / f"{language}.po"
        kept = _read(file) if file.exists() else Catalog(locale=language)
        fresh = _empty(language)
        for singular, message in sorted(gathered.said.items()):
            old = kept.get(singular)
            same_shape = old is not None and isinstance(old.id, tuple | list) == isinstance(message, tuple)
            fresh.add(message, old.string if old and same_shape else None, flags=old.flags if old else ())
        written = _written(fresh)
        if not file.exists() or file.read_bytes() != written:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(written)
            changed.append(file)
    return changed


def _empty(language: str) -> Catalog:
    comment = f"# What Goldgap says in {language}; tests/tools/translations.py adds and takes away sentences.\n#"
    return Catalog(locale=language, header_comment=comment, fuzzy=False)


def _read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return pofile.read_po(opened, locale=file.stem, abort_invalid=True)


def _written(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalogue, width=_WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = buffer.getvalue().splitlines(keepends=True)
    head = tuple(f'"{name}:'.encode() for name in _LEFT_OUT)
    return b"".join(line for line in lines if not line.startswith(head))


def _singular(message: Message) -> str:
    return message[0] if isinstance(message, tuple) else message


def _faulty(found: Found, *, in_template: bool) -> Iterator[str]:
    forms = found.message if isinstance(found.message, tuple) else (found.message,)
    for words in forms:
        if not words or words != words.strip():
            yield f"{found.place}: {words!r} begins or ends with a space"
        # Templates fill the gaps of every sentence, so there a percent sign must be doubled.
        if _LONE_PERCENT.search(words) and (in_template or _PLACEHOLDER.search(words)):
            yield f"{found.place}: {words!r} has a percent sign that is not doubled"


def _compare(said: dict[str, Message], catalogue: Catalog, language: str) -> Iterator[str]:
    entries = {_singular(_as_message(entry)): entry for entry in catalogue if entry.id}
    for singular, message in sorted(said.items()):
        entry = entries.pop(singular, None)
        if entry is None or _as_message(entry) != message:
            yield f"is missing {message!r}"
        else:
            yield from _translation(entry, catalogue.num_plurals, SAME.get(language, frozenset()))
    yield from (f"has {singular!r}, which nobody says any more" for singular in sorted(entries))
    yield from (f"has {id_!r}, which is obsolete" for id_ in sorted(map(str, catalogue.obsolete)))


def _translation(entry: Entry, forms: int, same: Iterable[str]) -> Iterator[str]:
    ids = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
    given = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    words = [form or "" for form in given]
    if entry.fuzzy:
        yield f"is unsure (fuzzy) about {ids[0]!r}"
    if not all(words) or (len(ids) > 1 and len(words) != forms):
        yield f"does not translate {ids[0]!r}"
        return
    wanted = [_gaps(form) for form in ids]
    if any(_gaps(form) not in wanted for form in words):
        yield f"has other gaps than %(these)s in {ids[0]!r}: {words[0]!r}"
    if any(_LONE_PERCENT.search(form) and not any(map(_LONE_PERCENT.search, ids)) for form in words):
        yield f"has a percent sign that is not doubled: {words[0]!r}"
    if ids[0] == words[0] and ids[0] not in same:
        yield f"leaves {ids[0]!r} in English"


def _gaps(words: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(words))


def _as_message(entry: Entry) -> Message:
    return (entry.id[0], entry.id[1]) if isinstance(entry.id, tuple | list) else str(entry.id)


def main(arguments: list[str]) -> int:
    """Check, or update where asked to; return the exit code."""
    if arguments not in ([], ["--update"]):
        sys.stderr.write("Use: python -m tests.tools.translations [--update]\n")
        return 2
    if arguments:
        for file in update():
            sys.stdout.write(f"written: {file.relative_to(ROOT)}\n")
        return 0
    found = faults()
    sys.stdout.writelines(f"{line}\n" for line in found or ["Every sentence is translated."])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
