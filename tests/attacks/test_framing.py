"""Where a request ends (S20): what could be disputed is refused, by the service alone and behind the proxy."""

import json
import time

import pytest

from tests.attacks.framing import HIDDEN, MALFORMED, PLAIN
from tests.attacks.proxy import Proxy
from tests.process import STRANGER, Process, status


def new_lines(process: Process, before: int, wanted: int) -> list[dict[str, object]]:
    """Return what has been logged since, once there is as much as is wanted; each line is plain JSON."""
    deadline = time.monotonic() + 0.3
    while len(lines := process.lines()[before:]) < wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(line.isprintable() and line.isascii() for line in lines)
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", MALFORMED)
def test_what_could_be_disputed_is_refused_and_noted_once(process: Process, name: str) -> None:
    before = len(process.lines())
    answer = process.said(MALFORMED[name])
    # One answer, or none where the client was not yet listening.
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert status(answer) in {0, 400}
    assert (status(answer) == 0) <= (len(MALFORMED[name]) > 60_000)
    (line,) = new_lines(process, before, 1)
    assert line["client"] == STRANGER
    assert "hidden" not in json.dumps(line)
    assert line.get("status", 400) == 400
    if b"\r\n\r\n" in answer:
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"content-security-policy: default-src 'none'" in head
        assert b"x-content-type-options: nosniff" in head
        assert b"uvicorn" not in answer


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_well_formed_is_read_as_one_request(process: Process, name: str) -> None:
    before = len(process.lines())
    request, expected = PLAIN[name]
    answer = process.said(request)
    assert (status(answer), answer.count(b"HTTP/1.1 ")) == (expected, 1)
    (line,) = new_lines(process, before, 1)
    assert line["status"] == expected


def test_two_requests_on_one_connection_are_two(process: Process) -> None:
    before = len(process.lines())
    answer = process.said(
        PLAIN["nothing special"][0].replace(b"Connection: close", b"Connection: keep-alive") + PLAIN["HTTP/1.0"][0]
    )
    assert answer.count(b"HTTP/1.1 200") == 2
    assert len(new_lines(process, before, 2)) == 2


@pytest.mark.parametrize("name", MALFORMED)
def test_behind_the_proxy_each_request_is_one_to_both(process: Process, proxy: Proxy, name: str) -> None:
    # nginx takes some of these, such as line feeds alone, and passes them on in words that leave nothing to dispute.
    before, passed_before = len(process.lines()), len(proxy.passed_on())
    proxy.said(MALFORMED[name])
    seen = [line["request_id"] for line in new_lines(process, before, 1) if "request_id" in line]
    # The proxy writes its line when the connection ends.
    deadline = time.monotonic() + 3
    while proxy.passed_on()[passed_before:] != seen and time.monotonic() < deadline:
        time.sleep(0.02)
    assert proxy.passed_on()[passed_before:] == seen


def test_behind_the_proxy_too_a_request_hidden_in_another_would_be_seen(process: Process, proxy: Proxy) -> None:
    before, passed_before = len(process.lines()), len(proxy.passed_on())
    proxy.said(PLAIN["nothing special"][0])
    process.said(HIDDEN)
    assert len(proxy.passed_on()) == passed_before + 1
    assert len(new_lines(process, before, 2)) == 2
