"""Mail handed to a real server: in the open on this machine, encrypted abroad; refused, cut off, left waiting."""

import dataclasses
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from app.domain.messages import Mail, Undelivered
from app.outside import mail
from app.outside.mail import Server
from tests.mails import part, read
from tests.make import NOW
from tests.outside.mail_server import PASSWORD, USER, Box, Certificate, make_certificate, serving

SENDER = "Goldgap <goldgap@example.org>"
MAIL = Mail(
    id="mail-1",
    address="kari@example.org",
    subject="Høst 2026 er åpnet",
    text="Se " + "https://goldgap.example.org/reset/1/" + "a" * 64 + "\n",
    html='<!doctype html>\n<html lang="nb"><body><p>Blåbærøy</p></body></html>\n',
    created_at=NOW,
    unsubscribe=None,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def to(port: int, way: str = "smtp", sign_in: str = "", *, needs_tls: bool = False, seconds: float = 5) -> Server:
    return mail.server(f"{way}://{sign_in}127.0.0.1:{port}", needs_tls=needs_tls, seconds=seconds, in_all=2 * seconds)


def refusal(server: Server, trust: ssl.SSLContext | None = None, sent: Mail = MAIL) -> Undelivered:
    with pytest.raises(Undelivered) as refused:
        mail.by_server(server, SENDER, trust)(sent)
    return refused.value


def test_a_server_gets_the_mail_as_it_was_written() -> None:
    box = Box()
    with serving(box) as port:
        mail.by_server(to(port), SENDER)(MAIL)
    (taken,) = box.taken
    assert (taken.sender, taken.recipients, taken.encrypted) == ("goldgap@example.org", ["kari@example.org"], False)
    got = read(taken.content)
    assert got["Subject"] == MAIL.subject
    assert part(got, "plain").replace("\r\n", "\n") == MAIL.text
    assert part(got, "html").replace("\r\n", "\n") == MAIL.html


def test_what_is_offered_is_encrypted_and_signed_in_to(certificate: Certificate) -> None:
    box = Box()
    with serving(box, starttls=certificate, needs_sign_in=True) as port:
        server = to(port, sign_in=f"{USER}:p%40ss%2Fword-8Fq2@", needs_tls=True)
        mail.by_server(server, SENDER, certificate.trusted())(MAIL)
    (taken,) = box.taken
    assert (taken.encrypted, taken.user) == (True, USER)


def test_a_server_that_is_encrypted_from_the_first_word_on(certificate: Certificate) -> None:
    box = Box()
    with serving(box, wrapped=certificate) as port:
        mail.by_server(to(port, "smtps", needs_tls=True), SENDER, certificate.trusted())(MAIL)
    assert len(box.taken) == 1


def test_a_certificate_that_nobody_known_has_signed_is_not_believed(certificate: Certificate) -> None:
    box = Box()
    with serving(box, starttls=certificate) as port, serving(box, wrapped=certificate) as wrapped_port:
        for refused in (refusal(to(port)), refusal(to(wrapped_port, "smtps"))):
            assert refused.why == "The encryption failed: CERTIFICATE_VERIFY_FAILED."
            assert not refused.for_good
    assert box.taken == []


def test_on_this_machine_alone_an_offer_may_be_declined(certificate: Certificate) -> None:
    box = Box()
    with serving(box, starttls=certificate) as port:
        server = mail.server(f"smtp://127.0.0.1:{port}?starttls=no", needs_tls=False)
        mail.by_server(server, SENDER)(MAIL)
    assert [taken.encrypted for taken in box.taken] == [False]


def test_where_encryption_is_needed_nothing_is_said_to_a_server_without_it() -> None:
    box = Box()
    with serving(box) as port:
        refused = refusal(to(port, sign_in=f"{USER}:secret@", needs_tls=True))
    assert refused.why == "The mail server offers no encryption (STARTTLS), so nothing was said to it."
    assert (refused.for_good, box.taken) == (False, [])


@pytest.mark.parametrize(("step", "what"), [("rcpt", "the address"), ("data", "the message"), ("mail", "the sender")])
@pytest.mark.parametrize(("code", "for_good"), [(451, False), (452, False), (550, True), (554, True)])
def test_a_refusal_says_what_the_server_said_and_whether_it_is_for_good(
    step: str, what: str, code: int, *, for_good: bool
) -> None:
    box = Box({step: f"{code} 5.1.1 no such mailbox"})
    with serving(box) as port:
        refused = refusal(to(port))
    assert refused.why == f"The mail server refused {what} ({code}): 5.1.1 no such mailbox"
    assert (refused.for_good, box.taken) == (for_good, [])


def test_a_wrong_password_is_our_fault_and_not_the_mails(certificate: Certificate) -> None:
    box = Box()
    with serving(box, starttls=certificate, needs_sign_in=True) as port:
        refused = refusal(to(port, sign_in=f"{USER}:{'wrong' * 3}@"), certificate.trusted())
    assert refused.why == "The mail server refused user or password (535)."
    assert not refused.for_good


def test_a_reason_names_no_secret() -> None:
    link = f"https://goldgap.example.org/reset/1/{'0123abcd' * 8}"
    said = f"550 spam: {link} {'0123abcd' * 8} {USER} {PASSWORD} \x07\x1b[2J " + "very " * 60
    with serving(Box({"data": said.replace("\x07", "").replace("\x1b", "")})) as port:
        server = mail.server(f"smtp://127.0.0.1:{port}", needs_tls=False)
        with_password = mail.server(f"smtp://{USER}:p%40ss%2Fword-8Fq2@127.0.0.1:{port}", needs_tls=False)
        refused = refusal(server)
    assert refused.why.startswith("The mail server refused the message (550): spam: ... ... ")
    assert "0123abcd" not in refused.why
    assert len(refused.why) < 260
    assert "very" in refused.why
    assert PASSWORD not in mail._reason(with_password, said)
    assert USER not in mail._reason(with_password, said)
    assert mail._reason(with_password, said).isprintable()


def test_a_server_that_hangs_up_may_be_tried_again() -> None:
    box = Box(hangs_up=True)
    with serving(box) as port:
        refused = refusal(to(port))
    assert (refused.why, refused.for_good) == ("The mail server cannot be reached: SMTPServerDisconnected.", False)


def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    refused = refusal(to(port))
    assert (refused.why, refused.for_good) == ("The mail server cannot be reached: ConnectionRefusedError.", False)


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        refused = refusal(to(silent.getsockname()[1], seconds=0.4))
    assert time.monotonic() - began < 3
    assert (refused.why, refused.for_good) == ("The mail server cannot be reached: SMTPServerDisconnected.", False)


def test_a_server_that_stops_in_the_middle_is_given_up_in_time() -> None:
    box = Box(hangs=threading.Event())
    with serving(box) as port:
        began = time.monotonic()
        refused = refusal(to(port, seconds=0.4))
        assert time.monotonic() - began < 3
    assert not refused.for_good


def test_a_server_that_says_a_word_now_and_then_is_given_up_too() -> None:
    stop = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            while not stop.wait(0.1):
                try:
                    connection.sendall(b"220-still thinking\r\n")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        try:
            began = time.monotonic()
            server = mail.server(f"smtp://127.0.0.1:{listening.getsockname()[1]}", needs_tls=False, seconds=1, in_all=1)
            refused = refusal(server)
            assert time.monotonic() - began < 4
        finally:
            stop.set()
            thread.join()
    assert not refused.for_good


def test_mail_that_was_taken_is_sent_however_the_server_takes_its_leave() -> None:
    class Rude(Box):
        async def handle_QUIT(self, *_: object) -> str:  # noqa: N802
            return "500 good riddance"

    box = Rude()
    with serving(box) as port:
        mail.by_server(to(port), SENDER)(MAIL)
    assert len(box.taken) == 1


def test_letters_beyond_a_to_z_in_an_address_are_sent_where_the_server_takes_them() -> None:
    box = Box()
    with serving(box) as port:
        for address in ("kåre@example.org", "kari@blåbær.example"):
            mail.by_server(to(port), SENDER)(dataclasses.replace(MAIL, address=address))
    assert [taken.recipients for taken in box.taken] == [["kåre@example.org"], ["kari@xn--blbr-roah.example"]]


def test_letters_beyond_a_to_z_are_refused_for_good_where_the_server_takes_none() -> None:
    box = Box()
    with serving(box, utf8=False) as port:
        refused = refusal(to(port), sent=dataclasses.replace(MAIL, address="kåre@example.org"))
    assert (refused.for_good, box.taken) == (True, [])


def test_the_usual_ports_are_known() -> None:
    assert mail.server("smtp://mail.example.org", needs_tls=True).port == 25
    assert mail.server("smtps://mail.example.org", needs_tls=True).port == 465


def test_a_folder_holds_each_mail_whole_and_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    send = mail.into_folder(folder, SENDER)
    send(MAIL)
    send(MAIL)
    (file,) = folder.iterdir()
    assert file.name == "20261001T080000-mail-1.eml"
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert part(read(file.read_bytes()), "plain").replace("\r\n", "\n") == MAIL.text
    # A person who looks into the folder can follow the link as it stands there.
    assert f"https://goldgap.example.org/reset/1/{'a' * 64}".encode() in file.read_bytes()


def test_a_folder_that_cannot_be_written_to_is_a_failure_that_passes(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file is in the way")
    with pytest.raises(Undelivered, match="folder for mail cannot be written to: FileExistsError") as refused:
        mail.into_folder(tmp_path / "mail", SENDER)(MAIL)
    assert not refused.value.for_good
