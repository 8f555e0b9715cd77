"""Puts the rooms together into one ASGI application; the only place that knows them all."""

import datetime as dt
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette_compress import CompressMiddleware
from typing_extensions import override

from app import __version__
from app.api import health, problems, v1
from app.domain.errors import GoldgapError
from app.domain.permissions import VISITOR
from app.frameworks import reader
from app.frameworks.reader import Frameworks
from app.outside.openid import Provider
from app.pages import (
    accounts,
    answering,
    assessments,
    blank_form,
    clusters,
    consent,
    departures,
    exports,
    frameworks,
    gallery,
    gaps,
    heatmap,
    history,
    home,
    inbox,
    interests,
    invitations,
    mail,
    members,
    moves,
    openid,
    own_roles,
    own_sessions,
    passwords,
    persons,
    portfolio,
    programmes,
    reference,
    refusals,
    second_steps,
    security,
    sessions,
    spreads,
    statements,
    styles,
    tokens,
)
from app.pages import help as guide
from app.pages.templating import Page, Templates, page_of
from app.settings import Settings
from app.store.database import Store, make_engine
from app.web import logs
from app.web import refusals as noted
from app.web.errors import status_of
from app.web.language import Languages
from app.web.security import BodyLimit, CrossSiteCheck, Faults, SecurityHeaders

_ID_BYTES = 8
# Forty, as Starlette has it, spend their time on waiting for one another: measured, four answer half as many more.
_THREADS = 4
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_MESSAGES = {
    400: "What you sent could not be read.",
    404: "There is nothing here that you can see.",
    405: "This address does not take that method.",
    413: "What you sent is larger than can be accepted.",
}


def make_store(settings: Settings) -> Store:
    """Return the store that the settings name, on the clock that they set."""
    offset = dt.timedelta(seconds=settings.clock_offset)
    return Store(
        make_engine(settings.database_url),
        clock=lambda: dt.datetime.now(dt.UTC) + offset,
        new_id=lambda: secrets.token_hex(_ID_BYTES),
        secret=settings.secret_key.get_secret_value(),
    )


def read_frameworks(settings: Settings) -> Frameworks:
    """Return the catalogues, with the optional ones that the settings offer."""
    return reader.read(also_offer=frozenset(settings.optional_frameworks))


def make_provider(settings: Settings, store: Store) -> Provider | None:
    """Return the OpenID provider that the settings name, on the store's clock; None where they name none."""
    registration = settings.registration(plainly=settings.may_speak_plainly)
    return Provider(registration, store.clock) if registration else None


def create_app(settings: Settings, store: Store | None = None, frameworks: Frameworks | None = None) -> FastAPI:
    """Return the application; a store and frameworks of one's own may take the place of the configured ones."""
    logs.configure()
    keeper = store or make_store(settings)
    app = FastAPI(
        title="Goldgap",
        version=__version__,
        summary="Cluster self-assessments on the European cluster excellence indicators, and their gap to Gold",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url="/openapi.json" if settings.api_docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.store = keeper
    app.state.frameworks = frameworks or read_frameworks(settings)
    app.state.languages = Languages()
    app.state.templates = Templates(app.state.languages, app.url_path_for)
    app.state.https = settings.https
    app.state.api_docs = settings.api_docs
    app.state.retention = settings.retention
    app.state.base_url = settings.base_url
    app.state.needs_factors = settings.is_production
    app.state.demo_sign_in = settings.demo_sign_in
    app.state.contact, app.state.contact_url = settings.contact, settings.contact_url
    app.state.openid = make_provider(settings, keeper)
    _add_routes(app)
    _add_refusals(app)
    _add_middleware(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
    store: Store = app.state.store
    store.dispose()


def _add_routes(app: FastAPI) -> None:
    pages = (
        home,
        sessions,
        openid,
        second_steps,
        accounts,
        persons,
        inbox,
        mail,
        security,
        passwords,
        own_sessions,
        tokens,
        assessments,
        answering,
        moves,
        blank_form,
        gaps,
        portfolio,
        heatmap,
        spreads,
        exports,
        history,
    )
    people = (members, invitations, own_roles, departures, guide, consent, interests)
    for module in (health, *pages, clusters, programmes, *people, frameworks, statements, gallery, reference):
        app.include_router(module.router)
    v1.add_to(app)
    app.mount("/static", _Static(directory=styles.STATIC), name="static")


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Wrap the application; what is added last stands outermost and sees a request first."""

    def refuse(scope: Scope, status: int, message: str) -> Response:
        # Before the routes, and after a fault, nobody is looked up: the answer must need no database.
        request = Request({**scope, "app": app})
        if _is_api(request):
            return problems.problem(request, status, f"http-{status}", message)
        return refusals.show(Page(request, VISITOR), status, message)

    app.add_middleware(BodyLimit, refuse=refuse)
    app.add_middleware(CrossSiteCheck, refuse=refuse)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts), www_redirect=False)
    app.add_middleware(Faults, refuse=refuse)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(SecurityHeaders, https=settings.https)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(GoldgapError)
    def refused(request: Request, error: GoldgapError) -> Response:
        noted.note(request, error)
        show = problems.refusal if _is_api(request) else refusals.refusal
        return show(request, error, status_of(error))

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        if _is_api(request):
            return problems.invalid(request, error)
        # A page's own links never lead here: only an address that somebody has changed by hand does.
        return refusals.show(page_of(request), HTTPStatus.NOT_FOUND, _MESSAGES[404])

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        status, message = error.status_code, _MESSAGES.get(error.status_code, _MESSAGES[400])
        if _is_api(request):
            response = problems.problem(request, status, f"http-{status}", message)
        else:
            response = refusals.show(page_of(request), status, message)
        response.headers.update(error.headers or {})
        return response


def _is_api(request: Request) -> bool:
    # Only the looks of an answer hang on the path; nothing is ever allowed or refused by it.
    return str(request.scope["path"]).startswith("/api/")


class _Static(StaticFiles):
    """Files that change their address when they change, so that browsers may keep them."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == styles.JOINED and scope["method"] in {"GET", "HEAD"}:
            return Response(styles.joined(), media_type="text/css", headers=_FOR_EVER)
        return await super().get_response(path, scope)

    @override
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_FOR_EVER)
        return response
