"""nginx before the service, started with the very file that the documents offer, on ports of its own."""

import contextlib
import datetime as dt
import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.process import free_port, received
from tests.programs import find_program

FILE = Path(__file__).parents[2] / "docs" / "nginx.conf"
HOST = "goldgap.example.org"
_MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/goldgap.conf;
}}
"""


@dataclass
class Proxy:
    """A running nginx."""

    http: int
    https: int
    folder: Path
    trust: ssl.SSLContext

    def connect(self, source: str = "127.0.0.3", timeout: float = 10) -> ssl.SSLSocket:
        """Open a connection by https from an address of this machine."""
        plain = socket.create_connection(("127.0.0.1", self.https), timeout, source_address=(source, 0))
        return self.trust.wrap_socket(plain, server_hostname=HOST, suppress_ragged_eofs=True)

    def said(self, request: bytes, source: str = "127.0.0.3", timeout: float = 10) -> bytes:
        """Send bytes and return everything that comes back until the proxy hangs up; it must do so."""
        with self.connect(source, timeout) as connection, contextlib.suppress(OSError):
            connection.sendall(request)
            return received(connection)
        return b""

    def passed_on(self) -> list[str]:
        """Return the ids of the requests that were answered by the service, as the proxy has noted them."""
        lines = (self.folder / "goldgap.log").read_text(encoding="utf-8").splitlines()
        return [known for line in lines if (known := json.loads(line)["request_id"])]


def certify(folder: Path, host: str = HOST) -> tuple[Path, Path]:
    """Write a key and a certificate that it signed itself; returns their files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "fullchain.pem", folder / "privkey.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    return files


def _placed(text: str, changes: dict[str, str]) -> str:
    """Return the offered file with this machine's ports and files in place of those that it names."""
    for pattern, place in changes.items():
        text, count = re.subn(pattern, place, text)
        assert count, pattern
    return text


@contextmanager
def proxying(folder: Path, port: int) -> Iterator[Proxy]:
    """Start nginx before the service on this port."""
    program = find_program("nginx", folders=[Path("/usr/sbin")])
    chain, key = certify(folder)
    proxy = Proxy(free_port(), free_port(), folder, ssl.create_default_context(cafile=str(chain)))
    changes = {
        r"listen 80\b": f"listen 127.0.0.1:{proxy.http}",
        r"listen 443\b": f"listen 127.0.0.1:{proxy.https}",
        r"127\.0\.0\.1:8000": f"127.0.0.1:{port}",
        r"/etc/ssl/goldgap/fullchain\.pem": str(chain),
        r"/etc/ssl/goldgap/privkey\.pem": str(key),
        r"/var/log/nginx": str(folder),
    }
    (folder / "goldgap.conf").write_text(_placed(FILE.read_text(encoding="utf-8"), changes), encoding="utf-8")
    (folder / "main.conf").write_text(_MAIN.format(folder=folder), encoding="utf-8")
    command = list(map(str, (program, "-p", folder, "-c", folder / "main.conf", "-e", folder / "error.log")))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        try:
            _wait(running, proxy)
            yield proxy
        finally:
            running.terminate()
            running.communicate(timeout=30)


def _wait(running: subprocess.Popen[bytes], proxy: Proxy) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            proxy.connect().close()
        except OSError:
            log = proxy.folder / "error.log"
            assert running.poll() is None, log.read_text(encoding="utf-8") if log.exists() else running.communicate()
            assert time.monotonic() < deadline, "nginx does not start"
            time.sleep(0.05)
        else:
            return
