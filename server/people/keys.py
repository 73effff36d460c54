"""The keys of a court: a root that vouches, a signing key that works, an escrow key that opens lost stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.common.clock import now
from server.common.signing import new_private_key, parse_signed, public_of, split_text
from server.common.statements import Given, Statement
from server.people.certificates import issue_key
from server.people.models import Court, CourtKey
from server.people.sealing import seal, unseal

ROOT_KID = "root"
ESCROW_KID = "escrow"


_SIGNING_KEYS = Statement(
    lambda: CourtKey.objects.filter(court_id=Given("court_id"), purpose=CourtKey.Purpose.SIGNING).order_by("id")
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    kid: str
    private_key: bytes
    chain: list[str]
    """Key statements of every signing key this court ever had, oldest first, this one's last."""


def signing_key_of(court: Court) -> SigningKey:
    """The key that signs certificates, statements and receipts now. One SELECT."""
    return newest_of(_SIGNING_KEYS.rows(court_id=court.pk))


def newest_of(rows: Sequence[CourtKey]) -> SigningKey:
    """The same from a court's signing keys, oldest first."""
    current = rows[-1]
    return SigningKey(current.kid, private_key_of(current), [row.statement for row in rows])


def root_public_key(court: Court) -> bytes:
    return bytes(court.keys.values_list("public_key", flat=True).get(kid=ROOT_KID))


def escrow_public_key(court: Court) -> bytes:
    return bytes(court.keys.values_list("public_key", flat=True).get(kid=ESCROW_KID))


def private_key_of(key: CourtKey) -> bytes:
    return unseal(bytes(key.sealed_private_key), bound_to=_owner(key))


def first_keys(court: Court) -> list[CourtKey]:
    """Root, first signing key and escrow key of a new court, not saved."""
    root, escrow = new_private_key(), X25519PrivateKey.generate()
    return [
        _sealed(CourtKey(court=court, kid=ROOT_KID, purpose="ROOT", public_key=public_of(root)), root),
        next_signing_key(court, number=1, root_private=root),
        _sealed(
            CourtKey(court=court, kid=ESCROW_KID, purpose="ESCROW", public_key=escrow.public_key().public_bytes_raw()),
            escrow.private_bytes_raw(),
        ),
    ]


def next_signing_key(court: Court, *, number: int, root_private: bytes, at: datetime | None = None) -> CourtKey:
    """A new signing key with its key statement, not saved."""
    private, kid, valid_from = new_private_key(), f"s{number}", at or now()
    public = public_of(private)
    statement = issue_key(court=court.pk, kid=kid, public_key=public, valid_from=valid_from, root_private=root_private)
    key = CourtKey(
        court=court, kid=kid, purpose="SIGNING", public_key=public, statement=statement, valid_from=valid_from
    )
    return _sealed(key, private)


def _sealed(key: CourtKey, private: bytes) -> CourtKey:
    key.sealed_private_key = seal(private, bound_to=_owner(key))
    return key


def _owner(key: CourtKey) -> str:
    return f"{key.court_id}:{key.kid}"


def newer_keys(certificate: str, key: SigningKey) -> list[str]:
    """Key statements a device with this certificate cannot know yet; an answer signed by one carries them (R33)."""
    carried = parse_signed("certificate", split_text(certificate)[0])["chain"]
    return [statement for statement in key.chain if statement not in carried]
