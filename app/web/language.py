"""Which language a request is answered in, and the words of the service in it.

English sentences in the code are the keys; every other language is one .po file in `locale/`, so that a third
language is a file and no code.
"""

import io
from collections.abc import Iterable, Mapping
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages import mofile, pofile

SOURCE = "en"
COOKIE = "goldgap_language"
FOLDER = Path(__file__).parent / "locale"
# What browsers in Norway ask for, and the written language that they get while there is no other.
_ALIASES = {"no": "nb", "nn": "nb"}


class Languages:
    """The languages that the service speaks, English first."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._translations: dict[str, NullTranslations] = {SOURCE: NullTranslations()}
        for path in sorted(folder.glob("*.po")):
            self._translations[path.stem] = _compiled(path)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the languages, such as en and nb."""
        return tuple(self._translations)

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Each code with the language's own name for itself."""
        return tuple((code, (Locale.parse(code).get_display_name(code) or code).capitalize()) for code in self.codes)

    def translations(self, code: str) -> NullTranslations:
        """Return the words in one language."""
        return self._translations[code]

    def say(self, code: str, message: str, params: Mapping[str, object]) -> str:
        """Return a sentence in one language, its named gaps filled."""
        translated = self._translations[code].gettext(message)
        return translated % params if params else translated

    def choose(self, *, asked: str | None, chosen: str | None, header: str, otherwise: str | None = None) -> str:
        """Return the language of `?lang=`, else the one chosen before, the best of Accept-Language, or `otherwise`."""
        for code in (asked, chosen, *_accepted(header), otherwise):
            known = self._known(code)
            if known is not None:
                return known
        return SOURCE

    def _known(self, code: str | None) -> str | None:
        if code is None:
            return None
        primary = code.lower().partition("-")[0]
        for candidate in (code.lower(), primary, _ALIASES.get(primary)):
            if candidate in self._translations:
                return candidate
        return None


def _accepted(header: str) -> Iterable[str]:
    """Yield the tags of an Accept-Language header, the most wanted first."""
    weighted = []
    for position, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.strip().partition(";")
        _, _, quality = parameters.strip().partition("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if tag and 0.0 < weight <= 1.0:
            weighted.append((-weight, position, tag))
    return [tag for _, _, tag in sorted(weighted)]


def _compiled(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=path.stem, abort_invalid=True)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
