"""What every answer of a court hangs on besides the device: its rules, its signing key, this life of the server."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Subquery

from server.common.statements import Given, Statement
from server.ledger.models import ServerLife
from server.people.keys import SigningKey, newest_of
from server.people.models import Court, CourtKey

_NEWEST_LIFE = ServerLife.objects.order_by("-started_at", "-server_epoch").values("server_epoch")[:1]
_KEYS = Statement(
    lambda: (
        CourtKey.objects.filter(court_id=Given("court_id"), purpose=CourtKey.Purpose.SIGNING)
        .order_by("id")
        .select_related("court")
        .annotate(server_epoch=Subquery(_NEWEST_LIFE))
    )
)


@dataclass(frozen=True, slots=True)
class CourtNow:
    court: Court
    key: SigningKey
    server_epoch: str


def court_now(court_id: UUID) -> CourtNow:
    """One SELECT, read after the locks it is needed under."""
    rows = _KEYS.rows(court_id=court_id)
    return CourtNow(rows[-1].court, newest_of(rows), rows[-1].server_epoch)
