"""Text typed by people, made safe to keep: one form, nothing invisible, within its length."""

import unicodedata

from app.domain.errors import Invalid, Problem

NAME_LENGTH = 200
NOTE_LENGTH = 10_000
_MOST_MARKS = 30

# Marks that reorder text on the screen can make one name look like another (Unicode TR 36).
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Spaces and marks of format, such as the zero-width space: a name of nothing else would be no name.
_UNSEEN = frozenset({"Cf", "Zs"})


def line(field: str, raw: object, *, longest: int = NAME_LENGTH) -> str:
    """Return one line of text with something to see in it, trimmed; raises Invalid."""
    text = optional_line(field, raw, longest=longest)
    if all(unicodedata.category(character) in _UNSEEN for character in text):
        raise Invalid(Problem(field, "required", "Please fill this in."))
    return text


def optional_line(field: str, raw: object, *, longest: int = NAME_LENGTH) -> str:
    """Return one line of text, trimmed, possibly empty; raises Invalid."""
    text = note(field, raw, longest=longest).strip()
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise Invalid(Problem(field, "line", "This must be on one line."))
    return text


def note(field: str, raw: object, *, longest: int = NOTE_LENGTH) -> str:
    """Return text of several lines in Unicode form C with line feeds; raises Invalid."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise Invalid(Problem(field, "text", "This must be text."))
    text = composed(raw.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > longest:
        raise Invalid(Problem(field, "too-long", "This is longer than %(longest)s characters.", {"longest": longest}))
    if not is_orderly(text) or any(not _keepable(character) for character in text):
        raise Invalid(Problem(field, "characters", "This contains characters that cannot be kept."))
    return text


def composed(text: str) -> str:
    """Return text in Unicode form C; what no language writes stays as it is, for its order would take minutes."""
    return unicodedata.normalize("NFC", text) if is_orderly(text) else text


def is_orderly(text: str) -> bool:
    """Whether no letter bears more marks than 30, as in the Stream-Safe Text Format (Unicode annex 15, 13)."""
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            return False
    return True


def _keepable(character: str) -> bool:
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in {"Cc", "Cs", "Cn"} and character not in _REORDERING
