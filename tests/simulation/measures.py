"""Freezes and their renewals, and whether each has the clock it must have, by the rows alone: a second opinion."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from server.cases.models import Node
from server.field.models import ActionRecord, ActionSubject
from tests.simulation.chance import Chance
from tests.simulation.findings import require
from tests.simulation.journal import Recorded
from tests.wire.records import vectors

FREEZE = "FREEZE_COUNTER"
COMPLETE: dict[str, Any] = next(v["record"]["fields"] for v in vectors() if v["name"] == "FREEZE_COUNTER: complete")
FIRST_DAY, DAYS = date(2025, 12, 1), 330
WARNED_BEFORE = timedelta(days=30)


def fields_of(chance: Chance) -> dict[str, Any]:
    """Half of them renew, most of these saying what; now and then one is incomplete, or never says until when."""
    on = FIRST_DAY + timedelta(days=chance.dice.randrange(DAYS))
    fields = {**COMPLETE, "effective_on": on.isoformat(), "expires_on": (on + timedelta(days=364)).isoformat()}
    if chance.happens(0.5):
        fields |= {"measure": "RENEW", "renews": chance.dice.random() if chance.happens(0.6) else None}
    if chance.happens(0.2):
        del fields[chance.choose(("narrative", "expires_on", "result"))]
    return fields


def named(fields: dict[str, Any], earlier: list[Recorded]) -> dict[str, Any]:
    """With the act it renews, one of this device's own; without where there is none."""
    taken = [each.action_id for each in earlier if (each.body or {}).get("kind") == FREEZE]
    at = fields.get("renews")
    chosen = taken[int(at * len(taken))] if at is not None and taken else None
    return {
        **{name: value for name, value in fields.items() if name != "renews"},
        **({"renews": chosen} if chosen else {}),
    }


def each_measure_has_its_clock() -> None:
    """I14: every expiry that an act names runs in a chain of its own, and none ends without a renewal."""
    expiries, renewals = _told()
    nodes = Node.objects.filter(key="control_renewal", started_on__isnull=False)
    found = {(node.case_id, node.chain): node for node in nodes}
    for place, expires_on in expiries.items():
        node = found.get(place)
        require(node is not None, "I14", f"{place} has no clock")
        assert node
        require(node.due_on == expires_on - WARNED_BEFORE, "I14", f"{place} is due {node.due_on} for {expires_on}")
    for case_id in {case_id for case_id, _ in found}:
        ended = sum(node.state == Node.State.DONE for (each, _), node in found.items() if each == case_id)
        require(ended <= renewals[case_id], "I14", f"{ended} clocks ended by {renewals[case_id]} renewals in {case_id}")


def _told() -> tuple[dict[tuple[UUID, str], date], dict[UUID, int]]:
    said = dict(ActionRecord.objects.filter(action__kind=FREEZE).order_by("-pk").values_list("action_id", "fields"))
    expiries: dict[tuple[UUID, str], date] = {}
    renewals: dict[UUID, int] = defaultdict(int)
    subjects = ActionSubject.objects.filter(action_id__in=said, code__in=("ok", "incomplete"))
    for row in subjects:
        fields = said[row.action_id]
        if expires_on := fields.get("expires_on"):
            expiries[row.subject_id, f"measure:{row.action_id}"] = date.fromisoformat(expires_on)
        renewals[row.subject_id] += fields.get("measure") == "RENEW" and row.node_effect == "applied"
    return expiries, renewals
