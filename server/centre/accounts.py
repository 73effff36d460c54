"""The accounts of one act: each device's record as it stated it, and which corrects which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.act_times import verdict_words
from server.centre.field_words import FieldWords, field_words
from server.field.details import corrections_of
from server.field.joining import CONTRIBUTES_TO, is_contribution
from server.field.models import ActionRecord


@dataclass(frozen=True, slots=True)
class Account:
    """`corrects` and `corrected_by` are hashes of operations; both records stay."""

    operation: str
    officer: str
    device: str
    is_contribution: bool
    """Of a second device to another officer's act."""
    recorded_at: datetime
    verdict: str
    """Of that time, in words."""
    received_at: datetime | None
    fields: list[tuple[str, str]]
    corrects: str
    corrected_by: list[str]


def accounts_of(action_id: UUID) -> list[Account]:
    """In the order they came. Three SELECTs at most."""
    records = list(ActionRecord.objects.filter(action_id=action_id).select_related("officer", "device").order_by("pk"))
    return accounts(records)


def accounts(records: Sequence[ActionRecord]) -> list[Account]:
    corrections, words = corrections_of(records), field_words()
    return [
        Account(
            operation=record.operation_hash,
            officer=record.officer.name,
            device=record.device.name or str(record.device_id)[:8],
            is_contribution=is_contribution(record.fields),
            recorded_at=record.recorded_at,
            verdict=verdict_words(record.clock_verdict),
            received_at=record.latest_at,
            fields=[
                (_label(words, name), words.text(name, value))
                for name, value in record.fields.items()
                if name != CONTRIBUTES_TO
            ],
            corrects=record.corrects,
            corrected_by=[each.operation_hash for each in corrections[record.operation_hash].later],
        )
        for record in records
    ]


def _label(words: FieldWords, name: str) -> str:
    return _("Why it was corrected") if name == "correction_reason" else words.label(name)
