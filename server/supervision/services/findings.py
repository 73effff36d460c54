"""What is said of a limit that passed: its cause and explanation by the officer, its conclusion by a leader."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.cases.watched import held_cases
from server.common.clock import now
from server.common.errors import DomainError
from server.people.models import Officer
from server.supervision.access import findings_visible_to, require_can_conclude, require_holds
from server.supervision.entries import Told, append_told
from server.supervision.live import finding_view
from server.supervision.models import Finding
from server.supervision.queries import silent_devices_of

_CLOSED = (Finding.State.CONCLUDED, Finding.State.CLEARED)


@transaction.atomic
def explain_finding(*, finding_id: UUID, cause: str, explanation: str, by: Officer) -> Finding:
    """May be said anew until a leader has concluded.

    Raises DomainError 404 `finding_not_found`, 403 `not_yours_to_answer`, 409 `finding_closed`.
    """
    finding, case = _held(finding_id, by)
    require_holds(by, finding.case_id, finding.person_id)
    finding.cause, finding.explanation = cause, explanation
    finding.explained_by, finding.explained_at, finding.state = by, now(), Finding.State.EXPLAINED
    finding.save(update_fields=["cause", "explanation", "explained_by", "explained_at", "state"])
    _tell(case, "finding_explained", finding, explanation, by)
    return finding


@transaction.atomic
def conclude_finding(*, finding_id: UUID, conclusion: str, note: str, by: Officer) -> Finding:
    """A breach is concluded after an explanation, and not while a device may still hold the act that was in time.

    Raises DomainError 404 `finding_not_found`, 403 `may_not_conclude`, 409 `finding_closed`,
    `finding_unexplained`, `breach_provisional`.
    """
    finding, case = _held(finding_id, by)
    require_can_conclude(by, finding)
    if conclusion == Finding.Conclusion.BREACH:
        _require_sure(finding)
    finding.conclusion, finding.note = conclusion, note
    finding.concluded_by, finding.concluded_at, finding.state = by, now(), Finding.State.CONCLUDED
    finding.save(update_fields=["conclusion", "note", "concluded_by", "concluded_at", "state"])
    _tell(case, "finding_concluded", finding, note, by)
    return finding


def _held(finding_id: UUID, officer: Officer) -> tuple[Finding, Case]:
    known = findings_visible_to(officer).filter(pk=finding_id).first()
    if known is None:
        raise DomainError("finding_not_found", 404, _("There is no such finding in a case you may read."))
    case = held_cases([known.case_id])[known.case_id]
    finding = Finding.objects.select_related("node").get(pk=finding_id)
    if finding.state in _CLOSED:
        raise DomainError("finding_closed", 409, _("This finding is closed."), {"state": finding.state})
    return finding, case


def _require_sure(finding: Finding) -> None:
    if not finding.explanation:
        raise DomainError("finding_unexplained", 409, _("First the officer is heard: there is no explanation yet."))
    silent = silent_devices_of([finding])[finding.pk]
    if silent:
        message = _("A device of the case may still hold the act. Have it come into the net first.")
        details = {"silent_devices": [device.as_json() for device in silent]}
        raise DomainError("breach_provisional", 409, message, details)


def _tell(case: Case, kind: str, finding: Finding, text: str, by: Officer) -> None:
    append_told([Told(case, kind, {"finding": finding_view(finding)}, {"text": text}, by)])
