"""What a request makes itself depend on: the revision a change is based on, what the caller has already, its key.

- `If-Match` holds one or more ETags. A weak one never matches, nor does one that is no revision of ours: 412. What is
  no list of ETags at all is 400. `*` says only that there is something, not what the caller saw: where an ETag is
  due it counts as none given, 428.
- `If-None-Match` is compared weakly, as RFC 9110 asks for. What cannot be read there is passed over.
- `Idempotency-Key` makes a repeated write one write: the first answer is kept for a day and given again, word for word.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.errors import Invalid, Problem, Stale
from app.domain.permissions import Actor
from app.store.database import Store
from app.store.receipts import Receipt
from app.usecases import receipts
from app.web.errors import PreconditionMissing, Unreadable

JSON = "application/json"
VARY = "Authorization, Accept-Language"
# No revision: what is based on it is refused after everything else about the request has been found right.
_NEVER = -1
_MOST_TAGS = 20
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_EACH_TAG = re.compile(_TAG)
_REVISION = re.compile(r'"(0|[1-9][0-9]{0,8})"')

Result = TypeVar("Result")


def etag(revision: int) -> str:
    """Return the ETag of a thing that counts its revisions, "0" before the first."""
    return f'"{revision}"'


@dataclass(frozen=True, slots=True)
class Write:
    """What a write depends on: the revisions it may be based on, None where it names none, and its key."""

    revisions: tuple[int, ...] | None
    keys: tuple[str, ...]
    request_digest: str

    def based(self, change: Callable[[int], Result]) -> Result:
        """Do a change that must be based on a revision; raises PreconditionMissing, Stale, and what `change` does."""
        if self.revisions is None:
            try:
                return change(_NEVER)
            except Stale:
                raise PreconditionMissing from None
        *others, last = self.revisions
        for revision in others:
            try:
                return change(revision)
            except Stale:
                continue
        return change(last)

    def based_if_stated(self, change: Callable[[int | None], Result]) -> Result:
        """Do a change that may be based on a revision; raises Stale where a stated one is not true any more."""
        return change(None) if self.revisions is None else self.based(change)

    def once(self, store: Store, actor: Actor, do: Callable[[], Receipt]) -> Response:
        """Answer with what `do` returns, or with what it returned when this key was first used."""
        if not self.keys:
            return _response(do())
        if len(self.keys) > 1:
            raise Invalid(Problem("Idempotency-Key", "twice", "This header is given twice."))
        digest = self._digest_for(actor)
        done = receipts.once(
            store, actor, self.keys[0], digest, lambda: dataclasses.replace(do(), request_digest=digest)
        )
        return _response(done)

    def _digest_for(self, actor: Actor) -> str:
        # Whoever may do less today than when the key was first used is not given that answer again.
        scopes = sorted(actor.token_scopes or ())
        roles = sorted((m.role, m.cluster_id or "", m.programme_id or "") for m in actor.memberships)
        rights = (scopes, roles, sorted(actor.conflicts), actor.is_administrator)
        return _digest(self.request_digest.encode(), repr(rights).encode())


def done(status: int, body: BaseModel | None, *, tag: str | None = None, location: str | None = None) -> Receipt:
    """Return a finished write's answer, serialised once."""
    headers = {"ETag": tag, "Location": location, "Content-Type": None if body is None else JSON}
    content = b"" if body is None else body.model_dump_json().encode()
    return Receipt("", status, {name: value for name, value in headers.items() if value}, content)


def shown(
    request: Request,
    body: BaseModel | bytes,
    *,
    tag: str | None = None,
    apart_from: bytes = b"",
    media_type: str = JSON,
    language: str | None = None,
    is_public: bool = False,
) -> Response:
    """Return what was asked for, or 304 where the caller has it already.

    Without a tag the content is the tag; `apart_from` is a part of it that always changes, such as the time, and the
    tag is a weak one then.
    """
    content = body if isinstance(body, bytes) else body.model_dump_json().encode()
    if tag is None:
        digest = _digest(content.replace(apart_from, b"", 1) if apart_from else content)[:32]
        tag = f'W/"{digest}"' if apart_from else f'"{digest}"'
    headers = {"ETag": tag, "Vary": VARY}
    if is_public:
        headers |= {"Vary": "Accept-Language", "Cache-Control": "no-cache"}
    if language:
        headers["Content-Language"] = language
    if _has_already(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def _response(receipt: Receipt) -> Response:
    return Response(receipt.body, receipt.status, {**receipt.headers, "Vary": VARY})


def _has_already(request: Request, tag: str) -> bool:
    given = ", ".join(request.headers.getlist("if-none-match"))
    if given.strip() == "*":
        return True
    opaque = tag.removeprefix("W/")
    return bool(_TAGS.fullmatch(given)) and opaque in (each.removeprefix("W/") for each in _EACH_TAG.findall(given))


async def _write(request: Request) -> Write:
    """Read a write's conditions; raises Unreadable."""
    headers = request.headers
    parts = (request.method, request.scope["path"], request.scope["query_string"].decode("latin-1"))
    digest = _digest(*(part.encode() for part in parts), await request.body())
    return Write(_revisions(headers.getlist("if-match")), tuple(headers.getlist("idempotency-key")), digest)


def _revisions(given: Sequence[str]) -> tuple[int, ...] | None:
    together = ", ".join(given)
    if not given or together.strip() == "*":
        return None
    tags = _EACH_TAG.findall(together)
    if not _TAGS.fullmatch(together) or len(tags) > _MOST_TAGS:
        raise Unreadable("if-match", 'If-Match holds ETags as they were given out, in quotes, such as "3".')
    ours = (_REVISION.fullmatch(tag) for tag in tags)
    return tuple(int(revision[1]) for revision in ours if revision) or (_NEVER,)


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        # The length keeps "ab" + "c" and "a" + "bc" apart.
        whole.update(len(part).to_bytes(8))
        whole.update(part)
    return whole.hexdigest()


WriteDep = Annotated[Write, Depends(_write)]
