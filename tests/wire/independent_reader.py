"""Reading and proving what the wire carries, offline: written from docs/reference/protocol.md and its vectors alone.

Stdlib and `cryptography`, nothing of ours. Rules are named where they are kept.
"""

import base64
import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Members = dict[str, Any]
SIGNED_TEXT_MOST, BODY_MOST, DEEPEST, LARGEST = 65_536, 262_144, 32, 2**53 - 1


class Distrusted(Exception):
    """Bytes that do not prove what they would have to prove."""


def require(holds: object, what: str) -> None:
    if not holds:
        raise Distrusted(what)


# --- bytes (R1 to R6) ------------------------------------------------------------------------------------------------


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unb64(text: Any, *, is_url: bool = False) -> bytes:
    """R2: only the one canonical way to write these bytes."""
    require(isinstance(text, str) and text.isascii(), "bytes are not base64")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if is_url else base64.b64decode(text)
    except ValueError as fault:
        raise Distrusted("bytes are not base64") from fault
    again = base64.urlsafe_b64encode(raw).rstrip(b"=") if is_url else base64.b64encode(raw)
    require(again.decode() == text, "base64 is not canonical")
    return raw


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def new_id() -> str:
    """R4: UUIDv7."""
    number = int(time.time() * 1000) << 80 | 7 << 76 | int.from_bytes(os.urandom(9)) & ((1 << 76) - 1)
    return str(uuid.UUID(int=number & ~(3 << 62) | 2 << 62))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- strict I-JSON (R15) ---------------------------------------------------------------------------------------------


def read_strictly(raw: bytes, at_most: int = BODY_MOST) -> Members:
    """Raises Distrusted with one of the reasons of section 3."""
    require(raw, "empty")
    require(len(raw) <= at_most, "too_large")
    require(not raw.startswith(b"\xef\xbb\xbf"), "bom")
    try:
        text = raw.decode("utf-8")
        require(_depth(text) <= DEEPEST, "too_deep")
        found = json.loads(
            text, object_pairs_hook=_members, parse_int=_number, parse_float=_number, parse_constant=_not_finite
        )
    except UnicodeDecodeError as fault:
        raise Distrusted("encoding") from fault
    except ValueError as fault:
        raise Distrusted("syntax") from fault
    _look_at_texts(found)
    require(isinstance(found, dict), "not_object")
    return dict(found)


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return deepest


def _members(pairs: list[tuple[str, Any]]) -> Members:
    require(len({name for name, _ in pairs}) == len(pairs), "duplicate_member")
    return dict(pairs)


def _number(text: str) -> float:
    require(len(text) < 400 and abs(float(text)) <= LARGEST, "number_range")
    return float(text) if re.search("[.eE]", text) else int(text)


def _not_finite(text: str) -> float:
    raise Distrusted("number_not_finite")


def _look_at_texts(found: Any) -> None:
    if isinstance(found, str):
        require("\0" not in found, "nul")
        for point in map(ord, found):
            require(not 0xD800 <= point <= 0xDFFF, "surrogate")
            require(not (0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE), "noncharacter")
    elif isinstance(found, dict | list):
        for each in [*found, *found.values()] if isinstance(found, dict) else found:
            _look_at_texts(each)


# --- keys and signed texts (R9 to R14) -------------------------------------------------------------------------------


def verify(alg: str, public: bytes, message: bytes, signature: bytes) -> None:
    """R9, R10. Raises Distrusted."""
    require(alg in ("ed25519", "es256") and len(signature) == 64, "no such signature")
    try:
        key = _public_key(alg, public)
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as fault:
        raise Distrusted("signature") from fault


def _public_key(alg: str, public: bytes) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if alg == "ed25519":
        return Ed25519PublicKey.from_public_bytes(public)
    require((len(public), public[:1]) in ((33, b"\2"), (33, b"\3"), (65, b"\4")), "no point of P-256")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)


