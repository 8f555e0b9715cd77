"""Mails in words: subject, plain text and HTML, in the reader's language, or in every one for who has chosen none."""

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.messages import Letter, Mail
from app.pages.messages import Told, reason, told
from app.pages.templating import TEMPLATES
from app.web.language import Languages

TEMPLATE = "email/mail.html"
_WIDTH = 76
# What mail programs make a link of: a host, an address, a scheme.
_LINK_LIKE = re.compile(r"(?<=\w)[.@](?=\w)|://")
_CHOICES = "/account/messages"


@dataclass(frozen=True, slots=True)
class Part:
    """What a mail says in one language; a link is its name and its whole address."""

    language: str
    title: str
    lines: tuple[str, ...]
    action: tuple[str, str]
    why: str
    choices: tuple[tuple[str, str], ...]


def composer(languages: Languages, base_url: str) -> Callable[[Letter], Mail]:
    """Return what writes a letter out; its links lead to this base URL, whoever asks from wherever."""
    # What surrounds the words needs none of its own: they come ready, and a template only marks them up.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return partial(_compose, environment, languages, base_url.rstrip("/"))


def _compose(environment: Environment, languages: Languages, base_url: str, letter: Letter) -> Mail:
    spoken = (letter.language,) if letter.language in languages.codes else languages.codes
    parts = [_part(languages, language, base_url, letter) for language in map(str, spoken)]
    subject = " / ".join(dict.fromkeys(_told(languages, part.language, letter, inert=False).title for part in parts))
    return Mail(
        id=letter.id,
        address=letter.address,
        subject=subject,
        text="\n\n\n".join("\n\n".join(_text(part)) for part in parts) + "\n",
        html=environment.get_template(TEMPLATE).render(subject=subject, parts=parts),
        created_at=letter.created_at,
        unsubscribe=f"{base_url}{letter.unsubscribe}" if letter.unsubscribe else None,
    )


def _part(languages: Languages, language: str, base_url: str, letter: Letter) -> Part:
    def say(message: str, **params: object) -> str:
        return languages.say(language, message, params)

    words = _told(languages, language, letter, inert=True)
    choices: tuple[tuple[str, str], ...] = ()
    if letter.unsubscribe:
        choices = (
            (say("Get no more mail of this kind"), f"{base_url}{letter.unsubscribe}"),
            (say("Choose which mail you get"), f"{base_url}{_CHOICES}"),
        )
    action = (words.action, f"{base_url}{letter.path}")
    return Part(language, words.title, words.lines, action, reason(letter.kind, say), choices)


def _told(languages: Languages, language: str, letter: Letter, *, inert: bool) -> Told:
    def say(message: str, **params: object) -> str:
        return languages.say(language, message, params)

    about = {name: _inert(value) for name, value in letter.about.items()} if inert else letter.about
    return told(letter.kind, about, letter.created_at, language, say)


def _inert(name: str) -> str:
    """Return a name in which no mail program finds a link: somebody might have put one there for others to follow."""
    return _LINK_LIKE.sub("\N{ZERO WIDTH SPACE}\\g<0>\N{ZERO WIDTH SPACE}", name)


def _text(part: Part) -> Iterator[str]:
    """Yield the paragraphs of the plain text; an address stands on a line of its own, where nothing breaks it."""
    for line in (part.title, *part.lines):
        yield textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
    label, address = part.action
    yield f"{label}:\n{address}"
    yield textwrap.fill(part.why, _WIDTH, break_long_words=False, break_on_hyphens=False)
    for label, address in part.choices:
        yield f"{label}:\n{address}"
