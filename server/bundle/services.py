"""Export one case: entered first, then read in one view of the database and written in a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.bundle.errand_part import write_errands
from server.bundle.file_part import write_files, write_films, write_named_statements, write_papers, write_receipts
from server.bundle.index import Cover, write_index
from server.bundle.key_part import write_keys
from server.bundle.ledger_part import Extract, extract_of, write_ledger
from server.bundle.log_part import write_devices, write_operations
from server.bundle.matter import Matter
from server.bundle.paper_making import NotMade, make_papers
from server.bundle.stamp_part import write_stamps
from server.bundle.verifier.files import STATEMENTS
from server.bundle.verifier.main import FORMAT
from server.bundle.verifier.signed import fingerprint
from server.bundle.verifier_text import verifier_text
from server.bundle.writing import BundleWriter
from server.cases.models import Case
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_case
from server.cases.services.reading import record_case_reading
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.common.signing import encode_base64, sign_text
from server.common.snapshot import snapshot
from server.custody.models import Reading
from server.evidence.services.receipts import issue_missing_receipts
from server.ledger.queries import current_server_epoch, head_of
from server.people.keys import root_public_key, signing_key_of
from server.people.models import Device, Officer
from server.sync.statements import statement_for

MAX_REASON = 200
NEW_DEVICES = 5


@dataclass(frozen=True, slots=True)
class Exported:
    bundle: str
    files: int
    position: int


def export_bundle(
    *, case: Case, out: IO[bytes], by: Officer | None, reason: str, told: Callable[[int], None] = lambda done: None
) -> Exported:
    """Write the bundle of this case to `out`, a file that can seek; `by` is None for an operator's command.

    The ledger tells of it before anything is read. Asks nobody: the caller judged access. Raises DomainError 422
    `bundle_reason_missing`, 409 `bundle_not_whole` for what is absent or damaged here; StoreUnavailable.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise DomainError("bundle_reason_missing", 422, _("Say what the bundle is for: it is entered with the case."))
    not_made, bundle = make_papers(case, by), str(new_id())
    case = _enter(case.pk, bundle, by, reason)
    statements: dict[UUID, str] = {}
    for _attempt in range(NEW_DEVICES):
        _state(Matter(case).devices(), statements, bundle)
        with snapshot():
            matter = Matter(case)
            if statements.keys() >= {device.pk for device in matter.devices()}:
                return _write(out, matter, statements, _Export(bundle, by, reason, not_made, told))
    raise DomainError("bundle_not_whole", 409, _("New devices keep joining this case. Try again."), {"what": "devices"})


def _enter(case_id: UUID, bundle: str, by: Officer | None, reason: str) -> Case:
    """With the case; and where a person takes it, with inspection, as any other reading."""
    with transaction.atomic():
        case = locked_case(case_id)
        append_case_entry(case, "bundle_exported", {"bundle": bundle}, by=by, reason=reason)
    if by:
        export = Reading.Purpose.EXPORT
        record_case_reading(officer=by, case_id=case.pk, court_id=case.court_id, purpose=export, reason=reason)
    return case


def _state(devices: list[Device], statements: dict[UUID, str], bundle: str) -> None:
    """The court's fresh word on each log; never inside a snapshot, since it is remembered."""
    for device in devices:
        if device.pk not in statements:
            issue_missing_receipts(device_id=device.pk)
            statements[device.pk] = statement_for(device, bundle)


@dataclass(frozen=True, slots=True)
class _Export:
    bundle: str
    by: Officer | None
    reason: str
    not_made: Sequence[NotMade]
    told: Callable[[int], None]


def _write(out: IO[bytes], matter: Matter, statements: Mapping[UUID, str], export: _Export) -> Exported:
    made_at, devices, head = now(), matter.devices(), head_of(matter.stream)
    extract = extract_of(matter, head)
    print_of_root = fingerprint(root_public_key(matter.case.court))
    with BundleWriter(out, export.told) as writer:
        writer.add_text("verify.py", verifier_text())
        write_keys(writer, matter.case.court, devices)
        write_ledger(writer, matter, extract)
        write_operations(writer, matter)
        write_devices(writer, devices)
        writer.add_lines(STATEMENTS, (statements[device.pk] for device in devices))
        write_named_statements(writer, matter)
        files, papers, films = write_files(writer, matter), write_papers(writer, matter), write_films(writer, matter)
        write_receipts(writer, files)
        write_errands(writer, matter)
        stamps = write_stamps(writer, extract)
        cover = Cover(export.bundle, made_at, export.by, export.reason, print_of_root, stamps)
        write_index(writer, matter, cover, [*papers, *files, *films], export.not_made)
        written = writer.finish(lambda manifest: _signed(matter.case, extract, cover, manifest))
    return Exported(export.bundle, written, head.position)


def _signed(case: Case, extract: Extract, cover: Cover, manifest_sha256: str) -> list[str]:
    """The court's root, its keys, and its word on this bundle."""
    key = signing_key_of(case.court)
    members: dict[str, Any] = {
        "format": FORMAT,
        "bundle": cover.bundle,
        "court": str(case.court_id),
        "court_name": case.court.name,
        "kid": key.kid,
        "case": str(case.pk),
        "case_no": case.case_no,
        "made_at": to_wire(cover.made_at),
        "server_epoch": current_server_epoch(),
        "ledger_epoch": extract.head.ledger_epoch,
        "stream": extract.stream,
        "first": extract.first,
        "before": extract.before,
        "position": extract.head.position,
        "entry_hash": extract.head.hash,
        "entries": extract.positions,
        "manifest_sha256": manifest_sha256,
    }
    root = encode_base64(root_public_key(case.court))
    return [root, *key.chain, sign_text("bundle", members, key.private_key)]
