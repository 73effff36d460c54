"""A case with acts and photos, its bundle, and the verifier run as a judge's clerk runs it."""

import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.bundle.services import Exported, export_bundle
from server.bundle.verifier.main import verify as verified
from server.bundle.verifier.reading import Wrong
from server.cases.models import Case
from server.evidence.services.papers import add_paper
from tests.actors import Cast
from tests.devices import TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of


@dataclass
class Told:
    code: int
    says: str

    @property
    def first(self) -> str:
        """The first thing wrong."""
        return self.says.splitlines()[1] if self.code else ""


def verify(path: Path, *options: str, verifier: Path | None = None) -> Told:
    """As on a machine that has Python and `cryptography`: isolated, from nowhere near our code."""
    script = verifier or path / "verify.py"
    command = [sys.executable, "-I", "-W", "error", str(script), *([str(path)] if verifier else []), *options]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert not done.stderr, done.stderr
    return Told(done.returncode, done.stdout)


def act(phone: TestDevice, case: Case, photos: list[bytes], kind: str = "LOCATE") -> None:
    phone.record(kind, case_id=case.pk, fields=COMPLETE, photos=photos)


def deliver(phone: TestDevice, photos: list[bytes]) -> None:
    phone.push()
    for photo in photos:
        assert phone.upload(photo) == 204


def case_with_acts(cast: Cast, acts: int, photos_each: int, number: int = 7) -> tuple[Case, TestDevice]:
    """Acts of one phone, with acts of another case between them, and a paper."""
    case, other = hold(file_one(cast, number), cast.group), hold(file_one(cast, number + 1), cast.group)
    phone = phone_of(cast.holder)
    made: list[bytes] = []
    for index in range(acts):
        photos = [jpeg((48, 32), seed=1000 * number + 100 * index + each) for each in range(photos_each)]
        act(phone, case, photos)
        act(phone, other, [])
        made += photos
    deliver(phone, made)
    ruling = io.BytesIO(b"%PDF-1.7\nruling " + str(number).encode())
    add_paper(subject=case, kind="RULING", title="执行裁定书", content=ruling, by=cast.duty)
    return case, phone


def exported(case: Case, path: Path, cast: Cast) -> Exported:
    with path.open("w+b") as out:
        return export_bundle(case=case, out=out, by=cast.duty, reason="移送审查")


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return folder


@contextmanager
def another(folder: Path) -> Iterator[Path]:
    """A copy to spoil."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(shutil.copytree(folder, Path(place) / "copy"))


def first_wrong(path: Path) -> str:
    """By the same verifier in this process: starting Python anew for each bit would only warm the room."""
    with pytest.raises(Wrong) as wrong:
        verified(str(path), "")
    return str(wrong.value)


@contextmanager
def spoilt(path: Path, content: bytes | None) -> Iterator[None]:
    """This file with other bytes, or gone, for a while."""
    whole = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    yield
    path.write_bytes(whole)


def flipped(content: bytes, at: int, bit: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
