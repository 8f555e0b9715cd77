"""Turns for what is costly: requests that hash a password wait for one without keeping others from their threads."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from anyio import CapacityLimiter, fail_after
from anyio.lowlevel import RunVar
from fastapi import Depends

from app.domain.errors import Unavailable

_AT_ONCE: Final = 2
_PATIENCE: Final = 30.0  # seconds
# One for each event loop, in which alone it can be waited for.
_turns: RunVar[CapacityLimiter] = RunVar("turns")


async def _turn() -> AsyncIterator[None]:
    """Let a few at a time go on to their thread; raises Unavailable for whoever has waited too long."""
    try:
        turns = _turns.get()
    except LookupError:
        turns = CapacityLimiter(_AT_ONCE)
        _turns.set(turns)
    try:
        with fail_after(_PATIENCE):
            await turns.acquire()
    except TimeoutError:
        raise Unavailable("Many people are signing in just now. Please try again in a moment.") from None
    try:
        yield
    finally:
        turns.release()


# The turn is over when the route has returned, and not only when its answer has been sent.
TurnDep = Annotated[None, Depends(_turn, scope="function")]
