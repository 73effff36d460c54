"""The same picture in another case: the same bytes, or bytes that look alike. A hint to look, never an accusation."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.evidence.access import case_ids_of
from server.evidence.models import Promise, StoredFile
from server.people.models import Officer

FEWEST_DIFFERENT_BITS = 3
"""So many bits of 64 may differ. With one more band than that, two that look alike have one band in common."""
BANDS = ("dhash_1", "dhash_2", "dhash_3", "dhash_4")
FLAT = 6
"""With fewer bits set, or unset, it is a dark or an empty picture, and looks like all of them."""
MOST = 2000


@dataclass(frozen=True, slots=True)
class Alike:
    """Another case with this picture; without its number for who may not read that case."""

    case_id: UUID | None
    case_no: str
    is_of_this_court: bool
    is_same_file: bool


def alike_to(officer: Officer, hashes: Collection[str]) -> dict[str, list[Alike]]:
    """By hash, for files the officer may read; only those with something to say. Five SELECTs at most."""
    near = _near(StoredFile.objects.filter(pk__in=list(hashes)).exclude(dhash_1=""))
    every = set(hashes).union(*near.values())
    cases: dict[str, list[frozenset[UUID]]] = defaultdict(list)
    for promise in Promise.objects.filter(sha256__in=every).order_by("promised_at", "pk"):
        cases[promise.sha256].append(frozenset(case_ids_of(promise)))
    asked = {case for sets in cases.values() for each in sets for case in each}
    courts = dict(Case.objects.filter(pk__in=asked).values_list("pk", "court_id"))
    numbers = dict(cases_visible_to(officer).filter(pk__in=asked).values_list("pk", "case_no"))
    found: dict[str, list[Alike]] = {}
    for sha256 in hashes:
        home = next((each for each in cases[sha256] if not numbers.keys().isdisjoint(each)), frozenset())
        same = _elsewhere(cases[sha256], home)
        alike = _elsewhere((each for other in near.get(sha256, ()) for each in cases[other]), home) - same
        shown = [(case, True) for case in sorted(same)] + [(case, False) for case in sorted(alike)]
        if home and shown:
            found[sha256] = [_shown(case, numbers, courts.get(case) == officer.court_id, same) for case, same in shown]
    return found


def _elsewhere(sets: Iterable[frozenset[UUID]], home: frozenset[UUID]) -> set[UUID]:
    """An act that serves several cases of one debtor is in all of them rightly."""
    return {case for each in sets if each.isdisjoint(home) for case in each}


def _shown(case_id: UUID, numbers: dict[UUID, str], is_of_this_court: bool, is_same: bool) -> Alike:
    number = numbers.get(case_id, "")
    return Alike(case_id if number else None, number, is_of_this_court, is_same)


def _near(files: Iterable[StoredFile]) -> dict[str, set[str]]:
    marks = {file.sha256: file.dhash for file in files if _says_something(file.dhash)}
    wanted = Q()
    for mark in marks.values():
        for place, band in enumerate(BANDS):
            wanted |= Q(**{band: mark[4 * place : 4 * place + 4]})
    if not marks:
        return {}
    others = list(StoredFile.objects.filter(wanted).exclude(dhash_1="").order_by("-stored_at")[:MOST])
    return {
        sha256: {other.sha256 for other in others if other.sha256 != sha256 and _is_near(mark, other.dhash)}
        for sha256, mark in marks.items()
    }


def _says_something(mark: str) -> bool:
    return FLAT <= int(mark, 16).bit_count() <= 64 - FLAT


def _is_near(one: str, other: str) -> bool:
    return (int(one, 16) ^ int(other, 16)).bit_count() <= FEWEST_DIFFERENT_BITS
