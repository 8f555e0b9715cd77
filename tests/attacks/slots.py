"""Every place where somebody can type text: found in the forms of all pages, and in the description of the API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from tests.every_page import Stage
from tests.pages import forms
from tests.pages.client import PageClient
from tests.pages.html import Element

# What a form can be filled with so that it is taken, by the kind of its field, where the page shows nothing.
VALID = {"email": "somebody@example.org", "date": "2026-09-30", "number": "1", "url": "https://example.org"}
# A password is shown nowhere, and what is wrong with one is said without it (tests/attacks/test_logs.py).
TEXT_KINDS = frozenset({"text", "search", "email", "url", "tel"})
# Bodies that the API takes, by operation; ids are put into the gaps. A new operation with text needs a line here.
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "register_cluster": ("owner", {"name": "x", "programme": "north", "level": "x", "region": "y", "sector": "z"}),
    "change_cluster": ("manager", {"name": "x", "level": "x", "region": "y", "sector": "z"}),
    "start_assessment": ("manager", {"title": "x", "reference_date": "2026-09-30"}),
    "answer": ("manager", {"level": 1, "note": "x"}),
    "answer_several": ("manager", {"answers": {"{indicator}": {"level": 1, "note": "x"}}}),
}
# Texts of the API that name something which is there, or have a form that is checked; each is tried as a nasty value.
NOT_FREE = frozenset({"slug", "programme", "framework", "version", "reference_date", "round", "level of answer"})


@dataclass(frozen=True, eq=False)
class Slot:
    """One place for text: a field of a form, as somebody was shown it, or of what the API takes."""

    name: str
    who: str
    field: str
    one_line: bool
    page: str
    form: Element | None = None
    operation: str = ""


def in_forms(stage: Stage, browsers: Mapping[str, PageClient]) -> Iterator[Slot]:
    """Yield each text field of each form that somebody is shown, once."""
    met: set[tuple[str, str]] = set()
    for visit in stage.visits(stage.world.app):
        for form in browsers[visit.who].open(visit.path).all("form"):
            if form["action"].startswith("#"):
                continue  # a sample in the gallery, which leads nowhere
            for control in texts_of(form):
                name = f"{form['method']} {pattern_of(form['action'])} {control['name']}"
                if (name, control["name"]) not in met:
                    met.add((name, control["name"]))
                    yield Slot(name, visit.who, control["name"], control.tag == "input", visit.path, form)


def texts_of(form: Element) -> list[Element]:
    """Return the fields of a form that take text."""
    inputs = [each for each in form.all("input") if each.attributes.get("type", "text") in TEXT_KINDS]
    return [each for each in (*inputs, *form.all("textarea")) if "name" in each.attributes]


def pattern_of(address: str) -> str:
    """Return an address without its ids, so that a form about another thing is the same form."""
    return re.sub(r"[0-9a-f]{16,}", "…", address.partition("?")[0])


def in_api(app: FastAPI) -> Iterator[Slot]:
    """Yield each free text of each body that the API takes; one that is not known here is an AssertionError."""
    described = app.openapi()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            found = set(leaves(described["components"]["schemas"], schema)) - NOT_FREE if schema else set()
            if not found:
                continue
            name = operation["operationId"]
            assert name in BODIES, f"{name} takes text: give it a line in tests/attacks/slots.py"
            who, body = BODIES[name]
            known = set(keys_of(body))
            assert found <= known, f"{name} takes {found - known}: give them a place in tests/attacks/slots.py"
            for field in sorted(found):
                key = f"{method.upper()} {name}"
                yield Slot(f"{name} {field}", who, field, field != "note", path, operation=key)


def leaves(schemas: Mapping[str, Any], schema: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """Yield the names of the texts in a body."""
    for kind in (schema, *schema.get("anyOf", ())):
        if "$ref" in kind:
            yield from leaves(schemas, schemas[kind["$ref"].rpartition("/")[2]], name)
        for inner, below in kind.get("properties", {}).items():
            yield from leaves(schemas, below, inner)
        if isinstance(kind.get("additionalProperties"), dict):
            yield from leaves(schemas, kind["additionalProperties"], name)
        if kind.get("type") == "array":
            yield from leaves(schemas, kind.get("items", {}), name)
        if kind.get("type") == "string" and not {"enum", "const", "format"} & kind.keys():
            yield name


def keys_of(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield every name in a body."""
    for name, value in body.items():
        yield name
        if isinstance(value, dict):
            yield from keys_of(value)


def filled(form: Element, slot: Slot, text: str) -> tuple[str, str, dict[str, str]]:
    """Return method, address and fields of a slot's form, with the text in it and the rest as it will be taken."""
    sent = forms.fields(form)
    for control in texts_of(form):
        if not sent.get(control["name"], ""):
            sent[control["name"]] = VALID.get(control.attributes.get("type", "text"), f"for-{slot.field}")
    for control in form.all("input"):
        if not sent.get(control.attributes.get("name", ""), "x"):
            sent[control["name"]] = VALID.get(control.attributes.get("type", "text"), sent[control["name"]])
    return form["method"].upper(), form["action"], {**sent, slot.field: text}


def form_of(page: Element, slot: Slot) -> Element:
    """Return the slot's form as the page has it now, or as it was where it is gone."""
    for form in page.all("form"):
        for control in texts_of(form):
            if slot.name == f"{form['method']} {pattern_of(form['action'])} {control['name']}":
                return form
    assert slot.form
    return slot.form


def body_of(slot: Slot, text: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Return a body that the API takes, with the text in its place."""

    def put(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kept = {name.format_map(words): put(inner) for name, inner in value.items()}
        return {**kept, slot.field: text} if slot.field in kept else kept

    sent: dict[str, Any] = put(BODIES[slot.operation.partition(" ")[2]][1])
    # A second cluster of the same name would be refused.
    return {**sent, "name": slot.name} if sent.get("name") == "x" else sent


def plain(slot: Slot, payload: str) -> str:
    """Return a payload without the characters that this place refuses; as they are, they have a test of their own."""
    kept = "" if slot.one_line else "\n\t"
    return "".join(c for c in payload if c in kept or (c.isprintable() and c != "\u2028") or c == "\u00a0")
