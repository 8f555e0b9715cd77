"""What is measured, each a server in a process of its own with the same settings: `python -m tests.tools.servers`."""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.tools.load import Answer

ROOT = Path(__file__).parents[2]
ANSWERS = "BENCH_ANSWERS"
# What the server itself adds to every answer.
_ADDED = frozenset({"date", "server", "connection"})
_NOT_KNOWN = ({"type": "http.response.start", "status": 404}, {"type": "http.response.body"})
_PATIENCE = 30.0


def yardstick(answers: Mapping[str, Answer]) -> ASGIApp:
    """Return what the service is held to: bare answers known by heart, and a form that is read and saved nowhere."""
    by_heart = {path: _messages(answer) for path, answer in answers.items()}
    form = _form(answers)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "POST":
            await form(scope, receive, send)
            return
        start, body = by_heart.get(scope["path"], _NOT_KNOWN)
        await send(start)
        await send(body)

    return app


def _form(answers: Mapping[str, Answer]) -> ASGIApp:
    """Return an endpoint that reads a form and answers as if it had been saved."""
    app = FastAPI()

    async def read(request: Request) -> Mapping[str, Any]:
        return await request.form()

    @app.post("/{path:path}")
    def save(path: str, form: Annotated[Mapping[str, Any], Depends(read)]) -> Response:
        known = answers[f"/{path}"]
        return Response(known.body if form else b"", known.status, dict(_kept(known)))

    return app


def make(which: str) -> ASGIApp:
    """Return one of the applications; each process loads only what it measures."""
    if which == "yardstick":
        return yardstick(_read(Path(os.environ[ANSWERS])))
    if which == "usual":
        from tests.tools import usual_way  # noqa: PLC0415 - not loaded where something else is measured

        return usual_way.create_app(os.environ["GOLDGAP_DATABASE_URL"])
    from app.main import create_app  # noqa: PLC0415 - as above
    from app.settings import Settings  # noqa: PLC0415 - as above

    return create_app(Settings())


def write(file: Path, answers: Mapping[str, Answer]) -> None:
    """Write down answers, for a server that is to know them by heart."""
    kept = {
        path: {"status": a.status, "headers": a.headers, "body": base64.b64encode(a.body).decode()}
        for path, a in answers.items()
    }
    file.write_text(json.dumps(kept))


def _read(file: Path) -> dict[str, Answer]:
    kept = json.loads(file.read_text())
    return {
        path: Answer(a["status"], tuple(map(tuple, a["headers"])), base64.b64decode(a["body"]))
        for path, a in kept.items()
    }


def _kept(answer: Answer) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in answer.headers if name.lower() not in _ADDED]


def _messages(answer: Answer) -> tuple[dict[str, Any], dict[str, Any]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in _kept(answer)]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    return start, {"type": "http.response.body", "body": answer.body}


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait for its first answer, and stop it in the end."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("GOLDGAP_")}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, cwd=ROOT, env={**known, **environment}, stdout=log, stderr=log) as process,
    ):
        try:
            if not _answers(process, port):
                log.seek(0)
                raise RuntimeError(f"{' '.join(command)} does not answer:\n{log.read().decode()}")
            yield process
        finally:
            process.terminate()
            process.wait(_PATIENCE)


@contextmanager
def serving(which: str, **environment: str) -> Iterator[int]:
    """Start one of the applications and give its port once it answers, whatever it answers."""
    port = free_port()
    command = [sys.executable, "-m", "tests.tools.servers", which, str(port)]
    with running(command, port, **environment):
        yield port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.01)
        else:
            return True
        finally:
            connection.close()
    return False


def main(which: str, port: int) -> None:
    """Serve one of the applications as `goldgap serve` does."""
    uvicorn.run(
        make(which),
        host="127.0.0.1",
        port=port,
        http="h11",
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
