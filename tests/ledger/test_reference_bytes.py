"""The server hashes entries as the reference bytes do, which nobody here computed with it."""

import base64
import json
from pathlib import Path

from server.ledger.hashing import entry_hash, facts_hash, view_hash

VECTORS = Path(__file__).parent.parent / "wire" / "vectors" / "ledger.json"


def test_a_chain_of_entries_hashes_as_the_reference_does() -> None:
    chain = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert len(chain["entries"]) > 1
    for entry in chain["entries"]:
        view = view_hash(entry["view"].encode())
        facts = facts_hash(base64.b64decode(entry["salt"]), entry["facts"].encode())
        whole = entry_hash(bytes.fromhex(entry["prev"]), chain["stream"], entry["position"], view, facts)
        wanted = [entry[name] for name in ("view_hash", "facts_hash", "entry_hash")]
        assert [view.hex(), facts.hex(), whole.hex()] == wanted
