"""Errands between courts that were asked in a case: what each court told the other, signed, and what came of them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from server.bundle.file_part import write_blob, write_original
from server.bundle.matter import Matter
from server.bundle.writing import BundleWriter
from server.cases.models import MatterSubject
from server.common.clock import to_wire
from server.evidence.media_types import extension_of
from server.evidence.models import Promise
from server.evidence.store import Area
from server.field.models import ActionRecord
from server.matters.models import Matter as Errand

LIST = "errands.jsonl"


def write_errands(writer: BundleWriter, matter: Matter) -> None:
    """Those that were sent, with the other court's evidence as far as it was fed back; nothing where there is none."""
    errands = Errand.objects.filter(case=matter.case, sent_at__isnull=False).order_by("sent_at", "pk")
    rows = [_written(writer, number, errand) for number, errand in enumerate(errands, 1)]
    if rows:
        writer.add_rows(LIST, rows)


def _written(writer: BundleWriter, number: int, errand: Errand) -> dict[str, Any]:
    folder = f"errands/{number:03d}"
    return {
        "number": errand.number,
        "kind": errand.kind,
        "state": errand.state,
        "from": str(errand.from_court_id),
        "to": str(errand.to_court_id),
        "sent_at": to_wire(errand.sent_at) if errand.sent_at else None,
        "ended_at": to_wire(errand.ended_at) if errand.ended_at else None,
        "snapshots": list(_snapshots(writer, folder, errand)),
        "papers": list(_papers(writer, folder, errand)),
        "files": list(_files(writer, folder, errand)),
    }


def _snapshots(writer: BundleWriter, folder: str, errand: Errand) -> Iterator[dict[str, Any]]:
    """As their courts signed them (R150)."""
    for row in errand.snapshots.order_by("made_at", "pk"):
        of = "request" if row.court_id == errand.from_court_id else "feedback"
        path = writer.add_text(f"{folder}/{of}-{row.version}.txt", f"{row.text}\n").path
        yield {"path": path, "of": of, "court": str(row.court_id), "version": row.version}


def _papers(writer: BundleWriter, folder: str, errand: Errand) -> Iterator[dict[str, Any]]:
    rows = errand.papers.select_related("paper").order_by("pk")
    seen = rows if _fed_back(errand) else rows.filter(is_result=False)
    for number, row in enumerate(seen, 1):
        paper = row.paper
        path = f"{folder}/papers/{number:03d}-{paper.sha256[:16]}.{extension_of(paper.media_type)}"
        listed = write_blob(writer, path, Area.PAPERS, paper.sha256, paper.size)
        said = {"slot": row.slot, "title": paper.title, "is_result": row.is_result}
        yield {"path": listed.path, "sha256": listed.sha256, **said}


def _files(writer: BundleWriter, folder: str, errand: Errand) -> Iterator[dict[str, Any]]:
    """Photographs of acts on site that were proved by the time of the feedback, each once."""
    written = set[str]()
    for promise in _promises(errand):
        if promise.sha256 not in written:
            written.add(promise.sha256)
            listed = write_original(writer, len(written), promise.sha256, f"{folder}/originals")
            yield {"path": listed.path, "sha256": listed.sha256, "operation": promise.operation_hash}


def _promises(errand: Errand) -> QuerySet[Promise]:
    told = _fed_back(errand)
    records = ActionRecord.objects.filter(subjects__subject_id=errand.pk).values("operation_hash")
    proved = Promise.objects.filter(operation_hash__in=records, state=Promise.State.VERIFIED).order_by("pk")
    return proved.filter(verified_at__lte=told) if told else proved.none()


def _fed_back(errand: Errand) -> Any:
    return MatterSubject.objects.values_list("fed_back_at", flat=True).get(pk=errand.pk)
