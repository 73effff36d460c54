"""What a wall shows of its courts: figures, codes and case numbers, each as of when; no names of people."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from server.cases.counting import as_moment
from server.cases.levels import Level
from server.cases.models import Case, Node
from server.centre.beats import Unit, short_name, units_of, units_on_wall
from server.centre.care import STEP, level_of_care, with_care
from server.centre.case_page import kind_names
from server.centre.desk import flow_names, level_of, worst_of
from server.centre.geo_view import LARGE, MapView, Placed, drawn
from server.centre.states import Look, action_look, level_look
from server.centre.wall_rows import Tile, Told, clock, lag_words, moment_words
from server.centre.wall_safety import alarms_told, people_placed, safety_tiles
from server.common.clock import local_date
from server.evidence.models import Promise
from server.field.hour_clocks import ends_at
from server.field.models import ActionRecord, ActionSubject, FieldAction, HourClock
from server.people.models import Court
from server.safety.queries import on_site_now, standing_alarms
from server.supervision.compelled import STILL_SHOWN

ROWS = 9
STAKES = 6
TILES = 7
PINS = 40
PLACED_WITHIN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Stake:
    """One case at its worst limit."""

    look: Look
    node: str
    place: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Wall:
    court: Court
    courts: int
    open_cases: int
    tiles: list[Tile]
    units: list[Unit]
    told: list[Told]
    stakes: list[Stake]
    map: MapView
    late: int
    """Cases at a limit that is due or passed, of which `stakes` are the first."""


def wall_of(court: Court, shown: Collection[UUID], moment: datetime) -> Wall:
    """As many queries for any court."""
    today = local_date(moment)
    found = sorted(Court.objects.filter(pk__in=shown), key=lambda each: (each.pk != court.pk, each.code))
    courts = {each.pk: each for each in found}
    flows = flow_names()
    statutory = [(flow_id, flow.statutory) for flow_id, flow in flows.items()]
    standing = Case.objects.filter(court__in=courts).exclude(status=Case.Status.CLOSED)
    cases = with_care(standing, today, statutory)
    levels, worst = _levels(cases)
    alarms, present = standing_alarms(courts), on_site_now(courts)
    where = units_of([each.presence.device for each in present], found, moment)
    people = people_placed(alarms, present, where, moment)
    return Wall(
        court=court,
        courts=len(courts),
        open_cases=sum(levels.values()),
        tiles=fitting([*safety_tiles(alarms, present, moment), *_tiles(courts, standing, levels, worst, moment)]),
        units=units_on_wall(list(courts.values()), moment),
        told=told(courts),
        stakes=_stakes(cases, courts, flows, today),
        map=drawn([*people, *_acts_placed(courts, moment)], size=LARGE, most=PINS),
        late=sum(levels[level] for level in (Level.SEVERE, Level.OVERDUE, Level.DUE)),
    )


def _levels(cases: QuerySet[Any, Any]) -> tuple[Counter[Level], dict[Level, int]]:
    """How many cases at each level, and the most days one of them is over."""
    levels: Counter[Level] = Counter()
    worst: dict[Level, int] = {}
    for care, number in cases.order_by().values_list("care").annotate(number=Count("pk")):
        level = level_of_care(care)
        levels[level] += number
        worst[level] = max(worst.get(level, 0), care - level.rank * STEP)
    return levels, worst


def _tiles(
    courts: Mapping[UUID, Court],
    standing: QuerySet[Case],
    levels: Mapping[Level, int],
    worst: Mapping[Level, int],
    moment: datetime,
) -> list[Tile]:
    late = [_late_tile(level, levels[level], worst.get(level, 0)) for level in (Level.SEVERE, Level.OVERDUE)]
    due = Tile(level_look(Level.DUE), levels[Level.DUE], _("until midnight"), levels[Level.DUE] > 0)
    held, files = _held_tile(standing, moment), _files_tile(standing)
    return [_nodes_tile(standing, moment), *late, due, files, _acts_tile(courts, moment), held]


def fitting(tiles: list[Tile]) -> list[Tile]:
    """As many as stand side by side: what is calm gives way to what is not, the last first."""
    kept = list(tiles)
    for tile in reversed(tiles):
        if len(kept) > TILES and not tile.is_alarm:
            kept.remove(tile)
    return kept[:TILES]


def _late_tile(level: Level, number: int, days: int) -> Tile:
    said = _("longest %(days)d d") % {"days": days} if number else _("none")
    return Tile(level_look(level), number, said, number > 0)


def _acts_tile(courts: Mapping[UUID, Court], moment: datetime) -> Tile:
    today = FieldAction.objects.filter(court__in=courts, received_at__gte=as_moment(local_date(moment)))
    found = today.aggregate(number=Count("pk"), last=Max("received_at"))
    return Tile(Look("done", "grey", _("Acts arrived today")), found["number"], _last(found["last"]))


def _last(at: datetime | None) -> str:
    return _("last %(time)s") % {"time": clock(at)} if at else _("none yet")


def _nodes_tile(standing: QuerySet[Case], moment: datetime) -> Tile:
    nodes = Node.objects.filter(case__in=standing.values("pk"))
    done = nodes.filter(state=Node.State.DONE, finished_on=local_date(moment)).count()
    running = nodes.filter(state=Node.State.RUNNING).count()
    said = _("%(number)d running") % {"number": running}
    return Tile(Look("active", "grey", _("Nodes done today")), done, said, sums="nodes-done")


def _held_tile(standing: QuerySet[Case], moment: datetime) -> Tile:
    clocks = HourClock.objects.filter(released_at=None, began_at__gt=moment - STILL_SHOWN, case__in=standing)
    ends = sorted(ends_at(each) for each in clocks)
    said = _("first until %(time)s") % {"time": clock(ends[0])} if ends else _("nobody")
    return Tile(Look("held", "orange", _("Compelled to appear")), len(ends), said, bool(ends))


def _files_tile(standing: QuerySet[Case]) -> Tile:
    waited = Promise.objects.filter(subject_id__in=standing.values("pk")).exclude(state=Promise.State.VERIFIED)
    found = waited.aggregate(number=Count("pk"), devices=Count("device", distinct=True))
    said = _("on %(number)d devices") % {"number": found["devices"]} if found["number"] else _("all here")
    return Tile(Look("missing", "grey", _("Files not here")), found["number"], said)


def _acts_placed(courts: Collection[UUID], moment: datetime) -> list[Placed]:
    """Of the last hours, the newest first."""
    acts = FieldAction.objects.filter(court__in=courts, recorded_at__gte=moment - PLACED_WITHIN)
    records = ActionRecord.objects.filter(action__in=acts.values("pk")).order_by("-recorded_at", "-pk")
    names, look = kind_names(), Look("done", "green", _("Act"))
    rows = records.values_list("action__kind", "position")[: PINS * 3]
    return [Placed(look, names.get(kind, kind), position) for kind, position in rows]


def told(courts: Mapping[UUID, Court]) -> list[Told]:
    """Acts and alarms, the newest first."""
    rows = [*_acts_told(courts), *alarms_told(courts, ROWS)]
    return sorted(rows, key=lambda row: row.came_at, reverse=True)[:ROWS]


def _acts_told(courts: Mapping[UUID, Court]) -> list[Told]:
    names = kind_names()
    acts = list(FieldAction.objects.filter(court__in=courts).order_by("-received_at", "-pk")[:ROWS])
    states: dict[UUID, str] = {}
    for action_id, status in ActionSubject.objects.filter(action__in=acts).values_list("action_id", "status"):
        states[action_id] = status
    return [
        Told(
            came_at=act.received_at,
            court=short_name(courts[act.court_id]),
            kind=names.get(act.kind, act.kind),
            look=action_look(states.get(act.pk, "parked"), act.is_complete, len(act.missing)),
            done=_arrival(act.recorded_at, act.received_at),
        )
        for act in acts
    ]


def _arrival(done: datetime, came: datetime) -> str:
    """Both times and how far apart, as a person says it."""
    at = moment_words(done, came)
    return _("done %(time)s, here %(lag)s later") % {"time": at, "lag": lag_words(came - done)}


def _stakes(
    cases: QuerySet[Any, Any], courts: Mapping[UUID, Court], flows: Mapping[int, Any], today: date
) -> list[Stake]:
    late = cases.filter(care__gte=Level.DUE.rank * STEP - STEP // 2).order_by("-care", "pk")
    columns = ("pk", "case_no", "court_id", "flow_id")
    found = list(late.values_list(*columns, named=True)[:STAKES])
    running: dict[UUID, list[Node]] = {each.pk: [] for each in found}
    nodes = Node.objects.filter(case__in=list(running), state=Node.State.RUNNING).select_related("start_event")
    for node in nodes:
        running[node.case_id].append(node)
    return [_stake(each, running[each.pk], courts, flows[each.flow_id], today) for each in found]


def _stake(case: Any, running: list[Node], courts: Mapping[UUID, Court], flow: Any, today: date) -> Stake:
    node = worst_of(running, flow, today)
    assert node is not None  # its care is of one
    level = level_of(node, flow, today)
    end = node.due_at or as_moment((node.due_on or today) + timedelta(days=1))
    is_over = level is not Level.DUE
    where = short_name(courts[case.court_id]) if len(courts) > 1 else ""
    return Stake(
        look=level_look(level),
        node=flow.nodes.get(node.key, node.key),
        place=f"{where} {_tail(case.case_no)}".strip(),
        since=end if is_over else None,
        until=None if is_over else end,
    )


def _tail(case_no: str) -> str:
    """Kind and serial number: the court stands before it."""
    tail = case_no[case_no.find("执") :].rstrip("号")
    kind = tail.rstrip("0123456789")
    return f"{kind} {tail[len(kind) :]}"
