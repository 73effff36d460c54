"""Reads of matters: what decisions ask, what is on the same property, and the clocks."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from server.cases.calendars import work_calendar
from server.cases.models import Case
from server.cases.turns import Running
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date, now
from server.common.signing import split_text
from server.field.authority import UNKNOWN
from server.field.models import ActionSubject, FieldAction
from server.field.queries import with_facts, without_facts
from server.field.rules import CourtRules
from server.matters.clock import Told, clocks_of, limits_of
from server.matters.decide import Facts
from server.matters.kinds import Kind, catalogue
from server.matters.models import Matter, MatterMove, MatterPaper, MatterSnapshot
from server.matters.states import TERMINAL, UNSENT, Clock, Move, State

MEASURE_TAKEN = "control_expiry"
"""What an act tells that seals, seizes or freezes."""


def kind_of(matter: Matter) -> Kind:
    return catalogue(matter.catalogue).kinds[matter.kind]


def facts_of(matter: Matter, at: datetime | None = None) -> Facts:
    """Everything the guards ask of one matter."""
    kind, results = kind_of(matter), list(matter.results.values_list("code", flat=True))
    codes = catalogue(matter.catalogue).results
    today, missing = local_date(at or now()), missing_papers(matter)
    said = [code for code in results if codes[code].is_measure]
    is_late = bool(missing and matter.is_urgent and matter.papers_due_on and matter.papers_due_on < today)
    return Facts(
        state=State(matter.state),
        came_from=State(matter.came_from) if matter.came_from else None,
        is_case_open=_may_ask(matter),
        missing_papers=missing,
        missing_members=kind.missing_members(matter.request, days=matter.limit_days),
        is_urgent=matter.is_urgent,
        are_papers_late=is_late,
        has_contact=_has_contact(matter),
        was_supplement_asked=matter.moves.filter(move=Move.ASK_SUPPLEMENT).exists(),
        in_force=tuple(dict.fromkeys([*said, *(_taken_on_site(matter.pk) if kind.release else ())])),
        irreversible=tuple(dict.fromkeys(code for code in results if codes[code].is_irreversible)),
        has_result=bool(results),
        has_receipt=matter.papers.filter(is_result=True).exists(),
        has_act=acts_for(matter.pk).exists(),
        is_expired=bool(matter.valid_until and matter.valid_until < today),
        is_rated=matter.rating is not None,
        is_complained=bool(matter.complaint),
        is_withdrawal_asked=matter.asked_across.filter(move=Move.WITHDRAW, answered_at=None).exists(),
        is_resent=matter.followed_by.filter(relation=Matter.Relation.RESENT).exists(),
    )


def _may_ask(matter: Matter) -> bool:
    """In a closed case nothing more is asked but the release of what was taken for it (decision 0021)."""
    is_open = matter.case is None or matter.case.status != Case.Status.CLOSED
    return is_open or matter.relation == Matter.Relation.RELEASE


def missing_papers(matter: Matter) -> tuple[str, ...]:
    """By its own file; asked from another server, by what was told last."""
    if matter.case_id is None:
        listed = told(last_of(matter, matter.from_court_id)).get("papers", ())
        return kind_of(matter).missing_papers(Counter(paper["slot"] for paper in listed))
    slots = MatterPaper.objects.filter(matter=matter, is_result=False, paper__superseded_by=None)
    return kind_of(matter).missing_papers(Counter(slots.values_list("slot", flat=True)))


def told(snapshot: MatterSnapshot | None) -> dict[str, Any]:
    """What it says; nothing of none."""
    if snapshot is None:
        return {}
    content: dict[str, Any] = json.loads(split_text(snapshot.text)[0])
    return content


def last_of(matter: Matter, court_id: UUID) -> MatterSnapshot | None:
    return matter.snapshots.filter(court_id=court_id).order_by("-version").first()


def told_text(matter: Matter, court_id: UUID) -> str:
    """As this court signed it last; empty where it told nothing yet."""
    last = last_of(matter, court_id)
    return last.text if last else ""


def _has_contact(matter: Matter) -> bool:
    """The doing court talked with the other since it got it."""
    talks = matter.talks.filter(is_note=False, court_id=matter.to_court_id)
    return bool(matter.sent_at) and talks.filter(at__gte=matter.sent_at).exists()


def acts_for(matter_id: UUID) -> QuerySet[ActionSubject]:
    """Acts on site that count for it."""
    rows = ActionSubject.objects.filter(subject_id=matter_id, status=ActionSubject.Status.APPLIED)
    return rows.exclude(code=UNKNOWN)


def _taken_on_site(matter_id: UUID) -> list[str]:
    """Kinds of the acts for it that took something which lapses, whether or not that was said as a result, too."""
    acts = FieldAction.objects.filter(pk__in=acts_for(matter_id).values("action_id")).order_by("pk")
    rules, states = CourtRules({}), with_facts({act.pk: without_facts(act) for act in acts})
    told = ((state.facts.kind, rules.events(state.facts)) for state in states.values())
    return [kind for kind, events in told if any(event.event == MEASURE_TAKEN for event in events)]


def clocks(
    matter: Matter, moves: Iterable[MatterMove] | None = None, calendar: WorkCalendar | None = None
) -> dict[Clock, Running]:
    rows = moves if moves is not None else matter.moves.order_by("number")
    told = [Told(State(row.source), Move(row.move), row.at) for row in rows if row.source]
    days = matter.limit_days if matter.limit_days is not None else 0 if matter.is_urgent else kind_of(matter).days
    return clocks_of(told, limits_of(days, is_urgent=matter.is_urgent), calendar or work_calendar())


def is_late(matter: Matter, at: datetime) -> bool:
    """By the clock, whether or not a pass has told anybody."""
    return bool(matter.due_on and matter.due_on < local_date(at))


def others_on_property(matter: Matter, court_id: UUID) -> QuerySet[Matter]:
    """Open ones about the same property that this court asks for or does."""
    if not matter.property_key:
        return Matter.objects.none()
    ours = Q(from_court_id=court_id) | (Q(to_court_id=court_id) & ~Q(state__in=[each.value for each in UNSENT]))
    rows = Matter.objects.filter(ours, property_key=matter.property_key).exclude(pk=matter.pk)
    return rows.exclude(state__in=[each.value for each in TERMINAL]).order_by("pk")


def boxed(matters: QuerySet[Matter], box: str, court_ids: Iterable[UUID]) -> QuerySet[Matter]:
    """Of these, what came in to those courts or went out of them."""
    courts = list(court_ids)
    if box == "in":
        return matters.filter(to_court_id__in=courts).exclude(state__in=[each.value for each in UNSENT])
    return matters.filter(from_court_id__in=courts)


def narrowed(matters: QuerySet[Matter], **wanted: str) -> QuerySet[Matter]:
    """Those whose members are as wanted; an empty one wants nothing."""
    return matters.filter(**{name: value for name, value in wanted.items() if value})
