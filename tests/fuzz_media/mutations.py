"""What is done to a file. Each input is decided by its dice alone."""

import random
import struct
from collections.abc import Callable, Mapping

from tests.fuzz_media.corpus import nested

Mutation = Callable[[random.Random, bytes, Mapping[str, bytes]], bytes]

_NUMBERS = (0, 1, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
_MARKS = (
    *(b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"mdhd", b"stsd", b"stco", b"stsz", b"stsc", b"stts", b"mdat"),
    *(b"udta", b"meta", b"iloc", b"iinf", b"ispe", b"iprp", b"ipma", b"hvcC", b"Exif", b"mp4v", b"mp4a", b"esds"),
    *(b"IHDR", b"IDAT", b"PLTE", b"IEND", b"RIFF", b"VP8 ", b"VP8L", b"VP8X", b"fmt ", b"data"),
    *(b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xe1", b"GIF89a", b"OggS", b"ID3"),
)
"""What a length or a size stands beside."""
_MOST = 512 * 1024


def mutated(dice: random.Random, files: Mapping[str, bytes]) -> bytes:
    """One file of the corpus, hurt up to four times; one in fifty as it is."""
    content = files[dice.choice(sorted(files))]
    if dice.random() < 0.02:
        return content
    for _ in range(dice.randint(1, 4)):
        content = dice.choice(_MUTATIONS)(dice, content, files)[:_MOST]
    return content


def _flip(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    hurt = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8, 64)) if hurt else 0):
        hurt[dice.randrange(len(hurt))] ^= 1 << dice.randrange(8)
    return bytes(hurt)


def _cut(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    return content[: dice.randint(0, len(content))]


def _number(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    return _written(dice, content, dice.randint(0, len(content)))


def _length(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    """Beside a mark of the format: its length before it, its fields after it."""
    found = [content.find(mark) for mark in _MARKS if mark in content]
    at = dice.choice(found) if found else 0
    return _written(dice, content, max(0, at + dice.choice((-4, 2, 4, 5, 7, 8, 12, 16, dice.randint(0, 96)))))


def _written(dice: random.Random, content: bytes, at: int) -> bytes:
    value = dice.choice((*_NUMBERS, len(content), len(content) - at, dice.getrandbits(32))) & 0xFFFFFFFF
    raw = struct.pack(dice.choice("><") + "I", value)[-dice.choice((1, 2, 4, 4)) :]
    return content[:at] + raw + content[at + len(raw) :]


def _removed(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    at = dice.randint(0, len(content))
    return content[:at] + content[at + dice.choice((1, 4, 16, 256)) :]


def _repeated(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    at, size = dice.randint(0, len(content)), dice.choice((1, 8, 64, 1024))
    return content[:at] + content[at : at + size] * dice.choice((2, 3, 100)) + content[at + size :]


def _noise(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    at = dice.randint(0, len(content))
    return content[:at] + dice.randbytes(dice.choice((1, 4, 64, 1024))) + content[at:]


def _spliced(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    """Begins as one file and goes on as another."""
    other = files[dice.choice(sorted(files))]
    return content[: dice.randint(0, len(content))] + other[dice.randint(0, len(other)) :]


def _deep(dice: random.Random, content: bytes, files: Mapping[str, bytes]) -> bytes:
    boxes = nested(dice.choice((3, 50, 2000)))
    return boxes + content[8:] if dice.random() < 0.5 else content + boxes[24:]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _flip,
    _cut,
    _number,
    _length,
    _length,
    _removed,
    _repeated,
    _noise,
    _spliced,
    _deep,
)
