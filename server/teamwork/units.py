"""What a device holds of the work on a case beside the case itself. Content of the rows alone, as in `cases.units`."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.common.statements import Given, GivenMany, Statement, UuidText
from server.teamwork.models import Approval, Handover, Note, Plan, Task

_NAMED = ("from_team", "from_officer", "to_team", "to_officer", "decided_by")
_WHOM = tuple(column for each in _NAMED for column in (f"{each}_id", f"{each}__name"))
_ASKED = (
    *(UuidText("pk"), "asked_at", "operation", "act_kind", "text", "act_id", "state", "asked_by__name", "due_at"),
    *("decided_at", "decided_by__name", "said", "paper__sha256"),
)
_HANDOVERS: Statement[Any] = Statement(
    lambda: (
        Handover.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"))
        .order_by("proposed_at", "pk")
        .values_list(
            "case_id", UuidText("pk"), "stage", "state", "proposed_at", "due_on", "decided_at", "reason", *_WHOM
        )
    )
)
_NOTES: Statement[Any] = Statement(
    lambda: (
        Note.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"))
        .order_by("noted_at", "pk")
        .values_list("case_id", UuidText("pk"), "text", "noted_at", "by__name", "handover_id")
    )
)

_TASKS: Statement[Any] = Statement(
    lambda: (
        Task.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"))
        .exclude(state=Task.State.WITHDRAWN)
        .order_by("due_on", "pk")
        .values_list("case_id", UuidText("pk"), "text", "state", "due_on", "to_id", "to__name", "by__name", "said")
    )
)
_PLANS: Statement[Any] = Statement(
    lambda: (
        Plan.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"))
        .order_by("number")
        .values_list("case_id", "number", "text", "by__name", "written_at")
    )
)


_APPROVALS: Statement[Any] = Statement(
    lambda: (
        Approval.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"))
        .order_by("asked_at", "pk")
        .values_list("case_id", *_ASKED)
    )
)


def work_units(case_ids: Collection[UUID], court_id: UUID) -> dict[UUID, dict[str, Any]]:
    """By case, what there is to say of it: `handovers`, `stage_owner`, `notes`, `plan`, `tasks`, `approvals`. Five
    SELECTs.

    Of cases of this court alone: a device of another court, to which a case is lent, holds nothing of it.
    """
    work: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for case_id, *columns in _HANDOVERS.rows(case_ids=case_ids, court_id=court_id):
        handover, owner = _handover(*columns)
        work[case_id].setdefault("handovers", []).append(handover)
        if owner:
            work[case_id]["stage_owner"] = owner
    for case_id, pk, text, noted_at, by, handover_id in _NOTES.rows(case_ids=case_ids, court_id=court_id):
        note = {"id": pk, "text": text, "by": by, "noted_at": to_wire(noted_at)}
        of_handover = {"handover": str(handover_id)} if handover_id else {}
        work[case_id].setdefault("notes", []).append({**note, **of_handover})
    for case_id, *columns in _TASKS.rows(case_ids=case_ids, court_id=court_id):
        work[case_id].setdefault("tasks", []).append(_task(*columns))
    for case_id, number, text, by, written_at in _PLANS.rows(case_ids=case_ids, court_id=court_id):
        work[case_id]["plan"] = {"number": number, "text": text, "by": by, "written_at": to_wire(written_at)}
    for case_id, *columns in _APPROVALS.rows(case_ids=case_ids, court_id=court_id):
        work[case_id].setdefault("approvals", []).append(_approval(*columns))
    return work


def _approval(pk: str, asked_at: datetime, *columns: Any) -> dict[str, Any]:
    said = dict(zip(_ASKED[2:], columns, strict=True))
    moments = {name: to_wire(said[name]) for name in ("due_at", "decided_at") if said[name]}
    words = {"said": said["said"], "decided_by": said["decided_by__name"], "paper": said["paper__sha256"]}
    asked = {"id": pk, "operation": said["operation"], "act_kind": said["act_kind"], "text": said["text"]}
    act = {"act": str(said["act_id"])} if said["act_id"] else {}
    told = {"state": said["state"], "asked_at": to_wire(asked_at), "by": said["asked_by__name"]}
    return {**asked, **act, **told, **moments, **{name: word for name, word in words.items() if word}}


def _task(pk: str, text: str, state: str, due_on: date, to_id: UUID, to: str, by: str, said: str) -> dict[str, Any]:
    task = {"id": pk, "text": text, "state": state, "due_on": due_on.isoformat(), "to": {"id": str(to_id), "name": to}}
    return {**task, "by": by, **({"said": said} if said else {})}


def _handover(
    pk: str, stage: str, state: str, proposed_at: Any, due_on: Any, decided_at: Any, reason: str, *whom: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The handover, and the owner of the stage where it was taken over: the last one is the owner now."""
    from_team, from_officer, to_team, to_officer, decided_by = (
        {"id": str(each_id), "name": name} if each_id else None
        for each_id, name in zip(whom[::2], whom[1::2], strict=True)
    )
    decided = {"decided_at": to_wire(decided_at), "decided_by": decided_by} if decided_at else {}
    handover = {
        "id": pk,
        "stage": stage,
        "state": state,
        "from": {"team": from_team, "officer": from_officer},
        "to": {"team": to_team, "officer": to_officer},
        "proposed_at": to_wire(proposed_at),
        "due_on": due_on.isoformat(),
        **decided,
        **({"reason": reason} if reason else {}),
    }
    is_taken = state == Handover.State.ACCEPTED
    owner = {"stage": stage, "team": to_team, "officer": decided_by, "since": to_wire(decided_at)} if is_taken else {}
    return handover, owner
