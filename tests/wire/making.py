"""Keys and byte layouts for making vectors: stdlib and `cryptography` alone, written from the reference only."""

import base64
import hashlib
import json
import struct
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def seed(label: str) -> bytes:
    """32 bytes that anyone can make again; no key of these vectors protects anything."""
    return hashlib.sha256(f"zhixing vectors, version 1: {label}".encode()).digest()


def identity(label: str) -> uuid.UUID:
    return uuid.UUID(bytes=seed(label)[:16], version=4)


class Key(Protocol):
    alg: str
    private: bytes
    public: bytes

    def sign(self, message: bytes) -> bytes: ...


class Ed25519:
    alg = "ed25519"

    def __init__(self, label: str) -> None:
        self.private = seed(label)
        self._key = Ed25519PrivateKey.from_private_bytes(self.private)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class Es256:
    alg = "es256"

    def __init__(self, label: str) -> None:
        scalar = int.from_bytes(seed(label)) % (P256_ORDER - 1) + 1
        self.private = scalar.to_bytes(32)
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.compressed = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(self, message: bytes) -> bytes:
        # Deterministic (RFC 6979) so that the files can be made again byte for byte; a device need not do so.
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def json_bytes(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(type_: str, members: Mapping[str, Any] | bytes, key: Key) -> str:
    """P.S; bytes are signed as they are, a mapping gets its `type` unless it brings one."""
    raw = members if isinstance(members, bytes) else json_bytes({"type": type_, **members})
    return f"{b64url(raw)}.{b64url(key.sign(b'zhixing-' + type_.encode() + b'-1' + bytes(1) + raw))}"


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def genesis(certificate: str) -> bytes:
    return hashlib.sha256(b"zhixing-genesis-1" + certificate.encode()).digest()


def link(prev: bytes, device: uuid.UUID, incarnation: int, seq: int, body: bytes) -> bytes:
    place = device.bytes + struct.pack(">IQ", incarnation, seq)
    return hashlib.sha256(b"zhixing-op-1" + prev + place + hashlib.sha256(body).digest()).digest()


def head_bytes(court: uuid.UUID, device: uuid.UUID, incarnation: int, seq: int, head: bytes) -> bytes:
    return b"zhixing-head-1" + court.bytes + device.bytes + struct.pack(">IQ", incarnation, seq) + head


def request_bytes(device: uuid.UUID, nonce: str, body: bytes) -> bytes:
    return b"zhixing-request-1" + device.bytes + nonce.encode() + hashlib.sha256(body).digest()


def respelled(text: str) -> str:
    """The same bytes in base64 with a spare bit set: what R2 refuses."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + ("-_" if "=" not in text else "+/")
    stem = text.rstrip("=")
    return stem[:-1] + alphabet[alphabet.index(stem[-1]) + 1] + text[len(stem) :]
