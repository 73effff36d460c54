"""Notices made in the transaction of what they tell of, with a delivery for each receiver of the court."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from server.common.clock import now
from server.common.ids import new_id
from server.notices.models import Delivery, Notice, Webhook


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    officer_id: UUID
    court_id: UUID
    kind: str
    key: str
    """What it tells of, at most 120 characters: he is told it once."""
    title: str
    view: Mapping[str, Any] = field(default_factory=dict)
    subject_id: UUID | None = None
    is_urgent: bool = False
    waits_for_digest: bool = False


def tell(drafts: Collection[NoticeDraft]) -> list[Notice]:
    """Those that nobody had been told before, in any order; the others are left out."""
    if not drafts:
        return []
    at = now()
    made = [
        Notice(
            id=new_id(),
            officer_id=draft.officer_id,
            court_id=draft.court_id,
            kind=draft.kind,
            key=draft.key,
            title=draft.title[:300],
            view=dict(draft.view),
            subject_id=draft.subject_id,
            is_urgent=draft.is_urgent,
            made_at=at,
            waits_for_digest=draft.waits_for_digest,
        )
        for draft in drafts
    ]
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    there = set(Notice.objects.filter(pk__in=[notice.pk for notice in made]).values_list("pk", flat=True))
    told = [notice for notice in made if notice.pk in there]
    address([notice for notice in told if not notice.waits_for_digest])
    return told


def address(notices: Sequence[Notice]) -> None:
    """A delivery of each to each receiver of its court that wants its kind."""
    if not notices:
        return
    receivers: dict[UUID, list[Webhook]] = defaultdict(list)
    for webhook in Webhook.objects.filter(court_id__in={notice.court_id for notice in notices}, ended_at=None):
        receivers[webhook.court_id].append(webhook)
    deliveries = [
        Delivery(webhook=webhook, notice=notice)
        for notice in notices
        for webhook in receivers[notice.court_id]
        if not webhook.kinds or notice.kind in webhook.kinds
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
