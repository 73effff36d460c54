"""A missing file in words: where it stands in its device's queue, and when it may come. Never surer than was heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.states import Look
from server.common.clock import SHANGHAI, local_date, now
from server.evidence.access import wantable_by
from server.evidence.expected import Expected
from server.evidence.models import Promise
from server.evidence.queries import expected_of
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class Awaited:
    device: str
    place: str
    """In the device's queue; "" where it did not say."""
    heard: str
    """When anything last came from the device."""
    coming: str
    wanted: Look | None
    may_want: bool
    """Whether the reader may ask for it, and take that back."""


def awaited_by(reader: Officer, promises: Sequence[Promise]) -> dict[UUID, Awaited]:
    """By promise, of those still open."""
    expected = expected_of(promises)
    wantable = wantable_by(reader, [promise for promise in promises if promise.pk in expected])
    return {
        promise.pk: _awaited(promise, expected[promise.pk], may_want=promise.pk in wantable)
        for promise in promises
        if promise.pk in expected
    }


def _awaited(promise: Promise, found: Expected, *, may_want: bool) -> Awaited:
    return Awaited(
        device=promise.device.name or str(promise.device_id)[:8],
        place=_("Place %(place)d of %(of)d") % {"place": found.place, "of": found.of} if found.place else "",
        heard=_("last contact %(time)s") % {"time": _time(found.heard_at)} if found.heard_at else _("never heard"),
        coming=_coming(found),
        wanted=_wanted(promise.wanted_at),
        may_want=may_want,
    )


def _wanted(since: datetime | None) -> Look | None:
    return Look("up", "blue", _("Wanted since %(time)s") % {"time": _time(since)}) if since else None


def _coming(found: Expected) -> str:
    if found.held_back:
        return held_back_text(found.held_back)
    if found.earliest_at and found.latest_at:
        between = {"earliest": _time(found.earliest_at), "latest": _time(found.latest_at)}
        return _("expected between %(earliest)s and %(latest)s") % between
    return _("not before its next contact")


def held_back_text(reason: str) -> str:
    """Why a device keeps a file for later; an app may have reasons we do not know."""
    return {
        "metered": _("waits for Wi-Fi"),
        "battery": _("waits for the device to be charged"),
    }.get(reason, _("held back by the device"))


def _time(moment: datetime) -> str:
    is_today = local_date(moment) == local_date(now())
    return moment.astimezone(SHANGHAI).strftime("%H:%M:%S" if is_today else "%m-%d %H:%M")
