"""Mail on its way out: a message in the form that mail servers take, handed to one of them or put into a folder."""

import os
import re
import smtplib
import socket
import ssl
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

from app.domain.messages import Mail, Undelivered

Send = Callable[[Mail], None]

SECONDS = 20.0  # for one answer of the server
SECONDS_IN_ALL = 120.0  # well within a worker's lease on a mail
PORTS = {"smtp": 25, "smtps": 465}
_REFUSED_FOR_GOOD = range(500, 600)
_LONGEST_REASON = 200
_LONGEST_DOMAIN = 253
_SECRETS = re.compile(r"[a-z][a-z0-9+.-]*://\S*|[0-9A-Za-z_\-+/=]{32,}", re.IGNORECASE)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


class _Whole(UnstructuredHeader):
    """A header that is never folded: the standard library would cut a long address in two and encode the pieces."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)  # type: ignore[arg-type]  # the registry puts the base class under it
POLICY = policy.SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it; `needs_tls` refuses to say anything in the open."""

    host: str
    port: int
    wrapped: bool
    starttls: bool
    needs_tls: bool
    user: str
    password: str
    seconds: float = SECONDS
    in_all: float = SECONDS_IN_ALL


def server(url: str, *, needs_tls: bool, seconds: float = SECONDS, in_all: float = SECONDS_IN_ALL) -> Server:
    """Read `smtp://` or `smtps://user:password@host:port`; `?starttls=no` turns off what the server offers."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    starttls = parse_qs(parts.query).get("starttls") != ["no"]
    port = parts.port or PORTS[parts.scheme]
    wrapped = parts.scheme == "smtps"
    return Server(parts.hostname or "", port, wrapped, starttls, needs_tls, user, password, seconds, in_all)


def by_server(to: Server, sender: str, trust: ssl.SSLContext | None = None) -> Send:
    """Return what hands a mail to a server; it raises Undelivered. `trust` names other authorities than the usual."""
    return partial(_hand_over, to, sender, trust)


def into_folder(folder: Path, sender: str) -> Send:
    """Return what puts a mail into a folder as a file of its own, whole or not at all, for nobody else to read."""
    return partial(_put_down, folder, sender)


def message(mail: Mail, sender: str, *, encoding: str = "quoted-printable") -> EmailMessage:
    """Return a mail with its headers; raises Undelivered for an address that cannot be one."""
    made = EmailMessage(policy=POLICY)
    origin = _address(sender)
    made["From"] = origin
    made["To"] = _address(mail.address)
    made["Subject"] = _subject(mail.subject)
    made["Date"] = mail.created_at
    # The same at every attempt, so that one that went twice is recognised as one.
    made["Message-ID"] = f"<{mail.id}@{origin.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe is not None:
        made["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.text, cte=encoding)
    made.add_alternative(mail.html, subtype="html", cte=encoding)
    return made


def _subject(words: str) -> str:
    """Return a subject on one line; a name that looks like an encoded word is shown as it was typed."""
    seen = "".join(" " if unicodedata.category(each) == "Cc" else each for each in words)
    return " ".join(seen.replace("=?", "= ?").split())


def _address(raw: str) -> Address:
    """Return an address, such as `name@example.org` or `Goldgap <name@example.org>`."""
    name, _, spec = raw.rpartition("<") if raw.endswith(">") else ("", "", raw)
    local, _, domain = spec.removesuffix(">").rpartition("@")
    if not domain.isascii() and len(domain) <= _LONGEST_DOMAIN:
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise Undelivered("The address is not one that mail can be sent to.", for_good=True)
    return Address(name.strip(), local, domain)


def _hand_over(to: Server, sender: str, trust: ssl.SSLContext | None, mail: Mail) -> None:
    made = message(mail, sender)
    origin, goal = made["From"].addresses[0].addr_spec, made["To"].addresses[0].addr_spec
    with _understood(to), _connected(to, trust, made["From"].addresses[0].domain) as connection:
        if to.user:
            connection.login(to.user, to.password)
        connection.send_message(made, origin, [goal])


@contextmanager
def _connected(to: Server, trust: ssl.SSLContext | None, own_name: str) -> Iterator[smtplib.SMTP]:
    context = trust or ssl.create_default_context()
    with closing(_Watched(to, own_name, context)) as connection:
        connection.ehlo_or_helo_if_needed()
        if not to.wrapped and to.starttls and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif not to.wrapped and to.needs_tls:
            raise Undelivered("The mail server offers no encryption (STARTTLS), so nothing was said to it.")
        yield connection
        # It is taken by now: a server that takes its leave badly is no reason to send it again.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()


class _Watched(smtplib.SMTP):
    """A connection that is cut when its time is over.

    Each answer has its time, but a server that says a word now and then would hold us for ever.
    """

    def __init__(self, to: Server, own_name: str, context: ssl.SSLContext) -> None:
        self.wrapping = context if to.wrapped else None
        self.watch = threading.Timer(to.in_all, self._cut)
        self.watch.daemon = True
        self.watch.start()
        try:
            super().__init__(to.host, to.port, own_name, timeout=to.seconds)
        except BaseException:
            self.close()
            raise

    @override
    def close(self) -> None:
        """End the connection, and the watch over it."""
        self.watch.cancel()
        super().close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open the socket; smtplib's own class for encryption from the first word on does it here too."""
        opened = socket.create_connection((host, port), timeout)
        return self.wrapping.wrap_socket(opened, server_hostname=host) if self.wrapping else opened

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _understood(to: Server) -> Iterator[None]:
    """Say in our words what went wrong, and whether it is worth trying again."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refusal:
        code, said = next(iter(refusal.recipients.values()))
        raise _refused(to, "the address", code, said) from None
    except smtplib.SMTPSenderRefused as refusal:
        raise _refused(to, "the sender", refusal.smtp_code, refusal.smtp_error) from None
    except smtplib.SMTPDataError as refusal:
        raise _refused(to, "the message", refusal.smtp_code, refusal.smtp_error) from None
    except smtplib.SMTPAuthenticationError as refusal:
        # A matter of our settings, which somebody will mend; the mail is not at fault.
        raise Undelivered(f"The mail server refused user or password ({refusal.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError as fault:
        # Either of letters in an address, which will not change, or of signing in, which may.
        raise Undelivered(_reason(to, str(fault)), for_good="UTF8" in str(fault)) from None
    except ssl.SSLError as fault:
        raise Undelivered(f"The encryption failed: {_reason(to, fault.reason or type(fault).__name__)}.") from None
    except smtplib.SMTPResponseException as refusal:
        raise Undelivered(f"The mail server answered {refusal.smtp_code}: {_said(to, refusal.smtp_error)}") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise Undelivered(f"The mail server cannot be reached: {type(fault).__name__}.") from None


def _refused(to: Server, what: str, code: int, said: bytes | str) -> Undelivered:
    return Undelivered(
        f"The mail server refused {what} ({code}): {_said(to, said)}", for_good=code in _REFUSED_FOR_GOOD
    )


def _said(to: Server, said: bytes | str) -> str:
    return _reason(to, said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def _reason(to: Server, said: str) -> str:
    """Return what a server said, short, on one line, and without anything that could be a secret of ours."""
    for secret in filter(None, (to.password, to.user)):
        said = said.replace(secret, "…")
    return _UNPRINTABLE.sub(" ", _SECRETS.sub("...", said)).strip()[:_LONGEST_REASON]


def _put_down(folder: Path, sender: str, mail: Mail) -> None:
    made = message(mail, sender, encoding="8bit")
    name = f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.id}.eml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f".{name}.{os.getpid()}-{threading.get_ident()}"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.as_bytes(policy=POLICY.clone(utf8=not mail.address.isascii())))
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)
    except OSError as fault:
        raise Undelivered(f"The folder for mail cannot be written to: {type(fault).__name__}.") from None
