"""Programs that the tests start and pip cannot bring. A missing one fails the test in CI and skips it elsewhere."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest


def find_program(*names: str, folders: Iterable[Path] = ()) -> Path:
    """The first of these programs to be found: in the folders, then on the path."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    for name in names:
        if found := shutil.which(name, path=path):
            return Path(found)
    message = f"{names[0]} is not installed; tests/install-system-packages installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
