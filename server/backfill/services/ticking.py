"""Rows that tick themselves off by a list of what the national system has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from server.backfill.access import cases_filled_by
from server.backfill.lists import ListLine, read_list
from server.backfill.models import FilledBack, Kind
from server.backfill.queries import rows_among
from server.backfill.rows import row_views
from server.backfill.schemas import RowView
from server.backfill.services.marking import Ref, fill_back
from server.backfill.sources import Asked
from server.cases.case_file import read_day
from server.cases.models import Case
from server.cases.queries import flow_of, flow_versions
from server.common.bulk import among
from server.common.spreadsheet import Fault, RowFault
from server.people.models import Officer


@dataclass(slots=True)
class Ticked:
    """Counts of rows, and the lines that name none."""

    ticked: int = 0
    already: int = 0
    faults: list[Fault] = field(default_factory=list)


def tick_off(*, text: str, by: Officer, dry_run: bool = False) -> Ticked:
    """Mark what a list names: a reference names its row; a case number what the case has, at the node and of the day
    that its line says, else all of it. Withdrawals are nobody's list to say. The same list again changes nothing."""
    lines = list(read_list(text))
    rows = _Rows(_rows_named(lines, by))
    report, named = Ticked(), dict[Ref, bool]()
    for line in lines:
        try:
            named |= {_ref(row): row.is_filled for row in rows.named_by(line)}
        except RowFault as fault:
            report.faults.append(Fault(line.number, fault.field, fault.reason, line.text))
    fresh = [ref for ref, is_filled in named.items() if not is_filled]
    report.ticked, report.already = len(fresh), len(named) - len(fresh)
    if fresh and not dry_run:
        fill_back(refs=fresh, by=by, via=FilledBack.Via.LIST)
    return report


def _rows_named(lines: Sequence[ListLine], by: Officer) -> list[RowView]:
    """Whatever the lines may mean, of the cases he may mark."""
    numbers = {line.case_no for line in lines if line.case_no and not line.reference}
    refs = [ref for line in lines if (ref := Ref.of(_NONE, line.reference))]
    cases = Case.objects.filter(pk__in=cases_filled_by(by).values("pk"))
    found = set(rows_among(cases.filter(case_no__in=among(numbers)), Asked(is_filled=None))) if numbers else set()
    found |= set(rows_among(cases, Asked(is_filled=None, sources={ref.source_id for ref in refs}))) if refs else set()
    return row_views([row for row in found if row.kind != Kind.WITHDRAWAL])


class _Rows:
    def __init__(self, rows: Iterable[RowView]) -> None:
        self._by_reference: Mapping[str, list[RowView]] = _grouped((row.reference, row) for row in rows)
        everyone = (row for named in self._by_reference.values() for row in named)
        self._by_case_no: Mapping[str, list[RowView]] = _grouped((row.case_no, row) for row in everyone)
        nodes = [node for version in flow_versions() for node in flow_of(version).tracked.values()]
        self._keys = {name: node.key for node in nodes for name in (node.zh, node.en)}

    def named_by(self, line: ListLine) -> list[RowView]:
        """Raises RowFault for a line that names nothing here."""
        if line.reference:
            return self._found("reference", self._by_reference[line.reference], line)
        if not line.case_no:
            raise RowFault("case_no", _("Neither a reference nor a case number."))
        return self._found("case_no", list(self._of_case(line)), line)

    def _of_case(self, line: ListLine) -> Iterator[RowView]:
        day = _day(line.day) if line.day else None
        node = self._keys.get(line.node.partition(" · ")[0], line.node)
        for row in self._by_case_no[line.case_no]:
            if (not node or node in row.node_keys) and day in (None, row.day):
                yield row

    def _found(self, name: str, rows: list[RowView], line: ListLine) -> list[RowView]:
        if not rows:
            raise RowFault(name, _("Nothing that you may mark is named by this line."))
        return [row for row in rows if not line.case_no or row.case_no == line.case_no]


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as fault:
        raise RowFault("day", str(fault)) from None


def _grouped(pairs: Iterable[tuple[str, RowView]]) -> Mapping[str, list[RowView]]:
    groups: dict[str, list[RowView]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return groups


def _ref(row: RowView) -> Ref:
    kind, _colon, source = row.reference.partition(":")
    return Ref(row.case_id, kind, UUID(source))


_NONE = UUID(int=0)
