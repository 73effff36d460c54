"""manifest.json: what a backup holds and of which moment. Written last; without it a folder is no backup."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from server.config.operations.folder import CopiedFile

NAME = "manifest.json"
FORMAT = "zhixing-backup-1"
SQLITE_FILE = "database/zhixing.sqlite3"
TABLES_FOLDER = "database"
EVIDENCE_FOLDER = "evidence"
KEY_FILE = "secret_key"


class NoManifest(Exception):
    """The folder is no backup, or one this release cannot read."""


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str
    product_version: str
    database: str
    """`sqlite` or `postgresql`: a copy goes back into the same."""
    server_epoch: str
    migrations: Sequence[tuple[str, str]]
    heads: Sequence[Mapping[str, Any]]
    """`stream`, `ledger_epoch`, `position`, `hash` of every ledger."""
    tables: Mapping[str, Mapping[str, Any]]
    """PostgreSQL: `columns` and `rows` by table."""
    secret_key: str
    """`copied`, or `apart` where the environment holds it."""
    absent: Sequence[str]
    """Evidence the database names and the store no longer had whole."""
    files: Sequence[CopiedFile]

    def evidence(self) -> Iterator[CopiedFile]:
        """Files of the evidence store, named by their path there."""
        for file in self.files:
            folder, _slash, path = file.path.partition("/")
            if folder == EVIDENCE_FOLDER:
                yield CopiedFile(path, file.size, file.sha256)


def manifest_text(manifest: Manifest) -> bytes:
    members = {"format": FORMAT, **asdict(manifest)}
    return json.dumps(members, ensure_ascii=False, indent=1).encode()


def read_manifest(folder: Path) -> Manifest:
    """Raises NoManifest with a code: `manifest_absent`, `manifest_unreadable`, `format_unknown`."""
    try:
        members = json.loads((folder / NAME).read_bytes())
        known = members.pop("format")
    except FileNotFoundError:
        raise NoManifest("manifest_absent") from None
    except (OSError, ValueError, AttributeError, KeyError):
        raise NoManifest("manifest_unreadable") from None
    if known != FORMAT:
        raise NoManifest("format_unknown")
    try:
        return _manifest(members)
    except (KeyError, TypeError, ValueError):
        raise NoManifest("manifest_unreadable") from None


def _manifest(members: dict[str, Any]) -> Manifest:
    given = {field.name: members[field.name] for field in fields(Manifest)}
    given["files"] = [_file(file) for file in given["files"]]
    given["migrations"] = [(app, name) for app, name in given["migrations"]]
    return Manifest(**given)


def _file(members: Mapping[str, Any]) -> CopiedFile:
    file = CopiedFile(str(members["path"]), int(members["size"]), str(members["sha256"]))
    if file.path.startswith("/") or ".." in file.path.split("/"):
        raise ValueError(file.path)
    return file
