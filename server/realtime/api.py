"""The same entries over HTTP: snapshot, log, names, tickets."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from server.common.errors import DomainError
from server.ledger.heights import note_height, read_height
from server.ledger.queries import HeadState, head_of
from server.people.auth import SignedIn
from server.people.models import Officer
from server.realtime import frames
from server.realtime.access import require_can_watch
from server.realtime.feed import READ_AT_ONCE, read_rows
from server.realtime.names import names_of
from server.realtime.snapshot import take_snapshot
from server.realtime.tickets import TICKET_SECONDS, issue_ticket

router = Router(tags=["live"], auth=SignedIn())


class TicketOut(Schema):
    ticket: str
    expires_in_seconds: int


def _stream(request: HttpRequest, court: UUID) -> str:
    stream = f"court:{court}"
    require_can_watch(_officer(request), stream)
    return stream


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.post("/live/tickets", response=TicketOut)
def post_ticket(request: HttpRequest) -> TicketOut:
    """A ticket for one socket without a cookie: send `{"ticket": …}` as its first frame within a minute."""
    session_key = request.session.session_key or ""
    return TicketOut(
        ticket=issue_ticket(officer=_officer(request), session_key=session_key), expires_in_seconds=TICKET_SECONDS
    )


@router.get("/live/{uuid:court}/snapshot")
def get_snapshot(request: HttpRequest, court: UUID) -> dict[str, Any]:
    """Everything the stream's frames speak of, as of one position: take it, then subscribe from there."""
    return take_snapshot(_stream(request, court), court)


@router.get("/live/{uuid:court}/names")
def get_names(request: HttpRequest, court: UUID, ids: str) -> dict[str, str]:
    """Names behind ids of this court's stream, at most 500 at a time; ids that are not of this court are left out."""
    _stream(request, court)
    if _officer(request).is_wall:  # no names stand on walls
        raise DomainError("not_found", 404, _("There is no such stream, or it is not yours to watch."))
    return names_of(court, ids.split(","))


@router.get("/live/{uuid:court}", response=Any)
def get_entries(request: HttpRequest, court: UUID, after: int, ledger_epoch: str | None = None) -> HttpResponse:
    """Entries above `after`, at most 500, the same text as over the socket; 410 where only a snapshot helps."""
    stream = _stream(request, court)
    head = head_of(stream)
    height = read_height({"ledger_epoch": ledger_epoch, "position": after})
    if height and ledger_epoch != head.ledger_epoch:
        note_height(stream, height, f"officer:{_officer(request).pk}")
    if ledger_epoch not in (None, head.ledger_epoch) or not 0 <= after <= head.position:
        raise DomainError(
            "live_reset", 410, _("The stream began anew. Take a fresh snapshot."), {"ledger_epoch": head.ledger_epoch}
        )
    return HttpResponse(_entries_text(stream, head, after), content_type="application/json")


def _entries_text(stream: str, head: HeadState, after: int) -> str:
    rows = read_rows(stream, after, READ_AT_ONCE)
    if not rows:
        return frames.entries(stream, head.ledger_epoch, after + 1, after, [])
    return frames.entries(stream, head.ledger_epoch, rows[0][0], rows[-1][0], [view for _position, view in rows])
