"""Proving what a court signed for this device: its certificate, statements and receipts. I/O-free.

Until it verifies here, everything a server says is WireError; nothing is discarded, rewound or erased on less.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from client_sdk import keys as signing_keys
from client_sdk.keys import WireError
from client_sdk.signed import Members, open_signed, parse_signed, split_signed, text_hash

_NO_KEYS: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Certificate:
    """Who this device is, as the court's root vouches for it; `keys` are the signing keys of its chain by kid."""

    text: str
    court: UUID
    officer: UUID
    device: UUID
    incarnation: int
    device_key: bytes
    alg: str
    kid: str
    issued_at: datetime
    continues: tuple[int, int, str] | None
    keys: Mapping[str, bytes]


@dataclass(frozen=True)
class Statement:
    """What the court holds of this device's log: the only thing that lets a device discard, rewind or erase."""

    text: str
    server_epoch: str
    ledger_epoch: str
    acked_seq: int
    acked_hash: str
    safe_seq: int
    safe_hash: str
    safe_position: int
    position: int
    entry_hash: str
    received_at: datetime
    nonce: str
    answer_sha256: str | None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class FileReceipt:
    """The court re-read these bytes from its storage and they had this hash."""

    text: str
    seq: int
    sha256: str
    size: int
    server_epoch: str
    ledger_epoch: str
    position: int
    entry_hash: str
    received_at: datetime


def verify_certificate(text: str, root_public: bytes) -> Certificate:
    """Prove a certificate up to the court's root key. Raises WireError with the reason."""
    # Only `chain` and `kid` are taken from what is not proved yet: they say which key proves it.
    peeked = parse_signed("certificate", split_signed(text)[0])
    keys, courts = {}, set()
    for number, key in enumerate(_chain(peeked.get("chain")), 1):
        court, kid, public = _proved_key(number, key, root_public)
        if kid in keys:
            raise WireError(f"chain: two keys are called {kid}")
        keys[kid] = public
        courts.add(court)
    signer = keys.get(str(peeked.get("kid")))
    if signer is None:
        raise WireError("signed by a key that is not in its chain")
    certificate = _certificate(text, Members(open_signed("certificate", text, signer)), keys)
    if courts != {certificate.court}:
        raise WireError("its chain belongs to another court")
    return certificate


def _chain(chain: Any) -> list[str]:
    if not isinstance(chain, list) or not chain or any(not isinstance(key, str) for key in chain):
        raise WireError("chain is not a list of key statements")
    return chain


def _proved_key(number: int, text: str, root_public: bytes) -> tuple[UUID, str, bytes]:
    try:
        return verify_key(text, root_public)
    except WireError as fault:
        raise WireError(f"chain: key statement {number}: {fault}") from None


def verify_key(text: str, root_public: bytes) -> tuple[UUID, str, bytes]:
    """Court, kid and public key of a key statement signed by the root; for keys newer than the certificate."""
    members = Members(open_signed("key", text, root_public))
    members.time("from")
    return members.uuid("court"), members.name("kid"), members.key("public_key", signing_keys.COURT_ALG)


def _certificate(text: str, members: Members, keys: Mapping[str, bytes]) -> Certificate:
    incarnation, alg, continues = members.count("incarnation", 1, 2**32 - 1), members.name("alg"), None
    if members.get("continues") is not None:
        if not isinstance(members["continues"], dict):
            raise WireError("continues is not an object")
        earlier = Members(members["continues"])
        continues = (earlier.count("incarnation", 1, incarnation - 1), earlier.count("seq"), earlier.hash("hash"))
    return Certificate(
        text=text,
        court=members.uuid("court"),
        officer=members.uuid("officer"),
        device=members.uuid("device"),
        incarnation=incarnation,
        device_key=members.key("device_key", alg),
        alg=alg,
        kid=members.name("kid"),
        issued_at=members.time("issued_at"),
        continues=continues,
        keys=MappingProxyType(keys),
    )


def verify_about_device(
    type_: str, text: str, certificate: Certificate, newer_keys: Mapping[str, bytes] = _NO_KEYS
) -> Members:
    """Members of a statement, receipt or fork statement of this court about this device. Raises WireError."""
    members = Members(_under_any_key(type_, text, {**certificate.keys, **newer_keys}))
    if members.uuid("court") != certificate.court:
        raise WireError("is of another court")
    if members.uuid("device") != certificate.device:
        raise WireError("is of another device")
    if members.count("incarnation", 1) != certificate.incarnation:
        raise WireError("is of another incarnation")
    return members


def _under_any_key(type_: str, text: str, keys: Mapping[str, bytes]) -> dict[str, Any]:
    reasons = set()
    for kid, public in keys.items():
        try:
            members = open_signed(type_, text, public)
        except WireError as fault:
            reasons.add(str(fault))
            continue
        if members.get("kid") != kid:
            raise WireError(f"names another key than {kid}, which signed it")
        return members
    plain = "signature does not verify"
    raise WireError(min(reasons - {plain}, default=plain))


def verify_statement(
    text: str,
    certificate: Certificate,
    *,
    nonce: str,
    answer: str | None = None,
    newer_keys: Mapping[str, bytes] = _NO_KEYS,
) -> Statement:
    """Prove a statement answering the outstanding `nonce` and, for a pull, covering `answer`. Raises WireError."""
    members = verify_about_device("statement", text, certificate, newer_keys)
    statement = read_statement(text, members)
    if statement.nonce != nonce:
        raise WireError("answers another nonce")
    if answer is not None and text_hash(answer) != statement.answer_sha256:
        raise WireError("covers another answer")
    return statement


def read_statement(text: str, members: Members) -> Statement:
    """The statement in proved members; its numbers must agree with each other."""
    acked, position = members.count("acked_seq"), members.count("position")
    return Statement(
        text=text,
        server_epoch=members.name("server_epoch"),
        ledger_epoch=members.name("ledger_epoch"),
        acked_seq=acked,
        acked_hash=members.hash("acked_hash"),
        safe_seq=members.count("safe_seq", 0, acked),
        safe_hash=members.hash("safe_hash"),
        safe_position=members.count("safe_position", 0, position),
        position=position,
        entry_hash=members.hash("entry_hash"),
        received_at=members.time("received_at"),
        nonce=members.name("nonce"),
        answer_sha256=members.hash("answer_sha256") if "answer_sha256" in members else None,
        revoked_at=members.time("revoked_at") if "revoked_at" in members else None,
    )


def verify_receipt(text: str, certificate: Certificate, newer_keys: Mapping[str, bytes] = _NO_KEYS) -> FileReceipt:
    """Prove the receipt of a file this device promised. Raises WireError."""
    members = verify_about_device("receipt", text, certificate, newer_keys)
    return FileReceipt(
        text=text,
        seq=members.count("seq", 1),
        sha256=members.hash("sha256"),
        size=members.count("size", 1),
        server_epoch=members.name("server_epoch"),
        ledger_epoch=members.name("ledger_epoch"),
        position=members.count("position"),
        entry_hash=members.hash("entry_hash"),
        received_at=members.time("received_at"),
    )


def verify_carrier_receipt(text: str, keys: Mapping[str, bytes]) -> Members:
    """The court's word to whoever carried a parcel; it speaks of another device's log. Raises WireError."""
    members = Members(_under_any_key("parcel", text, keys))
    members.hash("parcel")
    members.uuid("device")
    members.count("first_seq", 1)
    members.count("last_seq")
    members.name("state")
    return members
