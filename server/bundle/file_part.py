"""Photos, files, films and papers in a bundle, with the court's receipts and what it said of each device's log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.bundle.faults import not_whole
from server.bundle.matter import Matter
from server.bundle.verifier.files import FILES_LIST, FILMS_LIST, PAPERS_LIST, RECEIPTS
from server.bundle.verifier.logs import body_of, promised
from server.bundle.writing import BundleWriter, Listed
from server.common.clock import to_wire
from server.evidence import store
from server.evidence.media_types import extension_of
from server.evidence.models import Paper, Promise, Recording, StoredFile
from server.evidence.store import Area, BlobMissing
from server.sync.models import IssuedStatement, Operation

NAMED = "statements_named.jsonl"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of one act, a paper or a film, as the index lists it."""

    number: int
    file: Listed | None
    """None where its bytes have not arrived."""
    promise: Promise | None = None
    paper: Paper | None = None
    film: Recording | None = None
    operation: str = ""


def write_files(writer: BundleWriter, matter: Matter) -> list[Shown]:
    """Every file that an act names has a row; the bytes of those that were verified, once each."""
    promises = {(each.operation_hash, each.sha256): each for each in matter.promises()}
    written: dict[str, Listed] = {}
    shown = []
    for number, (operation, sha256) in enumerate(_named(matter), 1):
        promise = promises.get((operation, sha256))
        if promise and promise.state == Promise.State.VERIFIED and sha256 not in written:
            written[sha256] = write_original(writer, number, sha256)
        is_here = promise is not None and promise.state == Promise.State.VERIFIED
        stated = promise or Promise(sha256=sha256)  # of an operation that was never judged; not saved
        shown.append(Shown(number, written[sha256] if is_here else None, stated, operation=operation))
    writer.add_rows(FILES_LIST, map(_file_row, shown))
    return shown


def _named(matter: Matter) -> Iterator[tuple[str, str]]:
    """(operation, sha256) in the order of acts, each once."""
    rows = matter.operations().values_list("hash", "body")
    for digest, body in rows.iterator(chunk_size=100):
        yield from dict.fromkeys(promised({digest: {"body": body_of(bytes(body))}}))


def write_original(writer: BundleWriter, number: int, sha256: str, folder: str = "originals") -> Listed:
    file = StoredFile.objects.get(pk=sha256)
    path = f"{folder}/{number:04d}-{sha256[:16]}.{extension_of(file.detected_type)}"
    return write_blob(writer, path, Area.ORIGINALS, sha256, file.size)


def write_blob(writer: BundleWriter, path: str, area: Area, sha256: str, size: int) -> Listed:
    try:
        listed = writer.add(path, store.current_store().read(area, sha256), size=size)
    except BlobMissing:
        raise not_whole(f"{area} {sha256}") from None
    if listed.sha256 != sha256:
        raise not_whole(f"{area} {sha256}")
    return listed


def _file_row(shown: Shown) -> dict[str, Any]:
    promise, file = shown.promise, shown.file
    assert promise
    return {
        "number": shown.number,
        "operation": shown.operation,
        "sha256": promise.sha256,
        "sm3": file.sm3 if file else "",
        "size": file.size if file else promise.size or 0,
        "path": file.path if file else "",
        "state": promise.state if promise.operation_hash else "unknown",
        "shot_code": promise.shot_code,
        "origin": promise.origin,
        "recorded_at": to_wire(promise.recorded_at) if promise.recorded_at else None,
        "verified_at": to_wire(promise.verified_at) if promise.verified_at else None,
    }


def write_films(writer: BundleWriter, matter: Matter) -> list[Shown]:
    """Films of body cameras; no device signed them: an entry says to which act each was given."""
    shown = [
        Shown(number, write_original(writer, number, film.sha256, "films"), film=film)
        for number, film in enumerate(matter.films(), 1)
    ]
    writer.add_rows(FILMS_LIST, map(_film_row, shown))
    return shown


def _film_row(shown: Shown) -> dict[str, Any]:
    film, file = shown.film, shown.file
    assert film
    assert file
    return {
        "number": shown.number,
        "path": file.path,
        "sha256": film.sha256,
        "sm3": file.sm3,
        "size": file.size,
        "serial": film.serial,
        "name": film.name,
        "action": str(film.action_id),
        "starts_at": to_wire(film.starts_at) if film.starts_at else None,
        "ends_at": to_wire(film.ends_at) if film.ends_at else None,
        "imported_at": to_wire(film.imported_at),
    }


def write_papers(writer: BundleWriter, matter: Matter) -> list[Shown]:
    shown = []
    for number, paper in enumerate(matter.papers(), 1):
        path = f"papers/{number:03d}-{paper.sha256[:16]}.{extension_of(paper.media_type)}"
        listed = write_blob(writer, path, Area.PAPERS, paper.sha256, paper.size)
        shown.append(Shown(number, listed, paper=paper))
    writer.add_rows(PAPERS_LIST, map(_paper_row, shown))
    return shown


def _paper_row(shown: Shown) -> dict[str, Any]:
    paper, file = shown.paper, shown.file
    assert paper
    assert file
    return {
        "number": shown.number,
        "path": file.path,
        "sha256": file.sha256,
        "sm3": file.sm3,
        "size": file.size,
        "kind": paper.kind,
        "title": paper.title,
        "document_no": paper.document_no,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "signer": paper.signer,
        "added_at": to_wire(paper.added_at),
        "is_superseded": paper.superseded_by_id is not None,
    }


def write_receipts(writer: BundleWriter, files: Iterable[Shown]) -> None:
    texts = (each.promise.receipt for each in files if each.file and each.promise)
    writer.add_lines(RECEIPTS, dict.fromkeys(text for text in texts if text))


def write_named_statements(writer: BundleWriter, matter: Matter) -> None:
    """When the court had said what acts name as the last word they had heard: they were recorded after it."""
    issued = IssuedStatement.objects.filter(hash__in=_last_heard(matter.operations())).order_by("issued_at", "hash")
    writer.add_rows(NAMED, map(_statement_row, issued))


def _last_heard(operations: Iterable[Operation]) -> list[str]:
    heard: Mapping[str, None] = dict.fromkeys(
        named for each in operations if isinstance(named := body_of(bytes(each.body)).get("last_statement"), str)
    )
    return sorted(heard)


def _statement_row(issued: IssuedStatement) -> dict[str, Any]:
    return {"hash": issued.hash, "device": str(issued.device_id), "issued_at": to_wire(issued.issued_at)}
