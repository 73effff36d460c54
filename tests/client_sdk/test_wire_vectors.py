"""The SDK against every vector, good and bad."""

import base64
from typing import Any
from uuid import UUID

import pytest

from client_sdk import ijson, vectors, wire
from client_sdk.keys import device_key, is_valid, new_device_key
from tests.wire.files import LOGS, joined
from tests.wire.files import vectors as rows_of

pytestmark = pytest.mark.database_free


@pytest.mark.parametrize("name", LOGS)
def test_every_good_row_of_a_log_verifies(name: str) -> None:
    verdict = vectors.verify(rows_of(name))
    assert [row for row in verdict.good if row.reason] == []
    assert len(verdict.good) > len(rows_of(name)["operations"])


@pytest.mark.parametrize("name", LOGS)
def test_every_bad_row_of_a_log_is_refused_for_its_own_reason(name: str) -> None:
    log = rows_of(name)
    reasons = {row.name: row.reason or "accepted" for row in vectors.verify(log).bad}
    wrong = [row["name"] for row in log["bad"] if not reasons[row["name"]].startswith(row.get("expect", ""))]
    assert wrong == []
    assert "accepted" not in reasons.values()


@pytest.mark.parametrize("row", rows_of("keys")["good"], ids=lambda row: row.get("name", row["alg"]))
def test_a_good_signature_verifies(row: dict[str, Any]) -> None:
    public, message, signature = (base64.b64decode(row[name]) for name in ("public", "message", "signature"))
    assert is_valid(row["alg"], public, message, signature)
    if "private" in row:
        assert device_key(base64.b64decode(row["private"]), row["alg"]).public == public


@pytest.mark.parametrize("row", rows_of("keys")["bad"], ids=lambda row: row["name"])
def test_a_bad_key_or_signature_is_simply_no(row: dict[str, str]) -> None:
    public, message, signature = (base64.b64decode(row[name]) for name in ("public", "message", "signature"))
    assert not is_valid(row["alg"], public, message, signature)


@pytest.mark.parametrize("row", rows_of("signed_texts")["good"], ids=lambda row: row["type"])
def test_a_signed_text_opens_to_the_members_that_were_signed(row: dict[str, str]) -> None:
    public = base64.b64decode(rows_of("signed_texts")["public_key"])
    assert wire.open_signed(row["type"], row["text"], public) == ijson.parse(row["json"].encode())
    assert wire.text_hash(row["text"]) == row["hash"]


@pytest.mark.parametrize("row", rows_of("signed_texts")["bad"], ids=lambda row: row["name"])
def test_a_hostile_signed_text_is_refused_with_a_reason(row: dict[str, str]) -> None:
    with pytest.raises(wire.WireError, match=r"\w"):
        wire.open_signed(row["type"], row["text"], base64.b64decode(rows_of("signed_texts")["public_key"]))


@pytest.mark.parametrize("row", rows_of("bodies")["good"], ids=lambda row: row["name"])
def test_a_good_body_is_read_and_could_be_written_again(row: dict[str, Any]) -> None:
    body = ijson.parse(joined(row))
    assert ijson.parse(ijson.dump(body)) == body


@pytest.mark.parametrize("row", rows_of("bodies")["bad"], ids=lambda row: row["name"])
def test_a_bad_body_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    raw = joined(row)
    if row["reason"] == "too_large":
        assert len(raw) == wire.MAX_BODY_BYTES + 1
        return
    with pytest.raises(ijson.NotIJson) as refused:
        ijson.parse(raw)
    assert refused.value.reason == row["reason"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nul \0", "nul"),
        ("\ud83d", "surrogate"),
        ("\uffff", "noncharacter"),
        (2**53, "number_range"),
        (-(2.0**60), "number_range"),
        (float("nan"), "number_not_finite"),
        (float("inf"), "number_not_finite"),
        (b"bytes", "syntax"),
        ({1: "a number as a name"}, "syntax"),
        ({"\0": 1}, "nul"),
    ],
)
def test_what_cannot_go_on_the_wire_is_refused_with_its_path_when_it_is_written(value: Any, reason: str) -> None:
    with pytest.raises(ijson.NotIJson) as refused:
        ijson.dump({"fields": {"note": ["fine", value]}})
    assert (refused.value.reason, refused.value.where) == (reason, "/fields/note/1")


