"""A batch as a file: any program opens it, and no byte of it may be another."""

import io
import zipfile

import pytest

from server.common.signing import SignatureError, new_private_key, open_text, public_of, sign_text
from server.exchange.batch_file import MESSAGES, WANTS, BatchReader, BatchUnreadable, BatchWriter

pytestmark = pytest.mark.database_free
SHA256 = "ab" * 32
KEY = new_private_key()


def batch() -> bytes:
    out = io.BytesIO()
    writer = BatchWriter(out)
    writer.add_lines(MESSAGES, ["one", "two"])
    writer.add_json(WANTS, {SHA256: 3})
    writer.add_part(SHA256, 3, [b"of a ", b"photograph"])
    writer.seal(lambda sha256: sign_text("exchange_batch", {"sha256": sha256}, KEY))
    return out.getvalue()


def is_proven(raw: bytes) -> bool:
    try:
        reader = BatchReader(io.BytesIO(raw))
        said = open_text("exchange_batch", reader.text, public_of(KEY))
    except (BatchUnreadable, SignatureError):
        return False
    return bool(said["sha256"] == reader.sha256)


def test_what_was_put_in_comes_out() -> None:
    raw = batch()
    reader = BatchReader(io.BytesIO(raw))
    assert is_proven(raw)
    assert reader.lines(MESSAGES) == ["one", "two"]
    assert reader.json(WANTS) == {SHA256: 3}
    assert reader.parts() == [(SHA256, 3)]
    with reader.open_part(SHA256, 3) as part:
        assert part.read() == b"of a photograph"


def test_any_program_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(batch())) as plain:
        assert plain.testzip() is None
        assert plain.namelist() == [MESSAGES, WANTS, f"files/{SHA256}/3"]


def test_no_byte_of_it_may_be_another() -> None:
    raw = batch()
    for place in range(len(raw)):
        other = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert not is_proven(other), f"byte {place}"


def test_it_is_whole_or_none() -> None:
    raw = batch()
    assert not any(is_proven(raw[:size]) for size in range(len(raw)))
    assert not is_proven(raw + b"x")
