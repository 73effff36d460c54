"""RFC 3161 timestamps: is this head the one that was stamped, when, by whom, and whose word is that?"""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from typing import Any, Dict, List, NamedTuple, Optional

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from server.bundle.verifier.chains import Ledger
from server.bundle.verifier.der import (
    CONTEXT_0,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    TIME,
    Node,
    NotDer,
    dotted,
    only_node,
)
from server.bundle.verifier.reading import Container, Wrong, require, rows, whole

STAMPS = "timestamps/timestamps.jsonl"
AUTHORITY = "timestamps/authority.pem"
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"


class Token(NamedTuple):
    """What is read of a token."""

    info: bytes
    imprint: bytes
    made_at: datetime
    certificates: List[bytes]
    signer: List[Node]


def read_token(response: bytes) -> Token:
    """Of a TimeStampResp that was granted. Raises NotDer."""
    status, content = only_node(response, SEQUENCE).children(SEQUENCE, SEQUENCE)[:2]
    if status.children(INTEGER)[0].value not in (b"\0", b"\x01"):
        raise NotDer("the authority refused")
    kind, explicit = content.children(OID, CONTEXT_0)[:2]
    if dotted(kind) != SIGNED_DATA:
        raise NotDer("not signed")
    members = only_node(explicit.value, SEQUENCE).children(INTEGER, SET, SEQUENCE)
    kind, explicit = members[2].children(OID, CONTEXT_0)[:2]
    if dotted(kind) != TST_INFO:
        raise NotDer("signed, but no timestamp")
    info = only_node(explicit.value, OCTETS).value
    certificates = [each.whole for node in members[3:] if node.tag == CONTEXT_0 for each in node.children()]
    signers = members[-1].children(SEQUENCE)
    if members[-1].tag != SET or len(signers) != 1:
        raise NotDer("not signed by one signer")
    parts = signers[0].children(INTEGER)
    imprint, made_at = _read_info(info)
    return Token(info, imprint, made_at, certificates, parts)


def _read_info(info: bytes) -> Any:
    parts = only_node(info, SEQUENCE).children(INTEGER, OID, SEQUENCE, INTEGER, TIME)
    algorithm, imprint = parts[2].children(SEQUENCE, OCTETS)[:2]
    if DIGESTS.get(dotted(algorithm.children(OID)[0])) != "sha256":
        raise NotDer("not over a SHA-256")
    spelled = parts[4].value.decode("ascii").split(".")[0].rstrip("Z")
    made_at = datetime.strptime(spelled, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return imprint.value, made_at


def signer_of(token: Token) -> x509.Certificate:
    """Whose signature over the token verifies. Raises NotDer where there is none."""
    sid, algorithm, attributes = token.signer[1:4]
    if attributes.tag != CONTEXT_0:
        raise NotDer("its signature does not cover when it was made")
    digest = DIGESTS.get(dotted(algorithm.children(OID)[0]))
    if digest is None:
        raise NotDer("signed with a digest not known here")
    said = {dotted(each.children(OID, SET)[0]): each.children()[1].value for each in attributes.children()}
    own = only_node(said.get(MESSAGE_DIGEST, b""), OCTETS).value
    if own != hashlib.new(digest, token.info).digest():
        raise NotDer("its signature is over another timestamp")
    signed = bytes([SET]) + attributes.whole[1:]
    signature = next(each.value for each in token.signer[4:] if each.tag == OCTETS)
    for raw in token.certificates:
        certificate = x509.load_der_x509_certificate(raw)
        if _is_named(certificate, sid) and _verifies(certificate, signature, signed, digest):
            return certificate
    raise NotDer("its signature does not verify by a certificate in it")


def _is_named(certificate: x509.Certificate, sid: Node) -> bool:
    if sid.tag != SEQUENCE:
        return True
    issuer, serial = sid.children(SEQUENCE, INTEGER)
    number = int.from_bytes(serial.value, "big")
    return certificate.issuer.public_bytes() == issuer.whole and certificate.serial_number == number


def _verifies(certificate: x509.Certificate, signature: bytes, signed: bytes, digest: str) -> bool:
    key, algorithm = certificate.public_key(), getattr(hashes, digest.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def leads_to(certificate: x509.Certificate, among: List[x509.Certificate], trusted: List[x509.Certificate]) -> bool:
    """From the signer, by way of certificates in the token, to one of the authority's that the bundle carries."""
    current = certificate
    for _step in range(5):
        if any(current == each or _issued(current, each) for each in trusted):
            return True
        above = next((each for each in among if each != current and _issued(current, each)), None)
        if above is None:
            return False
        current = above
    return False


def _issued(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    try:
        lower.verify_directly_issued_by(upper)
    except (InvalidSignature, TypeError, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _is_stamper(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def _is_valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    begin = getattr(certificate, "not_valid_before_utc", None)
    if begin is None:  # cryptography before 42
        begin = certificate.not_valid_before.replace(tzinfo=timezone.utc)
        return bool(begin <= moment <= certificate.not_valid_after.replace(tzinfo=timezone.utc))
    return bool(begin <= moment <= certificate.not_valid_after_utc)


def check_stamps(container: Container, ledger: Ledger) -> Dict[str, Any]:
    """What was checked of them, in words' worth: how many, the last one, and whether they lead to an authority."""
    trusted = _authority(container)
    done: Dict[str, Any] = {"count": 0, "last": None, "position": 0, "is_trusted": bool(trusted)}
    for where, row in rows(container, STAMPS):
        head = whole(container, row["head"])
        require(ledger.hash_at(int(row["position"])) == head.hex(), row["head"], "is no head of this ledger")
        made_at = _checked(whole(container, row["token"]), head, row["token"], trusted)
        done["count"], done["last"], done["position"] = done["count"] + 1, made_at, int(row["position"])
        is_said = row["stamped_at"][:19] == made_at.strftime("%Y-%m-%dT%H:%M:%S")
        require(is_said, where, "says another time than its timestamp")
    return done


def _authority(container: Container) -> Optional[List[x509.Certificate]]:
    if AUTHORITY not in container.sizes:
        return None
    try:
        return list(x509.load_pem_x509_certificates(whole(container, AUTHORITY)))
    except ValueError:
        raise Wrong(AUTHORITY, "has no certificates") from None


def _checked(response: bytes, head: bytes, where: str, trusted: Optional[List[x509.Certificate]]) -> datetime:
    try:
        token = read_token(response)
        require(token.imprint == hashlib.sha256(head).digest(), where, "stamps another head")
        signer = signer_of(token)
        among = [x509.load_der_x509_certificate(each) for each in token.certificates]
    except (NotDer, ValueError, IndexError, StopIteration) as fault:
        raise Wrong(where, "is no timestamp: {}".format(fault)) from None
    require(_is_stamper(signer), where, "is signed by a certificate that is not for timestamps")
    require(_is_valid_at(signer, token.made_at), where, "is signed by a certificate that was not valid then")
    require(trusted is None or leads_to(signer, among, trusted), where, "does not lead to the authority in the bundle")
    return token.made_at


def stamped_positions(container: Container) -> List[int]:
    return [int(row["position"]) for _where, row in rows(container, STAMPS)]
