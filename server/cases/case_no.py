"""Case numbers: read as people type them, kept in one form.

Form: `（年度）法院代字 类型代字 编号 号` (法〔2015〕137号, from memory). A court's code is an opaque key: when
counties are redrawn the old code may stay, so it is never computed from an address.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵"
MAX_TYPED = 60

_NUMBER = re.compile(
    r"(?P<year>[0-9]{4})"
    rf"(?P<court>最高法|[{PROVINCES}](?:[0-9]{{2}}){{0,2}})"
    r"(?P<type>执恢|执保|执异|执复|执监|执协|执他|执)"
    r"0*(?P<sequence>[1-9][0-9]{0,8})号?"
    r"(?P<sub>之(?:[一二三四五六七八九十]+|[1-9][0-9]?))?"
)
_BRACKETED_YEAR = re.compile(r"[(\[〔【]([0-9]{4})[)\]〕】]")


class CaseType(StrEnum):
    FIRST = "执"
    RESUME = "执恢"
    PRESERVE = "执保"
    OBJECT = "执异"
    RECONSIDER = "执复"
    SUPERVISE = "执监"
    COORDINATE = "执协"
    OTHER = "执他"


class CaseNoError(ValueError):
    """What was typed is no case number.

    `reason` is stable: blank, too_long, year, court, type, sequence, sub_document.
    """

    def __init__(self, reason: str, typed: str) -> None:
        super().__init__(f"{reason}: {typed[:MAX_TYPED]!r}")
        self.reason = reason


@dataclass(frozen=True, order=True)
class CaseNo:
    """Unique by its four parts; `sequence` restarts each year per court and type."""

    year: int
    court_code: str
    type: CaseType
    sequence: int

    @property
    def canonical(self) -> str:
        """The one string used as a key."""
        return f"（{self.year}）{self.court_code}{self.type.value}{self.sequence}号"

    def display(self) -> str:
        """As courts print it; today the key itself, so that search and paper agree."""
        return self.canonical

    def __str__(self) -> str:
        return self.canonical


@dataclass(frozen=True)
class DocumentNo:
    """A paper of a case: `（2026）闽9821执123号之一`. The suffix belongs to the paper, never to the case."""

    case: CaseNo
    suffix: str

    def display(self) -> str:
        return self.case.canonical + self.suffix


def parse_case_no(typed: str) -> CaseNo:
    """Half- or full-width, any bracket or none, any spaces, `号` or not. Raises CaseNoError with its reason."""
    document = parse_document_no(typed)
    if document.suffix:
        raise CaseNoError("sub_document", typed)
    return document.case


def parse_document_no(typed: str) -> DocumentNo:
    """As parse_case_no, but a `之一` is allowed."""
    text = _plain(typed)
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CaseNoError(_reason(text), typed)
    year = int(match["year"])
    if not 1949 <= year <= 2999:
        raise CaseNoError("year", typed)
    case = CaseNo(year, match["court"], CaseType(match["type"]), int(match["sequence"]))
    return DocumentNo(case, match["sub"] or "")


def _plain(typed: str) -> str:
    if len(typed) > MAX_TYPED:
        raise CaseNoError("too_long", typed)
    text = "".join(unicodedata.normalize("NFKC", typed).split()).replace("號", "号").replace("執", "执")
    if not text:
        raise CaseNoError("blank", typed)
    return _BRACKETED_YEAR.sub(r"\1", text, count=1) if text[0] in "([〔【" else text


def _reason(text: str) -> str:
    """The first part that does not fit, from the left."""
    parts = (
        ("year", r"[0-9]{4}(?![0-9])"),
        ("court", rf"[0-9]{{4}}(?:最高法|[{PROVINCES}](?:[0-9]{{2}}){{0,2}})(?![0-9])"),
        ("type", r".*?执[恢保异复监协他]?(?=[0-9]|$|号)"),
    )
    return next((name for name, pattern in parts if not re.match(pattern, text)), "sequence")
