"""Every sentence of the service is there in every language; what the check is for, it finds."""

import shutil
from pathlib import Path

import pytest

from tests.tools import translations
from tests.tools.messages import ROOT

HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
GOOD = {
    "Save": "Lagre",
    "%(n)s left": "%(n)s igjen",
    "Too short.": "For kort.",
    "Gone.": "Borte.",
    "Closed": "Stengt",
    "Not now": "Ikke nå",
}
TEMPLATE = """{{ _("Save") }} {{ _("%(n)s left", n=2) }}
{% trans count=2 %}One answer{% pluralize %}{{ count }} answers{% endtrans %}"""
CODE = '''
_STATES = {"closed": "Closed", "busy": "Not now"}

class Lost(Conflict):
    """A refusal."""

def check(page, field, other):
    message = "Too short."
    page.say(_STATES[field])
    page.say(other.message)
    raise Invalid(Problem(field, "short", message)) if field else Lost("lost", "Gone.")
'''
PLURAL = 'msgid "One answer"\nmsgid_plural "%(count)s answers"\nmsgstr[0] "Ett svar"\nmsgstr[1] "%(count)s svar"\n\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small service that says six sentences and a plural, all of them translated."""
    files = {
        "templates/page.html": TEMPLATE,
        "app/errors.py": "class GoldgapError(Exception): ...\nclass Conflict(GoldgapError): ...\n",
        "app/pages.py": CODE,
        "app/frameworks/text.nb.yaml": "",
        "app/web/locale/nb.po": HEAD + PLURAL + "".join(_entry(*pair) for pair in GOOD.items()),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _entry(msgid: str, msgstr: str) -> str:
    return f'msgid "{msgid}"\nmsgstr "{msgstr}"\n\n'


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text)
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_every_sentence_is_translated() -> None:
    assert translations.faults() == []


def test_a_new_sentence_in_a_copy_of_the_service_is_missed_in_every_language(tmp_path: Path) -> None:
    for folder in ("app", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = translations.faults(tmp_path)
    (tmp_path / "templates/new.html").write_text('{{ _("Nobody has said this yet") }}')
    found = [fault for fault in translations.faults(tmp_path) if fault not in before]
    assert found == [f"app/web/locale/{code}.po: is missing 'Nobody has said this yet'" for code in ("nb",)]


def test_a_complete_translation_has_no_fault(tree: Path) -> None:
    assert translations.faults(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgid "Save"\nmsgstr "Lagre"', "", "is missing 'Save'"),
        ('msgstr "Lagre"', 'msgstr ""', "does not translate 'Save'"),
        ('msgid "Save"', '#, fuzzy\nmsgid "Save"', "is unsure (fuzzy) about 'Save'"),
        ('msgstr "Lagre"', 'msgstr "Save"', "leaves 'Save' in English"),
        ("%(n)s igjen", "%(m)s igjen", "has other gaps than %(these)s in '%(n)s left': '%(m)s igjen'"),
        ("%(n)s igjen", "%(n)s igjen, 5 %", "has a percent sign that is not doubled: '%(n)s igjen, 5 %'"),
        ('msgstr[1] "%(count)s svar"\n', "", "does not translate 'One answer'"),
        ('msgid "Save"', 'msgid "Old"\nmsgstr "Gammel"\n\nmsgid "Save"', "has 'Old', which nobody says any more"),
        ('msgid "Save"', '#~ msgid "Old"\n#~ msgstr "Gammel"\n\nmsgid "Save"', "has 'Old', which is obsolete"),
    ],
)
def test_a_fault_in_a_translation_is_found(tree: Path, old: str, new: str, fault: str) -> None:
    _replace(tree / "app/web/locale/nb.po", old, new)
    assert translations.faults(tree) == [f"app/web/locale/nb.po: {fault}"]


def test_a_language_of_the_standard_without_a_translation_is_a_fault(tree: Path) -> None:
    (tree / "app/web/locale/nb.po").unlink()
    (fault,) = translations.faults(tree)
    assert fault.startswith("app/web/locale/nb.po: is not there")


@pytest.mark.parametrize("said", ["page.say(compute())", 'page.say(f"{field} left")', "page.say(unheard_of)"])
def test_a_sentence_that_cannot_be_followed_is_a_fault(tree: Path, said: str) -> None:
    _replace(tree / "app/pages.py", "page.say(other.message)", said)
    (fault,) = translations.faults(tree)
    assert fault.startswith("app/pages.py:10: says something that cannot be followed to its words")


@pytest.mark.parametrize(("said", "faulty"), [("5 %", True), ("5 %%", False), ("%%%", True), ("%(n)s %%", False)])
def test_in_a_template_a_percent_sign_is_doubled(tree: Path, said: str, *, faulty: bool) -> None:
    _replace(tree / "templates/page.html", '_("Save")', f'_("Save") ~ _("{said}")')
    found = [fault for fault in translations.faults(tree) if fault.endswith("has a percent sign that is not doubled")]
    assert bool(found) is faulty


def test_a_template_that_says_a_variable_is_a_fault(tree: Path) -> None:
    _replace(tree / "templates/page.html", '_("Save")', '_("Save") ~ _(word)')
    assert translations.faults(tree) == ["templates/page.html:1: says something that is not written there"]


def test_an_update_keeps_what_is_translated_and_drops_what_is_not_said(tree: Path) -> None:
    file = tree / "app/web/locale/nb.po"
    _replace(file, 'msgid "Save"\nmsgstr "Lagre"', 'msgid "Old"\nmsgstr "Gammel"')
    _replace(file, 'msgid "Closed"', '#, fuzzy\nmsgid "Closed"')
    assert translations.update(tree) == [file]
    assert translations.faults(tree) == [
        "app/web/locale/nb.po: is unsure (fuzzy) about 'Closed'",
        "app/web/locale/nb.po: does not translate 'Save'",
    ]
    assert translations.update(tree) == []
