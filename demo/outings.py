"""What officers have already done on site when the demonstration begins: which act, when, how well. Pure.

An act takes the place of the desk's word for a step of the flow: where the act is complete it tells that step itself,
and where it is not the case waits there.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum

from demo.city import CasePlan, Step
from demo.kinds import DETAINED_DAYS

SHANGHAI = timezone(timedelta(hours=8))
LAST_DAYS = 35
ACTS, CASES_OF_ONE = 44, 2
HOURS = (time(9, 40), time(11, 5), time(14, 30), time(15, 50), time(16, 45))
"""When a day's acts end; nobody does more in a day."""
NOTHING = ""
TOLD_BY = {
    "notice_served": ("SERVE",),
    "field_action_started": ("LOCATE", "SITE_SURVEY", "SEARCH"),
    "control_effective": ("SEAL", "FREEZE_COUNTER", "SEIZE"),
    "interview_done": ("INTERVIEW", "COMPEL", "INTERVIEW"),
    "due_diligence_done": ("SITE_SURVEY",),
    "price_report_served": ("SERVE",),
}
"""Steps of the flow that an act on site tells, and by which kinds, in turn."""
BESIDE = {
    "investigation_closed": ("DETAIN", NOTHING, NOTHING),
    "auction_notice_published": ("POST_NOTICE",),
    "auction_sold": ("VACATE", "RELEASE", "DELIVER"),
}
"""Acts that go with a step the desk tells."""
RELEASED = "detention_ended"
"""Told by the desk when the days are over, whatever else a case waits for."""
OF_A_PERSON = ("COMPEL", "DETAIN")
TYPES = ("执", "执恢")
"""Reviews and preservation cases know few of these acts."""


class Quality(Enum):
    FULL = "full"
    HURRIED = "hurried"
    """Something that blocks was forgotten: the desk shows what is missing."""
    AWAITED = "awaited"
    """In full, but the photographs are still on the phone."""


@dataclass(frozen=True, slots=True)
class Outing:
    case: CasePlan
    kind: str
    event: str
    ended_at: datetime
    quality: Quality = Quality.FULL


@dataclass(frozen=True, slots=True)
class Course:
    """One case: what the desk has told of it, and what was done on site."""

    case: CasePlan
    desk: tuple[Step, ...]
    acts: tuple[Outing, ...] = ()


def courses(plans: Sequence[CasePlan], today: date) -> list[Course]:
    """All cases in the order of filing; a few dozen acts on some that are open."""
    ordered = sorted(plans, key=lambda plan: (plan.filed_on, plan.case_no))
    chosen, turns = {plan.case_no for plan in _chosen(ordered, today)}, Counter[str]()
    made = [_course(plan, today, turns) if plan.case_no in chosen else Course(plan, plan.steps) for plan in ordered]
    return _flawed(_timed(made))


def _chosen(plans: Sequence[CasePlan], today: date) -> Iterator[CasePlan]:
    """A few cases of one officer after the other, of every court in turn."""
    busy: dict[tuple[str, int], list[CasePlan]] = {}
    for plan in plans:
        if plan.type_code in TYPES and not plan.closing_mode and _recent(plan, today):
            busy.setdefault((plan.court_code, plan.executor), []).append(plan)
    counted, of_court = 0, Counter[str]()
    turns = []
    for officer in sorted(busy, key=lambda officer: (-len(busy[officer]), officer)):
        of_court[officer[0]] += 1
        turns.append((of_court[officer[0]], officer))
    for _, officer in sorted(turns):
        for plan in busy[officer][:CASES_OF_ONE]:
            if counted < ACTS:
                counted += len(_recent(plan, today))
                yield plan


def _recent(plan: CasePlan, today: date) -> list[Step]:
    known = {**TOLD_BY, **BESIDE}
    return [step for step in plan.steps if step.event in known and today - _day(plan, step) <= timedelta(LAST_DAYS)]


def _day(plan: CasePlan, step: Step) -> date:
    return plan.filed_on + timedelta(days=step.day)


def _course(plan: CasePlan, today: date, turns: Counter[str]) -> Course:
    acts = [act for step in _recent(plan, today) if (act := _outing(plan, step, turns)).kind]
    told = {act.event for act in acts}
    desk = [step for step in plan.steps if step.event not in told]
    for act in acts:
        released = Step(RELEASED, (act.ended_at.date() - plan.filed_on).days + DETAINED_DAYS)
        if act.kind == "DETAIN" and _day(plan, released) < today:
            desk.append(released)
    return Course(plan, tuple(desk), tuple(acts))


def _outing(plan: CasePlan, step: Step, turns: Counter[str]) -> Outing:
    kinds = TOLD_BY.get(step.event) or BESIDE[step.event]
    if next(party for party in plan.parties if party.part == "debtor").kind == "ENTITY":
        kinds = tuple(kind for kind in kinds if kind not in OF_A_PERSON)
    kind = kinds[turns[step.event] % len(kinds)]
    turns[step.event] += 1
    event = step.event if step.event in TOLD_BY else ""
    return Outing(plan, kind, event, datetime.combine(_day(plan, step), HOURS[0], SHANGHAI))


def _timed(made: Sequence[Course]) -> list[Course]:
    """An officer is in one place at a time."""
    taken: dict[tuple[str, int, date], int] = {}
    timed = []
    for course in made:
        acts = []
        for act in course.acts:
            day = (act.case.court_code, act.case.executor, act.ended_at.date())
            taken[day] = hour = taken[day] + 1 if day in taken else course.case.number % 3
            if hour < len(HOURS):
                ended_at = datetime.combine(day[2], HOURS[hour], SHANGHAI)
                minutes = (course.case.number + 5 * day[2].day) % 17
                acts.append(replace(act, ended_at=ended_at + timedelta(minutes=minutes)))
        timed.append(replace(course, acts=tuple(acts)))
    return timed


def _flawed(made: Sequence[Course]) -> list[Course]:
    """Every second case has stopped at its last act, which lacks something; the newest act still its photographs."""
    newest = max((act.ended_at for course in made for act in course.acts), default=None)
    flawed, count = [], 0
    for course in made:
        count += bool(course.acts)
        if course.acts and course.acts[-1].ended_at == newest:
            course = _stopped(course, Quality.AWAITED)
        elif course.acts and count % 2:
            course = _stopped(course, Quality.HURRIED)
        flawed.append(course)
    return flawed


def _stopped(course: Course, quality: Quality) -> Course:
    *before, last = course.acts
    until = (last.ended_at.date() - course.case.filed_on).days if last.event else math.inf
    desk = tuple(step for step in course.desk if step.day <= until or step.event == RELEASED)
    return replace(course, desk=desk, acts=(*before, replace(last, quality=quality)))


def by_officer_and_day(made: Iterable[Course]) -> list[list[Outing]]:
    """Days out in the order of the calendar, each one officer's, in the order of the day."""
    days: dict[tuple[date, str, int], list[Outing]] = {}
    for course in made:
        for act in course.acts:
            days.setdefault((act.ended_at.date(), act.case.court_code, act.case.executor), []).append(act)
    return [sorted(acts, key=lambda act: act.ended_at) for _, acts in sorted(days.items())]
