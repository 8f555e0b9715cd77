"""A real, certified OpenID provider on this machine (`oidc-provider` for Node), and people who sign in there."""

import fcntl
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

import httpx2
import pytest

from tests.programs import find_program

FOLDER = Path(__file__).parent
SECRET = "a secret of the tests + 100 % ~ : its own"  # the encoding of which must hold
PEOPLE: dict[str, dict[str, object]] = {
    "kari": {"name": "Kari Nordmann", "email": "kari@example.org", "email_verified": True},
    "ola": {"name": "Ola Nordmann", "email": "ola@example.org", "email_verified": False},
    "nameless": {},
}


class Certified:
    """The running provider. It can be started anew in the same place, with other keys."""

    def __init__(self) -> None:
        self.clients: list[dict[str, object]] = []
        self.people = dict(PEOPLE)
        self._start(port=0)

    def register(self, redirect_uri: str, **changes: object) -> str:
        """Register the service as the one client, and return its id."""
        client = {
            "client_id": "goldgap",
            "client_secret": SECRET,
            "redirect_uris": [redirect_uri],
            "post_logout_redirect_uris": [urljoin(redirect_uri, "/")],
            **changes,
        }
        self.clients = [{name: value for name, value in client.items() if value is not None}]
        self._tell()
        return "goldgap"

    def restart(self) -> None:
        """Start anew in the same place: same issuer, same clients, other keys."""
        self.stop()
        self._start(port=int(self.issuer.rpartition(":")[2]))
        self._tell()

    def stop(self) -> None:
        """Stop it; it stops by itself when this process ends."""
        self._in.close()
        self._process.wait()
        self._out.close()

    def visit(self, address: str, login: str | None, **factors: str) -> str:
        """Do in a browser of sorts what a person does there; return the address of ours that they come back to.

        Without a login they cancel. `acr` and `amr` say how they signed in.
        """
        with httpx2.Client(trust_env=False) as browser:
            answer = browser.get(address)
            while answer.is_redirect or answer.status_code == httpx2.codes.OK:
                if answer.is_redirect:
                    following = urljoin(str(answer.url), answer.headers["location"])
                    if not following.startswith(self.issuer):
                        return following
                    answer = browser.get(following)
                else:
                    sent = {"do": "enter", "login": login, **factors} if login else {"do": "cancel"}
                    answer = browser.post(str(answer.url), data=sent)
        raise AssertionError((answer.status_code, re.sub(r"<[^>]*>", " ", answer.text)[:2000]))

    def _start(self, port: int) -> None:
        node = find_program("node", "nodejs")
        _install()
        self._process = subprocess.Popen(
            [node, FOLDER / "provider.mjs", str(port)],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in: IO[str] = self._process.stdin
        self._out: IO[str] = self._process.stdout
        self.issuer = self._out.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), "the provider did not start"

    def _tell(self) -> None:
        told: dict[str, Any] = {"clients": self.clients, "people": self.people}
        print(json.dumps(told), file=self._in, flush=True)
        assert self._out.readline().strip() == "told"


def _install() -> None:
    """Install what package-lock.json names, once, however many processes want it."""
    marker = FOLDER / "node_modules" / ".package-lock.json"
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if marker.exists() and marker.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime:
            return
        command = [str(find_program("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"npm could not install the OpenID provider: {done.stderr[-1000:]}"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
        marker.touch()


@pytest.fixture(scope="session")
def certified() -> Iterator[Certified]:
    """The provider of this test process."""
    provider = Certified()
    yield provider
    provider.stop()
