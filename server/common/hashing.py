"""SHA-256 in lowercase hex, and the one way we write JSON of our own."""

import hashlib
import json
from typing import Any


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8. For JSON we make; what others made is never written again."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
