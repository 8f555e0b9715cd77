"""In which language a program is answered: what it asks for, and after that its account's; never a cookie's."""

from typing import Annotated

from fastapi import Query, Request

from app.web.language import Languages

Lang = Annotated[
    str | None,
    Query(
        max_length=35,
        pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="The language of names and messages, before `Accept-Language` and the account's own. "
        "A language that is not spoken here gives English.",
        examples=["nb"],
    ),
]


async def asked_language(request: Request, lang: Lang = None) -> None:
    """Declare `?lang=` for a route; `language_of` reads it, also where a request is refused."""


def language_of(request: Request) -> str:
    """Return the language to answer in: `?lang=`, the best of Accept-Language, the account's own, English."""
    languages: Languages = request.app.state.languages
    return languages.choose(
        asked=request.query_params.get("lang"),
        chosen=None,
        header=request.headers.get("accept-language", ""),
        otherwise=request.scope.get("state", {}).get("account_language"),
    )