def open_signed(type_: str, text: Any, public: bytes) -> Members:
    """R11, R12: verified first, then the very same bytes parsed."""
    signed, signature = _halves(text)
    verify("ed25519", public, b"zhixing-" + type_.encode() + b"-1\0" + signed, signature)
    members = read_strictly(signed, SIGNED_TEXT_MOST)
    require(members.get("type") == type_, "a text of another type")
    return members


def _halves(text: Any) -> tuple[bytes, bytes]:
    require(isinstance(text, str) and len(text) <= SIGNED_TEXT_MOST and text.count(".") == 1, "no signed text")
    first, second = text.split(".")
    return unb64(first, is_url=True), unb64(second, is_url=True)


def text_hash(text: str) -> str:
    """R13."""
    return sha256(text.encode()).hex()


@dataclass(frozen=True)
class Court:
    """What a device trusts: a root key, and the signing keys proved under it."""

    root_key: bytes
    id: str
    keys: Mapping[str, bytes]

    def open(self, type_: str, text: str) -> Members:
        """A statement, receipt or fork of this court, verified. No net is needed."""
        kid = read_strictly(_halves(text)[0], SIGNED_TEXT_MOST).get("kid")
        require(isinstance(kid, str) and kid in self.keys, "signed by a key that is not proved")
        members = open_signed(type_, text, self.keys[str(kid)])
        require(members.get("court") == self.id, "of another court")
        return members

    def with_keys(self, key_statements: Iterable[str]) -> "Court":
        """R33."""
        return Court(self.root_key, self.id, {**self.keys, **proved_keys(key_statements, self.root_key, self.id)})


def proved_keys(chain: Iterable[str], root_key: bytes, court: str) -> dict[str, bytes]:
    keys = dict[str, bytes]()
    for text in chain:
        members = open_signed("key", text, root_key)
        require(members["court"] == court and members["kid"] not in keys, "a chain that is none")
        keys[members["kid"]] = unb64(members["public_key"])
    return keys


def open_certificate(text: str, root_key: bytes) -> tuple[Members, Court]:
    """R22."""
    claimed = read_strictly(_halves(text)[0], SIGNED_TEXT_MOST)
    chain, kid, court = claimed.get("chain"), claimed.get("kid"), claimed.get("court")
    require(isinstance(chain, list) and chain and isinstance(court, str), "a certificate without a chain")
    keys = proved_keys(chain or (), root_key, str(court))
    require(kid in keys, "a kid that is not in the chain")
    members = open_signed("certificate", text, keys[str(kid)])
    try:
        _public_key(members["alg"], unb64(members["device_key"]))
    except ValueError as fault:
        raise Distrusted("a device key that is no key") from fault
    continues = members.get("continues")
    require(continues is None or continues["incarnation"] < members["incarnation"], "continues itself")
    return members, Court(root_key, str(court), keys)


def read_code(text: str) -> tuple[str, bytes]:
    """R24: the secret as it goes over the wire, and the fingerprint of the root key."""
    letters = re.sub(r"[\s-]", "", text)
    require(re.fullmatch("[A-Za-z2-7]{42}", letters), "no enrolment code")
    raw = base64.b32decode(letters.upper() + "=" * 6)
    require(base64.b32encode(raw).decode().rstrip("=") == letters.upper(), "no enrolment code")
    return letters.upper()[:16], raw[10:]


def digest_of(units: Iterable[tuple[str, str, str]]) -> str:
    """R42."""
    return sha256(b"".join(sorted(f"{type_}|{id_}|{tag}\n".encode() for type_, id_, tag in units))).hex()


