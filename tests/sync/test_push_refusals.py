"""Not 200: a clear, documented answer, a statement where one is due, and nothing acknowledged."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from django.test import Client

from server.cases.models import Case
from server.ledger.services import begin_server_life
from server.people.models import Device
from server.people.services import revoke_device
from server.sync.models import DamagedOperation, DeviceLog, ForkedOperation, Operation
from tests.actors import Cast
from tests.devices import DjangoTransport, Refused, TestDevice, new_nonce
from tests.devices import Operation as Recorded
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db
PUSH = "/api/v1/sync/push"


def refused(phone: TestDevice, **members: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        phone.push(**members)
    return caught.value


@pytest.fixture
def recorded(phone: TestDevice, held: Case) -> TestDevice:
    for _ in range(3):
        phone.record("LOCATE", case_id=held.pk)
    return phone


def test_a_gap_is_answered_with_what_the_server_has(recorded: TestDevice) -> None:
    problem = refused(recorded, first_seq=2)
    assert (problem.status, problem.code) == (409, "sequence_gap")
    assert recorded.statement["acked_seq"] == 0, "it rewinds to this and nothing else"
    assert not Operation.objects.exists()
    assert len(recorded.push()["results"]) == 3


def test_another_server_epoch_is_told_and_taken_from_the_statement(recorded: TestDevice) -> None:
    begin_server_life(reason="restored")
    problem = refused(recorded)
    assert (problem.status, problem.code) == (409, "epoch_changed")
    assert len(recorded.push()["results"]) == 3


@pytest.mark.parametrize("seq", [1, 2, 3])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda operation: operation.__setattr__("body", operation.body + b" "), "hash_mismatch"),
        (lambda operation: operation.__setattr__("hash", bytes(32)), "hash_mismatch"),
    ],
)
def test_a_damaged_chain_names_the_operation_and_takes_nothing(
    recorded: TestDevice, seq: int, damage: Callable[[Recorded], None], reason: str
) -> None:
    damage(recorded.log[seq - 1])
    problem = refused(recorded)
    assert (problem.status, problem.code) == (422, "chain_invalid")
    assert (problem.problem["seq"], problem.problem["reason"]) == (seq, reason)
    assert not Operation.objects.exists()


def test_only_the_last_signature_needs_to_verify(recorded: TestDevice) -> None:
    recorded.log[0].signature = bytes(64)
    assert len(recorded.push()["results"]) == 3


def test_a_last_signature_that_does_not_verify_takes_nothing(recorded: TestDevice) -> None:
    recorded.log[2].signature = recorded.log[1].signature
    problem = refused(recorded)
    assert (problem.code, problem.problem["seq"]) == ("chain_invalid", 3)
    assert problem.problem["reason"] == "signature_invalid"
    assert not Operation.objects.exists()


def test_the_hash_of_a_duplicate_is_recomputed_not_believed(recorded: TestDevice) -> None:
    recorded.push()
    recorded.log[0].body += b" "
    problem = refused(recorded, first_seq=1)
    assert (problem.code, problem.problem["seq"]) == ("chain_invalid", 1)


def test_a_wrong_link_to_the_log_takes_nothing(recorded: TestDevice) -> None:
    recorded.push(limit=1)
    problem = refused(recorded, first_seq=2, prev_hash="0" * 64)
    assert problem.code == "chain_invalid"
    assert Operation.objects.count() == 1


def test_a_fork_whose_head_is_not_signed_is_damage_not_a_fork(recorded: TestDevice, held: Case) -> None:
    recorded.push()
    recorded.log = recorded.log[:1]
    recorded.record("LOCATE", case_id=held.pk).signature = bytes(64)
    assert refused(recorded, first_seq=2).code == "chain_invalid"
    assert not ForkedOperation.objects.exists()
    assert DamagedOperation.objects.get().reason == "signature_invalid"


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"nonce": "n" * 65}, "/nonce"),
        ({"first_seq": 0}, "/first_seq"),
        ({"first_seq": True}, "/first_seq"),
        ({"first_seq": 1.0}, "/first_seq"),
        ({"prev_hash": "A" * 64}, "/prev_hash"),
        ({"prev_hash": None}, "/prev_hash"),
        ({"operations": None}, "/operations"),
        ({"operations": [5]}, "/operations/0"),
        ({"operations": [{"seq": 2}]}, "/operations/0/seq"),
        ({"operations": [{"seq": 1, "body": "%%%"}]}, "/operations/0/body"),
        ({"operations": [{"seq": 1, "body": "YR=="}]}, "/operations/0/body"),
        ({"operations": [{"seq": 1, "body": "", "signature": "", "hash": "zz"}]}, "/operations/0/hash"),
        ({"server_epoch": 5}, "/server_epoch"),
        ({"status": []}, "/status"),
        ({"thumbnails": "no"}, "/thumbnails"),
        ({"certificate": 7}, "/certificate"),
        ({"protocol": "1"}, "/protocol"),
    ],
)
def test_an_envelope_of_another_form_is_told_where(recorded: TestDevice, members: dict[str, Any], where: str) -> None:
    envelope = {**recorded.envelope(), **members}
    status, problem = recorded.push_envelope({**envelope, "nonce": envelope["nonce"]})
    assert (status, problem["code"], problem["where"]) == (422, "envelope_invalid", where)
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"protocol": 1, "protocol": 1}',
        b'{"protocol": 1, "nonce": "\\ud800"}',
        b'{"protocol": 1, "nonce": "\\u0000"}',
        b'{"protocol": 1, "first_seq": ' + b"9" * 400 + b"}",
        b'{"protocol": 1, "first_seq": 1e999}',
        b'{"protocol": 1, "first_seq": NaN}',
        b'{"status": ' * 64 + b"1" + b"}" * 64,
        b"[" * 100_000,
    ],
)
def test_a_request_that_is_no_object_of_strict_json_gets_422(content: bytes) -> None:
    reply = Client().post(PUSH, content, content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (422, "envelope_invalid")


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_protocol_is_told_which_are_spoken(recorded: TestDevice, version: int) -> None:
    problem = refused(recorded, protocol=version)
    assert (problem.status, problem.code) == (426, "protocol_unsupported")
    assert (problem.problem["min"], problem.problem["max"]) == (1, 1)


def post(phone: TestDevice, content: bytes, encoding: str, envelope: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    signed = json.dumps(envelope).encode()
    signature = base64.b64encode(phone.sign_request(envelope["nonce"], signed)).decode()
    reply = Client().post(
        PUSH,
        content,
        content_type="application/json",
        headers={"Content-Encoding": encoding, "Zhixing-Signature": signature},
    )
    return reply.status_code, reply.json()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("zstd", lambda content: zstandard.ZstdCompressor().compress(content)),
    ],
)
def test_a_push_is_taken_packed_or_not(recorded: TestDevice, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    envelope = recorded.envelope()
    status, answer = post(recorded, pack(json.dumps(envelope).encode()), encoding, envelope)
    assert (status, len(answer["results"])) == (200, 3)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "nonsense"])
def test_another_encoding_is_told_which_are_known(recorded: TestDevice, encoding: str) -> None:
    status, problem = post(recorded, b"x", encoding, recorded.envelope())
    assert (status, problem["code"]) == (415, "encoding_unsupported")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_cannot_be_unpacked_gets_422(recorded: TestDevice, encoding: str) -> None:
    status, problem = post(recorded, b"this is not packed", encoding, recorded.envelope())
    assert (status, problem["code"]) == (422, "envelope_invalid")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_packed_push_that_was_cut_gets_422(recorded: TestDevice, encoding: str) -> None:
    envelope = recorded.envelope()
    content = json.dumps(envelope).encode()
    packed = gzip.compress(content) if encoding == "gzip" else zstandard.ZstdCompressor().compress(content)
    status, problem = post(recorded, packed[: len(packed) // 2], encoding, envelope)
    assert (status, problem["code"]) == (422, "envelope_invalid")


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: ("gzip", gzip.compress(bytes(50_000_000))),
        lambda: ("zstd", zstandard.ZstdCompressor(level=19).compress(bytes(50_000_000))),
        lambda: ("identity", bytes(8 * 1024 * 1024 + 1)),
        lambda: ("identity", bytes(9 * 1024 * 1024 + 1)),
    ],
)
def test_too_much_for_one_push_gets_413_before_it_is_unpacked(
    recorded: TestDevice, bomb: Callable[[], tuple[str, bytes]]
) -> None:
    encoding, content = bomb()
    status, problem = post(recorded, content, encoding, recorded.envelope())
    assert (status, problem["code"]) == (413, "push_too_large")


def test_more_than_five_hundred_operations_get_413(phone: TestDevice, held: Case) -> None:
    for _ in range(501):
        phone.record_bytes(b"{}")
    assert refused(phone, limit=501).code == "push_too_large"
    assert len(phone.push()["results"]) == 500


def test_a_request_without_its_signature_is_nobodys(recorded: TestDevice) -> None:
    envelope = recorded.envelope()
    reply = Client().post(PUSH, json.dumps(envelope), content_type="application/json")
    assert (reply.status_code, reply.json()["code"]) == (401, "request_signature_invalid")


def test_a_signature_for_another_nonce_is_refused(recorded: TestDevice) -> None:
    envelope = recorded.envelope()
    status, problem = recorded.send_bytes(PUSH, json.dumps(envelope).encode(), nonce=new_nonce())
    assert (status, problem["code"]) == (401, "request_signature_invalid")


def test_another_phones_certificate_does_not_open_its_log(recorded: TestDevice, cast: Cast) -> None:
    other = phone_of(cast.colleague)
    problem = refused(recorded, certificate=other.certificate)
    assert (problem.status, problem.code) == (401, "request_signature_invalid")


def test_a_revoked_phone_is_told_so_and_nothing_is_applied(recorded: TestDevice) -> None:
    revoke_device(device=Device.objects.get(pk=recorded.id), reason="lost")
    assert (refused(recorded).status, refused(recorded).code) == (403, "device_revoked")
    assert not Operation.objects.exists()


def test_thumbnails_that_break_a_limit_are_left_out_and_hold_up_nothing(recorded: TestDevice) -> None:
    fifty = {f"{number:064x}": base64.b64encode(bytes(16_000)).decode() for number in range(100)}
    odd = {"": "x", "zz": "YQ==", "a" * 64: "%%", "b" * 64: base64.b64encode(bytes(20_000)).decode(), "c" * 64: None}
    assert len(recorded.push(thumbnails={**fifty, **odd})["results"]) == 3


def test_what_a_phone_says_it_still_holds_is_kept_for_the_day_it_is_lost(recorded: TestDevice) -> None:
    unsent = [{"seq": 4, "kind": "SEAL", "case_id": None, "hashes": []}]
    recorded.push(status={"unsent": unsent, "pending_bytes": 5, "free_bytes": 7})
    device = Device.objects.get(pk=recorded.id)
    assert device.last_status["unsent"] == unsent
    assert device.last_contact_at is not None
    recorded.push(status={"unsent": ["x" * 300_000], "pending_bytes": 6})
    device.refresh_from_db()
    assert device.last_status["is_cut"]
    assert device.last_status["pending_bytes"] == 6


def test_nothing_but_post_is_taken() -> None:
    assert Client().get(PUSH).status_code == 405


def test_a_log_is_opened_where_enrolment_left_none(recorded: TestDevice) -> None:
    DeviceLog.objects.all().delete()
    assert len(recorded.push()["results"]) == 3


def test_a_transport_of_tests_can_be_any_client() -> None:
    status, problem = DjangoTransport(Client()).post(PUSH, b"{}", {})
    assert (status, problem["code"]) == (422, "envelope_invalid")
