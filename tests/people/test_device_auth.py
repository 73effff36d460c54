import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.common.errors import DomainError
from server.common.signing import encode_base64, new_private_key, sign_bytes
from server.people import services
from server.people.device_auth import CertificateUnknown, DeviceRevoked, authenticate_device
from server.people.models import Device, EnrolmentCode
from tests.actors import Cast, Phone, phone_of

BODY, NONCE = b'{"nonce":"n-1"}', "n-1"


@pytest.fixture
def phone(cast: Cast) -> Phone:
    return phone_of(cast.holder)


def authenticated(phone: Phone, certificate: str | None = None, body: bytes = BODY, nonce: str = NONCE) -> Device:
    return authenticate_device(
        certificate=certificate or phone.certificate, nonce=nonce, body=body, signature=phone.signature(NONCE, BODY)
    )


def test_a_signed_request_finds_device_court_and_officer_in_one_query(cast: Cast, phone: Phone) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        device = authenticated(phone)
        assert (device.pk, device.officer.name, device.court.code) == (phone.id, cast.holder.name, "闽0924")
    assert len(queries) == 1


@pytest.mark.parametrize(("body", "nonce"), [(b'{"nonce":"n-2"}', NONCE), (BODY, "n-2"), (BODY, ""), (BODY, "\ud800")])
def test_a_signature_is_good_for_its_body_and_nonce_only(phone: Phone, body: bytes, nonce: str) -> None:
    with pytest.raises(DomainError) as refused:
        authenticated(phone, body=body, nonce=nonce)
    assert (refused.value.status, refused.value.code) == (401, "request_signature_invalid")


@pytest.mark.parametrize("signature", [None, "", "!", "AAAA", "é"])
def test_what_is_no_signature_is_refused(phone: Phone, signature: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        authenticate_device(certificate=phone.certificate, nonce=NONCE, body=BODY, signature=signature)
    assert refused.value.code == "request_signature_invalid"


@pytest.mark.parametrize("certificate", ["x", "a.b", "é.é", "e30.e30", "x" * 70_000])
def test_what_is_no_certificate_is_refused(phone: Phone, certificate: str) -> None:
    with pytest.raises(DomainError) as refused:
        authenticated(phone, certificate=certificate)
    assert (refused.value.status, refused.value.code) == (401, "certificate_invalid")


def test_anothers_certificate_is_of_no_use_without_its_key(cast: Cast, phone: Phone) -> None:
    other = phone_of(cast.stranger)
    with pytest.raises(DomainError) as refused:
        authenticated(phone, certificate=other.certificate)
    assert refused.value.code == "request_signature_invalid"


def test_a_changed_certificate_is_refused_with_the_reason(phone: Phone) -> None:
    signed, signature = phone.certificate.split(".")
    forged = f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    with pytest.raises(DomainError) as refused:
        authenticated(phone, certificate=forged)
    assert refused.value.code == "certificate_invalid"
    assert "does not verify" in refused.value.details["reason"]


def test_a_revoked_device_is_known_and_refused(phone: Phone) -> None:
    services.revoke_device(device=phone.device, reason="遗失")
    with pytest.raises(DeviceRevoked) as refused:
        authenticated(phone)
    assert (refused.value.status, refused.value.device.pk) == (403, phone.id)


def test_revocation_is_told_to_the_device_itself_only(phone: Phone) -> None:
    services.revoke_device(device=phone.device, reason="遗失")
    with pytest.raises(DomainError) as refused:
        authenticate_device(
            certificate=phone.certificate,
            nonce=NONCE,
            body=BODY,
            signature=encode_base64(sign_bytes(new_private_key(), BODY)),
        )
    assert refused.value.code == "request_signature_invalid"


def test_a_server_restored_from_before_the_enrolment_knows_its_own_certificate(cast: Cast, phone: Phone) -> None:
    EnrolmentCode.objects.all().delete()
    Device.objects.all().delete()
    with pytest.raises(CertificateUnknown) as refused:
        authenticated(phone)
    assert (refused.value.status, refused.value.code) == (401, "certificate_unknown")
    assert refused.value.device is None
    assert refused.value.certificate.officer == cast.holder.pk
