"""Papers come in: bytes stored and read back first, then the row that names them, with the case's new version."""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any
from unicodedata import category
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.cases.access import acts_in
from server.cases.models import Case, MatterSubject, SubjectType
from server.cases.services import touch
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_case
from server.common.errors import DomainError
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.evidence.media_types import HEAD_BYTES, detect
from server.evidence.models import Paper
from server.evidence.sm3 import sm3_hex
from server.evidence.store import BLOCK, Area, StoreUnavailable, blob_path, current_store
from server.ledger.services import Draft, append
from server.people.models import Court, Device, Officer
from server.people.streams import court_stream

MAX_PAPER_BYTES = 64 * 1024 * 1024
_IN_MEMORY_BYTES = 4 * 1024 * 1024


def add_paper(
    *,
    subject: Case,
    kind: str,
    title: str,
    content: IO[bytes],
    document_no: str = "",
    issued_on: date | None = None,
    signer: str = "",
    replaces: Paper | None = None,
    by: Officer | None = None,
) -> Paper:
    """Put a paper on a case: it goes to every device that holds the case, with its next pull.

    `content` is read to its end. Raises DomainError 422 `paper_text_invalid` or `paper_empty`, 413 `paper_too_large`,
    409 `paper_exists` or `paper_superseded`, 422 `paper_of_another_case`; StoreUnavailable.
    """
    paper = paper_of_bytes(
        content, subject_id=subject.pk, kind=kind, title=title, document_no=document_no, signer=signer, by=by
    )
    paper.issued_on = issued_on
    return _add(paper, replaces, by)


def paper_of_bytes(
    content: IO[bytes],
    *,
    subject_id: UUID,
    kind: str,
    title: str,
    document_no: str = "",
    signer: str = "",
    by: Officer | None = None,
    subject_type: SubjectType = SubjectType.CASE,
) -> Paper:
    """What is stored now, as a paper that is not saved yet. Raises as `add_paper`."""
    _require_fitting(title=title, document_no=document_no, signer=signer)
    sha256, size, media_type = store_paper(content)
    return Paper(
        subject_type=subject_type.value,
        subject_id=subject_id,
        kind=Paper.Kind(kind),
        title=title,
        document_no=document_no,
        signer=signer,
        sha256=sha256,
        sm3=stored_sm3(sha256),
        size=size,
        media_type=media_type,
        added_by=by,
    )


def _require_fitting(**texts: str) -> None:
    """Before a byte is stored: what the columns hold, and what a database can say at all."""
    for name, text in texts.items():
        longest: int = getattr(Paper._meta.get_field(name), "max_length", 0)
        if len(text) > longest:
            message = _("At most %d characters fit here: shorten it.") % longest
            raise DomainError("paper_text_invalid", 422, message, {"field": name, "max_length": longest})
        if not _is_sayable(text) or (name == "title" and not text.strip()):
            message = _("This is empty, or has characters that are no text: type it again.")
            raise DomainError("paper_text_invalid", 422, message, {"field": name, "max_length": longest})


def _is_sayable(text: str) -> bool:
    """No control characters, and none of the halves that stand for bytes of another encoding."""
    return not any(category(character) in ("Cc", "Cs") for character in text)


@transaction.atomic
def _add(paper: Paper, replaces: Paper | None, by: Officer | None) -> Paper:
    case = locked_case(paper.subject_id)
    insert_paper(paper)
    if replaces:
        _supersede(replaces, paper)
    touch([case.pk])
    case.refresh_from_db()
    view = paper_view(paper, replaces)
    append_case_entry(
        case,
        "paper_added",
        {"paper": view},
        by=by,
        title=paper.title,
        document_no=paper.document_no,
        signer=paper.signer,
        issued_on=paper.issued_on.isoformat() if paper.issued_on else None,
    )
    return paper


def paper_view(paper: Paper, replaces: Paper | None) -> dict[str, Any]:
    """What the ledger tells of a paper: no words of it."""
    return {
        "id": str(paper.pk),
        "kind": paper.kind,
        "sha256": paper.sha256,
        "size": paper.size,
        "media_type": paper.media_type,
        "supersedes": str(replaces.pk) if replaces else None,
    }


def insert_paper(paper: Paper) -> None:
    """Raises DomainError 409 `paper_exists`."""
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        message = _("This very file is a paper of this case already.")
        raise DomainError("paper_exists", 409, message, {"sha256": paper.sha256}) from None


