"""The code on every page of a paper: which paper of which records it is. Pure; devices count the same."""

import hashlib
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is taken for another."""
BITS = 80


def paper_code(key: str, operations: Sequence[str]) -> str:
    """Sixteen signs in fours, of the paper's kind and the hashes of the records it says, in their order."""
    digest = hashlib.sha256("\n".join(["zhixing-paper-1", key, *operations]).encode()).digest()
    number = int.from_bytes(digest[: BITS // 8])
    signs = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))


def as_printed(typed: str) -> str:
    """A code as it was read off a page: small letters, blanks and what is taken for figures are forgiven."""
    signs = "".join(typed.upper().split()).replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))
