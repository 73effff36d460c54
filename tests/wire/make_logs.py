"""The vectors of whole logs: one good, and every part of it spoilt once. stdlib and `cryptography` alone."""

import base64
import hashlib
from typing import Any

from tests.wire.making import (
    Ed25519,
    Key,
    b64,
    genesis,
    head_bytes,
    identity,
    json_bytes,
    link,
    request_bytes,
    signed,
    text_hash,
)

ISSUED = "2026-11-22T02:00:00.000Z"
RECEIVED = "2026-11-22T02:00:05.123Z"
BODIES = [
    json_bytes({"v": 1, "id": str(identity("op 1")), "kind": "SEAL", "fields": {"place": "东屿县城关镇解放路12号"}}),
    b'{ "fields" : {"note": "order and spaces are the device\'s own"},\n  "kind":"SERVE", "id":"0199-b", "v":1 }',
    b'{"v":1,"id":"0199-c","kind":"LOCATE","fields":{"note":"\\u0000 and \\ud83d"}}',
    b"no JSON at all \xff\xfe",
    b"",
]


class Log:
    """A court, a device and its log; methods make its parts, whole or with members changed."""

    def __init__(self, tag: str, device_key: Key, kid: str = "s1", continues: dict[str, Any] | None = None) -> None:
        self.tag, self.key, self.kid, self.continues = tag, device_key, kid, continues
        self.court, self.device, self.officer = (identity(f"{tag} {what}") for what in ("court", "device", "officer"))
        self.incarnation = 2 if continues else 1
        self.root = Ed25519(f"{tag} root")
        self.signers = {name: Ed25519(f"{tag} {name}") for name in ("s1", kid)}
        self.certificate = self.make_certificate()
        self.nonce = f"{tag}-0001"
        self.heads = [genesis(self.certificate)]
        self.operations = [self._operation(seq, body) for seq, body in enumerate(BODIES, 1)]

    @property
    def signer(self) -> Ed25519:
        return self.signers[self.kid]

    def key_statement(self, kid: str, root: Key | None = None, **changed: Any) -> str:
        members = {"court": str(self.court), "kid": kid, "from": "2026-01-01T00:00:00Z"}
        public = {"public_key": b64(self.signers[kid].public)} if kid in self.signers else {}
        return signed("key", {**members, **public, **changed}, root or self.root)

    def certificate_members(self, **changed: Any) -> dict[str, Any]:
        return {
            "court": str(self.court),
            "officer": str(self.officer),
            "device": str(self.device),
            "incarnation": self.incarnation,
            "device_key": b64(self.key.public),
            "alg": self.key.alg,
            "issued_at": ISSUED,
            "kid": self.kid,
            "chain": [self.key_statement(kid) for kid in self.signers],
            "continues": self.continues,
            **changed,
        }

    def make_certificate(self, type_: str = "certificate", key: Key | None = None, **changed: Any) -> str:
        return signed(type_, {"type": "certificate", **self.certificate_members(**changed)}, key or self.signer)

    def _operation(self, seq: int, body: bytes) -> dict[str, Any]:
        head = link(self.heads[-1], self.device, self.incarnation, seq, body)
        self.heads.append(head)
        message = head_bytes(self.court, self.device, self.incarnation, seq, head)
        return {
            "seq": seq,
            "body": b64(body),
            "hash": head.hex(),
            "signed_bytes": message.hex(),
            "signature": b64(self.key.sign(message)),
        }

    def request(self, key: Key | None = None, nonce: str | None = None, **changed: Any) -> dict[str, Any]:
        nonce = self.nonce if nonce is None else nonce
        body = json_bytes({"protocol": 1, "certificate": self.certificate, "nonce": nonce, "first_seq": 1, **changed})
        message = request_bytes(self.device, nonce, body)
        signature = b64((key or self.key).sign(message))
        return {"body": b64(body), "nonce": nonce, "signed_bytes": message.hex(), "signature": signature}

    def statement_members(self, **changed: Any) -> dict[str, Any]:
        last = len(self.operations)
        return {
            **self._about(),
            "acked_seq": last,
            "acked_hash": self.heads[last].hex(),
            "safe_seq": 1,
            "safe_hash": self.heads[1].hex(),
            "safe_position": 41,
            "nonce": self.nonce,
            **changed,
        }

    def receipt_members(self, **changed: Any) -> dict[str, Any]:
        return {**self._about(), "seq": 1, "sha256": text_hash("a photo"), "size": 417_283, **changed}

    def _about(self) -> dict[str, Any]:
        return {
            "court": str(self.court),
            "kid": self.kid,
            "device": str(self.device),
            "incarnation": self.incarnation,
            "server_epoch": "e-1",
            "ledger_epoch": "l-1",
            "position": 57,
            "entry_hash": text_hash("an entry"),
            "received_at": RECEIVED,
        }

    def statement(self, type_: str = "statement", key: Key | None = None, **changed: Any) -> str:
        return signed(type_, {"type": "statement", **self.statement_members(**changed)}, key or self.signer)

    def receipt(self, type_: str = "receipt", key: Key | None = None, **changed: Any) -> str:
        return signed(type_, {"type": "receipt", **self.receipt_members(**changed)}, key or self.signer)

    def document(self, bad: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "tag": self.tag,
            "court": str(self.court),
            "device": str(self.device),
            "root_key": b64(self.root.public),
            "root_fingerprint": hashed(self.root.public),
            "signing_key": b64(self.signer.public),
            "device_key": b64(self.key.public),
            "device_private_key": b64(self.key.private),
            "certificate": self.certificate,
            "certificate_hash": text_hash(self.certificate),
            "h_0": self.heads[0].hex(),
            "operations": self.operations,
            "request": self.request(),
            "statement": opened(self.statement()),
            "statements": [self.statement(acked_seq=0, acked_hash=self.heads[0].hex(), **self._nothing_safe())],
            "receipt": opened(self.receipt()),
            "bad": bad,
        }

    def _nothing_safe(self) -> dict[str, Any]:
        return {"safe_seq": 0, "safe_hash": self.heads[0].hex(), "position": 0, "safe_position": 0}


def hashed(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def opened(text: str) -> dict[str, str]:
    payload = text.split(".")[0]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    return {"text": plain, "signed": text, "hash": text_hash(text)}
