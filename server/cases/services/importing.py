"""Cases of the national system: the good lines in one transaction; the same file again changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from server.cases.case_differences import Difference, difference_of
from server.cases.case_file import CaseRow, read_case_file
from server.cases.case_no import parse_case_no
from server.cases.models import Case, Party
from server.cases.queries import flow_of
from server.cases.services.filing import newest_flow
from server.cases.services.filing_many import Filing, file_many
from server.cases.services.updating import update_many
from server.common.bulk import among
from server.common.errors import DomainError
from server.common.spreadsheet import Fault, RowFault
from server.ledger.services import append
from server.people.models import Court, Group, Officer

Told = Callable[[int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What the import did, or would have done: counts of cases, every fault, and what the file does not name."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Numbers of cases here, not closed, in the courts of the file, that it does not name: told, never touched."""

    @property
    def taken(self) -> int:
        return self.created + self.changed + self.unchanged

    @property
    def refused(self) -> int:
        """Lines, however many faults each has."""
        return len({fault.line for fault in self.faults})


def import_cases(
    *,
    raw: bytes,
    form: str,
    court: Court | None = None,
    dry_run: bool = False,
    strict: bool = False,
    told: Told = lambda done, total: None,
    by: Officer | None = None,
) -> ImportReport:
    """File the cases of a list that are not here and correct those that are, by case number.

    `form` is csv or json; `court` is that of every line. With `strict` nothing is done unless every line is good.
    `told` hears how many of how many cases are written. Raises DomainError 409 `case_no_taken` where somebody else
    filed one of them meanwhile: then nothing was done.
    """
    known_facts = flow_of(newest_flow()).facts
    file = read_case_file(raw, form, known_facts)
    report = ImportReport(faults=file.faults)
    try:
        with transaction.atomic():
            plan = _Plan(file.rows, court, report)
            report.missing = plan.missing(set(file.lines))
            _write(plan, report, by, told, is_wanted=not dry_run and not (strict and report.faults))
    except IntegrityError:
        message = _("Somebody filed one of these cases just now. Nothing was imported; run it again.")
        raise DomainError("case_no_taken", 409, message) from None
    report.faults.sort(key=lambda fault: fault.line)
    return report


def _write(plan: "_Plan", report: ImportReport, by: Officer | None, told: Told, *, is_wanted: bool) -> None:
    report.created, report.changed = len(plan.new), len(plan.changed)
    if is_wanted:
        append(file_many(plan.new, by=by, told=told) + update_many(plan.changed, by=by))


class _Plan:
    """Each line as a new case, a change of one, or nothing to do; what cannot be done becomes a fault."""

    def __init__(self, rows: list[CaseRow], court: Court | None, report: ImportReport) -> None:
        self._court, self._report = court, report
        self._courts = {each.code: each for each in Court.objects.filter(reach=Court.Reach.HERE)}
        officers = Officer.objects.filter(staff_no__in=among({row.handler for row in rows}))
        self._officers = {officer.staff_no: officer for officer in officers}
        groups = Group.objects.filter(name__in=among({row.group for row in rows}))
        self._groups = {(group.court_id, group.name): group for group in groups}
        self._standing = _standing({row.case_no for row in rows})
        self._named = set[UUID]()
        self.new: list[Filing] = []
        self.changed: list[Difference] = []
        for row in rows:
            try:
                self._place(row)
            except RowFault as fault:
                report.faults.append(Fault(row.line, fault.field, fault.reason, row.cells.get(fault.field, "")))

    def _place(self, row: CaseRow) -> None:
        court = self._court_of(row)
        self._named.add(court.pk)
        case = self._standing.get(row.case_no)
        if case is None:
            self.new.append(Filing(row, court, self._handler(row, court), self._group(row, court)))
        elif (difference := difference_of(case, row, court)).is_empty:
            self._report.unchanged += 1
        else:
            self.changed.append(difference)

    def _court_of(self, row: CaseRow) -> Court:
        if row.court and self._court and row.court != self._court.code:
            raise RowFault("court", _("Another court than this import is for."))
        code = row.court or parse_case_no(row.case_no).court_code
        court = self._court or self._courts.get(code)
        if court is None:
            raise RowFault("court" if row.court else "case_no", _("There is no court with this code."))
        return court

    def missing(self, case_nos: set[str]) -> list[str]:
        """Not closed, in a court of the file, and not in it."""
        here = Case.objects.filter(court_id__in=self._named).exclude(status=Case.Status.CLOSED)
        return sorted(set(here.values_list("case_no", flat=True)) - case_nos)

    def _handler(self, row: CaseRow, court: Court) -> Officer | None:
        if not row.handler:
            return None
        officer = self._officers.get(row.handler)
        if officer is None or officer.court_id != court.pk or not officer.is_active:
            raise RowFault("handler", _("There is no such officer in this court."))
        return officer

    def _group(self, row: CaseRow, court: Court) -> Group | None:
        group = self._groups.get((court.pk, row.group)) if row.group else None
        if row.group and group is None:
            raise RowFault("group", _("There is no such group in this court."))
        return group


def _standing(case_nos: set[str]) -> dict[str, Case]:
    """Those that are here, held to the end of the transaction, with their parties."""
    cases = Case.objects.select_for_update(no_key=True).filter(case_no__in=among(case_nos)).order_by("pk")
    return {case.case_no: case for case in cases.prefetch_related(Prefetch("parties", Party.objects.order_by("pk")))}
