"""The application on a real socket of this machine, for a real browser."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from app.web.connections import Connection


@contextmanager
def served(app: ASGIApp, http: type[Connection] = Connection, **options: Any) -> Iterator[str]:
    """Serve an application from a thread on a free port, and yield its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    chosen = {"log_level": "warning", "lifespan": "off", "timeout_graceful_shutdown": 1, **options}
    server = uvicorn.Server(uvicorn.Config(app, http=http, **chosen))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server takes too long to start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
