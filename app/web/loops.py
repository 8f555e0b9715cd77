"""The event loop of the server: uvloop's, which lets a client take no longer over https than over anything else."""

from asyncio import AbstractEventLoop
from typing import Any, Final

import uvloop
from typing_extensions import override

# Where uvicorn finds it, in each worker process.
PATH: Final = f"{__name__}:new_loop"
# Before https is agreed there is no connection yet that could be cut; by default this may take a minute.
HANDSHAKE_SECONDS: Final = 10.0


class Loop(uvloop.Loop):
    """The loop, with a time by which https must be agreed."""

    @override
    async def create_server(self, *args: Any, **options: Any) -> Any:
        if options.get("ssl"):
            options.setdefault("ssl_handshake_timeout", HANDSHAKE_SECONDS)
        return await super().create_server(*args, **options)


def new_loop() -> AbstractEventLoop:
    """Return a loop."""
    return Loop()
