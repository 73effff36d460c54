"""A forger who has a bundle, and everything that is published: he recomputes what needs no key of the court's."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.bundle.verifier.reading import Digests
from server.bundle.verifier.signed import split_text
from server.common.hashing import canonical_json
from server.common.signing import encode_base64, sign_text
from server.people.certificates import issue_key
from tests.bundle.bundles import files_of

Rows = list[dict[str, Any]]


def rows(folder: Path, name: str) -> Rows:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def rewrite(folder: Path, name: str, change: Callable[[Rows], Rows]) -> None:
    changed = change(rows(folder, name))
    (folder / name).write_bytes(b"".join(canonical_json(row) + b"\n" for row in changed))


def relist(folder: Path) -> None:
    """A manifest that fits what lies there now."""
    listed = []
    for name in files_of(folder):
        if not name.startswith("MANIFEST"):
            digests = Digests()
            digests.update((folder / name).read_bytes())
            sha256, sm3 = digests.finish()
            listed.append({"path": name, "size": digests.size, "sha256": sha256, "sm3": sm3})
    text = json.dumps({"format": "zhixing-bundle-1", "files": listed})
    (folder / "MANIFEST.json").write_text(text, encoding="utf-8")


def head_of(folder: Path) -> dict[str, Any]:
    line = (folder / "MANIFEST.sig").read_text().splitlines()[-1]
    members: dict[str, Any] = json.loads(split_text(line, "MANIFEST.sig")[0])
    return members


def resign(folder: Path, *, with_certificates: bool = False) -> None:
    """The court's word in the forger's own hand: a root and a key of his, over what lies there now."""
    root, key, head = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), head_of(folder)
    statement = key_statement(head, root, key)
    public = encode_base64(root.public_key().public_bytes_raw())
    rewrite(
        folder, "keys/courts.jsonl", lambda courts: [{**row, "root": public, "keys": [statement]} for row in courts]
    )
    if with_certificates:
        recertify(folder, statement, key)
    relist(folder)
    head["manifest_sha256"] = hashlib.sha256((folder / "MANIFEST.json").read_bytes()).hexdigest()
    word = sign_text("bundle", head, key.private_bytes_raw())
    (folder / "MANIFEST.sig").write_text(f"{public}\n{statement}\n{word}\n")


def recertify(folder: Path, statement: str, key: Ed25519PrivateKey) -> None:
    """The devices' own keys under a certificate of the forger's."""
    for row in rows(folder, "devices/devices.jsonl"):
        said = json.loads(split_text((folder / row["certificate"]).read_text().strip(), "")[0])
        text = sign_text("certificate", {**said, "chain": [statement]}, key.private_bytes_raw())
        (folder / row["certificate"]).write_text(text + "\n")
    rewrite(folder, "devices/devices.jsonl", lambda devices: [_begun_anew(folder, row) for row in devices])


def _begun_anew(folder: Path, row: dict[str, Any]) -> dict[str, Any]:
    text = (folder / row["certificate"]).read_text().strip()
    return {**row, "from_hash": hashlib.sha256(b"zhixing-genesis-1" + text.encode()).hexdigest()}


def key_statement(head: dict[str, Any], root: Ed25519PrivateKey, key: Ed25519PrivateKey) -> str:
    return issue_key(
        court=UUID(head["court"]),
        kid=head["kid"],
        public_key=key.public_key().public_bytes_raw(),
        valid_from=datetime(2026, 11, 1, tzinfo=UTC),
        root_private=root.private_bytes_raw(),
    )
