"""Reads of delegations: what decisions ask, the clocks, the boxes."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from server.cases.calendars import work_calendar
from server.cases.limits import Unit, plain_day
from server.cases.models import Case, CaseEvent, Property
from server.cases.turns import Running
from server.common.clock import local_date, now
from server.delegation.clock import Told, clocks_of
from server.delegation.decide import Facts, ShortSeal
from server.delegation.eight_papers import paper_list
from server.delegation.models import CaseDelegation, DelegationMove, DelegationPaper
from server.delegation.seals import standing_in
from server.delegation.states import TERMINAL, UNSENT, Clock, Side, State
from server.field.models import ActionSubject
from server.people.models import Court

IDLE_DAYS = 15
"""民诉法240: not enforced within fifteen days of the receipt of the letter."""
_CHECKED_FOR = frozenset({State.DRAFT, State.CHECKED})


def facts_of(delegation: CaseDelegation, at: datetime | None = None) -> Facts:
    """Everything the guards ask of one delegation."""
    today = local_date(at or now())
    state, running = State(delegation.state), clocks(delegation)
    received = delegation.received_case
    return Facts(
        state=state,
        came_from=State(delegation.came_from) if delegation.came_from else None,
        is_case_open=delegation.case.status != Case.Status.CLOSED,
        is_other_open=open_ones(delegation.case_id).exclude(pk=delegation.pk).exists(),
        is_received=came_by_delegation(delegation.case_id),
        is_court_here=is_here(delegation.to_court),
        own_high_court=_code(high_court_of(delegation.from_court)),
        their_high_court=_code(high_court_of(delegation.to_court)),
        is_none_here_said=delegation.is_none_here,
        property_here=tuple(_property_here(delegation)),
        property_elsewhere=len(delegation.targets),
        short_seals=_short_seals(delegation, today) if state in _CHECKED_FOR else (),
        missing_papers=missing_papers(delegation),
        is_explained=delegation.explained_at is not None,
        is_complete_over=_is_over(running.get(Clock.COMPLETE), today),
        are_papers_back=delegation.papers_back_at is not None,
        is_idle=_is_idle(delegation, running, today),
        is_received_open=received is None or received.status != Case.Status.CLOSED,
        has_consent=delegation.consented_at is not None,
        is_six_months_over=_are_six_months_over(running, today),
        is_made_again=delegation.followed_by.filter(relation=CaseDelegation.Relation.AGAIN).exists(),
    )


def open_ones(case_id: UUID) -> QuerySet[CaseDelegation]:
    """Of a case; none of them has ended."""
    rows = CaseDelegation.objects.filter(case_id=case_id)
    return rows.exclude(state__in=[each.value for each in TERMINAL])


def came_by_delegation(case_id: UUID) -> bool:
    return CaseDelegation.objects.filter(received_case_id=case_id).exists()


def is_here(court: Court) -> bool:
    """A court of this server: it can file the case here."""
    return court.reach == Court.Reach.HERE


def high_court_of(court: Court) -> Court | None:
    """The nearest at or above it: the province, where no address says one."""
    above: Court | None = court
    while above is not None and above.level != Court.Level.HIGH:
        above = above.parent
    return above


def _code(court: Court | None) -> str:
    return court.code if court else ""


def _property_here(delegation: CaseDelegation) -> Iterable[str]:
    elsewhere = {each.get("property") for each in delegation.targets}
    rows = Property.objects.filter(case_id=delegation.case_id).order_by("pk")
    return (row.name for row in rows if str(row.pk) not in elsewhere)


def _short_seals(delegation: CaseDelegation, today: date) -> tuple[ShortSeal, ...]:
    """Less than a month left (art 6), counted by the calendar alone: a seal ends on a day off, too."""
    bound = plain_day(1, Unit.MONTHS, today)
    standing = standing_in(delegation.case, today)
    return tuple(
        ShortSeal(each.chain, each.expires_on) for each in standing if each.expires_on and each.expires_on < bound
    )


def missing_papers(delegation: CaseDelegation) -> tuple[str, ...]:
    slots = DelegationPaper.objects.filter(delegation=delegation, paper__superseded_by=None)
    return paper_list(delegation.paper_list).missing(Counter(slots.values_list("slot", flat=True)))


def clocks(delegation: CaseDelegation, moves: Iterable[DelegationMove] | None = None) -> dict[Clock, Running]:
    rows = moves if moves is not None else delegation.moves.order_by("number")
    told = [Told(State(row.source) if row.source else None, row.move, row.at) for row in rows]
    return clocks_of(told, work_calendar(), delegation.deadline_on)


def _is_over(clock: Running | None, today: date) -> bool:
    return bool(clock and not clock.stopped_on and clock.due_on and clock.due_on < today)


def _are_six_months_over(running: dict[Clock, Running], today: date) -> bool:
    """Or the day that a superior set since."""
    return _is_over(running.get(Clock.DEADLINE) or running.get(Clock.SIX_MONTHS), today)


def _is_idle(delegation: CaseDelegation, running: dict[Clock, Running], today: date) -> bool:
    """Not begun in time; once begun, no sign of it for as long."""
    start = running.get(Clock.START)
    if start is None or not start.stopped_on:
        return _is_over(start, today)
    return _last_sign_of(delegation) + timedelta(days=IDLE_DAYS) < today


def _last_sign_of(delegation: CaseDelegation) -> date:
    """The last day on which the receiving court moved it, did an act, or told its flow anything."""
    case_id = delegation.received_case_id or delegation.case_id
    moves = delegation.moves.filter(court_id=delegation.to_court_id, by__isnull=False)
    acts = ActionSubject.objects.filter(subject_id=case_id, status=ActionSubject.Status.APPLIED)
    signs = [
        moves.aggregate(at=Max("at"))["at"],
        acts.aggregate(at=Max("action__received_at"))["at"],
        CaseEvent.objects.filter(case_id=case_id, voided_at=None).aggregate(at=Max("received_at"))["at"],
        delegation.sent_at,
    ]
    return max(local_date(at) for at in signs if at)


def boxed(rows: QuerySet[CaseDelegation], box: str, court_ids: Iterable[UUID]) -> QuerySet[CaseDelegation]:
    """Of these, what came in to those courts or went out of them."""
    courts = list(court_ids)
    if box == "in":
        return rows.filter(to_court_id__in=courts).exclude(state__in=[each.value for each in UNSENT])
    return rows.filter(from_court_id__in=courts)


def linked(case_id: UUID) -> QuerySet[CaseDelegation]:
    """Those by which this case went away or came, the newest first."""
    rows = CaseDelegation.objects.filter(Q(case_id=case_id) | Q(received_case_id=case_id))
    return rows.select_related("from_court", "to_court", "case", "received_case").order_by("-pk")


def waits_for(delegation: CaseDelegation) -> str:
    """Whose step it is."""
    state = State(delegation.state)
    if state in TERMINAL:
        return ""
    if state is State.RETURN_PENDING and delegation.consented_at is None:
        return Side.ABOVE.value
    is_own = state in UNSENT or state in (State.INCOMPLETE, State.FILED)
    return (Side.DELEGATING if is_own else Side.RECEIVING).value
