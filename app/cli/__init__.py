"""The operator's words. Each noun's commands are in a module of its own, which is read only when one is called."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import typer

from app import __version__

# Every command and the module it is in; reading them all takes a second that `goldgap version` does without.
WORDS: Final[Mapping[str, str]] = {
    "serve": "serving",
    "worker": "mail",
    "mail": "mail",
    "init": "database",
    "migrate": "database",
    "demo": "demo",
    "user": "people",
    "member": "people",
    "person": "persons",
    "programme": "programmes",
    "token": "tokens",
    "import": "programmes",
    "export": "programmes",
    "journal": "journal",
    "keys": "keys",
    "frameworks": "frameworks",
    "routes": "routes",
    "doctor": "doctor",
}


def build(word: str | None = None) -> typer.Typer:
    """Return the command line with the module of one word, or with every module where the word is none of ours."""
    app = typer.Typer(
        name="goldgap",
        help="Goldgap: how far a cluster is from Gold, and what to do next. Settings are GOLDGAP_* variables.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    app.command()(version)
    if word == version.__name__:
        return app
    wanted = [WORDS[word]] if word and word in WORDS else dict.fromkeys(WORDS.values())
    for name in wanted:
        app.add_typer(importlib.import_module(f"{__name__}.{name}").commands)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; what it cannot do is said in plain sentences, with an exit code of 1."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        build(given[0] if given else None)(given, prog_name="goldgap")
    except Exception as error:
        # Which refusals there are is looked up only when there is one.
        sentences = importlib.import_module(f"{__name__}.refusals").sentences(error)
        if sentences is None:
            raise
        for sentence in sentences:
            typer.echo(_visible(sentence), err=True)
        sys.exit(1)


def _visible(sentence: str) -> str:
    """Return a sentence that does nothing to the terminal: it may repeat a file, with what somebody hid in it."""
    return "".join(each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in sentence)


def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _root() -> None:
    """Keep the commands apart even where there is only one."""
