"""Rows marked as carried back, and marks taken back: each once, told to the ledger of their case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from server.backfill.access import cases_filled_by
from server.backfill.models import FilledBack, Kind
from server.backfill.queries import rows_among
from server.backfill.sources import Asked, Source
from server.cases.access import audience_of
from server.cases.live import case_view
from server.cases.models import Case, SubjectType
from server.cases.queries import hold_cases
from server.common.clock import now
from server.ledger.services import Draft, append
from server.people.models import Officer

DONE, ALREADY, NOT_FOUND = "done", "already", "not_found"


class Ref(NamedTuple):
    """A row by its case and reference."""

    case_id: UUID
    kind: str
    source_id: UUID

    @classmethod
    def of(cls, case_id: UUID, reference: str) -> "Ref | None":
        """None for what is no reference."""
        kind, _colon, source = reference.partition(":")
        try:
            return cls(case_id, Kind(kind).value, UUID(source))
        except ValueError:
            return None


@transaction.atomic
def fill_back(*, refs: Sequence[Ref], by: Officer, via: str = FilledBack.Via.PERSON) -> dict[Ref, str]:
    """Mark these rows as standing in the national system: `done`, `already` or `not_found` of each.

    An act to be withdrawn there is withdrawn by that: its mark ends, and counted again it is to be carried back again.
    """
    allowed = _held(refs, by)
    sources = {ref.source_id for ref in refs}
    there = {_ref(row): row for row in rows_among(allowed, Asked(is_filled=None, sources=sources))} if sources else {}
    fresh = [ref for ref in dict.fromkeys(refs) if ref in there and not there[ref].is_filled]
    entered = [ref for ref in fresh if ref.kind != Kind.WITHDRAWAL]
    withdrawn = [ref for ref in fresh if ref.kind == Kind.WITHDRAWAL]
    FilledBack.objects.bulk_create(FilledBack(**ref._asdict(), via=via, by=by) for ref in entered)
    acts = _standing([ref._replace(kind=Kind.ACT.value) for ref in withdrawn])
    _end(acts.values(), by)
    _append("filled_back", fresh, by, via)
    ended = _ended(ref for ref in refs if ref.kind == Kind.WITHDRAWAL and ref not in there)
    return {ref: _outcome(ref, fresh, there.keys() | ended) for ref in refs}


@transaction.atomic
def take_back(*, refs: Sequence[Ref], by: Officer) -> dict[Ref, str]:
    """These were marked by mistake: they are to be carried back again. Said again nothing changes."""
    allowed = set(_held(refs, by).values_list("pk", flat=True))
    wanted = [ref for ref in dict.fromkeys(refs) if ref.case_id in allowed and ref.kind != Kind.WITHDRAWAL]
    standing = _standing(wanted)
    marked = [ref for ref in wanted if ref in standing]
    _end(standing.values(), by)
    _append("filling_back_undone", marked, by, FilledBack.Via.PERSON)
    return {ref: _outcome(ref, marked, _ended(wanted)) for ref in refs}


def _held(refs: Iterable[Ref], by: Officer) -> QuerySet[Case, Any]:
    """Of those he may mark, held to the end of the transaction, so that no row is marked twice."""
    ids = list(cases_filled_by(by).filter(pk__in={ref.case_id for ref in refs}).values_list("pk", flat=True))
    hold_cases(ids)
    return Case.objects.filter(pk__in=ids)


def _ref(row: Source) -> Ref:
    return Ref(row.case_id, row.kind, row.source_id)


def _outcome(ref: Ref, done: Collection[Ref], known: Collection[Ref]) -> str:
    if ref in done:
        return DONE
    return ALREADY if ref in known else NOT_FOUND


def _marks(refs: Iterable[Ref]) -> QuerySet[FilledBack]:
    return FilledBack.objects.filter(source_id__in={ref.source_id for ref in refs})


def _standing(refs: Collection[Ref]) -> dict[Ref, UUID]:
    """Marks that stand, of these rows, by row."""
    rows = _marks(refs).filter(undone_at=None).values_list("case_id", "kind", "source_id", "pk")
    found = {Ref(case_id, kind, source): key for case_id, kind, source, key in rows}
    return {ref: found[ref] for ref in refs if ref in found}


def _ended(refs: Iterable[Ref]) -> set[Ref]:
    """Of marks that ended, also as the withdrawals that ended them."""
    rows = _marks(list(refs)).exclude(undone_at=None).values_list("case_id", "kind", "source_id")
    ended = {Ref(*row) for row in rows}
    return ended | {ref._replace(kind=Kind.WITHDRAWAL.value) for ref in ended if ref.kind == Kind.ACT}


def _end(marks: Collection[UUID], by: Officer) -> None:
    FilledBack.objects.filter(pk__in=list(marks)).update(undone_at=now(), undone_by=by)


def _append(kind: str, refs: Sequence[Ref], by: Officer, via: str) -> None:
    """One entry for each case."""
    named: dict[UUID, list[str]] = defaultdict(list)
    for ref in refs:
        named[ref.case_id].append(f"{ref.kind}:{ref.source_id}")
    cases, audience = Case.objects.in_bulk(list(named)), audience_of(named) if named else {}
    drafts = []
    for case_id, references in named.items():
        view = {"case": case_view(cases[case_id]), "nodes": [], "by": str(by.pk), "via": str(via), "rows": references}
        drafts.append(Draft(audience[case_id], kind, view, {}, SubjectType.CASE.value, case_id))
    append(drafts)
