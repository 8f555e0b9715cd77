"""The catalogue files as frozen frameworks, read once at start; a released file's digest never changes."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from app.domain.errors import Conflict, NotFound
from app.domain.framework import Framework
from app.domain.lifecycle import Assessment
from app.frameworks import assembly, checks
from app.frameworks.schema import CatalogueError, Structure, Text, Title, load

FOLDER = Path(__file__).parent
LOCK = "released.toml"
_LOCK = TypeAdapter(dict[str, dict[str, str]])
_TEXT = re.compile(r"text\.([a-z]{2,3}(?:-[A-Za-z]+)?)\.yaml")


class Frameworks:
    """Every catalogue there is, newest first, those offered for new assessments, and the one taken by default."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        """Raises CatalogueError where none is offered."""
        self.all = tuple(sorted(frameworks, key=_age, reverse=True))
        self.offered = tuple(framework for framework in self.all if framework.offered)
        if not self.offered:
            raise CatalogueError("no catalogue is offered for new assessments")
        self.default = self.offered[0]
        self.languages = tuple(dict.fromkeys(code for framework in self.all for code in framework.wordings))
        self._by_name = {(framework.name, framework.version): framework for framework in self.all}

    def of(self, name: str, version: str) -> Framework:
        """Return the version that an assessment is pinned to, offered or not; raises NotFound."""
        try:
            return self._by_name[name, version]
        except KeyError:
            raise NotFound from None

    def pinned(self, assessment: Assessment) -> Framework:
        """Return what an assessment was started on; raises Conflict where its numbers are no longer the same."""
        framework = self.of(assessment.framework, assessment.version)
        if framework.digest != assessment.digest:
            raise Conflict("catalogue-changed", "The catalogue that this assessment was started on has been changed.")
        return framework


def _age(framework: Framework) -> tuple[str, list[int | str]]:
    # "2026.10" is newer than "2026.9": figures within a version compare as numbers.
    parts = re.split(r"(\d+)", framework.version)
    return framework.released, [int(part) if part.isdigit() else part for part in parts]


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """One version's files, each checked by itself. Words are by language, the catalogue's first language first.

    Every version has a title; a version that takes its words from another has no texts.
    """

    name: str
    structure: Structure
    digest: str
    titles: Mapping[str, Title]
    texts: Mapping[str, Text]

    @property
    def lender(self) -> str:
        """The name of the catalogue whose words this one uses: its own, unless its file says otherwise."""
        return f"{self.structure.framework}/{self.structure.wording_of or self.structure.version}"

    def framework(self, catalogues: Mapping[str, "_Catalogue"], also_offer: frozenset[str]) -> Framework:
        """Return the checked files as the domain's value."""
        offered = self.structure.offered or self.name in also_offer
        words = {
            code: assembly.wording(code, self.structure, title, catalogues[self.lender].texts[code])
            for code, title in self.titles.items()
        }
        return assembly.framework(self.structure, self.digest, words, offered=offered)


def read(folder: Path = FOLDER, also_offer: frozenset[str] = frozenset()) -> Frameworks:
    """Return the catalogues under `folder`, `also_offer` ("name/version") offered whatever their files say.

    Raises CatalogueError with every problem of every file.
    """
    catalogues: dict[str, _Catalogue] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*/*/structure.yaml")):
        try:
            catalogue = _open(path.parent)
        except CatalogueError as error:
            problems += error.problems
        else:
            catalogues[catalogue.name] = catalogue
    problems = problems or list(_between(catalogues, also_offer))
    if problems:
        raise CatalogueError(*problems)
    return Frameworks(catalogue.framework(catalogues, also_offer) for catalogue in catalogues.values())


def check_released(folder: Path = FOLDER) -> None:
    """Raise CatalogueError unless every structure file is the one that was released, and none is gone."""
    try:
        locked = _LOCK.validate_python(tomllib.loads((folder / LOCK).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{LOCK}: {error}") from error
    wanted = {f"{name}/{version}": digest for name, versions in locked.items() for version, digest in versions.items()}
    found = {_name(path.parent): _digest(path.read_bytes()) for path in sorted(folder.glob("*/*/structure.yaml"))}
    problems = [f"{LOCK}: {name}: the digest of this version is missing" for name in found.keys() - wanted.keys()]
    problems += [f"{LOCK}: {name}: this released version is gone" for name in wanted.keys() - found.keys()]
    for name in sorted(found.keys() & wanted.keys()):
        if found[name] != wanted[name]:
            problems.append(f"{name}/structure.yaml: it has changed since its release; put a change into a new version")
    if problems:
        raise CatalogueError(*sorted(problems))


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _open(folder: Path) -> _Catalogue:
    name = _name(folder)
    content = (folder / "structure.yaml").read_bytes()
    structure = load(f"{name}/structure.yaml", content, Structure)
    faults = checks.of_structure(structure, folder.parent.name, folder.name)
    problems = [f"{name}/structure.yaml: {fault}" for fault in faults]
    titles: dict[str, Title] = {}
    for path in _texts_first(folder, structure.language):
        file, language = f"{name}/{path.name}", _TEXT.fullmatch(path.name)
        if not language:
            problems.append(f"{file}: neither structure.yaml nor text.<language>.yaml")
            continue
        try:
            titles[language[1]] = _title(file, path.read_bytes(), structure)
        except CatalogueError as error:
            problems += error.problems
    if not (folder / f"text.{structure.language}.yaml").exists():
        problems.append(f"{name}/structure.yaml: language: there is no text.{structure.language}.yaml")
    if problems:
        raise CatalogueError(*problems)
    texts = {code: title for code, title in titles.items() if isinstance(title, Text)}
    return _Catalogue(name, structure, _digest(content), titles, texts)


def _texts_first(folder: Path, language: str) -> list[Path]:
    """Return the YAML files beside the structure, the first language's text before the others."""
    others = [path for path in folder.glob("*.yaml") if path.name != "structure.yaml"]
    return sorted(others, key=lambda path: (path.name != f"text.{language}.yaml", path.name))


def _title(file: str, content: bytes, structure: Structure) -> Title:
    if structure.wording_of:
        title = load(file, content, Title)
        faults = checks.of_title(structure, title)
    else:
        title = text = load(file, content, Text)
        faults = checks.of_text(structure, text)
    if problems := [f"{file}: {fault}" for fault in faults]:
        raise CatalogueError(*problems)
    return title


def _between(catalogues: Mapping[str, _Catalogue], also_offer: frozenset[str]) -> Iterator[str]:
    for name in sorted(also_offer - catalogues.keys()):
        yield f"{name}: to be offered, but there is no such catalogue"
    for catalogue in catalogues.values():
        if not catalogue.structure.wording_of:
            continue
        lender = catalogues.get(catalogue.lender)
        for fault in checks.of_borrowing(catalogue.structure, lender.structure if lender else None):
            yield f"{catalogue.name}/structure.yaml: {fault}"
        for language in catalogue.titles.keys() - (lender.texts.keys() if lender else set()):
            yield f"{catalogue.name}/text.{language}.yaml: {catalogue.lender} has no words in this language"
