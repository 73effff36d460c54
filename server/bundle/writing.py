"""One zip, written in a row: each file once, hashed as it passes, never whole in memory."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import IO, Any

from server.bundle.verifier.main import FORMAT, MANIFEST, SIGNATURE
from server.bundle.verifier.reading import Digests
from server.bundle.verifier.zips import LEFT_BY_ZIPPING, MODE, UNIX
from server.common.hashing import canonical_json, sha256_hex

LARGE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the manifest lists it."""

    path: str
    size: int
    sha256: str
    sm3: str


class BundleWriter(AbstractContextManager["BundleWriter"]):
    def __init__(self, file: IO[bytes], told: Callable[[int], None]) -> None:
        """`told` hears how many bytes of files have been written so far."""
        self._zip, self._told = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED), told
        self._listed: list[Listed] = []
        self._written = 0

    def __exit__(self, *fault: object) -> None:
        self._zip.close()

    def add(self, path: str, blocks: Iterable[bytes], *, size: int = 0) -> Listed:
        """`size`: as far as it is known, for files beyond 2 GiB."""
        digests = Digests()
        with self._zip.open(_member(path), "w", force_zip64=size > LARGE) as member:
            for block in blocks:
                digests.update(block)
                member.write(block)
                self._written += len(block)
                self._told(self._written)
        sha256, sm3 = digests.finish()
        self._listed.append(Listed(path, digests.size, sha256, sm3))
        return self._listed[-1]

    def add_text(self, path: str, text: str) -> Listed:
        return self.add(path, [text.encode()])

    def add_lines(self, path: str, lines: Iterable[str]) -> Listed:
        return self.add(path, (f"{line}\n".encode() for line in lines))

    def add_rows(self, path: str, rows: Iterable[Mapping[str, Any]]) -> Listed:
        return self.add(path, (canonical_json(row) + b"\n" for row in rows))

    def finish(self, sign: Callable[[str], Iterable[str]]) -> int:
        """The manifest, and what `sign` makes of its hash, as lines; how many files there are."""
        manifest = b"".join(self._manifest())
        for path, content in (
            (MANIFEST, manifest),
            (SIGNATURE, "".join(f"{line}\n" for line in sign(sha256_hex(manifest))).encode()),
        ):
            with self._zip.open(_member(path), "w") as member:
                member.write(content)
        return len(self._listed) + 2

    def _manifest(self) -> Iterator[bytes]:
        """One file a line, for people to read as well."""
        yield f'{{"format":"{FORMAT}","files":[\n'.encode()
        rows = (json.dumps(asdict(each), sort_keys=True) for each in self._listed)
        yield ",\n".join(rows).encode()
        yield b"\n]}\n"


def _member(path: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(path, LEFT_BY_ZIPPING)
    member.external_attr, member.create_system = MODE, UNIX
    return member
