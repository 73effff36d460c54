"""How much one carrier may have handed in that is not taken yet: disks are guarded here, never work refused."""

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from server.common import spreading
from server.common.errors import DomainError
from server.sync.held_files import Sender, progress_of
from server.sync.models import HeldFile, Parcel

RETRY_LEAST_SECONDS, RETRY_MOST_SECONDS = 1800, 3600


def require_room_for(*, sender: Sender, sha256: str, length: int) -> None:
    """For a parcel of which nothing is here yet. Raises DomainError 429 `parcel_budget_spent`.

    Where nothing else of this carrier waits, any parcel is let in: a budget delays, and ends nothing.
    """
    if progress_of(sender=sender, sha256=sha256) is not None:
        return
    used = _waiting_bytes(sender)
    if not used or used + length <= settings.PARCEL_BUDGET_BYTES:
        return
    message = _("What this carrier brought waits for what comes before it. Hand in the next parcel once that is taken.")
    raise DomainError(
        "parcel_budget_spent",
        429,
        message,
        {"waiting_bytes": used, "max_bytes": settings.PARCEL_BUDGET_BYTES},
        retry_after_seconds=spreading.between(RETRY_LEAST_SECONDS, RETRY_MOST_SECONDS),
    )


def _waiting_bytes(sender: Sender) -> int:
    """Of parcels that are still arriving, or whose gap has not closed."""
    hand = {"device": sender.device} if sender.device else {"device": None, "officer": sender.officer}
    settled = Parcel.objects.exclude(state=Parcel.State.WAITING).values("label")
    rows = HeldFile.objects.filter(purpose=HeldFile.Purpose.PARCEL, court_id=sender.court_id, **hand)
    return rows.exclude(label__in=settled).aggregate(bytes=Sum("length"))["bytes"] or 0
