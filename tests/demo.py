"""The demo programme, for tests that look at it: loaded as its command loads it."""

import pytest

from app.cli import main


def load_demo(url: str) -> None:
    """Load the demo into a migrated and empty database."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOLDGAP_DATABASE_URL", url)
        with pytest.raises(SystemExit) as ended:
            main(["demo"])
        assert not ended.value.code
