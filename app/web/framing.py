"""HTTP/1.1 framing as RFC 9112 has it: what h11 takes out of kindness, and a proxy may read otherwise, is refused.

h11 parses line by line. This stands where it cuts lines from what was received, so it sees the bytes as they came.
"""

import re
from typing import Final

import h11

# What is in h11's own module has no other name; the lock pins it, and tests hold what we rely on.
from h11._receivebuffer import ReceiveBuffer
from typing_extensions import override

MAX_HEAD_BYTES: Final = 16 * 1024
_END: Final = b"\r\n\r\n"
# A line feed or a carriage return by itself, a folded line, and control characters.
_NOT_PLAIN: Final = re.compile(rb"(?<!\r)\n|\r(?![\n]|\Z)|\n[ \t]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LENGTH: Final = re.compile(rb"\ncontent-length:[ \t]*([^\r]*)", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"\ntransfer-encoding:", re.IGNORECASE)
_VERSIONS: Final = (b" HTTP/1.1", b" HTTP/1.0")


class StrictLines(ReceiveBuffer):
    """What was received, from which the lines of a head or of a trailer are taken only where they are plain."""

    @override
    def maybe_extract_lines(self) -> list[bytearray] | None:
        """Return the lines up to the empty one, None while that has not come; raises h11.LocalProtocolError."""
        if self._data[:2] == b"\r\n":
            return super().maybe_extract_lines()
        end = self._data.find(_END)
        head = bytes(self._data if end < 0 else self._data[:end])
        if len(head) > MAX_HEAD_BYTES:
            raise h11.LocalProtocolError("the head is too large", error_status_hint=431)
        if _NOT_PLAIN.search(head):
            raise h11.LocalProtocolError("a line that is not plain")
        if end < 0:
            return None
        if why := _ambiguous(head):
            raise h11.LocalProtocolError(why)
        return super().maybe_extract_lines()


def _ambiguous(head: bytes) -> str | None:
    """Return why it could be disputed where the request ends."""
    first = head.partition(b"\r\n")[0]
    lengths, encodings = _LENGTH.findall(head), _ENCODING.findall(head)
    if len(lengths) > 1 or any(not length.strip(b" \t").isdigit() for length in lengths):
        return "more than one length"
    if encodings and (lengths or first.endswith(b"/1.0")):
        return "a length beside an encoding"
    if b" HTTP/" in first and not first.endswith(_VERSIONS):
        return "another version"
    return None
