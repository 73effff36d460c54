"""A timestamp authority of the tests' own: RFC 3161 over HTTP on this machine, a root and a stamping certificate."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.bundle.verifier.der import SEQUENCE, only_node

SHA256 = bytes.fromhex("300b0609608648016503040201")
ECDSA = bytes.fromhex("300a06082a8648ce3d040302")
SIGNED_DATA, TST_INFO = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE, DIGEST = bytes.fromhex("06092a864886f70d010903"), bytes.fromhex("06092a864886f70d010904")
POLICY = bytes.fromhex("06042a030401")


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


@dataclass
class Authority:
    faults: list[str] = field(default_factory=list)
    """What to do wrong with the next requests: `down`, `refuse`, `other head`, `other nonce`, `no stamper`."""
    asked: int = 0

    def __post_init__(self) -> None:
        self.root_key, self.key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("时间戳根证书", self.root_key, None)
        self.stamper = self._certificate("时间戳服务", self.key, ExtendedKeyUsageOID.TIME_STAMPING)
        self.web_server = self._certificate("网站", self.key, ExtendedKeyUsageOID.SERVER_AUTH)

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, usage: x509.ObjectIdentifier | None
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "时间戳根证书")])
        begun = datetime.now(UTC) - timedelta(days=400)
        made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(begun).not_valid_after(begun + timedelta(days=4000))
        made = made.add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        if usage:
            made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        return made.sign(self.root_key, hashes.SHA256())

    def answer(self, request: bytes, at: datetime) -> bytes:
        self.asked += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "refuse":
            return der(SEQUENCE, der(SEQUENCE, integer(2)))
        parts = only_node(request, SEQUENCE).children()
        imprint = parts[1].whole if fault != "other head" else der(SEQUENCE, SHA256, der(0x04, bytes(32)))
        nonce = parts[2].whole if fault != "other nonce" else integer(7)
        time = der(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
        info = der(SEQUENCE, integer(1), POLICY, imprint, integer(self.asked), time, nonce)
        signer = self.web_server if fault == "no stamper" else self.stamper
        return der(SEQUENCE, der(SEQUENCE, integer(0)), self._token(info, signer))

    def _token(self, info: bytes, signer: x509.Certificate) -> bytes:
        attributes = b"".join(
            sorted(
                [
                    der(SEQUENCE, CONTENT_TYPE, der(0x31, TST_INFO)),
                    der(SEQUENCE, DIGEST, der(0x31, der(0x04, hashlib.sha256(info).digest()))),
                ]
            )
        )
        signature = self.key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        sid = der(SEQUENCE, signer.issuer.public_bytes(), integer(signer.serial_number))
        who = der(SEQUENCE, integer(1), sid, SHA256, der(0xA0, attributes), ECDSA, der(0x04, signature))
        content = der(SEQUENCE, TST_INFO, der(0xA0, der(0x04, info)))
        certificates = der(0xA0, signer.public_bytes(Encoding.DER))
        signed = der(SEQUENCE, integer(3), der(0x31, SHA256), content, certificates, der(0x31, who))
        return der(SEQUENCE, SIGNED_DATA, der(0xA0, signed))


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """Its address, for as long as it serves; ended and closed in that order."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            if authority.faults[:1] == ["down"]:
                authority.faults.pop(0)
                self.send_error(503)
                return
            answer = authority.answer(request, datetime.now(UTC))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