# --- the log (section 5) ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Log:
    """One incarnation's chain."""

    certificate: str
    members: Members
    key: Ed25519PrivateKey | None = None
    hashes: list[bytes] = field(default_factory=list)
    operations: list[Members] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hashes.append(sha256(b"zhixing-genesis-1" + self.certificate.encode()))

    def _numbers(self, seq: int) -> bytes:
        device, incarnation = uuid.UUID(self.members["device"]).bytes, self.members["incarnation"]
        return device + int(incarnation).to_bytes(4, "big") + seq.to_bytes(8, "big")

    def link(self, body: bytes) -> bytes:
        return sha256(b"zhixing-op-1" + self.hashes[-1] + self._numbers(len(self.hashes)) + sha256(body))

    def head(self, seq: int, hash_: bytes) -> bytes:
        return b"zhixing-head-1" + uuid.UUID(self.members["court"]).bytes + self._numbers(seq) + hash_

    def verify_next(self, row: Members) -> None:
        """Follow somebody's log, as a reader of it."""
        body, seq = unb64(row["body"]), len(self.hashes)
        hash_ = self.link(body)
        require(type(row["seq"]) is int and (row["seq"], row["hash"]) == (seq, hash_.hex()), "the chain is broken")
        verify(self.members["alg"], unb64(self.members["device_key"]), self.head(seq, hash_), unb64(row["signature"]))
        self._keep(row, hash_)

    def append(self, body: bytes) -> str:
        """R16, R20: what a server would quarantine is not recorded; h_n."""
        assert self.key is not None
        read_strictly(body)
        seq, hash_ = len(self.hashes), self.link(body)
        signature = b64(self.key.sign(self.head(seq, hash_)))
        self._keep({"seq": seq, "body": b64(body), "hash": hash_.hex(), "signature": signature}, hash_)
        return hash_.hex()

    def _keep(self, row: Members, hash_: bytes) -> None:
        self.hashes.append(hash_)
        self.operations.append(row)

    def hash_at(self, seq: int) -> str:
        require(0 <= seq < len(self.hashes), "stated above this log: a copy of it lives elsewhere")
        return self.hashes[seq].hex()


# --- what a court states (section 8) --------------------------------------------------------------------------------


def read_statement(court: Court, log: Log, text: str, nonce: str) -> Members:
    """R30: of this log, for this request, and saying nothing of it that is not so."""
    statement = court.open("statement", text)
    _require_numbers(statement, "incarnation", "acked_seq", "safe_seq", "safe_position", "position")
    _require_common(statement)
    mine = (log.members["device"], log.members["incarnation"], nonce)
    require((statement["device"], statement["incarnation"], statement.get("nonce")) == mine, "not for this request")
    acked, safe = statement["acked_seq"], statement["safe_seq"]
    require(safe <= acked and statement["safe_position"] <= statement["position"], "safe beyond what is held")
    require(statement["acked_hash"] == log.hash_at(acked), "acknowledges another operation")
    require(statement["safe_hash"] == log.hash_at(safe), "calls another operation safe")
    return statement


def read_receipt(court: Court, log: Log, text: str) -> Members:
    receipt = court.open("receipt", text)
    _require_numbers(receipt, "incarnation", "seq", "size", "position")
    _require_common(receipt)
    require(receipt["device"] == log.members["device"], "another's receipt")
    require(receipt["incarnation"] == log.members["incarnation"], "of another log")
    require(0 < receipt["seq"] < len(log.hashes), "of an operation this log has not")
    require(receipt["size"] and re.fullmatch("[0-9a-f]{64}", str(receipt["sha256"])), "a receipt of nothing")
    return receipt


def _require_numbers(members: Members, *names: str) -> None:
    for name in names:
        require(type(members.get(name)) is int and members[name] >= 0, f"{name} is no number")


def _require_common(members: Members) -> None:
    for name in ("server_epoch", "ledger_epoch"):
        require(isinstance(members.get(name), str) and members[name], f"{name} is missing")
    require(re.fullmatch("[0-9a-f]{64}", str(members.get("entry_hash"))), "entry_hash is no hash")
    try:
        received = datetime.fromisoformat(members["received_at"])
    except (KeyError, TypeError, ValueError) as fault:
        raise Distrusted("received_at is no time") from fault
    require(received.tzinfo is not None, "received_at has no offset")
