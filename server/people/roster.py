"""The roster as a CSV file: reading it, and naming every line that cannot be read. `docs/howto/first-steps.md`."""

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from server.common.spreadsheet import Fault, RowFault, decoded
from server.people.models import Court, GroupMember, Role, Team

COLUMNS = (
    "record", "court", "name", "level", "parent", "team", "kind", "group", "part", "staff_no", "roles", "credential_no",
)  # fmt: skip
REQUIRED = {
    "COURT": ("court", "name", "level"),
    "TEAM": ("court", "name", "kind"),
    "GROUP": ("court", "name"),
    "OFFICER": ("court", "staff_no", "name"),
}
LONGEST = {"court": 20, "name": 60, "team": 60, "group": 60, "staff_no": 40, "credential_no": 60}
CHOICES = {
    "level": Court.Level.values,
    "kind": Team.Kind.values,
    "part": GroupMember.Part.values,
}
_SEPARATORS = re.compile(r"[\s;；,，、|]+")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    record: str
    cells: dict[str, str]
    roles: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def key(self) -> tuple[str, ...]:
        columns = {"COURT": ["court"], "OFFICER": ["staff_no"]}.get(self.record, ["court", "name"])
        return (self.record, *(self.cells[column] for column in columns))


@dataclass(slots=True)
class Roster:
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_roster(raw: bytes) -> Roster:
    """Every readable row, and a fault for each other line. UTF-8 with or without BOM, or GB18030 as Excel writes it."""
    roster = Roster()
    try:
        reader = csv.reader(io.StringIO(decoded(raw), newline=""), strict=True)
        _read_lines(reader, roster)
    except RowFault as fault:
        roster.faults.append(Fault(1, fault.field, fault.reason))
    return roster


def _read_lines(reader: Any, roster: Roster) -> None:
    seen: dict[tuple[str, ...], int] = {}
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _read_line(reader.line_num, header, cells, roster, seen)
    except csv.Error as error:
        reason = _("From here on the file is not CSV: %(fault)s") % {"fault": error}
        roster.faults.append(Fault(reader.line_num, "", reason))


def _check_header(header: list[str]) -> None:
    if "record" not in header:
        raise RowFault(
            "record", _("The first line must name the columns: %(columns)s") % {"columns": ",".join(COLUMNS)}
        )
    for column in header:
        if column and (column not in COLUMNS or header.count(column) > 1):
            raise RowFault(column, _("There is no such column, or it stands twice."))


def _read_line(
    line: int, header: list[str], cells: list[str], roster: Roster, seen: dict[tuple[str, ...], int]
) -> None:
    try:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise RowFault("", _("This line has more cells than there are columns."))
        values = dict.fromkeys(COLUMNS, "") | {
            column: cell.strip() for column, cell in zip(header, cells, strict=False) if column
        }
        row = _row(line, values)
        if (first := seen.setdefault(row.key, line)) != line:
            raise RowFault("", _("Stands in line %(line)d already.") % {"line": first})
        roster.rows.append(row)
    except RowFault as fault:
        roster.faults.append(Fault(line, fault.field, fault.reason))


def _row(line: int, values: dict[str, str]) -> Row:
    record = values["record"].upper()
    if record not in REQUIRED:
        raise RowFault("record", _("Must be one of: %(choices)s") % {"choices": ", ".join(REQUIRED)})
    for column, value in values.items():
        _check_cell(column, value)
    for column in REQUIRED[record]:
        if not values[column]:
            raise RowFault(column, _("Must not be empty."))
    for column, choices in CHOICES.items():
        values[column] = values[column].upper()
        if values[column] and values[column] not in choices:
            raise RowFault(column, _("Must be one of: %(choices)s") % {"choices": ", ".join(choices)})
    if bool(values["part"]) != bool(values["group"]):
        raise RowFault("part", _("A group and the part in it are given together."))
    return Row(line, record, values, _roles(values["roles"]))


def _check_cell(column: str, value: str) -> None:
    if not value.isprintable():
        raise RowFault(column, _("Contains a character that cannot be shown."))
    if len(value) > LONGEST.get(column, 200):
        raise RowFault(column, _("Longer than %(count)d characters.") % {"count": LONGEST.get(column, 200)})


def _roles(text: str) -> tuple[str, ...]:
    roles = tuple(dict.fromkeys(word.lower() for word in _SEPARATORS.split(text) if word))
    for role in roles:
        if role not in Role.values:
            raise RowFault("roles", _("Unknown role: %(role)s") % {"role": role})
    return roles
