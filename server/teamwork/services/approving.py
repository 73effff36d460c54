"""Urgent approval (紧急审批): asked from the field, decided by another person, the signed document on the case."""

from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.cases.services import touch
from server.cases.services.events import locked_case
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.evidence.models import Paper
from server.evidence.services.papers import add_paper
from server.field.kinds import kind_of, kinds_document
from server.ledger.services import Draft, append
from server.notices.services import NoticeDraft, tell
from server.people.access import current_at, roles_of
from server.people.models import Officer, OfficerRole
from server.teamwork.approvals import Request, approvers_of, due_at
from server.teamwork.live import approval_view
from server.teamwork.models import Approval
from server.teamwork.services.entries import own_draft
from server.teamwork.services.notes import require_words

PAPER_KINDS = {
    "SEARCH": Paper.Kind.WARRANT,
    "COMPEL": Paper.Kind.SUMMONS,
    "DETAIN": Paper.Kind.DECISION,
    "VACATE": Paper.Kind.ANNOUNCEMENT,
}
"""What is signed for each; for the rest a ruling."""
PAPER_TITLES = {"SEARCH": "搜查令", "COMPEL": "拘传票", "DETAIN": "拘留决定书", "VACATE": "责令迁出公告"}


def write_request(
    *, request: Request, by: Officer, operation: str, asked_at: datetime, received_at: datetime
) -> list[Draft]:
    """Ask, or report what was done; whoever may decide is told at once. Inside the caller's transaction, once."""
    if Approval.objects.filter(operation=operation).exists():
        return []
    approval = Approval.objects.create(
        case_id=request.case_id,
        act_kind=request.act_kind,
        text=request.text,
        act_id=request.act_id,
        asked_by=by,
        asked_at=asked_at,
        received_at=received_at,
        due_at=due_at(asked_at, request.act_id),
        operation=operation,
    )
    case = Case.objects.get(pk=request.case_id)
    tell(_notices(approval, case))
    return [_told(approval, "approval_asked", by, text=approval.text)]


@transaction.atomic
def refuse_approval(*, approval_id: UUID, by: Officer, said: str) -> Approval:
    """Say no, in words. Raises DomainError 403 `role_required`, `second_person_needed`; 404 `approval_not_found`; 409
    `approval_decided`; 422 `note_required`, `note_too_long`."""
    approval = _held(approval_id, by)
    require_words(said)
    return _decide(approval, Approval.State.REFUSED, by, said)


@transaction.atomic
def give_approval(
    *,
    approval_id: UUID,
    by: Officer,
    document: IO[bytes] | None,
    title: str = "",
    document_no: str = "",
    signer: str = "",
    said: str = "",
) -> Approval:
    """Say yes with the signed document, which becomes a paper of the case. Raises as `refuse_approval`, as
    `add_paper`, and 422 `document_required`."""
    approval = _held(approval_id, by)
    if document is None:
        message = _("An approval is the signed document: attach it.")
        raise DomainError("document_required", 422, message)
    if said.strip():
        require_words(said)
    approval.paper = add_paper(
        subject=approval.case,
        kind=PAPER_KINDS.get(approval.act_kind, Paper.Kind.RULING),
        title=title.strip() or paper_title(approval.act_kind),
        content=document,
        document_no=document_no,
        signer=signer or by.name,
        by=by,
    )
    return _decide(approval, Approval.State.APPROVED, by, said)


def tell_of_late_approvals() -> int:
    """Once for each request that was to be decided by now: whoever may decide it, and who asked. How many."""
    late = _late().values_list("case_id", flat=True)
    return sum(_tell_of_late(case_id) for case_id in sorted(set(late)))


def may_decide(approval: Approval, officer: Officer, roles: frozenset[str] | None = None) -> bool:
    """Of the case's court, in an office that approves this, and not who asked. `roles`: his, where they were read."""
    held = roles_of(officer) if roles is None else roles
    is_leader = officer.court_id == approval.case.court_id and held & set(approvers_of(approval.act_kind))
    return bool(is_leader) and officer.pk != approval.asked_by_id


def approval_not_found() -> DomainError:
    return DomainError("approval_not_found", 404, _("There is no such request among those you may read."))


