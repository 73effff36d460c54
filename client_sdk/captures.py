"""Photos of this device: sealed the moment they are taken, bound to an action later, found again after a crash."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils

from client_sdk import disk
from client_sdk.clock import from_wire, to_wire
from client_sdk.errors import InvalidRecord, NotFound, StorageFull, StoreDamaged
from client_sdk.media_types import HEAD_BYTES, media_type_of
from client_sdk.sealed_files import Sealed, SealedFile, seal_file
from client_sdk.store import Store
from client_sdk.thumbnails import make_thumbnail
from client_sdk.views import CAMERA, IMPORTED, Photo

_PIECE_BYTES = 256 * 1024
_COLUMNS = "id, sha256, size, is_recovered, sealed, thumbnail_sha256"


class Captures:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database
        self._files = store.places.files

    def require_room(self, size: int) -> None:
        """Raises StorageFull unless `size` more bytes leave the reserve untouched. Ask before the shutter."""
        free = self._store.free_bytes()
        if free - size < self._store.surroundings.reserve_bytes:
            raise StorageFull(free_bytes=free)

    def capture(self, content: bytes, shot_code: str, name: str = "") -> Photo:
        """Seal bytes from the camera, or what the app made itself. Raises InvalidRecord (empty), StorageFull."""
        if not content:
            raise InvalidRecord("empty_file", "/photo")
        self.require_room(len(content))
        facts = self._facts(CAMERA, shot_code, media_type_of(content[:HEAD_BYTES], name), name)
        return self._seal([content], facts, make_thumbnail(content))

    def import_file(self, path: Path, shot_code: str) -> Photo:
        """Seal a file from elsewhere, read in pieces. Raises InvalidRecord (empty, unreadable), StorageFull."""
        try:
            size = path.stat().st_size
            with open(path, "rb") as handle:
                start = handle.read(HEAD_BYTES)
        except OSError as fault:
            raise InvalidRecord("unreadable_file", f"/photos/{path.name}", note=fault.strerror or "") from fault
        if not start:
            raise InvalidRecord("empty_file", f"/photos/{path.name}")
        self.require_room(size)
        facts = self._facts(IMPORTED, shot_code, media_type_of(start, path.name), path.name)
        return self._seal(_pieces_of(path), facts, make_thumbnail(path))

    def _facts(self, origin: str, shot_code: str, media_type: str, name: str) -> dict[str, Any]:
        clock = self._store.clock
        return {
            "id": str(UUID(int=uuid_utils.uuid7().int)),
            "origin": origin,
            "shot_code": shot_code,
            "media_type": media_type,
            "name": name,
            "recorded_at": to_wire(clock.now()),
            "boot_ms": clock.boot_ms(),
            "boot_id": clock.boot_id(),
        }

    def _seal(self, content: Iterable[bytes], facts: dict[str, Any], thumbnail: bytes | None) -> Photo:
        path = self._files / facts["id"]
        try:
            sealed = seal_file(path, content, facts, self._store.vault.file_key)
        except OSError as fault:
            with suppress(FileNotFoundError):
                path.with_name(path.name + ".part").unlink()
            raise disk.storage_fault(fault, self._files) from fault
        if not sealed.size:
            path.unlink()
            raise InvalidRecord("empty_file", f"/photos/{facts['name']}")
        with self._database.transaction():
            self._insert(facts, sealed, thumbnail, is_recovered=False)
        return self.photo(facts["id"])

    def _insert(self, facts: dict[str, Any], sealed: Sealed, thumbnail: bytes | None, *, is_recovered: bool) -> None:
        identity, seal = facts["id"], self._database.seal
        preview: tuple[str | None, bytes | None] = (None, None)
        if thumbnail is not None:
            preview = (_sha256(thumbnail), seal(thumbnail, f"capture|thumbnail|{identity}"))
        self._database.run(
            "INSERT INTO capture (id, sha256, size, is_recovered, sealed, thumbnail_sha256, thumbnail_sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(identity, sealed.sha256, sealed.size, is_recovered, seal(facts, f"capture|{identity}"), *preview),
        )

    def photo(self, identity: str) -> Photo:
        """Raises NotFound."""
        found = self._database.rows(f"SELECT {_COLUMNS} FROM capture WHERE id = ?", identity)
        if not found:
            raise NotFound(what=f"photo {identity}")
        return self._photo(found[0])

    def unbound(self) -> list[Photo]:
        """Photos that no action has taken yet, those found after a crash among them."""
        found = self._database.rows(f"SELECT {_COLUMNS} FROM capture WHERE seq IS NULL ORDER BY id")
        return [self._photo(row) for row in found]

    def _photo(self, row: tuple[Any, ...]) -> Photo:
        identity, sha256, size, is_recovered, sealed, thumbnail_sha256 = row
        facts = self._database.unseal(sealed, f"capture|{identity}")
        return Photo(
            id=identity,
            sha256=sha256,
            size=size,
            media_type=facts["media_type"],
            origin=facts["origin"],
            shot_code=facts["shot_code"],
            recorded_at=from_wire(facts["recorded_at"]),
            name=facts["name"],
            is_recovered=bool(is_recovered),
            thumbnail_sha256=thumbnail_sha256,
        )

    def thumbnails_of(self, incarnation: int, seqs: Iterable[int]) -> list[str]:
        """Hashes of the previews that belong to these operations."""
        sql = "SELECT thumbnail_sha256 FROM capture WHERE incarnation = ? AND seq = ? AND thumbnail_sha256 IS NOT NULL"
        found = [row[0] for seq in seqs for row in self._database.rows(sql, incarnation, seq)]
        return list(dict.fromkeys(found))

    def thumbnails(self, sha256s: Iterable[str], max_bytes: int) -> dict[str, bytes]:
        """Previews by their own hash, as many as fit."""
        chosen: dict[str, bytes] = {}
        for sha256 in sha256s:
            sql = (
                "SELECT id, thumbnail_sealed FROM capture"
                " WHERE thumbnail_sha256 = ? AND thumbnail_sealed IS NOT NULL LIMIT 1"
            )
            for identity, sealed in self._database.rows(sql, sha256):
                thumbnail = self._database.unseal_bytes(sealed, f"capture|thumbnail|{identity}")
                if sum(map(len, chosen.values())) + len(thumbnail) <= max_bytes:
                    chosen[sha256] = thumbnail
        return chosen

    def drop_thumbnails(self, identities: Iterable[str]) -> None:
        """Of these photos; their hashes stay."""
        for identity in identities:
            self._database.run("UPDATE capture SET thumbnail_sealed = NULL WHERE id = ?", identity)

    def files_of(self, incarnation: int, seqs: Iterable[int]) -> list[tuple[str, int]]:
        """Hash and size of the originals of these operations that are here, each once."""
        sql = "SELECT sha256, size FROM capture WHERE incarnation = ? AND seq = ? AND is_let_go = 0 ORDER BY id"
        return list(dict.fromkeys(row for seq in sorted(seqs) for row in self._database.rows(sql, incarnation, seq)))

    def read(self, sha256: str, offset: int, length: int) -> bytes:
        """A range of an original. Raises StoreDamaged, NotFound."""
        found = self._database.rows("SELECT id FROM capture WHERE sha256 = ? AND is_let_go = 0 LIMIT 1", sha256)
        if not found:
            raise NotFound(what=f"file {sha256}")
        with SealedFile(self._files / found[0][0], self._store.vault.file_key) as sealed:
            return sealed.read(offset, length)

    def copy_to(self, photo_id: str, target: Path) -> None:
        """Write the original in clear to `target`, for the officer to look at. Raises NotFound once it was let go."""
        if not self._database.rows("SELECT 1 FROM capture WHERE id = ? AND is_let_go = 0", photo_id):
            raise NotFound(what=f"photo {photo_id}")
        with SealedFile(self._files / photo_id, self._store.vault.file_key) as sealed, open(target, "wb") as handle:
            for piece in sealed.pieces():
                handle.write(piece)

    def unlink(self, photo_id: str) -> None:
        """Remove a photo's sealed bytes, there or not."""
        (self._files / photo_id).unlink(missing_ok=True)

    def recover_orphans(self) -> None:
        """Take in what a crash left between disk and store. What cannot be opened is kept beside, never deleted."""
        known = {row[0] for row in self._database.rows("SELECT id FROM capture")}
        for path in sorted(self._files.iterdir()):
            if path.suffix in ("", ".part") and path.stem not in known:
                self._recover(path)

    def _recover(self, path: Path) -> None:
        home = path.with_suffix("")
        try:
            with SealedFile(path, self._store.vault.file_key) as sealed:
                facts, found = sealed.facts, _measure(sealed.pieces())
        except StoreDamaged:
            path.rename(path.with_suffix(".broken"))
            return
        if path != home:
            disk.sync_path(path)
            disk.rename_durably(path, home)
        if found.size:
            with self._database.transaction():
                self._insert(facts, found, None, is_recovered=True)

    def broken_files(self) -> int:
        return sum(1 for _ in self._files.glob("*.broken"))


def _pieces_of(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as handle:
        while piece := handle.read(_PIECE_BYTES):
            yield piece


def _measure(pieces: Iterable[bytes]) -> Sealed:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return Sealed(digest.hexdigest(), size)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
