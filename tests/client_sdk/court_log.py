"""One device's log as the court of these tests holds it, and the bytes it is made of."""

import base64
import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

ZEROS = "0" * 64


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass
class Log:
    """One device's log as the court holds it."""

    device: uuid.UUID
    device_key: bytes
    certificate: str
    bodies: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    def head(self, seq: int) -> bytes:
        return self.hashes[seq - 1] if seq else sha256(b"zhixing-genesis-1" + self.certificate.encode())

    def link(self, seq: int, body: bytes) -> bytes:
        place = self.device.bytes + (1).to_bytes(4) + seq.to_bytes(8)
        return sha256(b"zhixing-op-1" + self.head(seq - 1) + place + sha256(body))

    def lose_up_to(self, seq: int, head: bytes) -> None:
        """Nobody has these any more; the log goes on behind them."""
        while len(self.bodies) < seq:
            self.bodies.append(b'{"evidence": []}')
            self.hashes.append(head)
