"""What the server's own log lines hold."""

import logging
import logging.config

import pytest

from app.web import logs


@pytest.mark.parametrize(
    ("address", "kept"),
    [("/sign-in?email=a&password=b", "/sign-in"), ("/clusters/kyst", "/clusters/kyst"), ("/?", "/"), ("*", "*")],
)
def test_what_is_asked_behind_a_path_is_not_kept(address: str, kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("uvicorn.access")
    earlier, level, above = logger.handlers[:], logger.level, logger.propagate
    logging.config.dictConfig(logs.of_server())
    try:
        logger.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5?5", "GET", address, "1.1", 200)
    finally:
        logger.handlers, logger.propagate = earlier, above
        logger.setLevel(level)
        logger.filters.clear()
    said = capsys.readouterr().out
    assert f'"GET {kept} HTTP/1.1"' in said
    assert "127.0.0.1:5?5" in said
    assert "password" not in said
