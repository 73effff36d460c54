"""What must become of each operation, by the rows of the moment it arrived: a second opinion, not the server's."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from server.cases.models import Case, Grant, Party
from server.common.clock import SHANGHAI
from server.field.models import ActionSubject
from server.people.models import Device, Officer
from server.sync.models import Operation as OperationRow
from server.teamwork.models import Handover
from tests.simulation import answers
from tests.simulation.acts import COMPLETE_NODE, UNKNOWN_KIND, mark_of
from tests.simulation.journal import Recorded

APPLIED = ("ok", "incomplete")
NODE_CODES = ("node_unknown", "node_not_started", "node_needs_act", "node_ending_unclear", "node_too_early")


def is_revoked(device_id: UUID | None) -> bool:
    return device_id is not None and Device.objects.filter(pk=device_id, revoked_at__isnull=False).exists()


def is_working(device_id: UUID | None) -> bool:
    """The server knows it, and has not revoked it."""
    return device_id is not None and Device.objects.filter(pk=device_id, revoked_at=None).exists()


def visible_cases(officer_id: UUID, at: datetime) -> set[str]:
    """Ids this officer's devices may hold at this moment."""
    officer = Officer.objects.get(pk=officer_id)
    if not officer.is_active or _is_suspended(officer, at):
        return set()
    rows = Grant.objects.filter(_standing(at), officer_id=officer_id).values_list("subject_id", flat=True)
    return {str(each) for each in rows}


def related_cases(case_id: str) -> dict[str, tuple[str, list[str]]]:
    """Other cases of its debtors, by number: status, and the days on which its officers met with resistance."""
    named = list(Party.objects.filter(case_id=case_id, part=Party.Part.DEBTOR).values_list("id_no", flat=True))
    others = {
        pk for pk, id_no in Party.objects.values_list("case_id", "id_no") if id_no in named and str(pk) != case_id
    }
    acts = ActionSubject.objects.filter(
        subject_id__in=others, status=ActionSubject.Status.APPLIED, action__kind="SERVE"
    )
    days: dict[UUID, set[str]] = defaultdict(set)
    for pk, recorded_at in acts.values_list("subject_id", "action__recorded_at"):
        days[pk].add(str(recorded_at.astimezone(SHANGHAI).date()))
    return {case.case_no: (case.status, sorted(days[case.pk])) for case in Case.objects.filter(pk__in=others)}


def _standing(at: datetime) -> Q:
    return Q(valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))


def _is_suspended(officer: Officer, at: datetime) -> bool:
    begins, ends = officer.suspended_from, officer.suspended_until
    return begins is not None and begins <= at and (ends is None or at < ends)


class Oracle:
    """The rows that bear on one device's officer at this moment."""

    def __init__(self, device: Device, at: datetime) -> None:
        self._at = at
        self._was_suspended = device.officer.suspended_from is not None
        self._officer = device.officer
        self._handed = {str(pk) for pk in Handover.objects.values_list("case_id", flat=True)}
        self._cases = {str(case.pk): case for case in Case.objects.defer("flow_facts")}
        self._ids = {case.case_no: id_ for id_, case in self._cases.items()}
        self._grants: dict[str, list[Grant]] = defaultdict(list)
        for grant in Grant.objects.filter(officer_id=device.officer_id):
            self._grants[str(grant.subject_id)].append(grant)

    def expected_codes(self, operation: Recorded) -> tuple[str, ...]:
        """The codes that explain what became of this operation, which arrived just now."""
        told = mark_of(operation.body)
        body = operation.body or {}
        if told and not (told == "id_reuse" and self._is_first(operation)):
            return (told,)
        if body["kind"] == UNKNOWN_KIND:
            return ("kind_unknown",)
        if body["kind"] in answers.KINDS:
            return answers.expected_codes(operation, self._officer)
        codes = [self._subject_code(subject) for subject in body["subjects"]]
        first = next((code for code in codes if code), "")
        expected = (first,) if first else APPLIED
        if body["kind"] == COMPLETE_NODE and "" in codes:
            # What a node waits for has tests of its own; an act applied in one case tells of the others' codes.
            expected = (*expected, *NODE_CODES)
        if any(self._id_of(subject) in self._handed for subject in body["subjects"]):
            # Rights pass with a handover in the midst of a batch, and by the time of the act: tests of its own.
            expected = (*expected, *APPLIED, *NODE_CODES, "not_assigned", "grant_ended")
        # Whether the act fell into the suspension is a matter of its time bounds, which have their own tests.
        return (*expected, "officer_suspended") if self._was_suspended and "" in codes else expected

    def _is_first(self, operation: Recorded) -> bool:
        """The one whose id it took went with a restore, and had been let go of."""
        same = OperationRow.objects.filter(claimed_id=(operation.body or {})["id"])
        return not same.exclude(hash=operation.hash).exists()

    def _id_of(self, subject: dict[str, Any]) -> str:
        return str(subject["id"] if subject["type"] == "case" else self._ids.get(subject["id"], ""))

    def _subject_code(self, subject: dict[str, Any]) -> str:
        id_ = self._id_of(subject)
        case, grants = self._cases.get(id_), self._grants.get(id_)
        if case is None or not grants:
            return "subject_unknown"
        if subject["assignment_no"] is not None and subject["assignment_no"] != case.assignment_no:
            return "not_assigned"
        if not any(self._covers(grant) for grant in grants):
            return "grant_ended"
        return "case_closed" if case.closed_at else ""

    def _covers(self, grant: Grant) -> bool:
        return grant.valid_from <= self._at and (grant.valid_to is None or self._at < grant.valid_to)
