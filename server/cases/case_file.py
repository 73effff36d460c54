"""Cases from a file of the national system, CSV or JSON: every line read, and every fault of it named.

`docs/howto/import-cases.md`. A line is one case; in JSON the line on which its object begins, or without line breaks
which object it is.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Party
from server.cases.parties import PartyDraft
from server.common.clock import local_date, now
from server.common.spreadsheet import DAMAGE, Fault, RowFault, decoded_with_damage

COLUMNS = ("case_no", "court", "cause", "filed_on", "received_on", "claim_amount", "handler", "group")
FACTS = ("basis", "claim_kind", "track")
REQUIRED = ("case_no", "cause", "filed_on", "basis", "claim_kind", "debtor_1_name")
CELLS = ("name", "kind", "id_no", "phone", "address")
LONGEST = {"cause": 100, "name": 200, "address": 300}
_PARTIES = {"applicants": "applicant", "debtors": "debtor", "third_parties": "third_party"}
_PARTY = re.compile(rf"(applicant|debtor|third_party)_([1-9][0-9]?)_({'|'.join(CELLS)})")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_AMOUNT = re.compile(r"(?:[0-9]{1,14}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,2})?")
_ID_NO = re.compile(r"[0-9A-Za-z()（）*-]{4,40}")
_PHONE = re.compile(r"[0-9+*() ,;、/-]{5,40}")
_OLDEST = date(1949, 10, 1)
_Given = tuple[int, Mapping[str, str]]
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What a line says; None and empty texts where it says nothing."""

    line: int
    case_no: str
    court: str
    cause: str
    filed_on: date
    received_on: date | None
    claim_amount: Decimal | None
    facts: dict[str, str]
    handler: str
    group: str
    parties: tuple[PartyDraft, ...]
    cells: Mapping[str, str]
    """As they stand in the file, to name what is wrong with them."""


