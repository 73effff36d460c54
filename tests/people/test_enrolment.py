"""Enrolment over HTTP, as a new phone does it with a printed code."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from server.common.clock import now
from server.common.ids import new_id
from server.common.signing import encode_base64, new_private_key, open_text, public_of, request_bytes, sign_bytes
from server.ledger.queries import entries_after
from server.people import services
from server.people.certificates import open_certificate
from server.people.keys import escrow_public_key, root_public_key
from server.people.models import Device, EnrolmentAttempt, EnrolmentCode, Officer
from server.people.streams import court_stream
from server.sync.chain import genesis
from server.sync.models import DeviceLog
from tests.actors import Cast, secret_of

ENROL = "/api/v1/devices/enrol"


@dataclass
class NewPhone:
    device: UUID = field(default_factory=new_id)
    private_key: bytes = field(default_factory=new_private_key)
    address: str = "10.0.0.1"

    def asks(self, code: str, nonce: str = "n-1", **members: Any) -> Any:
        return self.sends(
            {
                "protocol": 1,
                "secret": secret_of(code) if len(code) > 16 else code,
                "device": str(self.device),
                "device_key": encode_base64(public_of(self.private_key)),
                "alg": "ed25519",
                "nonce": nonce,
                "name": "执法终端",
                "app": "1.0",
                "sdk": "0.1",
                **members,
            }
        )

    def sends(self, members: Mapping[str, Any]) -> Any:
        body = json.dumps(members).encode()
        return self.sends_bytes(body, str(members.get("nonce", "")) or "n")

    def sends_bytes(self, body: bytes, nonce: str = "n", signed: bytes | None = None, **headers: str) -> Any:
        message = request_bytes(self.device, nonce, signed or body)
        signature = encode_base64(sign_bytes(self.private_key, message))
        return Client(REMOTE_ADDR=self.address).post(
            ENROL, body, content_type="application/json", headers={"Zhixing-Signature": signature, **headers}
        )


@pytest.fixture
def code(cast: Cast) -> str:
    return services.issue_enrolment_code(officer=cast.holder, issued_by=cast.duty)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_code_gives_a_certificate_up_to_the_root_it_names_and_a_first_statement(cast: Cast, code: str) -> None:
    phone = NewPhone()
    answer = phone.asks(code)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"certificate", "root_key", "escrow_key", "statement", "court", "officer"}
    root = base64.b64decode(told["root_key"])
    assert root == root_public_key(cast.court)
    assert base64.b64decode(told["escrow_key"]) == escrow_public_key(cast.court)
    certificate = open_certificate(told["certificate"], root)
    assert (certificate.device, certificate.officer, certificate.court) == (phone.device, cast.holder.pk, cast.court.pk)
    assert (certificate.device_key, certificate.incarnation) == (public_of(phone.private_key), 1)
    assert told["officer"] == {"id": str(cast.holder.pk), "staff_no": "240101", "name": cast.holder.name}
    assert told["court"] == {"id": str(cast.court.pk), "code": "闽0924", "name": cast.court.name}
    statement = open_text("statement", told["statement"], certificate.keys[certificate.kid])
    assert (statement["acked_seq"], statement["nonce"]) == (0, "n-1")
    assert statement["acked_hash"] == genesis(told["certificate"]).hex()
    assert "token" not in told


def test_the_log_begins_with_the_device_in_one_transaction(cast: Cast, code: str) -> None:
    phone = NewPhone()
    certificate = phone.asks(code).json()["certificate"]
    log = DeviceLog.objects.get(device_id=phone.device)
    assert (log.acked_seq, log.incarnation, log.acked_hash) == (0, 1, genesis(certificate).hex())


def test_a_lost_answer_is_asked_for_again_with_the_same_certificate_and_a_fresh_statement(
    cast: Cast, code: str
) -> None:
    phone = NewPhone()
    first, again = phone.asks(code, "n-1").json(), phone.asks(code, "n-2").json()
    assert again["certificate"] == first["certificate"]
    assert again["statement"] != first["statement"]
    assert Device.objects.count() == DeviceLog.objects.count() == 1
    EnrolmentCode.objects.update(expires_at=now() - timedelta(hours=1))
    assert phone.asks(code, "n-3").json()["certificate"] == first["certificate"]


def test_an_answer_asked_for_again_after_rotation_brings_the_new_key(cast: Cast, code: str) -> None:
    phone = NewPhone()
    phone.asks(code)
    services.rotate_signing_key(court=cast.court)
    told = phone.asks(code, "n-2").json()
    (key,) = told["keys"]
    public = open_text("key", key, root_public_key(cast.court))["public_key"]
    assert open_text("statement", told["statement"], base64.b64decode(public))["kid"] == "s2"


def test_unknown_used_voided_and_expired_codes_are_told_alike(cast: Cast, code: str) -> None:
    NewPhone().asks(code)
    voided = services.issue_enrolment_code(officer=cast.holder)
    expired = services.issue_enrolment_code(officer=cast.holder, void_older=True)
    EnrolmentCode.objects.filter(voided_at=None, device=None).update(expires_at=now())
    answers = [NewPhone().asks(each) for each in (code, voided, expired, "A" * 16, "not base 32 !!!!", "短")]
    assert {refusal(answer) for answer in answers} == {(403, "enrolment_code_invalid")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert Device.objects.count() == 1


def test_a_suspended_officers_code_opens_nothing_and_none_is_issued(cast: Cast, code: str) -> None:
    services.suspend_officer(officer=cast.holder, reason="调查")
    assert refusal(NewPhone().asks(code)) == (403, "enrolment_code_invalid")
    with pytest.raises(Exception, match="officer_not_active"):
        services.issue_enrolment_code(officer=Officer.objects.get(pk=cast.holder.pk))


def test_only_a_hash_of_the_code_is_kept(cast: Cast, code: str) -> None:
    kept = EnrolmentCode.objects.values().get()
    assert secret_of(code) not in str(kept)


def test_a_device_id_that_is_taken_leaves_the_code_unused(cast: Cast, code: str) -> None:
    first = NewPhone()
    first.asks(code)
    fresh = services.issue_enrolment_code(officer=cast.stranger)
    assert refusal(NewPhone(device=first.device).asks(fresh)) == (409, "device_id_taken")
    assert NewPhone().asks(fresh).status_code == 200


def test_the_request_must_be_signed_by_the_key_it_names(cast: Cast, code: str) -> None:
    phone = NewPhone()
    members = {"device_key": encode_base64(public_of(new_private_key()))}
    assert refusal(phone.asks(code, **members)) == (401, "request_signature_invalid")
    unsigned = Client().post(ENROL, NewPhone().asks(code).wsgi_request.body, content_type="application/json")
    assert refusal(unsigned) == (401, "request_signature_invalid")
    assert Device.objects.count() == 1


def test_a_key_of_p256_enrols_as_well(cast: Cast, code: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    device, nonce = new_id(), "n-1"
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    members = {"protocol": 1, "secret": secret_of(code), "device": str(device), "alg": "es256", "nonce": nonce}
    body = json.dumps({**members, "device_key": encode_base64(point)}).encode()
    r, s = utils.decode_dss_signature(private.sign(request_bytes(device, nonce, body), ec.ECDSA(SHA256())))
    signature = encode_base64(r.to_bytes(32) + s.to_bytes(32))
    answer = Client().post(ENROL, body, content_type="application/json", headers={"Zhixing-Signature": signature})
    certificate = open_certificate(answer.json()["certificate"], root_public_key(cast.court))
    assert (certificate.alg, certificate.device_key) == ("es256", point)


def test_ten_failures_throttle_an_address_and_no_other(cast: Cast, code: str) -> None:
    for _ in range(10):
        assert NewPhone().asks("A" * 16).status_code == 403
    throttled = NewPhone().asks(code)
    assert refusal(throttled) == (429, "too_many_attempts")
    assert 0 < int(throttled["Retry-After"]) <= 900
    assert NewPhone(address="10.0.0.2").asks(code).status_code == 200
    EnrolmentAttempt.objects.update(failed_at=now() - timedelta(minutes=16))
    again = services.issue_enrolment_code(officer=cast.holder)
    assert NewPhone().asks(again).status_code == 200


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"secret": 5}, "/secret"),
        ({"device": "not a uuid"}, "/device"),
        ({"device": "E726A09B-97FE-5116-BBA2-3E93B3854D60"}, "/device"),
        ({"device_key": "AAAA"}, "/device_key"),
        ({"device_key": "!"}, "/device_key"),
        ({"alg": "rsa"}, "/alg"),
        ({"nonce": "n" * 65}, "/nonce"),
        ({"name": "n" * 101}, "/name"),
        ({"name": None}, "/name"),
    ],
)
def test_a_malformed_member_is_named(cast: Cast, code: str, members: dict[str, Any], where: str) -> None:
    phone = NewPhone()
    answer = phone.sends_bytes(json.dumps(
        {
            "protocol": 1, "secret": secret_of(code), "device": str(phone.device), "alg": "ed25519", "nonce": "n",
            "device_key": encode_base64(public_of(phone.private_key)), **members,
        }
    ).encode())  # fmt: skip
    assert refusal(answer) == (422, "envelope_invalid")
    assert answer.json()["where"] == where


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b'{"secret":"\\u0000"}'])
def test_a_body_that_is_no_strict_json_object_is_refused(cast: Cast, body: bytes) -> None:
    assert refusal(NewPhone().sends_bytes(body)) == (422, "envelope_invalid")


def test_another_protocol_version_is_told_which_ones_are_spoken(cast: Cast, code: str) -> None:
    answer = NewPhone().asks(code, protocol=2)
    assert refusal(answer) == (426, "protocol_unsupported")
    assert (answer.json()["min"], answer.json()["max"]) == (1, 1)


def test_a_large_body_is_refused_also_when_it_arrives_small(cast: Cast, code: str) -> None:
    large = json.dumps({"protocol": 1, "name": "x" * 200_000}).encode()
    assert refusal(NewPhone().sends_bytes(large)) == (413, "body_too_large")
    packed = NewPhone().sends_bytes(gzip.compress(large), signed=large, **{"Content-Encoding": "gzip"})
    assert packed.status_code == 413


def test_a_second_device_is_an_entry_that_counts_them_and_names_nobody(cast: Cast, code: str) -> None:
    NewPhone().asks(code)
    NewPhone().asks(services.issue_enrolment_code(officer=cast.holder))
    entries = [
        entry for entry in entries_after(court_stream(cast.court.pk), 0, 1000) if entry.kind == "device_enrolled"
    ]
    assert [json.loads(entry.view)["devices"] for entry in entries] == [1, 2]
    assert cast.holder.name not in entries[1].view


def test_a_revoked_device_gets_its_certificate_no_more(cast: Cast, code: str) -> None:
    phone = NewPhone()
    phone.asks(code)
    services.revoke_device(device=Device.objects.get(), reason="遗失", by=cast.duty)
    assert refusal(phone.asks(code)) == (403, "device_revoked")
