"""Figures of errands (27号: converted cases, what is done in time, what goes back, ratings and complaints).

Each figure is a set of moves made in a span of days, so that its number and its list agree. A court's line is of what
it does for others, but for `decided`, which is of what it asked and had to confirm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from server.cases.counting import as_moment
from server.matters.kinds import catalogue
from server.matters.models import MatterMove
from server.matters.states import Move
from server.people.access import courts_watched_by
from server.people.models import Court, Officer

Group = Mapping[str, Any]
DOING, ASKING = "matter__to_court_id", "matter__from_court_id"


class Key(StrEnum):
    SENT = "sent"
    SIGNED = "signed"
    SIGNED_IN_TIME = "signed_in_time"
    FED_BACK = "fed_back"
    FED_BACK_IN_TIME = "fed_back_in_time"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    DISPUTED = "disputed"
    RATED = "rated"
    COMPLAINED = "complained"
    DECIDED = "decided"
    DECIDED_IN_TIME = "decided_in_time"


class Figure(NamedTuple):
    moves: tuple[Move, ...]
    of: str = DOING
    in_time: bool = False


FIGURES: Mapping[Key, Figure] = {
    Key.SENT: Figure((Move.APPROVE,)),
    Key.SIGNED: Figure((Move.SIGN_FOR,)),
    Key.SIGNED_IN_TIME: Figure((Move.SIGN_FOR,), in_time=True),
    Key.FED_BACK: Figure((Move.FEED_BACK,)),
    Key.FED_BACK_IN_TIME: Figure((Move.FEED_BACK,), in_time=True),
    Key.CONFIRMED: Figure((Move.CONFIRM, Move.CONFIRM_BY_TIME)),
    Key.RETURNED: Figure((Move.RETURN,)),
    Key.DISPUTED: Figure((Move.DISPUTE,)),
    Key.RATED: Figure((Move.RATE,)),
    Key.COMPLAINED: Figure((Move.COMPLAIN,)),
    Key.DECIDED: Figure((Move.CONFIRM, Move.DISPUTE, Move.CONFIRM_BY_TIME), ASKING),
    Key.DECIDED_IN_TIME: Figure((Move.CONFIRM, Move.DISPUTE), ASKING, in_time=True),
}
"""What passes by itself was not decided in time."""
RATES = {
    "signed_rate": (Key.SIGNED_IN_TIME, (Key.SIGNED,)),
    "fed_back_rate": (Key.FED_BACK_IN_TIME, (Key.FED_BACK,)),
    "decided_rate": (Key.DECIDED_IN_TIME, (Key.DECIDED,)),
    "return_rate": (Key.RETURNED, (Key.CONFIRMED, Key.RETURNED)),
}
"""Of what a court brought to an end, how much it sent back; withdrawn ones are nobody's."""


class Span(NamedTuple):
    """Days in Asia/Shanghai, the last one with it."""

    since: date
    until: date

    @property
    def q(self) -> Q:
        return Q(at__gte=as_moment(self.since), at__lt=as_moment(self.until + timedelta(days=1)))


@dataclass(slots=True)
class Tally:
    """Of a court, or of one of its officers."""

    name: str = ""
    counts: dict[Key, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))
    converted: Decimal = Decimal(0)
    """Sum of the weights of what was confirmed."""
    stars: int = 0

    @property
    def rating(self) -> Decimal | None:
        """The mean of what was rated, one to five."""
        rated = self.counts[Key.RATED]
        return _rounded(Decimal(self.stars) / rated) if rated else None

    @property
    def rates(self) -> dict[str, Decimal | None]:
        """Shares of one, to four places; None of nothing."""
        found = {}
        for name, (part, wholes) in RATES.items():
            whole = sum(self.counts[each] for each in wholes)
            found[name] = _rounded(Decimal(self.counts[part]) / whole, "0.0001") if whole else None
        return found


@dataclass(slots=True)
class CourtTally(Tally):
    officers: dict[UUID, Tally] = field(default_factory=dict)
    """By whom it was given to when the move was made, or is now."""


def moves_of(
    reader: Officer, key: Key, span: Span, *, court_id: UUID | None, officer_id: UUID | None
) -> QuerySet[MatterMove]:
    """The rows of one figure, the newest first, of courts he watches."""
    figure = FIGURES[key]
    courts = courts_watched_by(reader) & ({court_id} if court_id else courts_watched_by(reader))
    rows = _rows(span, figure.moves).filter(**{f"{figure.of}__in": courts})
    rows = rows.filter(was_late=False) if figure.in_time else rows
    rows = rows.filter(matter__handler_id=officer_id) if officer_id else rows
    return rows.select_related("matter__from_court", "matter__to_court", "matter__handler").order_by("-at", "-pk")


def tallies(reader: Officer, span: Span) -> dict[UUID, CourtTally]:
    """By court he watches, in the order of their codes. Three SELECTs beside those of his rights."""
    courts = Court.objects.filter(pk__in=courts_watched_by(reader), reach=Court.Reach.HERE).order_by("code")
    found = {court.pk: CourtTally(court.name) for court in courts}
    for side in (DOING, ASKING):
        _count(found, side, _grouped(span, side, found))
    return found


def _rows(span: Span, moves: Iterable[Move]) -> QuerySet[MatterMove]:
    return MatterMove.objects.filter(span.q, move__in=[each.value for each in moves])


def _grouped(span: Span, side: str, courts: Iterable[UUID]) -> Iterable[Group]:
    wanted = {move for figure in FIGURES.values() if figure.of == side for move in figure.moves}
    rows = _rows(span, wanted).filter(**{f"{side}__in": list(courts)}).order_by()
    names = ("move", "was_late", "matter__kind", "matter__catalogue", "matter__handler_id")
    grouped = rows.values(*names, of_court=F(side), person=F("matter__handler__name"))
    return list(grouped.annotate(number=Count("pk"), stars=Sum("matter__rating")))


def _count(found: Mapping[UUID, CourtTally], side: str, groups: Iterable[Group]) -> None:
    for group in groups:
        court = found[group["of_court"]]
        tallied: list[Tally] = [court]
        if side == DOING and (handler := group["matter__handler_id"]):
            tallied.append(court.officers.setdefault(handler, Tally(str(group["person"]))))
        for tally in tallied:
            _add(tally, side, group)


def _add(tally: Tally, side: str, group: Group) -> None:
    number, move = group["number"], Move(group["move"])
    for key, figure in FIGURES.items():
        if figure.of == side and move in figure.moves and not (figure.in_time and group["was_late"] is not False):
            tally.counts[key] += number
    if side == DOING and move in FIGURES[Key.CONFIRMED].moves:
        tally.converted += number * weight_of(group["matter__catalogue"], group["matter__kind"])
    if move is Move.RATE:
        tally.stars += group["stars"] or 0


def weight_of(version: str, kind: str) -> Decimal:
    """How much of an implementation case one is: local, by its kind's file."""
    return Decimal(str(catalogue(version).kinds[kind].weight))


def _rounded(value: Decimal, to: str = "0.01") -> Decimal:
    return value.quantize(Decimal(to), ROUND_HALF_UP)
