"""The printed sheet of enrolment codes: for each officer a name, the code as text and the same text as a QR code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from server.common.clock import SHANGHAI, now
from server.people.services.batches import PrintedCode

_STYLE = Path(__file__).parent / "static" / "centre" / "sheet.css"


@dataclass(frozen=True, slots=True)
class Slip:
    """What is cut out and handed over."""

    name: str
    staff_no: str
    court: str
    code: str
    until: str
    qr: SafeString


def slips_of(codes: Sequence[PrintedCode]) -> list[Slip]:
    return [
        Slip(
            name=each.officer.name,
            staff_no=each.officer.staff_no,
            court=each.officer.court.name,
            code=each.code,
            until=each.expires_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            qr=_qr(each.code),
        )
        for each in codes
    ]


def sheet_of(codes: Sequence[PrintedCode]) -> str:
    """One HTML file that needs nothing else, to print."""
    return render_to_string("centre/sheet.html", {**page_of(codes), "style": mark_safe(_STYLE.read_text("utf-8"))})


def page_of(codes: Sequence[PrintedCode]) -> dict[str, Any]:
    return {"slips": slips_of(codes), "printed_at": now().astimezone(SHANGHAI)}


def _qr(code: str) -> SafeString:
    # A code is letters and hyphens of our own making; the SVG around it is segno's.
    return mark_safe(segno.make(code, error="m", micro=False).svg_inline(border=4, omitsize=True))
