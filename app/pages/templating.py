"""Renders pages and components: one Jinja environment a language, strict about what is missing, escaping everything."""

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URLPath
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.domain.errors import FactorDue, NotFound, NotSignedIn, Unavailable
from app.domain.permissions import Actor, reach
from app.domain.roles import Permission
from app.pages import notices, styles
from app.pages.contexts import Context, Frame, NavLink
from app.pages.format import filters
from app.pages.notices import Notice
from app.usecases import inbox
from app.web import identity
from app.web.deps import SessionActorDep, chosen_language
from app.web.language import Languages

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"

_SHOWN_AGAIN = frozenset({200, 401, 422})

UrlFor = Callable[..., URLPath]


class Templates:
    """The environments, one for each language."""

    def __init__(self, languages: Languages, url_for: UrlFor) -> None:
        self.languages = languages
        self.url_for = url_for
        self._environments = {code: self._environment(code) for code in languages.codes}

    def environment(self, language: str) -> Environment:
        """Return the environment that speaks this language."""
        return self._environments[language]

    def url(self, route: str, **params: object) -> str:
        """Return a route's address; its name and parameters must exist."""
        return str(self.url_for(route, **{name: str(value) for name, value in params.items()}))

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # The environment of a language has its words as globals, so that imported macros see them too.
        install: Callable[..., None] = environment.install_gettext_translations  # type: ignore[attr-defined]
        install(self.languages.translations(language), newstyle=True)
        environment.globals.update(url=self.url, static=styles.address)
        environment.filters.update(filters(language))
        return environment


class Page:
    """One request for a page: who asks, in which language, and the means to answer."""

    def __init__(self, request: Request, actor: SessionActorDep) -> None:
        self.request = request
        self.actor = actor
        self.language = chosen_language(request, actor.language)
        self._templates: Templates = request.app.state.templates

    @property
    def language_codes(self) -> tuple[str, ...]:
        """The languages that pages can be in."""
        return self._templates.languages.codes

    @property
    def language_names(self) -> Mapping[str, str]:
        """Each language's own name for itself, by its code."""
        return dict(self._templates.languages.named)

    def answer_in(self, language: str | None) -> None:
        """Answer in this language where it is one of ours and the address asks for no other."""
        if language in self.language_codes and "lang" not in self.request.query_params:
            self.language = str(language)

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks, so that a part of the page is enough."""
        return self.request.headers.get("hx-request") == "true"

    def say(self, message: str, **params: object) -> str:
        """Return a sentence in the language of the page."""
        return self._templates.languages.say(self.language, message, params)

    def url(self, route: str, **params: object) -> str:
        """Return a route's address."""
        return self._templates.url(route, **params)

    def show(self, context: Context, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
        """Render a whole page."""
        fields = {field.name: getattr(context, field.name) for field in dataclasses.fields(context)}
        template = self._templates.environment(self.language).get_template(context.template)
        response = self._answer(template.render(page=self._frame(context, status), **fields), status, headers)
        notices.take(self.request, response, https=self.request.app.state.https)
        return response

    def component(self, name: str, *args: object, **kwargs: object) -> Markup:
        """Render the component of this name: the same macro that the whole page uses."""
        template = self._templates.environment(self.language).get_template(f"components/{name}.html")
        macro: Callable[..., Markup] = getattr(template.module, name.rpartition("/")[2])
        return macro(*args, **kwargs)

    def fragment(self, *parts: Markup, status: int = 200) -> HTMLResponse:
        """Answer htmx with components."""
        return self._answer(Markup("\n").join(parts), status, None)

    def go(
        self, route: str, *, notice: Notice | None = None, anchor: str = "", query: str = "", **params: object
    ) -> Response:
        """Send the browser on to a page after a form, so that going back does not post it again."""
        address = self.url(route, **params) + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
        response = RedirectResponse(address, status_code=303)
        if notice is not None:
            notices.leave(response, notice, https=self.request.app.state.https)
        return response

    def go_to(self, path: str) -> Response:
        """Send the browser on to a path that is known to be local."""
        return RedirectResponse(path, status_code=303)

    def _answer(self, body: str, status: int, headers: Mapping[str, str] | None) -> HTMLResponse:
        return HTMLResponse(body, status, {"Vary": "HX-Request, Accept-Language, Cookie", **(headers or {})})

    def _frame(self, context: Context, status: int) -> Frame:
        return Frame(
            title=context.title,
            language=self.language,
            languages=self._templates.languages.named,
            user=self.actor if self.actor.is_signed_in else None,
            unread=self._unread(),
            nav=tuple(self._nav()),
            crumbs=context.crumbs,
            # A refusal repeats nothing that was sent, so not where it was sent either; a form that is shown again does.
            request_path=str(self.request.scope["path"]) if status in _SHOWN_AGAIN else "/",
            notice=notices.words(self.request, self.say),
            has_reference=self.request.app.state.api_docs,
        )

    def _unread(self) -> int:
        # Where the database is gone, and on the way to a second factor, the page is still shown.
        with suppress(NotSignedIn, FactorDue, Unavailable):
            return inbox.unread(self.request.app.state.store, self.actor)
        return 0

    def _nav(self) -> list[NavLink]:
        may_act = self.actor.is_signed_in and not self.actor.lacks_factor
        entries = [("home", self.say("My work"))] if may_act else []
        if may_act and _sees_portfolio(self.actor):
            entries.append(("portfolio", self.say("Portfolio")))
        elif may_act and sees_others(self.actor):
            entries.append(("clusters", self.say("Clusters")))
        entries.append(("frameworks", self.say("Indicators")))
        here = str(self.request.scope["path"])
        return [NavLink(label, self.url(name), _is_within(here, self.url(name))) for name, label in entries]


async def _page(request: Request, actor: SessionActorDep) -> Page:
    address = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
    if "\0" in unquote(address):
        # Nothing that is kept has one in its name, and PostgreSQL takes it in no question either.
        raise NotFound
    return Page(request, actor)


PageDep = Annotated[Page, Depends(_page)]


def page_of(request: Request) -> Page:
    """Return the page of a request outside a route, such as for an error."""
    return Page(request, identity.by_session(request))


def _sees_portfolio(actor: Actor) -> bool:
    within = reach(actor, Permission.PORTFOLIO_READ)
    return within.everything or bool(within.programmes)


def sees_others(actor: Actor) -> bool:
    """Whether the list of clusters holds more than those that somebody has a role on."""
    return actor.is_administrator or any(membership.programme_id for membership in actor.memberships)


def _is_within(here: str, address: str) -> bool:
    return here == address or (address != "/" and here.startswith(address + "/"))


def as_dict(form: Mapping[str, Any]) -> dict[str, object]:
    """Return a form's fields by name, the last of each."""
    return dict(form.items())
