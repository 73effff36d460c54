"""What a device has with it, as far as it last said and we last sent: at least this is gone with it.

A device speaks before its push is taken, so what was acknowledged since is left out; what came later nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.common.clock import from_wire
from server.evidence.models import Promise
from server.people.last_words import MOST_NAMED, Unsent, is_cut, unsent_of, whole
from server.people.models import Device, Officer
from server.sync.difference import after
from server.sync.models import DeviceLog, DeviceView


@dataclass(frozen=True, slots=True)
class HeldCase:
    id: UUID
    case_no: str


@dataclass(frozen=True, slots=True)
class UnsentAct:
    seq: int
    kind: str
    case: HeldCase | None
    photos: int


@dataclass(frozen=True, slots=True)
class MissingPhoto:
    """Promised by an act that is here, its bytes are not."""

    sha256: str
    size: int
    case: HeldCase | None


@dataclass(frozen=True, slots=True)
class Held:
    """At least this is with the device. Cases the reader may not see are counted, never named."""

    cases: list[HeldCase]
    other_cases: int
    acts: list[UnsentAct]
    photos: list[MissingPhoto]
    photo_count: int
    bytes: int
    said_at: datetime | None
    is_cut: bool
    """It had more to say than we keep."""
    readable_until: datetime | None
    """When its lease ends by itself, should it never be heard of again."""


def held_by(device: Device, *, reader: Officer | None) -> Held:
    """What `reader` may be told; None is an operator at the machine, who may be told all."""
    view = DeviceView.objects.filter(pk=device.pk).first()
    unsent = _unsent(device)
    promises = list(
        Promise.objects.filter(device=device).exclude(state=Promise.State.VERIFIED).order_by("incarnation", "seq")
    )
    on_phone = _cases_on(view)
    mentioned = on_phone | {each.case_id for each in unsent if each.case_id}
    mentioned |= {promise.subject_id for promise in promises if promise.subject_id}
    named = _named(mentioned, reader)
    missing = {promise.sha256: promise for promise in promises}
    return Held(
        cases=sorted((named[id_] for id_ in on_phone if id_ in named), key=lambda case: case.case_no),
        other_cases=len(on_phone - named.keys()),
        acts=[UnsentAct(each.seq, each.kind, _case(named, each.case_id), len(each.files)) for each in unsent],
        photos=[MissingPhoto(each.sha256, each.size, _case(named, each.subject_id)) for each in missing.values()][
            :MOST_NAMED
        ],
        photo_count=len(missing.keys() | {file for each in unsent for file in each.files}),
        bytes=max(whole(device.last_status.get("pending_bytes")), sum(each.size for each in missing.values())),
        said_at=_said_at(device),
        is_cut=is_cut(device.last_status),
        readable_until=view.lease_until if view else None,
    )


def _unsent(device: Device) -> list[Unsent]:
    log = DeviceLog.objects.filter(pk=device.pk).first()
    return (unsent_of(device.last_status, log.acked_seq if log else 0) or [])[:MOST_NAMED]


def _cases_on(view: DeviceView | None) -> set[UUID]:
    """Cases it was last sent, the answer it may not have heard included."""
    if view is None:
        return set()
    acked = after(view.acked_tags, view.acked_changes)
    tags = acked.keys() | {key for key, tag in view.sent_tags.items() if tag is not None}
    return {UUID(key.removeprefix("case:")) for key in tags if key.startswith("case:")}


def _named(ids: set[UUID], reader: Officer | None) -> dict[UUID, HeldCase]:
    cases = Case.objects.all() if reader is None else cases_visible_to(reader)
    rows = cases.filter(pk__in=ids).values_list("pk", "case_no")
    return {id_: HeldCase(id_, case_no) for id_, case_no in rows}


def _case(named: Mapping[UUID, HeldCase], case_id: UUID | None) -> HeldCase | None:
    return named.get(case_id) if case_id else None


def _said_at(device: Device) -> datetime | None:
    try:
        return from_wire(device.last_status["reported_at"])
    except (KeyError, TypeError, ValueError):
        return device.last_contact_at
