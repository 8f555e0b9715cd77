"""The application served on a free port by a thread of the test process; it can be stopped and started again."""

import socket
import threading
import time

import uvicorn
from fastapi import FastAPI

from app.web.connections import Connection


class Served:
    """A running server. Its address stays the same when it is stopped and started again."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Serve, and wait until it does."""
        config = uvicorn.Config(self._app, port=self._port, http=Connection, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop at once: whoever is connected is cut off."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
