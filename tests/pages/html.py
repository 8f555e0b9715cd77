"""A page as a small tree, read with the standard library's parser, so that a test can ask what stands where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# Foreign elements may close themselves; in HTML proper the slash means nothing.
_SELF_CLOSING = frozenset({"path", "rect", "circle", "line", "polygon", "polyline", "use"})


@dataclass(eq=False)
class Element:
    """One element: its attributes, the elements in it, and the text in it and below."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)
    parent: "Element | None" = None

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Every element below with this tag and these attributes; `data_state` is asked for as data-state."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [each for each in self._below() if tag in {"", each.tag} and wanted.items() <= each.attributes.items()]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {attributes}"
        return found[0]

    def named(self, identity: str) -> "Element":
        """The element with this id."""
        return self.one(id=identity)

    def has(self, css_class: str) -> bool:
        """Whether the element is of this class."""
        return css_class in self.attributes.get("class", "").split()

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    @property
    def text(self) -> str:
        """All text in the element, its white space folded."""
        return " ".join("".join(self._texts()).split())

    def inside(self, tag: str) -> bool:
        """Whether the element lies within one with this tag."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))

    def rows(self) -> list[list[str]]:
        """The texts of a table's body, cell by cell."""
        return [[cell.text for cell in row.cells()] for body in self.all("tbody") for row in body.all("tr")]

    def cells(self) -> list["Element"]:
        """The cells of a table's row."""
        return [each for each in self.children if isinstance(each, Element) and each.tag in {"th", "td"}]

    def _below(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._below()

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#document")
        self.open = self.root

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), f"an attribute is there twice: {self.get_starttag_text()}"
        element = Element(tag, {name: value or "" for name, value in attrs}, parent=self.open)
        self.open.children.append(element)
        if tag not in _VOID:
            self.open = element

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _SELF_CLOSING:
            self.handle_endtag(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}> in line {self.getpos()[0]}"
        self.open = self.open.parent or self.root

    @override
    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def read(markup: str) -> Element:
    """Return a page as a tree; an element left open or closed twice is an AssertionError."""
    builder = _Builder()
    builder.feed(markup)
    builder.close()
    assert builder.open is builder.root, f"<{builder.open.tag}> is left open"
    return builder.root
