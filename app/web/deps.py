"""What routes ask for by type: the store, the frameworks, the actor, the language, a form."""

import re
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.domain.permissions import Actor
from app.frameworks.reader import Frameworks
from app.store.database import Store
from app.web import cookies, identity
from app.web.errors import Unreadable
from app.web.language import COOKIE, Languages

MAX_FIELDS = 500
_CHARSET = re.compile(r"charset\*?\s*=\s*[\"']?([^;\"'\s]*)", re.IGNORECASE)


# These two wait for nothing; as plain functions they would each cost a trip to another thread.
async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _frameworks(request: Request) -> Frameworks:
    frameworks: Frameworks = request.app.state.frameworks
    return frameworks


def chosen_language(request: Request, own: str | None = None) -> str:
    """Return the language to answer in: `?lang=`, the account's or the browser's choice, Accept-Language."""
    languages: Languages = request.app.state.languages
    return languages.choose(
        asked=request.query_params.get("lang"),
        chosen=own or cookies.get(request, COOKIE),
        header=request.headers.get("accept-language", ""),
    )


async def _form(request: Request) -> FormData:
    """Read a form; the one thing a page route awaits."""
    if not _is_utf8(request.headers.get("content-type", "")):
        raise Unreadable("form", "This form could not be read.")
    try:
        form = await request.form(max_files=0, max_fields=MAX_FIELDS)
    except Exception as error:
        raise Unreadable("form", "This form could not be read.") from error
    # A refusal that comes after this, such as an ended session, can hand back what was typed.
    request.state.form = form
    return form


def _is_utf8(content_type: str) -> bool:
    # The parser would obey, and some of Python's codecs are slow beyond measure or make what is no text.
    named = _CHARSET.findall(content_type)
    return all(name.lower() in {"utf-8", "utf8"} for name in named)


StoreDep = Annotated[Store, Depends(_store)]
FrameworksDep = Annotated[Frameworks, Depends(_frameworks)]
SessionActorDep = Annotated[Actor, Depends(identity.by_session)]
TokenActorDep = Annotated[Actor, Depends(identity.by_token)]
FormDep = Annotated[FormData, Depends(_form)]
