"""The hash chain of a stream, over the exact bytes that are stored. Pure.

`docs/reference/protocol.md` is the rule. The two parts are hashed apart, so that facts can be erased and the
chain still verifies.
"""

import hashlib

ZERO = bytes(32)
SALT_BYTES = 16


def view_hash(view: bytes) -> bytes:
    return hashlib.sha256(b"zhixing-view-1\0" + view).digest()


def facts_hash(salt: bytes, facts: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 16 bytes")
    return hashlib.sha256(b"zhixing-facts-1\0" + salt + facts).digest()


def entry_hash(prev: bytes, stream: str, position: int, view: bytes, facts: bytes) -> bytes:
    """`prev`: the hash of the entry before, 32 zero bytes for the first; `view` and `facts`: hashes of the parts."""
    name = stream.encode()
    return hashlib.sha256(
        b"zhixing-entry-1" + prev + len(name).to_bytes(2) + name + position.to_bytes(8) + view + facts
    ).digest()
