"""Requests between deployments, signed as RFC 9421 says, their bodies by RFC 9530. Pure but for the library.

Covered are method, path, digest, whose word it is, to whom, and by which key; replays are the caller's to find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
)

from server.common import schemes
from server.common.signing import SignatureError, sign_bytes
from server.people.certificates import KeyStatement

FROM, TO, KEY = "Zhixing-From", "Zhixing-To", "Zhixing-Key"
COVERED = ("@method", "@path", FROM.lower(), TO.lower(), KEY.lower())
TAG, LABEL = "zhixing-exchange", "court"
_ANYWHERE = "https://exchange.invalid"
"""The library wants a whole address; of it the path alone is covered, so that a proxy may stand before the server."""
_NAMES = {"ed25519": "ed25519", "es256": "ecdsa-p256-sha256"}


@dataclass
class _Request:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Court(HTTPSignatureAlgorithm):
    """The scheme of courts, whichever that is."""

    algorithm_id = _NAMES["ed25519"]

    def __init__(self, public_key: Any = None, private_key: Any = None) -> None:
        self._public, self._private = public_key, private_key

    def sign(self, message: bytes) -> bytes:
        return sign_bytes(self._private, message)

    def verify(self, signature: bytes, message: bytes) -> None:
        if not schemes.verify_bytes(self._public, schemes.COURT_ALG, message, signature):
            raise ValueError("signature does not verify")


def _scheme() -> type[_Court]:
    return type("_Scheme", (_Court,), {"algorithm_id": _NAMES[schemes.COURT_ALG]})


class _One(HTTPSignatureKeyResolver):
    def __init__(self, key: bytes) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> bytes:
        return self._key

    def resolve_private_key(self, key_id: str) -> bytes:
        return self._key


class Signing(NamedTuple):
    """By whom, to whom, and with which key of the sender's."""

    sender: UUID
    to: UUID
    statement: str
    """The key's own, by which its root vouches for it."""
    kid: str
    private: bytes


class Proof(NamedTuple):
    created: datetime
    nonce: str


def signed_headers(
    method: str, path: str, body: bytes | None, signing: Signing, *, at: datetime, nonce: str
) -> dict[str, str]:
    """Headers of a request with this body (None for a GET), as they go out."""
    named = {FROM: str(signing.sender), TO: str(signing.to), KEY: signing.statement}
    request = _Request(method, _ANYWHERE + path, named)
    signer = HTTPMessageSigner(signature_algorithm=_scheme(), key_resolver=_One(signing.private))
    signer.sign(
        request,
        key_id=f"{signing.sender}/{signing.kid}",
        created=at,
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=COVERED,
        body=body,
    )
    return request.headers


def verify_request(method: str, path: str, headers: Mapping[str, str], body: bytes, key: KeyStatement) -> Proof:
    """When and under which nonce this very request was signed with this key. Raises SignatureError."""
    verifier = HTTPMessageVerifier(signature_algorithm=_scheme(), key_resolver=_One(key.public_key))
    request = _Request(method, _ANYWHERE + path, dict(headers))
    try:
        (result,) = verifier.verify(request, max_age=None, expect_tag=TAG, require_components=COVERED, body=body)
    except (HTTPMessageSignaturesException, ValueError) as fault:
        raise SignatureError(f"request: {fault}") from None
    created, nonce = result.parameters.get("created"), result.nonce
    if not isinstance(created, int) or not nonce or len(nonce) > 64:
        raise SignatureError("request: created and a nonce of up to 64 characters are wanted")
    try:
        return Proof(datetime.fromtimestamp(created, UTC), nonce)
    except (ValueError, OverflowError, OSError):
        raise SignatureError("request: created is no time") from None
