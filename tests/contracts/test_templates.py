"""Every template compiles, is used, leads to routes that exist, and keeps to the strict content policy."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import Environment, nodes
from jinja2.meta import find_referenced_templates

from app.main import create_app
from app.pages.templating import TEMPLATES, Templates
from app.settings import Settings
from tests.contracts.routes import addresses

ROOT = TEMPLATES.parent
_IS_TEMPLATE = re.compile(r"[a-z_]+(/[a-z_]+)+\.html")
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
FORBIDDEN = {
    r"\|\s*safe\b": "text that is not escaped",
    r"\bMarkup\b": "text that is not escaped",
    r"autoescape\s+false": "text that is not escaped",
    r"\bhx-on\b|\bhx-on:|\bhx-vals=.js:": "script in an attribute",
    r"\son[a-z]+\s*=": "script in an attribute",
    r"javascript:": "script in an address",
    r"\sstyle\s*=": "a style of its own",
    r"<style\b": "a style of its own",
    r"<script(?![^>]*\ssrc=)": "a script of its own",
    r"https?://(?!www\.w3\.org/)": "an address elsewhere",
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The application; no database is touched."""
    return create_app(Settings())


@pytest.fixture(scope="module")
def environment(app: FastAPI) -> Environment:
    templates: Templates = app.state.templates
    return templates.environment("en")


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_template_compiles(environment: Environment, name: str) -> None:
    environment.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_template_holds_nothing_that_the_content_policy_or_escaping_forbids(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", source(name), flags=re.DOTALL)
    assert [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_address_in_the_template_is_a_route_with_its_parameters(
    environment: Environment, app: FastAPI, name: str
) -> None:
    known = {each.name: each.parameters for each in addresses(app) if not each.path.startswith("/api/")}
    for call in environment.parse(source(name)).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url":
            assert len(call.args) == 1, f"line {call.lineno}: url() takes one name"
            (route,) = call.args
            assert isinstance(route, nodes.Const), f"line {call.lineno}: the name of a route is written out"
            assert route.value in known, f"line {call.lineno}: there is no route {route.value}"
            assert {keyword.key for keyword in call.kwargs} == known[route.value], f"line {call.lineno}"


@pytest.mark.parametrize("fault", ["CVE-2024-22195", "CVE-2024-34064"])
def test_no_attribute_is_named_by_anybody_but_the_template(environment: Environment, fault: str) -> None:
    found = list(attribute_names(environment))
    assert len(found) > 40
    assert [name for name in found if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    # The library itself refuses what would begin another attribute or end the element.
    bad = {"CVE-2024-22195": "a onclick", "CVE-2024-34064": "a>b"}[fault]
    with pytest.raises(ValueError, match="Invalid character"):
        environment.from_string("{{ {name: 1} | xmlattr }}").render(name=bad)


def attribute_names(environment: Environment) -> Iterator[str]:
    """Yield each name that a template writes attributes under; an AssertionError where one is worked out."""
    for template in NAMES:
        tree = environment.parse(source(template))
        literal = [each.node for each in tree.find_all(nodes.Filter) if each.name == "xmlattr"]
        given = [each.value for each in tree.find_all(nodes.Keyword) if each.key == "attributes"]
        for node in (*literal, *given):
            if isinstance(node, nodes.Name) and node.name == "attributes":
                continue  # a component's own parameter: those who call it are looked at
            assert node is not None
            for each in [node] if isinstance(node, nodes.Dict) else list(node.find_all(nodes.Dict)):
                keys = [pair.key for pair in each.items]
                assert all(isinstance(key, nodes.Const) for key in keys), f"{template}, line {each.lineno}"
                yield from (str(key.as_const()) for key in keys)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param("from_string", id="from_string, CVE-2016-10745"),
        pytest.param("Template", id="a template of its own, CVE-2025-27516"),
        pytest.param("SandboxedEnvironment", id="a sandbox that would be needed for it, CVE-2025-27516"),
        "compile_expression",
        "render_template_string",
        "eval",
        "exec",
    ],
)
def test_no_template_and_no_code_is_made_of_text(made: str) -> None:
    assert [place for place, called in calls() if called.rpartition(".")[2] == made] == []


def calls() -> Iterator[tuple[str, str]]:
    """Yield every call in the application: where it stands, and what is called."""
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name}, CVE-2020-28493")
def test_no_template_looks_for_links_in_text(environment: Environment, name: str) -> None:
    named = {each.name for each in environment.parse(source(name)).find_all(nodes.Filter)}
    assert named.isdisjoint({"urlize", "striptags", "wordwrap", "safe", "format"})


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
def test_a_component_is_one_macro_named_like_its_file(environment: Environment, name: str) -> None:
    macros = [node.name for node in environment.parse(source(name)).body if isinstance(node, nodes.Macro)]
    assert macros == [Path(name).stem]


def test_every_template_is_used(environment: Environment) -> None:
    assert sorted(set(NAMES) - used(environment)) == []


def test_every_named_template_exists(environment: Environment) -> None:
    assert sorted(used(environment) - set(NAMES)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "{{ note | safe }}",
        '<p hx-on:click="go()">',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<img src="https://example.org/">',
    ],
)
def test_what_is_forbidden_would_be_seen(planted: str) -> None:
    assert any(re.search(pattern, planted) for pattern in FORBIDDEN)


def used(environment: Environment) -> set[str]:
    """Return every template that a page context, a call of a component, or another template names."""
    named: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".component"):
                named.add(f"components/{ast.literal_eval(node.args[0])}.html")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _IS_TEMPLATE.fullmatch(node.value):
                named.add(node.value)
    waiting = list(named & set(NAMES))
    while waiting:
        for found in find_referenced_templates(environment.parse(source(waiting.pop()))):
            assert found is not None, "a template names another by a variable"
            if found not in named:
                named.add(found)
                waiting += [found] if found in NAMES else []
    return named
