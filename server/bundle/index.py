"""The index for the file room: one page to print, and the same as a table. Chinese first, whoever asked for it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from server.bundle.file_part import Shown
from server.bundle.matter import Matter
from server.bundle.paper_making import NotMade
from server.bundle.writing import BundleWriter
from server.field.case_acts import case_document
from server.field.kinds import kinds_document
from server.field.models import ActionRecord
from server.people.models import Officer

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    number: str
    name: str
    path: str
    act_at: str
    arrived_at: str
    proved_at: str
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first lines of the page say of the export itself."""

    bundle: str
    made_at: datetime
    by: Officer | None
    reason: str
    fingerprint: str
    stamps: int


def write_index(
    writer: BundleWriter, matter: Matter, cover: Cover, shown: Sequence[Shown], not_made: Sequence[NotMade]
) -> None:
    with translation.override("zh-hans"):
        lines = [*_lines(matter, shown), *map(_not_made_line, not_made)]
        acts = list(_act_lines(matter))
        context = {"case": matter.case, "cover": cover, "acts": acts, "lines": lines, "made_at": _told(cover.made_at)}
        writer.add_text("index.html", render_to_string("bundle/index.html", context))
        writer.add_text("index.csv", _table(lines))
        writer.add_text("README.txt", render_to_string("bundle/README.txt", context))


def _told(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def _lines(matter: Matter, shown: Sequence[Shown]) -> Iterator[Line]:
    yield from (_paper_line(each) for each in shown if each.paper)
    yield from _file_lines(matter, [each for each in shown if each.promise])
    yield from (_film_line(each) for each in shown if each.film)


def _paper_line(shown: Shown) -> Line:
    paper, file = shown.paper, shown.file
    assert paper
    assert file
    issued = paper.issued_on.isoformat() if paper.issued_on else ""
    name = " ".join(filter(None, (paper.title, paper.document_no, _("(superseded)") if paper.superseded_by_id else "")))
    added = _told(paper.added_at)
    return Line(f"P{shown.number}", name, file.path, issued, added, added, file.sha256, file.sm3)


def _film_line(shown: Shown) -> Line:
    film, file = shown.film, shown.file
    assert film
    assert file
    name = " ".join((_("Film of body camera"), film.serial, film.name))
    arrived = _told(film.imported_at)
    return Line(f"F{shown.number}", name, file.path, _told(film.starts_at), arrived, "", file.sha256, file.sm3)


def _not_made_line(paper: NotMade) -> Line:
    kind = _kinds().get(paper.action.kind, paper.action.kind)
    says = _("not made: %s") % paper.paper.why
    return Line("—", f"{kind} {paper.paper.title}", says, _told(paper.action.recorded_at), "", "", "", "")


def _file_lines(matter: Matter, files: Sequence[Shown]) -> Iterator[Line]:
    shots = {shot["key"]: shot["zh"] for shot in kinds_document()["shots"]}
    received = dict(matter.operations().values_list("hash", "received_at"))
    kinds = _kinds_by_operation(matter)
    for shown in files:
        promise, file = shown.promise, shown.file
        assert promise
        name = f"{kinds.get(shown.operation, '')} {shots.get(promise.shot_code, promise.shot_code)}".strip()
        yield Line(
            str(shown.number),
            name,
            file.path if file else _("not arrived"),
            _told(promise.recorded_at),
            _told(received.get(shown.operation)),
            _told(promise.verified_at),
            promise.sha256,
            file.sm3 if file else "",
        )


def _kinds() -> dict[str, str]:
    return {kind["key"]: kind["zh"] for kind in [*kinds_document()["kinds"], *case_document()["kinds"]]}


def _records(matter: Matter) -> Iterable[ActionRecord]:
    rows = ActionRecord.objects.filter(subjects__subject_id=matter.case.pk).distinct()
    return rows.select_related("action", "officer").order_by("recorded_at", "pk")


def _kinds_by_operation(matter: Matter) -> dict[str, str]:
    kinds = _kinds()
    return {row.operation_hash: kinds.get(row.action.kind, row.action.kind) for row in _records(matter)}


def _act_lines(matter: Matter) -> Iterator[dict[str, str]]:
    kinds = _kinds()
    for number, row in enumerate(_records(matter), 1):
        act = row.action
        yield {
            "number": str(number),
            "kind": kinds.get(act.kind, act.kind),
            "officer": row.officer.name,
            "act_at": _told(row.recorded_at),
            "arrived_at": _told(act.received_at),
            "state": _("Complete") if act.is_complete else _("Incomplete"),
            "hash": row.operation_hash,
        }


def _table(lines: Iterable[Line]) -> str:
    """With the mark by which spreadsheets know UTF-8; no cell is taken for a formula."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([_("No."), _("Name"), _("File"), _("Time of act"), _("Arrived"), _("Proved"), "SHA-256", "SM3"])
    rows.writerows([_cell(getattr(line, name)) for name in Line.__slots__] for line in lines)
    return "\ufeff" + text.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text
