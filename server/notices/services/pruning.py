"""Old notices and deliveries are forgotten; never one that nobody read, or that its receiver did not take."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from server.notices.models import Delivery, Notice

logger = logging.getLogger(__name__)
AT_ONCE = 1000
"""Rows of a transaction: nobody waits long behind it."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    notices: int = 0
    deliveries: int = 0
    """With the log of their attempts."""


def forget_old_notices(*, before: datetime) -> Forgotten:
    """Notices read, and deliveries taken, before this moment; a digest goes with its lines.

    What was never read stays, and so does what was given up: both want a person. Their number is logged.
    """
    deliveries, notices = 0, 0
    while gone := _forget_deliveries(before):
        deliveries += gone
    while gone := _forget_notices(before):
        notices += gone
    if deliveries or notices:
        unread = Notice.objects.filter(read_at=None, digest=None, made_at__lt=before).count()
        given_up = Delivery.objects.filter(state=Delivery.State.GIVEN_UP, next_attempt_at__lt=before).count()
        logger.info(
            "%d old notices and %d deliveries forgotten; %d never read and %d given up stay",
            notices,
            deliveries,
            unread,
            given_up,
        )
    return Forgotten(notices, deliveries)


@transaction.atomic
def _forget_deliveries(before: datetime) -> int:
    taken = Delivery.objects.filter(state=Delivery.State.DELIVERED, delivered_at__lt=before)
    ids = list(taken.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Delivery.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def _forget_notices(before: datetime) -> int:
    """A line of a digest that stays stays with it."""
    read = Notice.objects.filter(read_at__lt=before, waits_for_digest=False, deliveries=None)
    ids = list(read.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    _delete(ids)
    return len(ids)


def _delete(ids: Collection[UUID]) -> None:
    """Lines with their digest, in one go: a line left without one would be told again."""
    Notice.objects.filter(Q(pk__in=ids) | Q(digest__in=ids)).delete()
