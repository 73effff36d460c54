"""The server against every vector, good and bad."""

import base64
import hashlib
from typing import Any
from uuid import UUID

import pytest

from server.common.schemes import verify_bytes
from server.common.signing import (
    SignatureError,
    decode_base64,
    open_text,
    public_of,
    request_bytes,
    split_text,
    text_hash,
)
from server.ledger.hashing import entry_hash, facts_hash, view_hash
from server.people.certificates import enrolment_code_text, open_certificate, open_key, read_enrolment_code
from server.sync.body import BodyInvalid, check_shape, parse_body
from server.sync.vectors import check_vectors
from tests.wire.files import LOGS, joined, vectors


@pytest.mark.parametrize("name", LOGS)
def test_every_good_row_of_a_log_verifies(name: str) -> None:
    report = check_vectors(vectors(name))
    assert report.failed == []
    assert len(report.good) > len(vectors(name)["operations"])


@pytest.mark.parametrize("name", LOGS)
def test_every_bad_row_of_a_log_is_refused_for_its_own_reason(name: str) -> None:
    log = vectors(name)
    reasons = {row.name: row.reason or "accepted" for row in check_vectors(log).bad}
    assert len(reasons) == len(log["bad"])
    wrong = {row["name"]: reasons[row["name"]] for row in log["bad"] if not _fits(row, reasons[row["name"]])}
    assert wrong == {}


def _fits(row: dict[str, Any], reason: str) -> bool:
    return reason != "accepted" and reason.startswith(row.get("expect", ""))


def test_the_reference_rows_are_refused_in_words_that_say_where() -> None:
    reasons = {row.name: row.reason for row in check_vectors(vectors("reference")).bad}
    assert reasons["signature bit flipped"] == "operation 7: head signature does not verify"
    assert reasons["two bodies swapped, hashes kept"] == "operation 1: hash differs"
    assert (reasons["one operation left out"] or "").startswith("operation 2: sequence gap")
    assert reasons["statement signed as a receipt"] == "statement: signed as another type (receipt)"


@pytest.mark.parametrize("row", vectors("keys")["good"], ids=lambda row: row.get("name", row["alg"]))
def test_a_good_signature_verifies(row: dict[str, str]) -> None:
    public, message, signature = (decode_base64(row[name]) for name in ("public", "message", "signature"))
    assert verify_bytes(public, row["alg"], message, signature)
    if row["alg"] == "ed25519":
        assert public_of(decode_base64(row["private"])) == public


@pytest.mark.parametrize("row", vectors("keys")["bad"], ids=lambda row: row["name"])
def test_a_bad_key_or_signature_is_simply_no(row: dict[str, str]) -> None:
    public, message, signature = (decode_base64(row[name]) for name in ("public", "message", "signature"))
    assert not verify_bytes(public, row["alg"], message, signature)


@pytest.mark.parametrize("row", vectors("signed_texts")["good"], ids=lambda row: row["type"])
def test_a_signed_text_opens_to_the_members_that_were_signed(row: dict[str, str]) -> None:
    members = open_text(row["type"], row["text"], decode_base64(vectors("signed_texts")["public_key"]))
    assert members["type"] == row["type"]
    assert split_text(row["text"])[0] == row["json"].encode()
    assert text_hash(row["text"]) == row["hash"]


@pytest.mark.parametrize("row", vectors("signed_texts")["bad"], ids=lambda row: row["name"])
def test_a_hostile_signed_text_is_refused_with_a_reason(row: dict[str, str]) -> None:
    with pytest.raises(SignatureError, match=r"\w"):
        open_text(row["type"], row["text"], decode_base64(vectors("signed_texts")["public_key"]))


@pytest.mark.parametrize("row", vectors("bodies")["good"], ids=lambda row: row["name"])
def test_a_good_body_is_read(row: dict[str, Any]) -> None:
    assert parse_body(joined(row))["v"] == 1


@pytest.mark.parametrize("row", vectors("bodies")["bad"], ids=lambda row: row["name"])
def test_a_bad_body_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    with pytest.raises(BodyInvalid) as refused:
        parse_body(joined(row))
    assert refused.value.reason == row["reason"]


@pytest.mark.parametrize("body", vectors("bodies")["shapes"]["good"])
def test_a_body_of_the_outer_shape_is_taken(body: dict[str, Any]) -> None:
    check_shape(body)


@pytest.mark.parametrize("row", vectors("bodies")["shapes"]["bad"], ids=lambda row: row["where"])
def test_a_body_of_another_shape_is_refused_with_the_place(row: dict[str, Any]) -> None:
    with pytest.raises(BodyInvalid) as refused:
        check_shape(row["body"])
    assert (refused.value.reason, refused.value.where) == (row["reason"], row["where"])


def test_of_the_seven_reference_bodies_the_last_five_are_refused_by_rule() -> None:
    assert [_verdict(operation["body"]) for operation in vectors("reference")["operations"]] == [
        "fine",
        "fine",
        "nul",
        "number_range",
        "member_missing",
        "encoding",
        "empty",
    ]


def _verdict(body: str) -> str:
    try:
        check_shape(parse_body(base64.b64decode(body)))
    except BodyInvalid as refused:
        return refused.reason
    return "fine"


@pytest.mark.parametrize("row", vectors("enrolment_codes")["good"], ids=lambda row: row["text"])
def test_an_enrolment_code_is_read_however_it_is_typed(row: dict[str, Any]) -> None:
    secret = bytes.fromhex(row["secret"])
    assert enrolment_code_text(secret, decode_base64(row["root_key"])) == row["text"]
    for typed in [row["text"], *row["typed"]]:
        assert read_enrolment_code(typed) == (secret, bytes.fromhex(row["fingerprint"]))


@pytest.mark.parametrize("text", vectors("enrolment_codes")["bad"])
def test_what_is_no_enrolment_code_is_refused(text: str) -> None:
    with pytest.raises(SignatureError, match="enrolment code"):
        read_enrolment_code(text)


def test_the_ledger_chain_is_hashed_as_in_the_vectors() -> None:
    ledger, prev = vectors("ledger"), bytes(32)
    for row in ledger["entries"]:
        view = view_hash(row["view"].encode())
        facts = facts_hash(base64.b64decode(row["salt"]), row["facts"].encode())
        prev = entry_hash(prev, ledger["stream"], row["position"], view, facts)
        assert (view.hex(), facts.hex(), prev.hex()) == (row["view_hash"], row["facts_hash"], row["entry_hash"])


def test_answers_verify_under_the_chain_and_a_newer_key_under_the_root() -> None:
    answers = vectors("answers")
    root = decode_base64(answers["root_key"])
    certificate = open_certificate(answers["certificate"], root)
    public = certificate.keys[certificate.kid]
    pulled = open_text("statement", answers["pull"]["statement"], public)
    assert pulled["answer_sha256"] == hashlib.sha256(answers["pull"]["answer"].encode()).hexdigest()
    assert open_text("receipt", answers["receipt"], public)["device"] == str(certificate.device)
    assert open_text("fork", answers["fork"], public)["seq"] == 3
    newer = open_key(answers["newer_key"]["key"], root)
    assert open_text("statement", answers["newer_key"]["statement"], newer.public_key)["kid"] == newer.kid


@pytest.mark.parametrize("nonce", ["", "n" * 65, "\ud800"])
def test_an_impossible_nonce_has_no_request_bytes(nonce: str) -> None:
    with pytest.raises(SignatureError, match="nonce"):
        request_bytes(UUID(int=1), nonce, b"{}")
