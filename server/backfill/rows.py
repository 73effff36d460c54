"""Rows as people read them and the national system asks for them: a fixed number of SELECTs, however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from server.backfill.acts import ActRow, act_rows
from server.backfill.models import Kind
from server.backfill.schemas import RowView
from server.backfill.sources import Source
from server.cases.flow import FlowDefinition
from server.cases.models import Case, CaseEvent, ClockPause, Extension, Node, Party, Property, PropertyHold
from server.cases.queries import flow_of
from server.common.bulk import among
from server.common.clock import local_date

Place = tuple[str, str]
"""A node by its key and chain."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a kind's own table says of a row."""

    what: str
    day: date
    result: str = ""
    document: str = ""
    persons: tuple[str, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    nodes: tuple[Place, ...] = ()
    """Named by themselves."""
    verified_at: datetime | None = None


def row_views(found: Sequence[Source]) -> list[RowView]:
    """In the same order; without those of which nothing is left since."""
    told, cases = _told_of(found), _cases(found)
    shown = _Shown(cases, [event for each in told.values() for event in each.events])
    keys = [(each.kind, each.case_id, each.source_id) for each in found]
    return [shown.row(each, told[key]) for each, key in zip(found, keys, strict=True) if key in told]


class _Shown:
    """What rows of several kinds show alike."""

    def __init__(self, cases: Mapping[UUID, Case], events: Sequence[CaseEvent]) -> None:
        self._cases, self._debtors = cases, _debtors(cases)
        self._about = _property_names(cases)
        self._ended, self._begun = _moved(events)

    def row(self, source: Source, told: Told) -> RowView:
        case = self._cases[source.case_id]
        flow = flow_of(case.flow)
        nodes = self._nodes(told, flow)
        return RowView(
            reference=source.reference,
            case_id=source.case_id,
            case_no=case.case_no,
            kind=source.kind,
            what=told.what,
            node="、".join(self._names(nodes, flow)),
            node_keys=list(dict.fromkeys(key for key, _chain in nodes)),
            events=[event.key for event in told.events],
            day=told.day,
            debtors=self._debtors[source.case_id],
            persons=list(told.persons),
            result=told.result,
            document=told.document,
            recorded_at=source.recorded_at,
            verified_at=told.verified_at,
            is_filled=source.is_filled,
        )

    def _nodes(self, told: Told, flow: FlowDefinition) -> list[Place]:
        """Those that ended by it; where none did, those that began, or the one that such an event ends."""
        ended = [place for event in told.events for place in self._ended[event.pk]]
        begun = [place for event in told.events for place in self._begun[event.pk]]
        meant = [(node.key, event.chain) for event in told.events for node in flow.stopped_by(event.key)[:1]]
        return [*told.nodes, *(ended or begun or meant)]

    def _names(self, nodes: Sequence[Place], flow: FlowDefinition) -> list[str]:
        language, about = get_language() or "", self._about
        named = [
            (flow.tracked[key].name(language), about.get(chain, "")) for key, chain in nodes if key in flow.tracked
        ]
        return list(dict.fromkeys(f"{node} · {thing}" if thing else node for node, thing in named))


Moved = Mapping[UUID, list[Place]]


def _moved(events: Sequence[CaseEvent]) -> tuple[Moved, Moved]:
    """By event, the nodes that ended and those that began by it."""
    ended, begun = defaultdict[UUID, list[Place]](list), defaultdict[UUID, list[Place]](list)
    ids = {event.pk for event in events}
    nodes = Node.objects.filter(Q(stop_event__pk__in=among(ids)) | Q(start_event__pk__in=among(ids))).order_by(
        "ordinal", "chain"
    )
    for key, chain, started, stopped in nodes.values_list("key", "chain", "start_event_id", "stop_event_id"):
        ended[stopped].append((key, chain))
        begun[started].append((key, chain))
    return ended, begun


def _cases(found: Sequence[Source]) -> dict[UUID, Case]:
    rows = Case.objects.select_related("flow").defer("flow__document")
    return {case.pk: case for case in rows.filter(pk__in=among({each.case_id for each in found}))}


def _debtors(cases: Iterable[UUID]) -> dict[UUID, list[str]]:
    names: dict[UUID, list[str]] = defaultdict(list)
    parties = Party.objects.filter(case_id__in=among(list(cases)), part=Party.Part.DEBTOR).order_by("pk")
    for case_id, name in parties.values_list("case_id", "name"):
        names[case_id].append(name)
    return names


def _property_names(cases: Iterable[UUID]) -> dict[str, str]:
    """By chain."""
    known = Property.objects.filter(case_id__in=among(list(cases))).values_list("pk", "name")
    return {str(key): name for key, name in known}


Key = tuple[str, UUID, UUID]


def _told_of(found: Sequence[Source]) -> dict[Key, Told]:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for each in found:
        ids[each.kind].add(each.source_id)
    told: dict[Key, Told] = {}
    acts = act_rows(ids[Kind.ACT] | ids[Kind.WITHDRAWAL])
    for kind in (Kind.ACT, Kind.WITHDRAWAL):
        told |= {(kind, act.case_id, act.id): _act(act, kind) for act in acts if act.id in ids[kind]}
    told |= _events(ids[Kind.STEP] | ids[Kind.CLOSING]) | _properties(ids[Kind.PROPERTY])
    return told | _pauses(ids) | _extensions(ids[Kind.EXTENSION]) | _holds(ids)


def _act(act: ActRow, kind: str) -> Told:
    result = _("Annulled here: withdraw it there") if kind == Kind.WITHDRAWAL else act.result
    return Told(act.what, act.day, result, act.document, act.persons, act.events, verified_at=act.verified_at)


def _events(ids: set[UUID]) -> dict[Key, Told]:
    told: dict[Key, Told] = {}
    for event in CaseEvent.objects.filter(pk__in=among(ids)).select_related("case"):
        is_closing = event.key == "case_closed"
        kind = Kind.CLOSING if is_closing else Kind.STEP
        result = closing_name(event.case.closing_mode) if is_closing else ""
        told[kind, event.case_id, event.pk] = Told(
            str(kind.label), local_date(event.occurred_at), result, events=(event,)
        )
    return told


def _properties(ids: set[UUID]) -> dict[Key, Told]:
    rows = Property.objects.filter(pk__in=among(ids))
    return {
        (Kind.PROPERTY, row.case_id, row.pk): Told(
            str(Property.Kind(row.kind).label),
            local_date(row.added_at),
            f"{row.name} {row.ref}".strip(),
        )
        for row in rows
    }


def _pauses(ids: Mapping[str, set[UUID]]) -> dict[Key, Told]:
    told: dict[Key, Told] = {}
    rows = ClockPause.objects.filter(pk__in=among(ids[Kind.PAUSE] | ids[Kind.PAUSE_END]))
    for row in rows.select_related("approved_by", "entered_by"):
        what, persons = str(ClockPause.Reason(row.reason).label), _people(row.entered_by, row.approved_by)
        for kind, day in ((Kind.PAUSE, row.started_on), (Kind.PAUSE_END, row.ended_on)):
            if day:
                told[kind, row.case_id, row.pk] = Told(what, day, str(kind.label), row.document, persons)
    return told


def _extensions(ids: set[UUID]) -> dict[Key, Told]:
    rows = Extension.objects.filter(pk__in=among(ids)).select_related("approved_by", "entered_by")
    return {
        (Kind.EXTENSION, row.case_id, row.pk): Told(
            str(Kind.EXTENSION.label),
            row.asked_on,
            _("Until %(day)s") % {"day": row.new_due.isoformat()},
            row.document,
            _people(row.entered_by, row.approved_by),
            nodes=((row.key, row.chain),),
        )
        for row in rows
    }


def _holds(ids: Mapping[str, set[UUID]]) -> dict[Key, Told]:
    told: dict[Key, Told] = {}
    rows = PropertyHold.objects.filter(pk__in=among(ids[Kind.HOLD] | ids[Kind.HOLD_END]))
    for row in rows.select_related("property", "entered_by", "lifted_by"):
        case_id, name = row.property.case_id, row.property.name
        begun = Told(str(Kind.HOLD.label), row.started_on, name, row.document, _people(row.entered_by))
        told[Kind.HOLD, case_id, row.pk] = begun
        if row.ended_on:
            what, people = str(Kind.HOLD_END.label), _people(row.lifted_by)
            told[Kind.HOLD_END, case_id, row.pk] = Told(what, row.ended_on, name, row.lifted_document, people)
    return told


def _people(*officers: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(officer.name for officer in officers if officer))


def closing_name(mode: str) -> str:
    """The six ways of 执行规定64."""
    return {
        "COMPLETED": _("Fully enforced"),
        "TERMINATED_THIS_ROUND": _("This round of enforcement ended"),
        "TERMINATED": _("Enforcement terminated"),
        "CANCELLED": _("Case cancelled"),
        "NOT_ENFORCED": _("Not to be enforced"),
        "APPLICATION_REJECTED": _("Application rejected"),
    }.get(mode, mode)
