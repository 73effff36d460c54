"""Whatever comes, both sides answer with their own error and a reason; nothing else is ever raised."""

import base64
import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client_sdk import vectors, wire
from client_sdk.keys import from_base64, from_base64url, is_valid
from server.common.schemes import verify_bytes
from server.common.signing import SignatureError, decode_base64, decode_base64url, open_text, split_text, text_hash
from server.people.certificates import open_certificate, read_enrolment_code
from server.sync.vectors import UnreadableVectors, check_vectors, read_vectors
from tests.wire.files import patient
from tests.wire.files import vectors as rows_of
from tests.wire.making import Ed25519, signed

COURT = Ed25519("a court under attack")
TEXTS = st.text() | st.text(st.characters(exclude_categories=[])) | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{86}")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(["", "s1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@patient
@given(TEXTS)
@example("." * 70_000)
@example("A" * 1_000_000)
@example("\ud800.\udfff")
def test_no_text_at_all_makes_a_reader_fail_otherwise(text: str) -> None:
    for read in (lambda: open_text("statement", text, COURT.public), lambda: open_certificate(text, COURT.public)):
        with pytest.raises(SignatureError):
            read()
    for prove in (lambda: wire.open_signed("statement", text, COURT.public), lambda: _certificate(text)):
        with pytest.raises(wire.WireError):
            prove()
    assert text_hash(text) == wire.text_hash(text)


def _certificate(text: str) -> wire.Certificate:
    return wire.verify_certificate(text, COURT.public)


@patient
@given(st.binary())
def test_no_signed_bytes_make_a_reader_fail_otherwise(raw: bytes) -> None:
    for type_ in ("certificate", "key"):
        text = signed(type_, raw, COURT)
        with pytest.raises(SignatureError):
            open_certificate(text, COURT.public)
        with pytest.raises(wire.WireError):
            _certificate(text)


MEMBERS = rows_of("log_ed25519")


@patient
@given(st.sampled_from(["court", "officer", "device", "incarnation", "device_key", "alg", "kid", "chain"]), PLAIN)
def test_no_member_of_a_certificate_makes_a_reader_fail_otherwise(name: str, value: Any) -> None:
    payload = MEMBERS["certificate"].split(".")[0]
    members = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    root, key = base64.b64decode(MEMBERS["root_key"]), Ed25519("ed25519 s1")
    text = signed("certificate", json.dumps({**members, name: value}).encode(), key)
    assert _outcome(lambda: open_certificate(text, root), SignatureError) == _outcome(
        lambda: wire.verify_certificate(text, root), wire.WireError
    )


def _outcome(read: Any, expected: type[ValueError]) -> bool:
    try:
        read()
    except expected:
        return False
    return True


@patient
@given(TEXTS | st.from_regex(r"[A-Za-z0-9+/]{0,8}={0,3}"))
def test_base64_is_read_in_one_spelling_only_and_alike_on_both_sides(text: str) -> None:
    for server, sdk in ((decode_base64, from_base64), (decode_base64url, from_base64url)):
        assert _bytes(lambda server=server: server(text)) == _bytes(lambda sdk=sdk: sdk(text))


def _bytes(read: Any) -> bytes | None:
    try:
        raw: bytes = read()
    except (SignatureError, wire.WireError):
        return None
    return raw


@patient
@given(st.sampled_from(["ed25519", "es256", "none", ""]), st.binary(max_size=70), st.binary(max_size=70))
def test_no_key_and_no_signature_make_a_verification_raise(alg: str, public: bytes, signature: bytes) -> None:
    assert not verify_bytes(public, alg, b"message", signature)
    assert not wire_is_valid(alg, public, signature)


def wire_is_valid(alg: str, public: bytes, signature: bytes) -> bool:
    return is_valid(alg, public, b"message", signature)


@patient
@given(TEXTS)
def test_no_typed_code_makes_a_reader_fail_otherwise(text: str) -> None:
    assert _outcome(lambda: read_enrolment_code(text), SignatureError) == _outcome(
        lambda: wire.read_enrolment_code(text), wire.WireError
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, child in inside for place in places(child, (*path, step)))]


LOG = {name: part for name, part in MEMBERS.items() if name != "bad"}
PLACES = [place for place in places(LOG) if place]


@patient
@given(st.sampled_from(PLACES), PLAIN)
def test_a_log_with_any_one_part_replaced_is_judged_alike_and_never_breaks_the_check(
    place: tuple[Any, ...], value: Any
) -> None:
    log = copy.deepcopy(LOG)
    spot: Any = log
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = value
    raw = json.dumps({**LOG, "bad": [{"name": "replaced", place[0]: log[place[0]]}]}).encode()
    server, sdk = check_vectors(read_vectors(raw)).bad, vectors.verify(vectors.read(raw)).bad
    assert [row.reason is None for row in server] == [row.reason is None for row in sdk]
    assert (server[0].reason is None) == _is_harmless(place, value)


def _is_harmless(place: tuple[Any, ...], value: Any) -> bool:
    """Only what is no part of the log, or the very same again."""
    old: Any = LOG
    for step in place:
        old = old[step]
    overlaps = isinstance(old, dict) and isinstance(value, dict) and len(place) == 1 and not old.keys() & value.keys()
    emptied = place == ("statements",) and value == []
    return emptied or place[0] == "tag" or (old == value and type(old) is type(value)) or overlaps


@patient
@given(st.binary() | st.text().map(lambda text: json.dumps({"certificate": text}).encode()))
@example(b"[" * 100_000)
@example(b'{"root_key":"","certificate":"","operations":[],"bad":[1]}')
def test_a_file_that_is_none_is_unreadable_and_nothing_worse(raw: bytes) -> None:
    with pytest.raises(UnreadableVectors):
        read_vectors(raw)
    with pytest.raises(vectors.Unreadable):
        vectors.read(raw)


def test_a_longer_text_than_may_be_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(SignatureError, match="longer"):
        split_text("A" * 65_537)
