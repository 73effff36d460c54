"""The list as a file: the columns the national system asks for, and our reference."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from server.backfill.lists import written
from server.backfill.models import Kind
from server.backfill.schemas import RowView
from server.common.clock import SHANGHAI


def sheet_answer(rows: Sequence[RowView]) -> HttpResponse:
    answer = HttpResponse(sheet(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="backfill.csv"'
    return answer


def sheet(rows: Sequence[RowView]) -> str:
    return written([_head(), *(_cells(row) for row in rows)])


def _head() -> list[str]:
    return [
        *(_("Case number"), _("Kind"), _("Matter"), _("Node"), _("Date"), _("Debtor"), _("Persons")),
        *(_("Result"), _("Document"), _("Recorded here"), _("Proved"), _("Reference")),
    ]


def _wall(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def _cells(row: RowView) -> list[str]:
    return [
        row.case_no,
        str(Kind(row.kind).label),
        row.what,
        row.node,
        row.day.isoformat(),
        "、".join(row.debtors),
        "、".join(row.persons),
        row.result,
        row.document,
        _wall(row.recorded_at),
        _wall(row.verified_at),
        row.reference,
    ]
