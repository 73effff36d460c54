"""A batch as a file: a plain zip whose comment is a court's signature over every byte before it. Pure.

`docs/reference/exchange.md`. Any program opens it; whatever byte of it is another, it is refused.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Any

KEYS, MESSAGES, RECEIPTS, WANTS, FILES = "keys.jsonl", "messages.jsonl", "receipts.jsonl", "wants.json", "files/"
LONGEST_COMMENT = 65_535
LARGEST_TEXT = 256 * 1024 * 1024
"""Of messages, receipts, keys or wants, unpacked."""
_BLOCK = 1024 * 1024
_BROKEN = (KeyError, OSError, EOFError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error)


class BatchUnreadable(ValueError):
    """No batch, or one that did not come whole."""


class BatchWriter:
    """Into `out`, an empty file that can seek. Close it with `seal`."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)

    def add_lines(self, name: str, texts: Iterable[str]) -> None:
        self._zip.writestr(name, "".join(f"{text}\n" for text in texts))

    def add_json(self, name: str, value: Any) -> None:
        self._zip.writestr(name, json.dumps(value, separators=(",", ":")))

    def add_part(self, sha256: str, offset: int, blocks: Iterable[bytes]) -> None:
        """What follows `offset` in the file of this hash; it does not get smaller, so it is stored as it is."""
        part = zipfile.ZipInfo(f"{FILES}{sha256}/{offset}")
        with self._zip.open(part, "w", force_zip64=True) as member:
            for block in blocks:
                member.write(block)

    def seal(self, sign: Callable[[str], str]) -> None:
        """`sign` makes of the SHA-256 of all bytes before it the signed text, of the same length whatever they are."""
        self._zip.close()
        length = len(sign("0" * 64))
        self._out.seek(-2, 2)
        self._out.write(length.to_bytes(2, "little"))
        text = sign(_sha256(self._out, self._out.seek(0, 2)))
        assert len(text) == length <= LONGEST_COMMENT
        self._out.write(text.encode("ascii"))


class BatchReader:
    """Raises BatchUnreadable for what is no whole zip with such a comment. Nothing is proven yet: see `sha256`."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            self.text = self._zip.comment.decode("ascii")
        except (zipfile.BadZipFile, OSError, ValueError, OverflowError, NotImplementedError) as fault:
            raise BatchUnreadable(str(fault)) from None
        self.sha256 = _sha256(source, source.seek(0, 2) - len(self._zip.comment))
        """Of all that comes before the signed text; the text says which it has to be."""

    @property
    def names(self) -> list[str]:
        return self._zip.namelist()

    def lines(self, name: str) -> list[str]:
        return self._text(name).splitlines()

    def json(self, name: str) -> Any:
        try:
            return json.loads(self._text(name))
        except (ValueError, RecursionError) as fault:
            raise BatchUnreadable(str(fault)) from None

    def parts(self) -> list[tuple[str, int]]:
        """Of each the hash of its file, and where it begins there."""
        names = [name.removeprefix(FILES) for name in self.names if name.startswith(FILES)]
        try:
            return [(sha256, int(offset)) for sha256, _, offset in (name.partition("/") for name in names)]
        except ValueError as fault:
            raise BatchUnreadable(str(fault)) from None

    def open_part(self, sha256: str, offset: int) -> IO[bytes]:
        return self._zip.open(f"{FILES}{sha256}/{offset}")

    def _text(self, name: str) -> str:
        """Of one member, however small it was packed. Raises BatchUnreadable."""
        try:
            with self._zip.open(name) as member:
                content = member.read(LARGEST_TEXT + 1)
            if len(content) > LARGEST_TEXT:
                raise BatchUnreadable(f"{name} is larger than {LARGEST_TEXT} bytes")
            return content.decode()
        except _BROKEN as fault:
            raise BatchUnreadable(str(fault)) from None


def _sha256(source: IO[bytes], size: int) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while size and (block := source.read(min(size, _BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()
