"""The hash chain of a device's log: what each head covers, and the bytes a device signs. Pure.

`docs/reference/protocol.md`, section 5. All integers big-endian; nothing here judges what a body holds.
"""

import hashlib
from uuid import UUID

MAX_SEQ = 2**53 - 1
MAX_INCARNATION = 2**32 - 1


def genesis(certificate: str) -> bytes:
    """`h_0` of the log that this certificate opens."""
    return hashlib.sha256(b"zhixing-genesis-1" + certificate.encode("utf-8", "surrogatepass")).digest()


def link(prev: bytes, device: UUID, incarnation: int, seq: int, body: bytes) -> bytes:
    """`h_n` from `h_{n-1}`. Raises ValueError for a number that does not fit its field."""
    numbered = _numbered(device, incarnation, seq)
    return hashlib.sha256(b"zhixing-op-1" + prev + numbered + hashlib.sha256(body).digest()).digest()


def head_bytes(court: UUID, device: UUID, incarnation: int, seq: int, head: bytes) -> bytes:
    """What the device key signs in the commit that records operation `seq`."""
    return b"zhixing-head-1" + court.bytes + _numbered(device, incarnation, seq) + head


def _numbered(device: UUID, incarnation: int, seq: int) -> bytes:
    if not (0 <= incarnation <= MAX_INCARNATION and 0 <= seq <= MAX_SEQ):
        raise ValueError("incarnation or seq out of range")
    return device.bytes + incarnation.to_bytes(4) + seq.to_bytes(8)
