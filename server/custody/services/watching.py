"""Readings judged as they come: those of whoever read something since the last pass, for the days on which he did."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from server.common.clock import SHANGHAI, local_date, now
from server.custody.models import OddPass, OddReading, Reading
from server.custody.odd import OF_ONE_READER, SAME_DEBTOR, Rule, Seen, as_set, odd
from server.custody.persons import cases_by_debtor

OVERLAP = timedelta(minutes=5)
"""A reading may be committed so long after its own time; judging it twice is harmless."""
FIRST = timedelta(days=1)


@transaction.atomic
def find_odd_readings() -> int:
    """Judge what was read since the last pass; how many new ones were found."""
    begun, mark = now(), OddPass.objects.select_for_update().first()
    since = (mark.judged_until if mark else begun - FIRST) - OVERLAP
    fresh = list(Reading.objects.filter(read_at__gte=since).order_by("read_at"))
    if not fresh:
        return 0
    found = _by_readers(fresh) + _by_debtors(fresh)
    mark = mark or OddPass()
    mark.judged_until = begun
    mark.save()
    return found


def _by_readers(fresh: Iterable[Reading]) -> int:
    read = {(reading.officer_id, local_date(reading.read_at)) for reading in fresh}
    return sum(_judge_reader(officer_id, day) for officer_id, day in sorted(read))


def _judge_reader(officer_id: UUID, day: date) -> int:
    seen = _seen_on(day, Q(officer_id=officer_id))
    mine = OddReading.objects.filter(officer_id=officer_id, day=day)
    return sum(_judge(as_set(rule, settings.ODD_READINGS), seen, mine, officer_id, "", day) for rule in OF_ONE_READER)


def _by_debtors(fresh: Sequence[Reading]) -> int:
    rule, found = as_set(SAME_DEBTOR, settings.ODD_READINGS), 0
    debtors = cases_by_debtor({reading.case_id for reading in fresh if reading.case_id})
    for day in sorted({local_date(reading.read_at) for reading in fresh}):
        for debtor, cases in sorted(debtors.items()):
            seen = _seen_on(day, Q(case_id__in=cases))
            about = OddReading.objects.filter(about=debtor, day=day)
            found += sum(_judge(rule, each, about, None, debtor, day) for each in _by_court(seen))
    return found


def _by_court(seen: Collection[Seen]) -> list[list[Seen]]:
    courts = _courts_of(seen)
    return [[each for each in seen if courts[each.officer_id] == court] for court in sorted(set(courts.values()))]


def _courts_of(seen: Collection[Seen]) -> dict[UUID, UUID]:
    rows = Reading.objects.filter(pk__in=[each.id for each in seen])
    return dict(rows.order_by().values_list("officer_id", "officer__court_id").distinct())


def _seen_on(day: date, whose: Q) -> list[Seen]:
    begins = datetime.combine(day, time(), SHANGHAI)
    rows = Reading.objects.filter(whose, read_at__gte=begins, read_at__lt=begins + timedelta(days=1))
    return [Seen(row.pk, row.officer_id, row.case_id, row.purpose, row.in_hand, row.read_at) for row in rows]


def _judge(
    rule: Rule, seen: Sequence[Seen], known: QuerySet[OddReading], officer_id: UUID | None, about: str, day: date
) -> int:
    """1 where it opened one. What inspection has looked at is not asked again."""
    looked_at = known.filter(rule=rule.key, looked_at__isnull=False).values_list("readings", flat=True)
    done = set(looked_at) if len(seen) >= rule.at_least else set()
    found = odd(rule, [each for each in seen if each.id not in done])
    if not found:
        return 0
    court_id = next(iter(_courts_of(found[:1]).values()))
    row, is_new = OddReading.objects.get_or_create(
        open_key=f"{rule.key}:{court_id}:{officer_id or about}:{day}",
        defaults={"rule": rule.key, "court_id": court_id, "officer_id": officer_id, "about": about, "day": day},
    )
    row.readings.add(*Reading.objects.filter(pk__in=[each.id for each in found]))
    return int(is_new)
