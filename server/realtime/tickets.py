"""One-time tickets: a signed-in client asks over HTTP and sends one as its socket's first frame."""

import secrets
from datetime import timedelta

from server.common.clock import now
from server.common.hashing import sha256_hex
from server.people.models import Officer
from server.realtime.access import Viewer
from server.realtime.models import Ticket

TICKET_SECONDS = 60


def issue_ticket(*, officer: Officer, session_key: str) -> str:
    """Good once, within a minute, for as long as the session lives. Only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    moment = now()
    Ticket.objects.filter(expires_at__lt=moment).delete()
    Ticket.objects.create(
        secret_hash=sha256_hex(secret.encode()),
        officer=officer,
        session_key=session_key,
        issued_at=moment,
        expires_at=moment + timedelta(seconds=TICKET_SECONDS),
    )
    return secret


def redeem_ticket(secret: str) -> Viewer | None:
    """The viewer it was issued to, once; None when unknown, used or too old."""
    moment = now()
    digest = sha256_hex(secret.encode("utf-8", "replace"))
    redeemed = Ticket.objects.filter(secret_hash=digest, used_at=None, expires_at__gte=moment).update(used_at=moment)
    if not redeemed:
        return None
    ticket = Ticket.objects.get(secret_hash=digest)
    return Viewer(ticket.officer_id, ticket.session_key)
