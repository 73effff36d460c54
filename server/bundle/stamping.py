"""Daily timestamps over every ledger: as a day begins, each head that moved is sent to the authority (RFC 3161).

What is stamped are the 32 bytes of the head's hash, which covers everything before it. An authority that does not
answer is asked again, later and later; the head of that day stays the one that was noted.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography import x509
from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decoded

from server.bundle.models import HeadStamp
from server.bundle.verifier.der import NotDer
from server.bundle.verifier.stamps import Token, read_token, signer_of
from server.common.clock import local_date, now
from server.ledger.models import Head

TIMEOUT_SECONDS = 15
LARGEST_ANSWER = 256 * 1024
AT_ONCE = 20
LONGEST_WAIT = timedelta(hours=6)
logger = logging.getLogger(__name__)


class NotStamped(Exception):
    """The authority did not answer, refused, or answered something else."""


def stamp_heads() -> int:
    """Note the heads of the day that begins, and ask for what has no token yet; how many were stamped now."""
    if not settings.TIMESTAMP_URL:
        return 0
    _note_heads()
    waiting = HeadStamp.objects.filter(stamped_at=None, next_at__lte=now()).order_by("next_at", "pk")[:AT_ONCE]
    return sum(map(_stamp, waiting))


def _note_heads() -> None:
    """Streams that stand where they stood at the last stamp need none."""
    today = local_date(now())
    latest = HeadStamp.objects.filter(stream=OuterRef("stream")).order_by("-day")
    heads = Head.objects.filter(position__gt=0).annotate(
        noted_on=Subquery(latest.values("day")[:1]), noted=Subquery(latest.values("position")[:1])
    )
    moved = heads.filter(Q(noted=None) | Q(noted_on__lt=today, noted__lt=F("position")))
    stamps = [HeadStamp(stream=head.stream, day=today, position=head.position, hash=head.hash) for head in moved]
    HeadStamp.objects.bulk_create(stamps, ignore_conflicts=True)


def _stamp(stamp: HeadStamp) -> bool:
    try:
        stamp.token, token = _asked(bytes.fromhex(stamp.hash))
    except NotStamped as fault:
        stamp.attempts, stamp.fault = stamp.attempts + 1, str(fault)[:200]
        stamp.next_at = now() + min(timedelta(minutes=2 ** min(stamp.attempts, 9)), LONGEST_WAIT)
        stamp.save(update_fields=["attempts", "fault", "next_at"])
        logger.warning("no timestamp over %s %d: %s", stamp.stream, stamp.position, fault)
        return False
    stamp.stamped_at, stamp.fault = token.made_at, ""
    stamp.save(update_fields=["token", "stamped_at", "fault"])
    return True


def _asked(head: bytes) -> tuple[bytes, Token]:
    """The authority's answer, after it was verified as `verify.py` will, and by its own nonce."""
    request = TimestampRequestBuilder().data(head).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _sent(request.as_bytes())
    try:
        response = decoded(answer)
        if response.tst_info.nonce != request.nonce:
            raise NotStamped("the answer is to another request")
        token = read_token(answer)
        if token.imprint != hashlib.sha256(head).digest():
            raise NotStamped("the answer is over another head")
        signer_of(token)
        if trusted := authority():
            builder = VerifierBuilder.from_request(request)
            for certificate in trusted:
                builder = builder.add_root_certificate(certificate)
            builder.build().verify_message(response, head)
    except (NotDer, ValueError, VerificationError) as fault:
        raise NotStamped(f"no timestamp came back: {fault}") from None
    return answer, token


def _sent(request: bytes) -> bytes:
    asked = Request(settings.TIMESTAMP_URL, request, {"Content-Type": "application/timestamp-query"}, method="POST")
    try:
        with urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read(LARGEST_ANSWER)
    except (URLError, OSError, ValueError) as fault:
        raise NotStamped(str(fault)) from None
    return content


def authority() -> Sequence[x509.Certificate]:
    """The certificates that a token must lead to; none where no file is set. Raises OSError, ValueError."""
    path: Path | None = settings.TIMESTAMP_CA_FILE
    return x509.load_pem_x509_certificates(path.read_bytes()) if path else []
