"""Lists of what the national system says is there already: CSV as that system or we write it, or one number a line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.cases.case_no import CaseNoError, parse_case_no

COLUMNS: Mapping[str, str] = {
    "reference": "reference",
    "引用": "reference",
    "本院引用": "reference",
    "case_no": "case_no",
    "case number": "case_no",
    "案号": "case_no",
    "node": "node",
    "节点": "node",
    "day": "day",
    "date": "day",
    "日期": "day",
}
"""Heads of columns by what stands in them; others are passed over."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """What one line names: a row by its reference; or what a case has, at a node, of a day, or all of it."""

    number: int
    text: str
    case_no: str = ""
    reference: str = ""
    node: str = ""
    day: str = ""


def read_list(text: str) -> Iterator[ListLine]:
    """Blank lines and unknown columns say nothing."""
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    head = [COLUMNS.get(_plain(cell).lower(), "") for cell in rows[0]] if rows else []
    is_headed = any(head)
    for number, row in enumerate(rows[is_headed:], start=1 + is_headed):
        cells = [_plain(cell) for cell in row]
        named = dict(zip(head, cells, strict=False)) if is_headed else {_column_of(cells[0]): cells[0]}
        named.pop("", None)
        yield _line(number, ",".join(row), named)


def _line(number: int, text: str, named: Mapping[str, str]) -> ListLine:
    typed = named.get("case_no", "")
    try:
        case_no = parse_case_no(typed).canonical if typed else ""
    except CaseNoError:
        case_no = typed
    return ListLine(number, text[:100], **{**named, "case_no": case_no})


def _column_of(cell: str) -> str:
    return "reference" if ":" in cell else "case_no"


def _plain(cell: str) -> str:
    """Without the mark that keeps a spreadsheet from reckoning."""
    return cell.strip().removeprefix("'").strip()


FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BOM = "\ufeff"


def written(rows: Sequence[Sequence[str]]) -> str:
    """CSV that a spreadsheet opens as it is: UTF-8 with its mark, and no cell that it would reckon with."""
    out = io.StringIO(BOM, newline="")
    out.seek(len(BOM))
    csv.writer(out).writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
