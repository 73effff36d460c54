"""Who this store is: the device's own key, and after enrolment the court's word for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uuid_utils

from client_sdk import wire
from client_sdk.database import Database

_NAME = "identity"


@dataclass(frozen=True)
class Applicant:
    """A device whose key no court has certified yet; kept, so that a lost answer is asked for again unchanged."""

    server: str
    device: UUID
    key: wire.DeviceKey


@dataclass(frozen=True)
class Identity:
    """An enrolled device."""

    server: str
    device: UUID
    key: wire.DeviceKey
    certificate: wire.Certificate
    root_key: bytes
    escrow_key: bytes
    court: Mapping[str, Any]
    officer: Mapping[str, Any]

    @property
    def incarnation(self) -> int:
        return self.certificate.incarnation

    def genesis(self) -> bytes:
        return wire.genesis(self.certificate.text)


@dataclass(frozen=True)
class Enrolled:
    """What the court answered, proved."""

    identity: Identity
    statement: wire.Statement
    key_texts: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """The last operation of the old log that stays where it is."""

    seq: int
    hash: str

    def as_members(self, identity: Identity) -> dict[str, Any]:
        return {"certificate": identity.certificate.text, "seq": self.seq, "hash": self.hash}


def new_applicant(server: str) -> Applicant:
    return Applicant(server.rstrip("/"), UUID(int=uuid_utils.uuid7().int), wire.new_device_key())


def save_applicant(database: Database, applicant: Applicant) -> None:
    with database.transaction():
        database.set_meta(_NAME, _as_applicant(applicant))


def save_identity(database: Database, identity: Identity) -> None:
    enrolled = {
        "certificate": identity.certificate.text,
        "root_key": wire.to_base64(identity.root_key),
        "escrow_key": wire.to_base64(identity.escrow_key),
        "court": dict(identity.court),
        "officer": dict(identity.officer),
    }
    database.set_meta(_NAME, {**_as_applicant(identity), **enrolled})


def load_identity(database: Database) -> Applicant | Identity | None:
    kept = database.meta(_NAME)
    if kept is None:
        return None
    private = wire.from_base64(kept["private_key"])
    key = wire.device_key(private, kept["alg"])
    if "certificate" not in kept:
        return Applicant(kept["server"], UUID(kept["device"]), key)
    root_key = wire.from_base64(kept["root_key"])
    return Identity(
        server=kept["server"],
        device=UUID(kept["device"]),
        key=key,
        certificate=wire.verify_certificate(kept["certificate"], root_key),
        root_key=root_key,
        escrow_key=wire.from_base64(kept["escrow_key"]),
        court=kept["court"],
        officer=kept["officer"],
    )


def _as_applicant(applicant: Applicant | Identity) -> dict[str, str]:
    return {
        "server": applicant.server,
        "device": str(applicant.device),
        "private_key": wire.to_base64(applicant.key.private),
        "alg": applicant.key.alg,
    }
