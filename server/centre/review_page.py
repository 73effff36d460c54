"""One review as its page shows it: why it stopped, what the device stated, the photos, and what may be decided."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from server.centre.accounts import Account, accounts_of
from server.centre.act_times import verdict_words
from server.centre.case_page import finding_texts, kind_names, said
from server.centre.causes import cause_name, cause_reason, review_look
from server.centre.shots import Shot, shots_of
from server.centre.states import Look
from server.evidence.likeness import alike_to
from server.people.models import Officer
from server.sync.models import Review, ReviewDecision
from server.sync.pointing import numbers_suggested
from server.sync.review_detail import review_detail
from server.sync.schemas import ReviewDetail

_LEFT, _RIGHT = 70, 610


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment on the axis; every other one is written below it."""

    at: datetime
    text: str
    x: int = 0
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    choice: str
    by: str
    at: datetime
    note: str


@dataclass(slots=True)
class ReviewPage:
    detail: ReviewDetail
    cause: str
    reason: str
    kind: str
    other_kind: str
    look: Look
    marks: list[Mark]
    accounts: list[Account]
    missing: list[str]
    said: list[Said]
    why_not: str
    verdict: str
    """Of the time of the act, in words."""
    shots: list[Shot] = field(default_factory=list)
    alike: set[str] = field(default_factory=set)
    """Photos seen in another case as well: a hint."""
    numbers: list[str] = field(default_factory=list)
    """Offered where a number as typed is in question."""


def review_page(review: Review, reader: Officer) -> ReviewPage:
    detail = review_detail(review, reader)
    kind = detail.act.kind if detail.act else str((detail.stated or {}).get("kind", ""))
    names = kind_names()
    texts = finding_texts(kind) if detail.act else {}
    shots = shots_of(detail.act.id, reader) if detail.act else []
    return ReviewPage(
        detail=detail,
        cause=cause_name(detail.cause),
        reason=cause_reason(detail.cause),
        kind=names.get(kind, kind),
        other_kind=names.get(detail.other_act.kind, "") if detail.other_act else "",
        look=review_look(detail.state, detail.status),
        marks=_marks(detail),
        accounts=accounts_of(detail.act.id) if detail.act else [],
        missing=[said(code, texts) for code in detail.act.missing] if detail.act else [],
        said=[_said(each.choice, each.by.name if each.by else "", each.at, each.note) for each in detail.decisions],
        why_not=_why_not(detail),
        verdict=verdict_words(detail.clock_verdict),
        shots=shots,
        alike=set(alike_to(reader, [shot.sha256 for shot in shots])) if shots else set(),
        numbers=numbers_suggested(review, reader) if detail.unknown_numbers and not detail.may_decide else [],
    )


def _why_not(detail: ReviewDetail) -> str:
    if detail.state != Review.State.OPEN:
        return _("This has been decided.")
    return {
        "own_act": _("You did this yourself. Another leader of your court decides."),
        "role_required": _("The director or the president decides this, or the leader of the team that acted."),
    }.get(detail.may_decide, "")


def _said(choice: str, by: str, at: datetime, note: str) -> Said:
    return Said(str(ReviewDecision.Choice(choice).label), by, at, note)


def _marks(detail: ReviewDetail) -> list[Mark]:
    """Assignment, act, arrival, decision: in the order of time, evenly spaced, since days differ from minutes."""
    marks = [Mark(detail.received_at, _("Arrived"))]
    if detail.recorded_at:
        marks.append(Mark(detail.recorded_at, _("Act, as stated")))
    for case in detail.cases[:1]:
        if case.then:
            marks.append(Mark(case.then.assigned_at, _("Held by %(holder)s") % {"holder": case.then.holder}))
        if case.now and case.then and case.now.number != case.then.number:
            marks.append(Mark(case.now.assigned_at, _("Given to %(holder)s") % {"holder": case.now.holder}))
    if detail.act and detail.act.verified_at:
        marks.append(Mark(detail.act.verified_at, _("Proved")))
    if detail.decided_at:
        marks.append(Mark(detail.decided_at, _("Decided")))
    ordered = sorted(marks, key=lambda mark: mark.at)
    step = (_RIGHT - _LEFT) // max(1, len(ordered) - 1)
    return [Mark(mark.at, mark.text, _LEFT + step * place, place % 2 == 1) for place, mark in enumerate(ordered)]