def test_a_body_may_be_32_deep_when_it_is_written_and_no_deeper() -> None:
    def nested(depth: int) -> dict[str, Any]:
        return {"x": nested(depth - 1)} if depth > 1 else {}

    assert ijson.parse(ijson.dump(nested(32)))
    with pytest.raises(ijson.NotIJson, match="too_deep"):
        ijson.dump(nested(33))


@pytest.mark.parametrize("row", rows_of("enrolment_codes")["good"], ids=lambda row: row["text"])
def test_an_enrolment_code_is_read_however_it_is_typed(row: dict[str, Any]) -> None:
    for typed in [row["text"], *row["typed"]]:
        secret, fingerprint = wire.read_enrolment_code(typed)
        assert secret == row["secret_text"]
        assert wire.matches_fingerprint(base64.b64decode(row["root_key"]), fingerprint)


@pytest.mark.parametrize("text", rows_of("enrolment_codes")["bad"])
def test_what_is_no_enrolment_code_is_refused(text: str) -> None:
    with pytest.raises(wire.WireError, match="enrolment code"):
        wire.read_enrolment_code(text)


@pytest.mark.parametrize("row", rows_of("answers")["digests"])
def test_the_digest_of_what_a_device_holds_does_not_depend_on_order(row: dict[str, Any]) -> None:
    assert wire.digest(tuple(unit) for unit in row["units"]) == row["digest"]


def test_the_ledger_chain_is_hashed_as_in_the_vectors() -> None:
    ledger, prev = rows_of("ledger"), bytes(32)
    for row in ledger["entries"]:
        parts = (row["view"].encode(), base64.b64decode(row["salt"]), row["facts"].encode())
        prev = wire.entry_hash(prev, ledger["stream"], row["position"], *parts)
        assert prev.hex() == row["entry_hash"]


class Answers:
    """The answers of the vectors and the certificate they are proved under."""

    def __init__(self) -> None:
        self.rows = rows_of("answers")
        self.root = base64.b64decode(self.rows["root_key"])
        self.certificate = wire.verify_certificate(self.rows["certificate"], self.root)
        self.nonce = self.rows["nonce"]


def test_a_pull_is_proved_by_its_statement_and_only_with_its_own_answer() -> None:
    answers = Answers()
    statement, answer = answers.rows["pull"]["statement"], answers.rows["pull"]["answer"]
    assert wire.verify_statement(statement, answers.certificate, nonce=answers.nonce, answer=answer).acked_seq == 5
    with pytest.raises(wire.WireError, match="another answer"):
        wire.verify_statement(statement, answers.certificate, nonce=answers.nonce, answer=answer + " ")


def test_a_statement_for_another_nonce_is_refused() -> None:
    answers = Answers()
    with pytest.raises(wire.WireError, match="another nonce"):
        wire.verify_statement(answers.rows["pull"]["statement"], answers.certificate, nonce="n-other")


def test_a_statement_of_a_push_does_not_prove_a_pull() -> None:
    log = rows_of("log_ed25519")
    certificate = wire.verify_certificate(log["certificate"], base64.b64decode(log["root_key"]))
    with pytest.raises(wire.WireError, match="another answer"):
        wire.verify_statement(log["statement"]["signed"], certificate, nonce=log["request"]["nonce"], answer="{}")


def test_a_receipt_and_a_fork_statement_are_proved() -> None:
    answers = Answers()
    assert wire.verify_receipt(answers.rows["receipt"], answers.certificate).size == 417_283
    assert wire.verify_about_device("fork", answers.rows["fork"], answers.certificate).count("seq") == 3


def test_a_signing_key_newer_than_the_certificate_needs_its_key_statement() -> None:
    answers = Answers()
    newer = answers.rows["newer_key"]
    with pytest.raises(wire.WireError, match="signature does not verify"):
        wire.verify_statement(newer["statement"], answers.certificate, nonce=answers.nonce)
    court, kid, public = wire.verify_key(newer["key"], answers.root)
    assert court == answers.certificate.court
    proved = wire.verify_statement(
        newer["statement"], answers.certificate, nonce=answers.nonce, newer_keys={kid: public}
    )
    assert proved.acked_seq == 5


@pytest.mark.parametrize("alg", ["ed25519", "es256"])
def test_a_device_signs_requests_that_verify_under_its_public_key(alg: Any) -> None:
    key, device = new_device_key(alg), UUID(int=7)
    signature = wire.from_base64(wire.request_signature(key, device, "n-1", b"{}"))
    assert is_valid(alg, key.public, wire.request_bytes(device, "n-1", b"{}"), signature)
    assert device_key(key.private, alg) == key
