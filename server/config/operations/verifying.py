"""Is a backup whole? Everything hashed again, every chain walked, every verified file looked for; nothing changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from server.config.operations.backup import server_epoch_in
from server.config.operations.copied_rows import CopiedRows, SqliteRows, as_bytes, as_time, as_uuid, copied_rows
from server.config.operations.evidence_copy import named_files
from server.config.operations.folder import described
from server.config.operations.manifest import NAME, Manifest, NoManifest, read_manifest
from server.config.operations.speaking import Progress
from server.evidence.store import Area, blob_path
from server.ledger.models import Entry, Head
from server.ledger.verify import ERASED, VerifyReport, erased_hashes, verify_entries

_ENTRY = (
    "id",
    "stream",
    "ledger_epoch",
    "position",
    "kind",
    "subject_id",
    "view",
    "facts",
    "salt",
    "hash",
    "appended_at",
)
_HEAD = ("stream", "ledger_epoch", "position", "hash")


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    what: str
    """The file, stream or table it is about."""
    says: str
    is_damage: bool = True
    """False for what was amiss already when the backup was made: the copy is true to it."""


@dataclass(slots=True)
class Verification:
    manifest: Manifest | None = None
    problems: list[Problem] = field(default_factory=list)
    entries: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.problems

    @property
    def is_damaged(self) -> bool:
        return any(problem.is_damage for problem in self.problems)


def verify_backup(folder: Path) -> Verification:
    """Walk all of it; every problem is found, not only the first."""
    try:
        manifest = read_manifest(folder)
    except NoManifest as fault:
        return Verification(problems=[Problem(str(fault), NAME, _why_no_manifest()[str(fault)])])
    verification = Verification(manifest, _problems_of_files(folder, manifest))
    if not verification.problems:  # a damaged database says nothing worth hearing
        copied = copied_rows(folder, manifest.database, manifest.tables)
        verification.problems += _problems_of_database(copied, manifest)
        verification.problems += _problems_of_evidence(copied, manifest)
        for report in _ledgers(copied, manifest):
            verification.entries += report.entries
            verification.problems += _problems_of_ledger(report)
    return verification


def _why_no_manifest() -> dict[str, str]:
    return {
        "manifest_absent": _("There is no manifest.json: this is no backup, or one that was never finished."),
        "manifest_unreadable": _("manifest.json cannot be read: it was changed or damaged after the backup."),
        "format_unknown": _("This backup was made by another release: verify it with that one."),
    }


def _problems_of_files(folder: Path, manifest: Manifest) -> list[Problem]:
    progress = Progress(_("Verifying"))
    try:
        found = [problem for file in manifest.files for problem in _problems_of_file(folder, file, progress)]
    finally:
        progress.end()
    listed = {NAME, *(file.path for file in manifest.files)}
    there = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    says = _("This file is not in the manifest: somebody put it there after the backup.")
    return found + [Problem("file_unlisted", name, says) for name in there if name not in listed]


def _problems_of_file(folder: Path, expected: Any, progress: Progress) -> Iterator[Problem]:
    try:
        actual = described(folder, expected.path)
    except FileNotFoundError:
        yield Problem("file_missing", expected.path, _("This file is gone from the backup."))
        return
    except OSError as fault:
        yield Problem("file_unreadable", expected.path, _("This file cannot be read: %s") % fault)
        return
    progress.count(actual.size)
    if actual != expected:
        yield Problem("file_differs", expected.path, _("This file was changed or damaged after the backup."))


def _problems_of_database(copied: CopiedRows, manifest: Manifest) -> Iterator[Problem]:
    if isinstance(copied, SqliteRows):
        yield from (Problem("database_damaged", "database", fault) for fault in copied.faults())
    for table, told in manifest.tables.items():
        rows = sum(1 for _row in copied.rows(table, told["columns"][0]))
        if rows != told["rows"]:
            figures = {"rows": rows, "told": told["rows"]}
            says = _("This table has %(rows)d rows, the manifest says %(told)d.") % figures
            yield Problem("rows_differ", table, says)
    if server_epoch_in(copied) != manifest.server_epoch:
        yield Problem(
            "epoch_differs", "ledger_serverlife", _("The copied database is of another life than the manifest.")
        )


def _problems_of_evidence(copied: CopiedRows, manifest: Manifest) -> Iterator[Problem]:
    held = {file.path: file.sha256 for file in manifest.evidence()}
    absent = set(manifest.absent)
    for named in named_files(copied):
        if named.sha256 and held.get(named.path, named.sha256) != named.sha256:
            yield Problem("evidence_differs", named.path, _("These bytes do not hash to the name they are kept under."))
        elif named.is_original and named.path not in held:
            yield _absent(named.path, is_damage=named.path not in absent)
    originals = {blob_path(Area.ORIGINALS, sha256) for (sha256,) in copied.rows("evidence_storedfile", "sha256")}
    for sha256, state in copied.rows("evidence_promise", "sha256", "state"):
        if state == "verified" and blob_path(Area.ORIGINALS, sha256) not in originals:
            yield _absent(blob_path(Area.ORIGINALS, sha256), is_damage=True)


def _absent(path: str, *, is_damage: bool) -> Problem:
    if is_damage:
        return Problem("evidence_missing", path, _("The database counts this file as verified, and it is not here."))
    if path.startswith(f"{Area.PAPERS}/"):
        says = _("The store had already lost this paper when the backup was made: add it again from the case file.")
    else:
        says = _(
            "The store had already lost this verified file when the backup was made; its device will send it again."
        )
    return Problem("evidence_was_missing", path, says, is_damage=False)


def _ledgers(copied: CopiedRows, manifest: Manifest) -> Iterator[VerifyReport]:
    """Every stream against the head the manifest tells, and the copy's own heads against the same."""
    told = {str(head["stream"]): Head(**{name: head[name] for name in _HEAD}) for head in manifest.heads}
    own = {row[0]: (row[1], int(row[2]), row[3]) for row in copied.rows("ledger_head", *_HEAD)}
    walked = set()
    erased = _erased(copied)
    entries = copied.rows("ledger_entry", *_ENTRY, order=("stream", "position"))
    for stream, rows in groupby(map(_entry, entries), key=lambda entry: entry.stream):
        walked.add(stream)
        head = told.get(stream)
        if head is None or own.get(stream) != (head.ledger_epoch, head.position, head.hash):
            yield VerifyReport(stream, 0, "head_differs")
        else:
            yield verify_entries(head, rows, erased=erased.get(stream, {}))
    yield from (verify_entries(head, ()) for stream, head in told.items() if stream not in walked)


def _erased(copied: CopiedRows) -> dict[str, dict[int, str]]:
    """Of each stream, the hashes that facts have left which were erased."""
    views: dict[str, list[str]] = {}
    for stream, kind, view in copied.rows("ledger_entry", "stream", "kind", "view"):
        if kind == ERASED:
            views.setdefault(stream, []).append(view)
    return {stream: erased_hashes(texts) for stream, texts in views.items()}


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(_ENTRY, row, strict=True))
    converted = {
        "id": as_uuid(values["id"]),
        "subject_id": as_uuid(values["subject_id"]),
        "position": int(values["position"]),
        "salt": as_bytes(values["salt"]),
        "appended_at": as_time(values["appended_at"]),
    }
    return Entry(**{**values, **converted})


def _problems_of_ledger(report: VerifyReport) -> Iterable[Problem]:
    if report.is_sound:
        return ()
    says = _("The chain of this ledger breaks after entry %(entries)d (%(fault)s).")
    return (Problem("ledger_broken", report.stream, says % {"entries": report.entries, "fault": report.fault}),)
