"""One backup: the database in one snapshot, then the files it names, then what opens it, then the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.hashing import sha256_hex
from server.config.operations.copied_rows import CopiedRows, copied_rows
from server.config.operations.database_copy import Tables, copy_database
from server.config.operations.evidence_copy import copy_evidence
from server.config.operations.folder import CopiedFile, DraftFolder
from server.config.operations.key import copy_key
from server.config.operations.manifest import NAME, Manifest, manifest_text
from server.config.operations.speaking import Progress
from server.config.version import VERSION


@dataclass(frozen=True, slots=True)
class Backup:
    folder: Path
    manifest: Manifest
    manifest_sha256: str


def make_backup(target: Path) -> Backup:
    """Copy everything into a new folder `target`, which appears only when all of it is durable.

    Raises Refused, OSError; nothing is left behind then. A crash leaves `target`.partial, which is no backup.
    """
    folder, progress = DraftFolder(target), Progress(_("Copying"))
    try:
        manifest = _copied(folder, progress)
        written = folder.write(NAME, [manifest_text(manifest)])
        return Backup(folder.finish(), manifest, written.sha256)
    except BaseException:
        folder.give_up()
        raise
    finally:
        progress.end()


def _copied(folder: DraftFolder, progress: Progress) -> Manifest:
    files, tables = copy_database(folder, progress)
    copied = copied_rows(folder.path, connection.vendor, tables)
    evidence, absent = copy_evidence(copied, folder, progress)
    key = copy_key(folder)
    return _manifest(copied, tables, [*files, *evidence, *([key] if key else [])], absent, "copied" if key else "apart")


def _manifest(
    copied: CopiedRows, tables: Tables, files: Sequence[CopiedFile], absent: Sequence[str], secret_key: str
) -> Manifest:
    """Epoch, migrations and heads are read from the copy, so that they are of its moment."""
    names = ("stream", "ledger_epoch", "position", "hash")
    heads = [dict(zip(names, row, strict=True)) for row in copied.rows("ledger_head", *names, order=["stream"])]
    return Manifest(
        made_at=to_wire(now()),
        product_version=VERSION,
        database=connection.vendor,
        server_epoch=server_epoch_in(copied),
        migrations=sorted((app, name) for app, name in copied.rows("django_migrations", "app", "name")),
        heads=[{**head, "position": int(head["position"])} for head in heads],
        tables=tables,
        secret_key=secret_key,
        absent=absent,
        files=files,
    )


def server_epoch_in(copied: CopiedRows) -> str:
    lives = [(str(at), str(epoch)) for at, epoch in copied.rows("ledger_serverlife", "started_at", "server_epoch")]
    return max(lives, default=("", ""))[1]


def manifest_hash(folder: Path) -> str:
    return sha256_hex((folder / NAME).read_bytes())
