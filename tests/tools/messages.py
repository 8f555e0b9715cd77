"""Every English sentence that the service says: from the templates by Babel, from the code by following it.

In the code a sentence is what stands in the place of the message in calls such as `page.say("…")`,
`Problem(field, code, "…")` or `Conflict(code, "…")`. A name there is followed to what it was given: a variable, a
table at the head of a module, the same in another module. What cannot be followed is a fault, so no sentence is missed.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
# The operator's command line and the standard's own words are in files of their own, or in English alone.
WITHOUT_TRANSLATION = ("app/cli", "app/frameworks", "app/settings")
TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
TEMPLATE_WORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
# In which place a call has its sentence; with that many places or more before it, counting from 0.
PLACES = {"Problem": 2, "refuse": 2, "refusals.show": 2, "problem": 3}
REFUSAL = "GoldgapError"

Message = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence, or a singular with its plural, and where it was found."""

    message: Message
    place: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A sentence that could not be followed to its words."""

    place: str
    why: str


def in_templates(root: Path = ROOT) -> Iterator[Found | Lost]:
    """Yield what the templates say."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted((root / "templates").rglob("*.html")):
        place = str(path.relative_to(root))
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract(
                "jinja2.ext:babel_extract", file, keywords=TEMPLATE_WORDS, options=TEMPLATE_OPTIONS
            ):
                yield Found((message[0], message[1]) if isinstance(message, tuple) else message, place)
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            speaks = isinstance(call.node, nodes.Name) and call.node.name in TEMPLATE_WORDS
            if speaks and not (call.args and isinstance(call.args[0], nodes.Const)):
                yield Lost(f"{place}:{call.lineno}", "says something that is not written there")


def in_code(root: Path = ROOT) -> Iterator[Found | Lost]:
    """Yield what the code says."""
    refusals = _refusals(root)
    for path in sorted((root / "app").rglob("*.py")):
        place = str(path.relative_to(root))
        if not place.startswith(WITHOUT_TRANSLATION):
            yield from _Follower(root, path, refusals).found()


def _refusals(root: Path) -> frozenset[str]:
    """Return the names of all refusals, whose second argument is a sentence."""
    classes = [n for path in (root / "app").rglob("*.py") for n in ast.walk(_tree(path)) if isinstance(n, ast.ClassDef)]
    names = {REFUSAL}
    while more := {c.name for c in classes if names & {ast.unparse(base) for base in c.bases}} - names:
        names |= more
    return frozenset(names)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class _Unknown(Exception):
    """An expression that cannot be followed."""


class _Follower:
    """Finds the sentences of one module."""

    def __init__(self, root: Path, path: Path, refusals: frozenset[str]) -> None:
        self.root = root
        self.path = path
        self.refusals = refusals

    def found(self) -> Iterator[Found | Lost]:
        """Yield each sentence said, and each that could not be followed."""
        yield from self._inside(_tree(self.path), ())

    def _inside(self, node: ast.AST, scopes: tuple[Function, ...]) -> Iterator[Found | Lost]:
        inner = (*scopes, node) if isinstance(node, _FUNCTIONS) else scopes
        if isinstance(node, ast.Call) and (sentence := self._sentence(node)) is not None:
            place = f"{self.path.relative_to(self.root)}:{node.lineno}"
            try:
                yield from (Found(words, place) for words in self.follow(sentence, scopes))
            except _Unknown as unknown:
                yield Lost(place, f"says something that cannot be followed to its words: {unknown}")
        for child in ast.iter_child_nodes(node):
            yield from self._inside(child, inner)

    def _sentence(self, call: ast.Call) -> ast.expr | None:
        """Return the argument of a call that is a sentence to people, None where it has none."""
        function = call.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        given = len(call.args)
        if name == "say":  # page.say(message, **params) and languages.say(language, message, params)
            return call.args[min(given, 2) - 1] if given else None
        if name == "__init__" and isinstance(function, ast.Attribute):
            return call.args[1] if ast.unparse(function.value) == "super()" and given == len("cm") else None
        if name in self.refusals:
            return call.args[1] if given > 1 else None
        place = PLACES.get(name, PLACES.get(ast.unparse(function)))
        return call.args[place] if place is not None and given > place else None

    def follow(self, expression: ast.expr, scopes: tuple[Function, ...]) -> Iterator[str]:
        """Yield the sentences that an expression can be; none for one that is handed on; raises _Unknown."""
        match expression:
            case ast.Constant(value=str(words)):
                yield words
            case ast.IfExp(body=body, orelse=otherwise):
                yield from self.follow(body, scopes)
                yield from self.follow(otherwise, scopes)
            case ast.BoolOp(values=parts) | ast.Dict(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    yield from self.follow(part, scopes)
            case ast.Subscript(value=table):
                yield from self.follow(table, scopes)
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *otherwise]):
                for part in (table, *otherwise):
                    yield from self.follow(part, scopes)
            case ast.Attribute(attr="message" | "params"):
                return  # found where the refusal or problem was made
            case ast.Name(id=name):
                yield from self._named(name, scopes)
            case _:
                raise _Unknown(ast.unparse(expression))

    def _named(self, name: str, scopes: tuple[Function, ...]) -> Iterator[str]:
        for depth in range(len(scopes), 0, -1):
            scope = scopes[depth - 1]
            if given := list(_given(scope, name)):
                for value in given:
                    yield from self.follow(value, scopes[:depth])
                return
            if name in {a.arg for a in ast.walk(scope.args) if isinstance(a, ast.arg)}:
                return  # handed on by a caller, who is followed too
        module = _tree(self.path)
        if given := list(_given(module, name)):
            for value in given:
                yield from self.follow(value, ())
            return
        for node in module.body:
            if isinstance(node, ast.ImportFrom) and name in {alias.asname or alias.name for alias in node.names}:
                source = self.root / (str(node.module).replace(".", "/") + ".py")
                yield from _Follower(self.root, source, self.refusals).follow(ast.Name(name), ())
                return
        raise _Unknown(name)


def _given(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield each value that a name is given in a function, or at the head of a module."""
    whole = isinstance(scope, _FUNCTIONS)
    for node in ast.walk(scope) if whole else ast.iter_child_nodes(scope):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None) or getattr(node, "iter", None)
        for target in targets:
            if isinstance(target, ast.Name) and target.id == name and value is not None:
                yield value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs: Mapping[str, ast.expr] = {
                    ast.unparse(t): v for t, v in zip(target.elts, value.elts, strict=False)
                }
                if name in pairs:
                    yield pairs[name]
