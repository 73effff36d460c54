"""The form that a court without Zhixing fills in: what it may say, and how it is read back, from JSON or a table. Pure.

`result.json` and `result.csv` say the same; the second is for a spreadsheet, one thing a row.
"""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from server.common.day import Day
from server.common.marking import gettext_noop as _

FORMAT = "zhixing-matter-result@1"
COLUMNS = ("row", "code", "reason", "on", "name", "phone", "text", "amount", "rank", "expires_on", "file")
HEADS = ("项目", "代码", "原因代码", "日期", "姓名", "电话", "说明", "金额", "轮候顺位", "到期日", "文件名")
"""Of the same columns, for people; either heading is read."""
STEPS = ("sign_for", "ask_supplement", "return", "assign", "feed_back")
ROWS_AT_MOST = 500
_SAYABLE = r"^[^\x00]*$"

Words = Annotated[str, StringConstraints(max_length=1000, pattern=_SAYABLE, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_SAYABLE, strip_whitespace=True)]
Phone = Annotated[str, StringConstraints(max_length=40, pattern=_SAYABLE, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[A-Za-z_]+$")]


class _Filled(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(_Filled):
    name: Name
    phone: Phone = ""


class Step(_Filled):
    """`on`: the day it was done there; without one, the day it is entered."""

    step: Literal["sign_for", "ask_supplement", "return", "assign", "feed_back"]
    on: Day | None = None
    text: Words = ""
    reason: Annotated[str, StringConstraints(max_length=30)] = ""
    handler: Person | None = None


class Talk(_Filled):
    name: Name
    text: Annotated[Words, StringConstraints(min_length=1)]
    phone: Phone = ""


class Result(_Filled):
    code: Code
    amount: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None
    expires_on: Day | None = None
    text: Words = ""


class PaperFile(_Filled):
    """A file that lies beside the form, by its name."""

    file: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    slot: Code
    title: Annotated[str, StringConstraints(max_length=200, pattern=_SAYABLE)] = ""


class ResultForm(_Filled):
    format: Literal["zhixing-matter-result@1"]
    matter: UUID
    by: Person
    talks: Annotated[list[Talk], Field(max_length=ROWS_AT_MOST)] = []
    steps: Annotated[list[Step], Field(max_length=20)] = []
    results: Annotated[list[Result], Field(max_length=ROWS_AT_MOST)] = []
    papers: Annotated[list[PaperFile], Field(max_length=100)] = []


class FormFault(ValueError):
    """`faults`: where in the form, and what, marked for translation."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{each['place']}: {each['reason']}" for each in faults))


def schema() -> dict[str, Any]:
    return ResultForm.model_json_schema()


def form_of_json(content: bytes) -> ResultForm:
    """Raises FormFault."""
    try:
        members = json.loads(_text_of(content))
    except (ValueError, RecursionError):
        raise FormFault([{"place": "result.json", "reason": _("is no JSON")}]) from None
    return _validated(members)


def form_of_table(content: bytes) -> ResultForm:
    """Raises FormFault."""
    rows = [row for row in csv.reader(io.StringIO(_text_of(content))) if any(cell.strip() for cell in row)]
    columns = _columns(rows[0]) if rows else []
    if not columns or len(rows) > ROWS_AT_MOST:
        raise FormFault([{"place": "result.csv", "reason": _("has no row of headings, or too many rows")}])
    members: dict[str, Any] = {"format": FORMAT, "talks": [], "steps": [], "results": [], "papers": []}
    for number, row in enumerate(rows[1:], 2):
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name and cell.strip()}
        _take_row(members, number, cells.pop("row", ""), cells)
    return _validated(members)


def _columns(head: list[str]) -> list[str]:
    known = dict(zip(HEADS, COLUMNS, strict=True)) | {name: name for name in COLUMNS}
    found = [known.get(cell.strip(), "") for cell in head]
    return found if "row" in found else []


def _take_row(members: dict[str, Any], number: int, kind: str, cells: dict[str, str]) -> None:
    if kind == "matter":
        members["matter"] = cells.get("code", "")
    elif kind == "by":
        members["by"] = _picked(cells, {"name": "name", "phone": "phone"})
    elif kind == "step":
        handler = _picked(cells, {"name": "name", "phone": "phone"})
        step = _picked(cells, {"code": "step", "on": "on", "text": "text", "reason": "reason"})
        members["steps"].append(step | ({"handler": handler} if handler else {}))
    elif kind in _OF_ROW:
        listed, names = _OF_ROW[kind]
        members[listed].append(_picked(cells, names))
    else:
        raise FormFault([{"place": f"result.csv {number}", "reason": _("is no kind of row")}])


_OF_ROW: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "talk": ("talks", {"name": "name", "phone": "phone", "text": "text"}),
    "result": (
        "results",
        {"code": "code", "amount": "amount", "rank": "rank", "expires_on": "expires_on", "text": "text"},
    ),
    "paper": ("papers", {"code": "slot", "file": "file", "text": "title"}),
}


def _picked(cells: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {name: cells[column] for column, name in names.items() if column in cells}


def _validated(members: Any) -> ResultForm:
    try:
        return ResultForm.model_validate(members)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_context=False, include_input=False)[:20]
        raise FormFault(
            [{"place": ".".join(map(str, each["loc"])) or "result", "reason": _reason(each["type"])} for each in found]
        ) from None


def _reason(kind: str) -> str:
    return {"missing": _("is missing"), "extra_forbidden": _("is not known here")}.get(
        kind, _("is not as the form wants it")
    )


def _text_of(content: bytes) -> str:
    """UTF-8, or as spreadsheets here still write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormFault([{"place": "result", "reason": _("is neither UTF-8 nor GB 18030")}])
