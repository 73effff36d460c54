"""SM3 (GM/T 0004-2012), which courts here want beside SHA-256."""

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives import hashes


class Sm3:
    """Fed block by block. By OpenSSL where Python's has it, else by cryptography's own."""

    def __init__(self) -> None:
        self._native = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else None
        self._other = None if self._native else hashes.Hash(hashes.SM3())

    def update(self, block: bytes) -> None:
        (self._native or self._other).update(block)  # type: ignore[union-attr]

    def hexdigest(self) -> str:
        """Once, at the end."""
        return self._native.hexdigest() if self._native else self._other.finalize().hex()  # type: ignore[union-attr]


def sm3_hex(blocks: Iterable[bytes]) -> str:
    digest = Sm3()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()
