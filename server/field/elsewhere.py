"""What a case tells to those who pursue the same debtor in another: seals and resistance. Content of the rows alone.

No names, sums or words, whoever asks: codes, days, and numbers that stand in a public register.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from server.cases.models import Property
from server.common.bulk import among
from server.common.clock import local_date
from server.field.models import ActionSubject
from server.field.operation import Status

_CONTROLS = ("SEAL", "SEIZE", "FREEZE_COUNTER")
_RELEASE = "RELEASE"
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_LONGEST_NUMBER = 40


class _Act(NamedTuple):
    case_id: UUID
    id: UUID
    kind: str
    recorded_at: datetime
    fields: dict[str, Any]
    operation_hash: str
    corrects: str


class ActsTold(NamedTuple):
    seals: list[dict[str, Any]]
    """Those that were done, with the day they run out; whether that is past is the reader's to say."""
    resistance: list[dict[str, Any]]


def acts_told(case_ids: Collection[UUID]) -> dict[UUID, ActsTold]:
    """By case. Two SELECTs at most; an act that was corrected, or told by two devices, as it was said last."""
    standing = _standing(_acts(case_ids))
    refs, released = _refs(standing), _released(standing)
    seals: dict[UUID, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    resistance: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for act in standing:
        if _is_control(act):
            seals[act.case_id][act.id] = _seal(act, refs, released.get(act.case_id))
        if (resisted := _resistance(act)) and resisted not in resistance[act.case_id]:
            resistance[act.case_id].append(resisted)
    return {pk: ActsTold(list(seals[pk].values()), resistance[pk]) for pk in case_ids}


def seals_of(case_id: UUID) -> dict[UUID, dict[str, Any]]:
    """The same seals of one case, each by the act that took it."""
    standing = _standing(_acts([case_id]))
    refs, released = _refs(standing), _released(standing)
    return {act.id: _seal(act, refs, released.get(case_id)) for act in standing if _is_control(act)}


def _standing(acts: Collection[_Act]) -> list[_Act]:
    """Without those that were said anew."""
    corrected = {(act.case_id, act.corrects) for act in acts if act.corrects}
    return [act for act in acts if (act.case_id, act.operation_hash) not in corrected]


def stands(seal: dict[str, Any], today: date) -> bool:
    """A seal without a day of expiry stands until somebody says otherwise."""
    return str(seal.get("expires_on") or today.isoformat()) >= today.isoformat()


def _acts(case_ids: Collection[UUID]) -> list[_Act]:
    rows = ActionSubject.objects.filter(subject_id__in=among(case_ids), status=Status.APPLIED.value)
    telling = Q(action__kind__in=(*_CONTROLS, _RELEASE)) | Q(record__fields__has_key="obstruction")
    columns = ("subject_id", "action_id", "action__kind", "action__recorded_at", "record__fields")
    found = rows.filter(telling | ~Q(record__corrects="")).order_by("action_id", "pk")
    return [_Act(*row) for row in found.values_list(*columns, "record__operation_hash", "record__corrects")]


def _is_control(act: _Act) -> bool:
    is_taken = act.fields.get("measure") == "DEDUCT"  # paid over, and nothing is held any more
    return act.kind in _CONTROLS and act.fields.get("result") in ("DONE", "PARTIAL") and not is_taken


def _resistance(act: _Act) -> dict[str, Any] | None:
    obstruction = act.fields.get("obstruction")
    if not isinstance(obstruction, dict) or not obstruction:
        return None
    return {"kind": _code(obstruction.get("kind")) or "OTHER", "on": _day_of(act)}


def _seal(act: _Act, refs: dict[tuple[UUID, str], str], released_at: datetime | None) -> dict[str, Any]:
    numbers = [number for item in _items(act) for number in _numbers(item, act.case_id, refs)]
    said = {
        "expires_on": _day(act.fields.get("expires_on")),
        "property": _code(act.fields.get("property_class")),
        "refs": list(dict.fromkeys(numbers)),
        "order": _code(act.fields.get("priority_order")),
        "may_be_released": bool(released_at and released_at > act.recorded_at),
    }
    return {"kind": act.kind, "on": _day_of(act), **{name: value for name, value in said.items() if value}}


def _items(act: _Act) -> list[dict[str, Any]]:
    items = act.fields.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _numbers(item: dict[str, Any], case_id: UUID, refs: dict[tuple[UUID, str], str]) -> Iterable[str]:
    said = (item.get("plate_no"), item.get("vin"), refs.get((case_id, str(item.get("property_id")))))
    return (number for number in said if isinstance(number, str) and 0 < len(number) <= _LONGEST_NUMBER)


def _refs(acts: Collection[_Act]) -> dict[tuple[UUID, str], str]:
    """Numbers in a register of the properties these acts name."""
    named = {item.get("property_id") for act in acts if _is_control(act) for item in _items(act)}
    if not any(named):
        return {}
    rows = Property.objects.filter(case_id__in=among({act.case_id for act in acts})).exclude(ref="")
    return {(case_id, str(pk)): ref for case_id, pk, ref in rows.values_list("case_id", "pk", "ref")}


def _released(acts: Iterable[_Act]) -> dict[UUID, datetime]:
    """When something was last released, by case."""
    found: dict[UUID, datetime] = {}
    for act in acts:
        if act.kind == _RELEASE:
            found[act.case_id] = max(act.recorded_at, found.get(act.case_id, act.recorded_at))
    return found


def _day_of(act: _Act) -> str:
    return local_date(act.recorded_at).isoformat()


def _code(said: Any) -> str:
    return said if isinstance(said, str) and _CODE.fullmatch(said) else ""


def _day(said: Any) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except (TypeError, ValueError):
        return ""