def _held(approval_id: UUID, by: Officer) -> Approval:
    """Locked in the one order: the case, then what hangs on it."""
    case_id = Approval.objects.filter(pk=approval_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise approval_not_found()
    locked_case(case_id)
    approval = Approval.objects.select_related("case", "asked_by").get(pk=approval_id)
    if by.pk == approval.asked_by_id:
        raise DomainError("second_person_needed", 403, _("You asked for this yourself: another person decides it."))
    if not may_decide(approval, by):
        roles = list(approvers_of(approval.act_kind))
        message = _("The president of that court decides this, or where the law asks for no president the director.")
        raise DomainError("role_required", 403, message, {"roles": roles})
    if approval.state != Approval.State.WAITING:
        message = _("This has been decided already. Look again.")
        raise DomainError("approval_decided", 409, message, {"state": str(approval.state)})
    return approval


def _late() -> QuerySet[Approval]:
    return Approval.objects.filter(state=Approval.State.WAITING, lateness_told_at=None, due_at__lt=now())


@transaction.atomic
def _tell_of_late(case_id: UUID) -> int:
    case = locked_case(case_id)
    late = list(_late().filter(case=case).order_by("pk"))
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Not decided in time: %(kind)s, %(case)s")
    for each in late:
        officers = [*_leaders(each, case), each.asked_by_id]
        tell([_notice(each, case, officer_id, title, "late") for officer_id in officers])
    Approval.objects.filter(pk__in=[each.pk for each in late]).update(lateness_told_at=now())
    append([own_draft(case, "approval_late", {"approval": approval_view(each)}) for each in late])
    return len(late)


def _decide(approval: Approval, state: Approval.State, by: Officer, said: str) -> Approval:
    approval.state, approval.decided_by, approval.decided_at, approval.said = state, by, now(), said.strip()
    approval.save()
    title = _("Approved: %(kind)s, %(case)s") if approval.paper else _("Not approved: %(kind)s, %(case)s")
    tell([_notice(approval, approval.case, approval.asked_by_id, title, "decided")])
    facts = {"said": approval.said, "decided_at": to_wire(approval.decided_at)}
    append([_told(approval, "approval_given" if approval.paper else "approval_refused", by, **facts)])
    return approval


def _told(approval: Approval, kind: str, by: Officer, **facts: Any) -> Draft:
    touch([approval.case_id])
    case = Case.objects.get(pk=approval.case_id)
    return own_draft(case, kind, {"approval": approval_view(approval)}, by=by, **facts)


def _notices(approval: Approval, case: Case) -> list[NoticeDraft]:
    with translation.override(settings.LANGUAGE_CODE):
        asked, done = _("Approval asked: %(kind)s, %(case)s"), _("Done first, reported: %(kind)s, %(case)s")
        title = done if approval.act_id else asked
        return [_notice(approval, case, officer_id, title, "asked") for officer_id in _leaders(approval, case)]


def _leaders(approval: Approval, case: Case) -> list[UUID]:
    """Who may decide it."""
    roles = OfficerRole.objects.filter(current_at(now()), role__in=approvers_of(approval.act_kind))
    leaders = Officer.objects.filter(pk__in=roles.values("officer_id"), court_id=case.court_id, is_active=True)
    return list(leaders.exclude(pk=approval.asked_by_id).order_by("pk").values_list("pk", flat=True))


def _notice(approval: Approval, case: Case, officer_id: UUID, title: str, step: str) -> NoticeDraft:
    return NoticeDraft(
        officer_id=officer_id,
        court_id=case.court_id,
        kind="approval",
        key=f"approval:{approval.pk}:{step}",
        title=title % {"kind": kind_name(approval.act_kind), "case": case.case_no},
        view={"approval": approval_view(approval)},
        subject_id=case.pk,
        is_urgent=True,
    )


def paper_title(act_kind: str) -> str:
    """搜查令, 拘留决定书; else the ruling on what is to be done."""
    return PAPER_TITLES.get(act_kind) or f"{kind_name(act_kind)}裁定书"


def kind_name(act_kind: str) -> str:
    """As papers call it, in Chinese."""
    return str((kind_of(kinds_document(), act_kind) or {"zh": act_kind})["zh"])