def _supersede(older: Paper, newer: Paper) -> None:
    if older.subject_id != newer.subject_id:
        raise DomainError("paper_of_another_case", 422, _("A paper replaces one of its own case only."))
    if not Paper.objects.filter(pk=older.pk, superseded_by=None).update(superseded_by=newer):
        raise DomainError("paper_superseded", 409, _("That paper was replaced already: name the one in force."))


def store_paper(content: IO[bytes]) -> tuple[str, int, str]:
    """Hash, size and type of what now lies in storage, read back from there. Raises as `add_paper`."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as spooled:
        digest, size = hashlib.sha256(), 0
        for block in _blocks(content):
            digest.update(block)
            size += len(block)
            spooled.write(block)
            if size > MAX_PAPER_BYTES:
                message = _("This paper is too large for a phone on site: scan it smaller.")
                raise DomainError("paper_too_large", 413, message, {"max_bytes": MAX_PAPER_BYTES})
        if not size:
            raise DomainError("paper_empty", 422, _("This file is empty: export or scan the paper again."))
        spooled.seek(0)
        head = spooled.read(HEAD_BYTES)
        spooled.seek(0)
        sha256 = digest.hexdigest()
        current_store().write_path(blob_path(Area.PAPERS, sha256), _blocks(spooled))
    _require_stored(sha256)
    return sha256, size, detect(head)


def _require_stored(sha256: str) -> None:
    digest = hashlib.sha256()
    for block in current_store().read(Area.PAPERS, sha256):
        digest.update(block)
    if digest.hexdigest() != sha256:
        raise StoreUnavailable(f"other bytes came back than were stored for paper {sha256}")


def stored_paper(sha256: str) -> tuple[int, str]:
    """Size and type of a paper as storage gives it back. Raises BlobMissing, StoreUnavailable."""
    blobs = current_store()
    head = b"".join(blobs.read(Area.PAPERS, sha256, 0, min(HEAD_BYTES, blobs.size_of(Area.PAPERS, sha256) or 0)))
    return blobs.size_of(Area.PAPERS, sha256) or 0, detect(head)


def stored_sm3(sha256: str) -> str:
    """Of a paper as storage gives it back."""
    return sm3_hex(current_store().read(Area.PAPERS, sha256))


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def tell_absent_paper(sha256: str) -> None:
    """Enter with each case of this paper that storage has not got it, or not as it was added."""
    for paper in Paper.objects.filter(sha256=sha256).order_by("subject_id"):
        with transaction.atomic():
            view = {"paper": {"id": str(paper.pk), "kind": paper.kind, "sha256": sha256}}
            if paper.subject_type == SubjectType.MATTER:
                append([_matter_entry(paper, view)])
            else:
                append_case_entry(locked_case(paper.subject_id), "paper_absent", view, title=paper.title)


def _matter_entry(paper: Paper, view: dict[str, Any]) -> Draft:
    """To the court that put it there: the other may not know of it yet."""
    streams, facts = tuple(court_stream(court_id) for court_id in sorted(_own_courts(paper))), {"title": paper.title}
    return Draft(streams, "paper_absent", view, facts, SubjectType.MATTER.value, paper.subject_id)


def record_paper_access(
    *, paper: Paper, officer: Officer, device: Device | None = None, purpose: str = "view", reason: str = ""
) -> None:
    """Enter with the inspection of the case's court that this officer reads it, or that his device fetches it."""
    record_reading(
        Read(
            officer=officer,
            thing=Reading.Thing.PAPER,
            courts=_inspected_by(paper),
            purpose=purpose,
            sha256=paper.sha256,
            case_id=paper.subject_id,
            device=str(device.pk) if device else "",
            reason=reason,
            named={"paper": str(paper.pk)},
            in_hand=lambda: acts_in(officer, paper.subject_id),
        )
    )


def _inspected_by(paper: Paper) -> set[UUID]:
    """The court of its case; of a matter, the court that put it there."""
    if paper.subject_type == SubjectType.MATTER:
        return _own_courts(paper)
    return {Case.objects.values_list("court_id", flat=True).get(pk=paper.subject_id)}


def _own_courts(paper: Paper) -> set[UUID]:
    """Of a matter's: the court that put it there; one that came from another server is its court's here."""
    if paper.added_by:
        return {paper.added_by.court_id}
    parties = MatterSubject.objects.values_list("court_id", "asked_by_id").get(pk=paper.subject_id)
    return set(Court.objects.filter(pk__in=parties, reach=Court.Reach.HERE).values_list("pk", flat=True))