@dataclass(slots=True)
class CaseFile:
    rows: list[CaseRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each case number stands, also on lines that cannot be imported."""


def read_case_file(raw: bytes, form: str, known_facts: Mapping[str, Any]) -> CaseFile:
    """Every line that can be read, and the faults of the others. `form` is csv or json; `known_facts` the flow's."""
    file = CaseFile()
    read = {"csv": _csv_lines, "json": _json_objects}[form]
    try:
        for line, cells in read(decoded_with_damage(raw), file.faults):
            _take(_Line(line, cells), file, known_facts)
    except RowFault as fault:
        file.faults.append(Fault(1, fault.field, fault.reason))
    return file


def _take(line: "_Line", file: CaseFile, known_facts: Mapping[str, Any]) -> None:
    row = line.row(known_facts)
    if row.case_no in file.lines:
        line.refuse("case_no", _("Stands in line %(line)d already.") % {"line": file.lines[row.case_no]})
    elif row.case_no:
        file.lines[row.case_no] = line.number
    file.faults += line.faults
    if not line.faults:
        file.rows.append(row)


def _csv_lines(text: str, faults: list[Fault]) -> Iterator[_Given]:
    # Line by line: no cell holds a line break, so a quotation left open spoils its own line and no other.
    lines = text.replace("\r\n", "\n").split("\n")
    header = _header(lines[0])
    for number, line in enumerate(lines[1:], 2):
        if not line.strip(" ,\t\r"):
            continue
        try:
            yield number, _cells(header, next(csv.reader([line], strict=True)))
        except csv.Error as error:
            faults.append(Fault(number, "", _("This line is not CSV: %(fault)s") % {"fault": error}, line[:80]))
        except RowFault as fault:
            faults.append(Fault(number, fault.field, fault.reason, line[:80]))


def _header(line: str) -> list[str]:
    try:
        header = [cell.strip().lower() for cell in next(csv.reader([line]), [])]
    except csv.Error:  # a cell beyond all measure: this is no list
        header = []
    _check_header(header)
    return header


def _check_header(header: list[str]) -> None:
    if "case_no" not in header:
        shown = ",".join((*COLUMNS, *FACTS, *(f"debtor_1_{cell}" for cell in CELLS)))
        raise RowFault("case_no", _("The first line must name the columns: %(columns)s") % {"columns": shown})
    for column in header:
        if column and (not _is_column(column) or header.count(column) > 1):
            raise RowFault(column, _("There is no such column, or it stands twice."))


def _is_column(name: str) -> bool:
    return name in COLUMNS or name in FACTS or _PARTY.fullmatch(name) is not None


def _cells(header: list[str], cells: list[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise RowFault("", _("This line has more cells than there are columns."))
    return {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column}


def _json_objects(text: str, faults: list[Fault]) -> Iterator[_Given]:
    """Of one array, or one object a line: a line that is no JSON spoils the rest of an array, but no other line."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    is_array, place, line, counted = text.lstrip().startswith("["), 0, 1, 0
    is_one_line, number = "\n" not in text.strip(), 0
    while (place := _next_object(text, place)) < len(text):
        line, counted, number = line + text.count("\n", counted, place), place, number + 1
        at = number if is_one_line else line
        try:
            given, place = decoder.raw_decode(text, place)
            yield at, _flat(given)
        except RowFault as fault:
            faults.append(Fault(at, fault.field, fault.reason))
        except (ValueError, RecursionError) as error:
            said = _("From here on the file is not JSON: %(fault)s") if is_array else _("Not JSON: %(fault)s")
            faults.append(Fault(at, "", said % {"fault": error}, text[place : place + 80].partition("\n")[0]))
            ends = text.find("\n", place)
            place = len(text) if is_array or ends < 0 else ends


def _next_object(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n,[]":
        place += 1
    return place


def _flat(given: Any) -> dict[str, str]:
    """A nested object as the columns of a line: `debtors` as debtor_1_name and so on."""
    cells: dict[str, str] = {}
    for name, value in _object(given, "").items():
        part = _PARTIES.get(name)
        if part is None:
            cells[name] = _text(name, value)
            continue
        if not isinstance(value, list):
            raise RowFault(name, _("Must be a list."))
        for number, party in enumerate(value, 1):
            one = f"{part}_{number}"
            cells |= {f"{one}_{key}": _text(f"{one}_{key}", cell) for key, cell in _object(party, one).items()}
    if unknown := next((name for name in cells if not _is_column(name)), None):
        raise RowFault(unknown, _("There is no such column, or it stands twice."))
    return cells


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RowFault(name, _("Must be an object."))
    return value


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | None):
        raise RowFault(name, _("Must be a text or a number."))
    return "" if value is None else str(value).strip()


class _Line:
    """One line as its columns are taken: each reader answers a value or says why not."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self.number, self._cells = number, cells
        self.faults: list[Fault] = []

    def refuse(self, name: str, reason: str) -> None:
        self.faults.append(Fault(self.number, name, reason, self._cells.get(name, "")[:80]))

    def row(self, known_facts: Mapping[str, Any]) -> CaseRow:
        for name in REQUIRED:
            if not self._cells.get(name):
                self.refuse(name, _("Must not be empty."))
        filed_on = self._read("filed_on", read_day, date.max)
        row = CaseRow(
            line=self.number,
            case_no=self._read("case_no", _case_no, ""),
            court=self._read("court", _words, ""),
            cause=self._read("cause", _words, ""),
            filed_on=filed_on,
            received_on=self._read("received_on", read_day, None),
            claim_amount=self._read("claim_amount", _amount, None),
            facts={name: value for name in FACTS if (value := self._fact(name, known_facts.get(name, ())))},
            handler=self._read("handler", _words, ""),
            group=self._read("group", _words, ""),
            parties=tuple(self._parties()),
            cells=self._cells,
        )
        if row.received_on and row.received_on > filed_on:
            self.refuse("received_on", _("Later than the day of filing."))
        if row.handler and row.group:
            self.refuse("group", _("A case is held by a handler or by a group, not by both."))
        return row

    def _read(self, name: str, read: Callable[[str], _Value], empty: _Value) -> _Value:
        text = self._cells.get(name, "")
        if not text:
            return empty
        try:
            _require_readable(text, LONGEST.get(name.rpartition("_")[2], 60))
            return read(text)
        except ValueError as fault:
            self.refuse(name, str(fault))
            return empty

    def _fact(self, name: str, known: Any) -> str:
        return self._read(name, lambda text: _choice(text, list(known)), "")

    def _parties(self) -> Iterator[PartyDraft]:
        given: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
        for column, text in self._cells.items():
            if text and (match := _PARTY.fullmatch(column)):
                given[match[1], int(match[2])][match[3]] = column
        for (part, number), columns in sorted(given.items()):
            if "name" not in columns and (part, number) != ("debtor", 1):
                self.refuse(f"{part}_{number}_name", _("Must not be empty."))
            cells = {cell: self._read(column, _READERS[cell], "") for cell, column in columns.items()}
            yield PartyDraft(part, **{"name": "", "kind": "", **cells})


def _require_readable(text: str, longest: int) -> None:
    if DAMAGE in text:
        raise ValueError(_("This line is damaged: it is not UTF-8."))
    if not text.isprintable():
        raise ValueError(_("Contains a character that cannot be shown."))
    if len(text) > longest:
        raise ValueError(_("Longer than %(count)d characters.") % {"count": longest})


def _words(text: str) -> str:
    return text


def _choice(text: str, choices: list[Any]) -> str:
    if text.upper() not in choices:
        raise ValueError(_("Must be one of: %(choices)s") % {"choices": ", ".join(map(str, choices))})
    return text.upper()


def _case_no(text: str) -> str:
    try:
        return parse_case_no(text).canonical
    except CaseNoError:
        said = _("This is not a case number. Write it as on the case file, such as （2026）闽9821执123号.")
        raise ValueError(said) from None


def read_day(text: str) -> date:
    match = _DAY.fullmatch(text)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(_("This is not a date. Write it as 2027-02-12."))
    if not _OLDEST <= day <= local_date(now()):
        raise ValueError(_("This day is still to come, or too long ago."))
    return day


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(_("This is not an amount in yuan, such as 120000.50."))
    return Decimal(text.replace(",", ""))


def _id_no(text: str) -> str:
    return _matching(_ID_NO, text, _("This is not the number of an identity paper."))


def _phone(text: str) -> str:
    return _matching(_PHONE, text, _("This is not a telephone number."))


def _matching(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text


_READERS: dict[str, Callable[[str], str]] = {
    "name": _words,
    "kind": lambda text: _choice(text, list(Party.Kind.values)),
    "id_no": _id_no,
    "phone": _phone,
    "address": _words,
}
