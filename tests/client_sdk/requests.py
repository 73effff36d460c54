"""Reading a device's request as the protocol says: unpacked, and signed by its key."""

import base64
import gzip
import hashlib
import uuid

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from client_sdk.steps import Request


def unpacked(request: Request) -> bytes:
    coding = request.headers.get("Content-Encoding", "identity")
    if coding == "gzip":
        return gzip.decompress(request.body)
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompress(request.body)
    return request.body


def check_signature(key: bytes, device: uuid.UUID, nonce: str, body: bytes, request: Request) -> None:
    signed = b"zhixing-request-1" + device.bytes + nonce.encode() + hashlib.sha256(body).digest()
    Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(request.headers["Zhixing-Signature"]), signed)
