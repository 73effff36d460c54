"""A verified backup makes safe what it holds: from then on devices may let go of it (SAFE_POLICY=backup)."""

from pathlib import Path

from server.config.operations.copied_rows import CopiedRows, as_uuid, copied_rows
from server.config.operations.manifest import Manifest
from server.sync.safety import CopiedHead, CopiedLog, Copy, raise_safe


def call_safe(folder: Path, manifest: Manifest) -> int:
    """For how many devices more is safe now. The backup was found sound before: nothing is looked at again here.

    Raises OtherLife where the present server is not the life of this backup.
    """
    copied = copied_rows(folder, manifest.database, manifest.tables)
    heads = [CopiedHead(str(h["stream"]), str(h["ledger_epoch"]), int(h["position"])) for h in manifest.heads]
    return raise_safe(Copy(manifest.server_epoch, _logs(copied), heads))


def _logs(copied: CopiedRows) -> list[CopiedLog]:
    rows = copied.rows("sync_devicelog", "device_id", "incarnation", "acked_seq", "acked_hash")
    logs = ((as_uuid(device), int(incarnation), int(seq), str(hash_)) for device, incarnation, seq, hash_ in rows)
    return [CopiedLog(device, incarnation, seq, hash_) for device, incarnation, seq, hash_ in logs if device]
