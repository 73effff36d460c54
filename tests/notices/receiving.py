"""A receiver on this machine: keeps what it was sent, and answers as it is told."""

import hmac
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        """As docs/reference/webhooks.md tells receivers to check it."""
        signed = self.headers["Zhixing-Timestamp"].encode() + b"." + self.body
        expected = "v1=" + hmac.new(secret.encode(), signed, sha256).hexdigest()
        return any(hmac.compare_digest(expected, one) for one in self.headers["Zhixing-Webhook-Signature"].split(","))


class _Server(ThreadingHTTPServer):
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the request's own thread, the handshake too: one that fails is the client's to tell of."""
        if self.context is None:
            super().finish_request(request, client_address)
            return
        try:
            with self.context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)
        except OSError:
            pass


def _certificate() -> bytes:
    """For 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    began = datetime.now(UTC) - timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = (
        builder.not_valid_before(began).not_valid_after(began + timedelta(days=10)).add_extension(names, critical=False)
    )
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return signed.sign(key, hashes.SHA256()).public_bytes(pem) + key.private_bytes(pem, form, plain)


@dataclass
class Receiver:
    answers: list[int] = field(default_factory=list)
    """Statuses to answer with, in turn; 200 once they are used up."""
    received: list[Received] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    """What happens between the request and its answer."""

    def __enter__(self) -> "Receiver":
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # joined when the server closes
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def speak_tls(self, path: Path) -> str:
        """From now on, with a certificate of its own for this address; it and its key stand in `path`."""
        path.write_bytes(_certificate())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self._server.context = context
        return self.url

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook?from=zhixing"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(dict(self.headers), body))
                receiver.meanwhile()
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Not on the test's own stderr."""

        return Handler
