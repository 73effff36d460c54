"""Notices on their way to receivers: at least once, never two attempts of one at a time, each in the log."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from server.common.clock import now, to_wire
from server.notices.models import Delivery, DeliveryAttempt, Notice
from server.notices.receiver import LASTS_SECONDS, NotReached, UrlRefused, post, signature_header
from server.notices.services.webhooks import unsealed_secrets
from server.notices.tasks import deliver_one
from server.people.sealing import CannotUnseal

_MINUTE = timedelta(minutes=1)
WAITS = (_MINUTE / 2, 2 * _MINUTE, 10 * _MINUTE, 60 * _MINUTE, *[360 * _MINUTE] * 8)
"""After each failed attempt; given up after the last, two days on."""
LEASE = timedelta(seconds=20 * LASTS_SECONDS)
"""An attempt ends well within it; only a process that died leaves it to pass."""
AT_ONCE = 100
QUEUED_FOR = 10 * _MINUTE
"""A task not run by then was lost, and another is made."""


def enqueue_due_deliveries() -> int:
    """One task of the worker for each that is due, the oldest first; how many."""
    at = now()
    unqueued = Q(queued_at=None) | Q(queued_at__lt=at - QUEUED_FOR)
    due = Delivery.objects.filter(unqueued, state=Delivery.State.WAITING, next_attempt_at__lte=at)
    ids = list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:AT_ONCE])
    Delivery.objects.filter(pk__in=ids).update(queued_at=at)
    for delivery_id in ids:
        deliver_one.enqueue(str(delivery_id))
    return len(ids)


def deliver(delivery_id: UUID) -> bool:
    """One attempt, unless it is not due or another is at it; whether the receiver took it.

    An attempt that never ended, its process having died, is followed by another: the receiver may get it twice.
    """
    delivery = _claimed(delivery_id)
    if delivery is None:
        return False
    attempt = DeliveryAttempt.objects.create(delivery=delivery, number=delivery.log.count() + 1, began_at=now())
    try:
        attempt.status = _send(delivery)
    except (UrlRefused, NotReached, CannotUnseal) as fault:
        attempt.fault = str(fault)[:200]
    attempt.ended_at = now()
    attempt.save(update_fields=["status", "fault", "ended_at"])
    is_taken = attempt.status is not None and 200 <= attempt.status < 300
    _settle(delivery, attempt.ended_at, is_taken=is_taken)
    return is_taken


def _claimed(delivery_id: UUID) -> Delivery | None:
    """Ours for the length of a lease: one statement decides between two workers."""
    at = now()
    due = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.WAITING, next_attempt_at__lte=at)
    if not due.update(next_attempt_at=at + LEASE, attempts=F("attempts") + 1, queued_at=None):
        return None
    return Delivery.objects.select_related("webhook", "notice__officer", "notice__court").get(pk=delivery_id)


def _send(delivery: Delivery) -> int:
    body = json.dumps(_payload(delivery), ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "zhixing-webhooks/1",
        "Zhixing-Delivery": str(delivery.pk),
        "Zhixing-Timestamp": timestamp,
        "Zhixing-Webhook-Signature": signature_header(unsealed_secrets(delivery.webhook), timestamp, body),
    }
    return post(delivery.webhook.url, headers, body)


def _payload(delivery: Delivery) -> dict[str, Any]:
    notice: Notice = delivery.notice
    return {
        "delivery": str(delivery.pk),
        "notice": str(notice.pk),
        "kind": notice.kind,
        "court": notice.court.code,
        "staff_no": notice.officer.staff_no,
        "title": notice.title,
        "is_urgent": notice.is_urgent,
        "made_at": to_wire(notice.made_at),
        "subject": str(notice.subject_id) if notice.subject_id else None,
        "view": notice.view,
    }


def _settle(delivery: Delivery, at: datetime, *, is_taken: bool) -> None:
    ours = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    if is_taken:
        ours.update(state=Delivery.State.DELIVERED, delivered_at=at)
    elif delivery.attempts > len(WAITS):
        ours.update(state=Delivery.State.GIVEN_UP)
    else:
        ours.update(next_attempt_at=at + WAITS[delivery.attempts - 1])
