"""SM3 (GM/T 0004-2012), which courts here want beside SHA-256."""

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives import hashes


def sm3_hex(blocks: Iterable[bytes]) -> str:
    """By OpenSSL where Python's has it, else by cryptography's own."""
    if "sm3" in hashlib.algorithms_available:
        digest = hashlib.new("sm3")
        for block in blocks:
            digest.update(block)
        return digest.hexdigest()
    other = hashes.Hash(hashes.SM3())
    for block in blocks:
        other.update(block)
    return other.finalize().hex()
