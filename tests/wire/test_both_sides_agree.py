"""What one side makes the other reads: server and SDK share these bytes and no line of code."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sdk import ijson, keys, vectors, wire
from server.common import schemes, signing
from server.people.certificates import Continues, issue_certificate, issue_key, open_certificate
from server.sync import chain
from server.sync.body import BodyInvalid, parse_body
from server.sync.vectors import check_vectors
from tests.wire.files import LOGS, patient
from tests.wire.files import vectors as rows_of

COURT, OFFICER, DEVICE = UUID(int=1), UUID(int=2), UUID(int=3)
WHEN = datetime(2026, 11, 22, 2, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@pytest.mark.parametrize("alg", ["ed25519", "es256"])
def test_the_sdk_proves_a_certificate_the_server_issued(alg: Any) -> None:
    root, signing_key, device_key = signing.new_private_key(), signing.new_private_key(), keys.new_device_key(alg)
    link = issue_key(
        court=COURT, kid="s1", public_key=signing.public_of(signing_key), valid_from=WHEN, root_private=root
    )
    text = issue_certificate(
        court=COURT,
        officer=OFFICER,
        device=DEVICE,
        incarnation=2,
        device_key=device_key.public,
        alg=alg,
        issued_at=WHEN,
        chain=[link],
        kid="s1",
        signing_private=signing_key,
        continues=Continues(1, 9, "a" * 64),
    )
    proved, issued = (
        wire.verify_certificate(text, signing.public_of(root)),
        open_certificate(text, signing.public_of(root)),
    )
    assert (proved.court, proved.officer, proved.device, proved.incarnation) == (COURT, OFFICER, DEVICE, 2)
    assert (proved.device_key, proved.alg, proved.issued_at) == (device_key.public, alg, WHEN)
    assert proved.continues == (1, 9, "a" * 64)
    assert (issued.device_key, issued.continues, dict(issued.keys)) == (
        proved.device_key,
        Continues(1, 9, "a" * 64),
        dict(proved.keys),
    )


@pytest.mark.parametrize("alg", ["ed25519", "es256"])
def test_the_server_verifies_what_a_device_signed(alg: Any) -> None:
    key = keys.new_device_key(alg)
    signature = wire.from_base64(wire.request_signature(key, DEVICE, "随机-1", b"{}"))
    assert schemes.verify_bytes(key.public, alg, signing.request_bytes(DEVICE, "随机-1", b"{}"), signature)


@patient
@given(
    prev=st.binary(min_size=32, max_size=32),
    device=st.uuids(),
    incarnation=st.integers(1, 2**32 - 1),
    seq=st.integers(1, 2**53 - 1),
    body=st.binary(),
)
def test_both_sides_link_and_sign_the_same(prev: bytes, device: UUID, incarnation: int, seq: int, body: bytes) -> None:
    head = chain.link(prev, device, incarnation, seq, body)
    assert head == wire.link(prev, device, incarnation, seq, body)
    assert chain.head_bytes(COURT, device, incarnation, seq, head) == wire.head_bytes(
        COURT, device, incarnation, seq, head
    )


@pytest.mark.parametrize(("incarnation", "seq"), [(2**32, 1), (1, 2**53), (-1, 1), (1, -1)])
def test_a_number_that_does_not_fit_is_refused_by_both(incarnation: int, seq: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        chain.link(bytes(32), DEVICE, incarnation, seq, b"")
    with pytest.raises(ValueError, match="out of range"):
        wire.link(bytes(32), DEVICE, incarnation, seq, b"")


@patient
@given(st.dictionaries(st.text(), JSON))
def test_what_the_sdk_agrees_to_record_the_server_reads_as_it_was(body: dict[str, Any]) -> None:
    try:
        raw = ijson.dump(body)
    except ijson.NotIJson:
        return
    assert parse_body(raw) == body == ijson.parse(raw)


@patient
@given(st.binary() | st.text().map(str.encode) | JSON.map(lambda value: json.dumps({"a": value}).encode()))
def test_both_sides_judge_any_bytes_alike_and_raise_nothing_else(raw: bytes) -> None:
    assert _server_says(raw) == _sdk_says(raw)


def _server_says(raw: bytes) -> str:
    try:
        parse_body(raw)
    except BodyInvalid as refused:
        return _group(refused.reason)
    return "fine"


def _sdk_says(raw: bytes) -> str:
    try:
        ijson.parse(raw)
    except ijson.NotIJson as refused:
        return _group(refused.reason)
    return "fine"


def _group(reason: str) -> str:
    """Of several faults in one text either side may name any."""
    return "text" if reason in ("nul", "surrogate", "noncharacter") else reason


@pytest.mark.parametrize("name", LOGS)
def test_both_sides_give_the_same_verdict_on_every_row(name: str) -> None:
    log = rows_of(name)
    server, sdk = check_vectors(log), vectors.verify(log)
    assert [row.name for row in server.good] == [row.name for row in sdk.good]
    assert [row.reason is None for row in server.bad] == [row.reason is None for row in sdk.bad]
