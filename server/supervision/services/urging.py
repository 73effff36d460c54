"""Urging (催办): asked, answered, or told of when no answer came in time; all of it stays on record."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from server.cases.calendars import work_calendar
from server.cases.levels import Level
from server.cases.models import Case, Node
from server.cases.queries import flow_of, node_definition
from server.cases.services import touch
from server.cases.watched import held_cases
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.notices.services import NoticeDraft, tell
from server.people.models import Officer
from server.supervision.access import require_can_urge, require_holds, require_readable_case, urges_visible_to
from server.supervision.circle import Circle
from server.supervision.entries import Told, append_told
from server.supervision.live import urge_view
from server.supervision.models import Urge
from server.supervision.services.raising import REPLY_WORKING_DAYS

URGE, REPLY, LATE_REPLY = "urge", "urge_reply", "urge_reply_late"
"""Kinds of notices."""


@transaction.atomic
def urge(*, case_id: UUID, text: str, by: Officer, node_id: UUID | None = None) -> Urge:
    """Ask whoever answers for the case, or for one node of it; a reply is due within two working days.

    In a closed case only for a node that goes on. Raises DomainError 404 `case_not_found`, `node_not_found`, 403
    `may_not_urge`, 409 `case_closed`.
    """
    require_can_urge(by, require_readable_case(by, case_id))
    case = held_cases([case_id])[case_id]
    node = _node_of(case, node_id) if node_id else None
    if case.status == Case.Status.CLOSED and not (node and _goes_on(case, node)):
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    owner = node_definition(flow_of(case.flow), node.key).owner if node else ""
    at = now()
    made = Urge.objects.create(
        case=case,
        court_id=case.court_id,
        node=node,
        asked_by=by,
        person_id=Circle([case], at).person(case.pk, owner),
        text=text,
        asked_at=at,
        reply_due_on=work_calendar().working_day(local_date(at), REPLY_WORKING_DAYS),
    )
    if made.person_id:
        title = _words(gettext_lazy("%(name)s urges: %(case)s, reply due %(day)s"), made, case, by)
        tell([_notice(made, case, URGE, title, made.person_id)])
    touch([case.pk])
    append_told([Told(case, "case_urged", {"urge": urge_view(made)}, {"text": text}, by)])
    return made


@transaction.atomic
def answer_urge(*, urge_id: UUID, text: str, by: Officer) -> Urge:
    """The reply, given once.

    Raises DomainError 404 `urge_not_found`, 403 `not_yours_to_answer`, 409 `urge_answered`.
    """
    known = urges_visible_to(by).filter(pk=urge_id).first()
    if known is None:
        raise DomainError("urge_not_found", 404, _("There is no such urge in a case you may read."))
    require_holds(by, known.case_id, known.person_id)
    append_told([write_reply(urge_id=urge_id, text=text, by=by, replied_at=now())])
    return Urge.objects.select_related("case", "asked_by", "person", "replied_by").get(pk=urge_id)


def write_reply(*, urge_id: UUID, text: str, by: Officer, replied_at: datetime) -> Told:
    """The same in a transaction of the caller's, who judged that he may and tells the ledger; it is late or in time by
    its own moment. Raises 409 `urge_answered`.
    """
    case_id = Urge.objects.values_list("case_id", flat=True).get(pk=urge_id)
    case = held_cases([case_id])[case_id]
    answered = Urge.objects.get(pk=urge_id)
    if answered.state == Urge.State.ANSWERED:
        raise DomainError("urge_answered", 409, _("This has been answered; the answer stands."))
    answered.state, answered.reply, answered.replied_by = Urge.State.ANSWERED, text, by
    answered.replied_at = max(answered.asked_at, replied_at)
    answered.save(update_fields=["state", "reply", "replied_by", "replied_at"])
    if answered.asked_by_id:
        title = _words(gettext_lazy("%(name)s answers: %(case)s"), answered, case, by)
        tell([_notice(answered, case, REPLY, title, answered.asked_by_id)])
    touch([case.pk])
    return Told(case, "urge_answered", {"urge": urge_view(answered)}, {"text": text}, by)


def tell_of_late_replies() -> int:
    """Once for each urge whose day has passed without a reply: whoever asked, and the director's digest."""
    late = Urge.objects.filter(state=Urge.State.OPEN, lateness_told_at=None, reply_due_on__lt=local_date(now()))
    return sum(_tell_of_late(case_id) for case_id in sorted(set(late.values_list("case_id", flat=True))))


@transaction.atomic
def _tell_of_late(case_id: UUID) -> int:
    case, at = held_cases([case_id])[case_id], now()
    rows = Urge.objects.filter(case=case, state=Urge.State.OPEN, lateness_told_at=None)
    late = list(rows.filter(reply_due_on__lt=local_date(at)))
    directors = Circle([case], at).leaders(case.pk, None, Level.OVERDUE)
    for each in late:
        title = _words(gettext_lazy("No reply in time: %(case)s, due %(day)s"), each, case, None)
        asked = {each.asked_by_id} if each.asked_by_id else set()
        tell(
            [_notice(each, case, LATE_REPLY, title, officer) for officer in asked]
            + [_notice(each, case, LATE_REPLY, title, officer, waits=True) for officer in directors - asked]
        )
    Urge.objects.filter(pk__in=[each.pk for each in late]).update(lateness_told_at=at)
    append_told([Told(case, "urge_reply_late", {"urge": urge_view(each)}, {}) for each in late])
    return len(late)


def _node_of(case: Case, node_id: UUID) -> Node:
    node = Node.objects.filter(case=case, pk=node_id).first()
    if node is None:
        raise DomainError("node_not_found", 404, _("This case has no such node."))
    return node


def _goes_on(case: Case, node: Node) -> bool:
    return node.state == Node.State.RUNNING and node.key in flow_of(case.flow).outliving


def _words(text: Promise | str, about: Urge, case: Case, by: Officer | None) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(text) % {"name": by.name if by else "", "case": case.case_no, "day": about.reply_due_on}


def _notice(about: Urge, case: Case, kind: str, title: str, officer_id: UUID, *, waits: bool = False) -> NoticeDraft:
    return NoticeDraft(
        officer_id=officer_id,
        court_id=case.court_id,
        kind=kind,
        key=f"{kind}:{about.pk}",
        title=title,
        view=urge_view(about),
        subject_id=case.pk,
        waits_for_digest=waits,
    )
