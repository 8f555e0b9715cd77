"""What an attack may ask for: the service as it is shipped, and the proxy before it as the documents set it up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.proxy import Proxy, proxying
from tests.process import Process, serving
from tests.test_settings import SAFE

SETTINGS = {
    **{name: value for name, value in SAFE.items() if name != "DATABASE_URL"},
    "MAIL_URL": "smtps://mail.example.org",
    # nginx's; who connects directly comes from another address.
    "TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service in production."""
    with serving(tmp_path_factory.mktemp("process"), **SETTINGS) as process:
        yield process


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory, process: Process) -> Iterator[Proxy]:
    """The proxy before it."""
    folder: Path = tmp_path_factory.mktemp("proxy")
    # nginx's workers may be another user.
    folder.chmod(0o755)
    with proxying(folder, process.port) as proxy:
        yield proxy
