"""A message in the form that mail servers take: its headers say what they should, whatever somebody typed."""

import dataclasses
from email.utils import parsedate_to_datetime

import pytest

from app.domain.messages import Mail, Undelivered
from app.outside import mail
from tests.mails import read
from tests.make import NOW

SENDER = "Goldgap <goldgap@example.org>"
WAY_OUT = f"https://goldgap.example.org/unsubscribe/{'0' * 16}/submitted/{'ab' * 32}"
MAIL = Mail("mail-1", "kari@example.org", "Høst 2026", "Hei\n", "<p>Hei</p>\n", NOW, WAY_OUT)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("MIME-Version", "Content-Type"),
]
# What somebody may have put into a name or a title to get at the headers, or at another reader.
NASTY = [
    "Vår\r\nBcc: evil@example.com",
    "Vår\nBcc: evil@example.com",
    "Vår\rBcc: evil@example.com",
    "Vår\r\n\r\n<h1>Body</h1>",
    "Vår\r\n Bcc: evil@example.com",
    "Vår\x0b\x0cBcc: evil@example.com",
    "Vår\x1c\x1d\x1eBcc: evil@example.com",
    "Vår\x85Bcc: evil@example.com",
    "Vår\u2028Bcc: evil@example.com",
    "Vår\u2029\u2029Bcc: evil@example.com",
    "Vår\x00\x1b[2J",
    "=?utf-8?q?V=C3=A5r=0D=0ABcc:_evil@example.com?=",
    "=?utf-8?b?VsOlcg0KQmNjOiBldmlsQGV4YW1wbGUuY29t?=",
    "=?utf-8?q?V=C3=A5r?= =?utf-8?q?=0D=0ABcc:_evil@example.com?=",
    "=?us-ascii?q?=0D=0A?=",
    "=?utf-8?q?unfinished",
    '"Vår" <evil@example.com>, kari@example.org',
    "Vår; charset=utf-7",
    "Å" * 400,
    "a" * 2000,
    "👩\u200d🚀" * 60,
]


def raw(**changes: object) -> bytes:
    return mail.message(dataclasses.replace(MAIL, **changes), SENDER).as_bytes()  # type: ignore[arg-type]


def test_the_headers_say_who_to_whom_when_and_how_to_get_no_more() -> None:
    got = read(raw())
    assert got.keys() == HEADERS
    assert (got["From"], got["To"], got["Subject"]) == (SENDER, "kari@example.org", "Høst 2026")
    assert got["Message-ID"] == "<mail-1@example.org>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(got["Date"]) == NOW
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in got.iter_parts()] == ["text/plain", "text/html"]


def test_the_way_out_stands_on_one_line_as_it_is() -> None:
    assert f"List-Unsubscribe: <{WAY_OUT}>\r\n".encode() in raw()


def test_without_a_way_out_there_is_no_header_for_one() -> None:
    assert not [name for name in read(raw(unsubscribe=None)).keys() if name.startswith("List-")]  # noqa: SIM118


def test_the_same_mail_sent_again_has_the_same_id_and_date() -> None:
    first, again = read(raw()), read(raw())
    assert [first[name] for name in ("Message-ID", "Date")] == [again[name] for name in ("Message-ID", "Date")]


@pytest.mark.parametrize("typed", NASTY)
def test_no_subject_adds_a_header_or_ends_them(typed: str) -> None:
    message = raw(subject=f"{typed} har sendt inn")
    got = read(message)
    assert got.keys() == HEADERS
    assert got["Subject"].endswith("har sendt inn")
    assert not {"\r", "\n", "\x00", "\x1b"} & set(got["Subject"])
    # What looks like an encoded word is shown as it was typed, and decoded by nobody.
    assert ("=?" in typed) is ("= ?" in got["Subject"])
    head = message.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) < 998
    assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))
    assert [each.get_content_type() for each in got.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("typed", NASTY)
def test_no_text_ends_the_message_or_its_parts(typed: str) -> None:
    got = read(raw(text=f"{typed}\n.\nQUIT\n", html=f"<p>{typed.replace('<', '&lt;')}</p>\n"))
    assert got.keys() == HEADERS
    assert [each.get_content_type() for each in got.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    [
        "kari@example.org\r\nBcc: evil@example.com",
        "kari@example.org, evil@example.com",
        "kari@example.org>\r\nRCPT TO:<evil@example.com",
        "Kari <kari@example.org",
        "kari",
        "@example.org",
        "kari@",
        "kari@exa mple.org",
        "ka ri@example.org",
        "kari@example..org",
        "kari@-example.org",
        '"kari"@example.org',
        "kari@[127.0.0.1]",
        "kari@example.org\x00",
        "",
    ],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Undelivered, match="The address is not one") as refused:
        mail.message(dataclasses.replace(MAIL, address=address), SENDER)
    assert refused.value.for_good


@pytest.mark.parametrize("address", ["kari+goldgap@example.org", "o'neill@example.org", "k.n_1@sub.example.org"])
def test_unusual_addresses_are_taken(address: str) -> None:
    assert read(mail.message(dataclasses.replace(MAIL, address=address), SENDER).as_bytes())["To"] == address
