"""Warnings given once, and what a passed limit brings with it: a finding, and an urge that nobody had to write."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.cases.calendars import work_calendar
from server.cases.levels import Level
from server.cases.models import Case
from server.cases.services import touch
from server.common.clock import local_date
from server.notices.queries import interruptions_since
from server.notices.services import NoticeDraft, tell
from server.supervision.circle import Circle
from server.supervision.entries import Told
from server.supervision.live import urge_view
from server.supervision.models import Finding, NodeWarning, Urge
from server.supervision.raised import Given, Raised, title_of, urge_text
from server.supervision.silence import Silence, SilentDevice, end_of

LEVEL = "level"
"""The kind of notice."""
REPLY_WORKING_DAYS = 2
WARNINGS_AN_HOUR = 20
"""So many reach one officer as they are given; more at once, as after an upgrade or a long outage, are no news."""


def raise_warnings(raised: Sequence[Raised], at: datetime) -> list[Told]:
    """Of these the ones not given yet; the caller holds their cases and appends what is given back."""
    fresh = _not_given(raised)
    if not fresh:
        return []
    given = _addressed(fresh, at)
    NodeWarning.objects.bulk_create([_warning(each, at) for each in given])
    past = [each for each in given if each.raised.is_past]
    _open_findings(past, at)
    urged = _urge(past, at)
    worst_first = sorted(given, key=lambda each: -each.raised.level.rank)
    tell(_calmed([draft for each in worst_first for draft in _notices(each, urged.get(each.raised.key))], at))
    touch({urge.case_id for urge in urged.values()})
    return [*(_told(each) for each in given), *_told_of_urges(past, urged)]


def _not_given(raised: Sequence[Raised]) -> list[Raised]:
    rows = NodeWarning.objects.filter(node__in=[each.node.pk for each in raised])
    known = set(rows.values_list("node_id", "level", "due"))
    return [each for each in raised if (each.node.pk, each.level.value, each.due) not in known]


def _addressed(fresh: Sequence[Raised], at: datetime) -> list[Given]:
    circle = Circle({each.case.pk: each.case for each in fresh}.values(), at)
    past = {each.case.pk for each in fresh if each.is_past}
    silence = Silence(past) if past else None
    return [_given(each, circle, silence if each.is_past else None) for each in fresh]


def _given(raised: Raised, circle: Circle, silence: Silence | None) -> Given:
    node = raised.node
    person = circle.person(node.case_id, raised.definition.owner)
    leaders = circle.leaders(node.case_id, person, raised.level)
    if raised.case.status == Case.Status.CLOSED and (lead := circle.lead(node.case_id)):
        leaders |= {lead} - {person}  # whose case it was looks at it no more by himself
    silent: tuple[SilentDevice, ...] = ()
    if silence is not None and node.started_on and node.due_on:
        silent = tuple(silence.devices(node.case_id, node.started_on, end_of(node.due_on, node.due_at)))
    return Given(raised, person, frozenset(leaders), silent)


def _warning(given: Given, at: datetime) -> NodeWarning:
    return NodeWarning(
        node=given.raised.node,
        case=given.raised.case,
        level=given.raised.level.value,
        due=given.raised.due,
        person_id=given.person,
        silent_devices=[str(device.id) for device in given.silent],
        raised_at=at,
    )


def _open_findings(past: Sequence[Given], at: datetime) -> None:
    """One for the node and its date; a worse level is written into the one there is."""
    if not past:
        return
    Finding.objects.bulk_create([_finding(each, at) for each in past], ignore_conflicts=True)
    severe = {(each.raised.node.pk, each.raised.due) for each in past if each.raised.level is Level.SEVERE}
    lighter = Finding.objects.filter(node__in=[node for node, _ in severe]).exclude(level=Level.SEVERE)
    worse = [row.pk for row in lighter if (row.node_id, row.due) in severe]
    Finding.objects.filter(pk__in=worse).update(level=Level.SEVERE)


def _finding(given: Given, at: datetime) -> Finding:
    node = given.raised.node
    assert node.due_on is not None
    return Finding(
        node=node,
        case=given.raised.case,
        court_id=given.raised.case.court_id,
        due=given.raised.due,
        due_on=node.due_on,
        due_at=node.due_at,
        level=given.raised.level.value,
        person_id=given.person,
        opened_at=at,
    )


def _urge(past: Sequence[Given], at: datetime) -> dict[str, Urge]:
    """Once for a node and its date; by the key of the warning that made it."""
    rows = Urge.objects.filter(asked_by=None, node__in=[each.raised.node.pk for each in past])
    urged = set(rows.values_list("node_id", "due"))
    fresh = [each for each in past if (each.raised.node.pk, each.raised.due) not in urged]
    if not fresh:
        return {}
    reply_due_on = work_calendar().working_day(local_date(at), REPLY_WORKING_DAYS)
    urges = {
        each.raised.key: Urge(
            case=each.raised.case,
            court_id=each.raised.case.court_id,
            node=each.raised.node,
            due=each.raised.due,
            person_id=each.person,
            text=urge_text(each.raised),
            asked_at=at,
            reply_due_on=reply_due_on,
        )
        for each in fresh
    }
    Urge.objects.bulk_create(urges.values())
    return urges


def _notices(given: Given, urged: Urge | None) -> Iterator[NoticeDraft]:
    """The person at once; leaders with their digest, but for what ends on its day, holiday or not."""
    raised, title = given.raised, title_of(given)
    view = {**given.view, **({"reply_due_on": urged.reply_due_on.isoformat()} if urged else {})}
    is_urgent = raised.pages_at_once
    people = ([given.person] if given.person else []) + sorted(given.leaders)
    for officer_id in people:
        yield NoticeDraft(
            officer_id=officer_id,
            court_id=raised.case.court_id,
            kind=LEVEL,
            key=raised.key,
            title=title,
            view=view,
            subject_id=raised.case.pk,
            is_urgent=is_urgent,
            waits_for_digest=not is_urgent and officer_id != given.person,
        )


def _calmed(drafts: Sequence[NoticeDraft], at: datetime) -> list[NoticeDraft]:
    """Beyond so many in an hour they wait for his digest, but for what is urgent."""
    told = Counter(interruptions_since(at - timedelta(hours=1), {each.officer_id for each in drafts}, LEVEL))
    calmed = []
    for draft in drafts:
        if not (draft.is_urgent or draft.waits_for_digest):
            told[draft.officer_id] += 1
        waits = draft.waits_for_digest or (not draft.is_urgent and told[draft.officer_id] > WARNINGS_AN_HOUR)
        calmed.append(replace(draft, waits_for_digest=waits))
    return calmed


def _told(given: Given) -> Told:
    """Who was warned of what, and when: the ledger's word for it, should it be asked one day."""
    people = {"person": str(given.person) if given.person else None, "leaders": sorted(map(str, given.leaders))}
    silent = [device.as_json() for device in given.silent]
    return Told(given.raised.case, "node_warned", {"warning": given.view}, {**people, "silent_devices": silent})


def _told_of_urges(past: Sequence[Given], urged: dict[str, Urge]) -> Iterator[Told]:
    for each in past:
        if (urge := urged.get(each.raised.key)) is not None:
            yield Told(each.raised.case, "case_urged", {"urge": urge_view(urge)}, {"text": urge.text})
