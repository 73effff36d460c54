import base64
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.common.signing import public_of
from server.ledger.queries import entries_after, head_of
from server.people import services
from server.people.certificates import open_certificate, open_chain, read_enrolment_code
from server.people.keys import escrow_public_key, private_key_of, root_public_key, signing_key_of
from server.people.models import CourtKey
from server.people.sealing import CannotUnseal, seal, unseal
from server.people.streams import court_stream, inspection_stream
from tests.actors import Cast, phone_of


def test_a_new_court_signs_with_a_key_its_root_vouches_for(cast: Cast) -> None:
    key = signing_key_of(cast.court)
    chain = open_chain(key.chain, root_public_key(cast.court))
    assert key.kid == "s1"
    assert chain["s1"].public_key == public_of(key.private_key)
    assert chain["s1"].court == cast.court.pk


def test_courts_do_not_share_keys(cast: Cast) -> None:
    assert root_public_key(cast.court) != root_public_key(cast.other_court)
    assert escrow_public_key(cast.court) != escrow_public_key(cast.other_court)


def test_the_escrow_key_is_an_x25519_pair(cast: Cast) -> None:
    sealed = cast.court.keys.get(purpose=CourtKey.Purpose.ESCROW)
    private = X25519PrivateKey.from_private_bytes(private_key_of(sealed))
    assert private.public_key().public_bytes_raw() == escrow_public_key(cast.court)


def test_private_keys_are_not_readable_in_the_database(cast: Cast) -> None:
    for key in CourtKey.objects.all():
        assert private_key_of(key) not in bytes(key.sealed_private_key)


def test_a_sealed_key_moved_to_another_court_does_not_open(cast: Cast) -> None:
    stolen = cast.court.keys.get(kid="s1")
    stolen.court = cast.other_court
    with pytest.raises(CannotUnseal):
        private_key_of(stolen)


def test_another_secret_key_does_not_open_what_was_sealed(settings: Any) -> None:
    sealed = seal(b"k" * 32, bound_to="x:s1")
    settings.SECRET_KEY = "another " * 8
    with pytest.raises(CannotUnseal):
        unseal(sealed, bound_to="x:s1")


def test_a_replaced_secret_key_still_opens_while_it_is_a_fallback(settings: Any) -> None:
    sealed = seal(b"k" * 32, bound_to="x:s1")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 8
    assert unseal(sealed, bound_to="x:s1") == b"k" * 32


@pytest.mark.parametrize("damage", [b"", b"\x02" + b"x" * 60, b"\x01" + b"x" * 60])
def test_damaged_seals_are_refused(damage: bytes) -> None:
    with pytest.raises(CannotUnseal):
        unseal(damage, bound_to="x:s1")


def test_rotation_keeps_old_public_keys_and_the_certificates_they_signed(cast: Cast) -> None:
    before = phone_of(cast.holder)
    services.rotate_signing_key(court=cast.court)
    key, root = signing_key_of(cast.court), root_public_key(cast.court)
    assert key.kid == "s2"
    assert list(open_chain(key.chain, root)) == ["s1", "s2"]
    assert open_certificate(before.certificate, root).kid == "s1"
    assert open_certificate(phone_of(cast.holder).certificate, root).kid == "s2"


def test_rotation_forgets_the_old_private_key(cast: Cast) -> None:
    services.rotate_signing_key(court=cast.court)
    retired = cast.court.keys.get(kid="s1")
    assert retired.retired_at is not None
    assert not retired.sealed_private_key
    assert retired.public_key


def test_a_code_carries_the_fingerprint_of_its_courts_root(cast: Cast) -> None:
    code = services.issue_enrolment_code(officer=cast.holder)
    secret, fingerprint = read_enrolment_code(code)
    assert len(code.split("-")) == 7
    assert fingerprint == hashlib.sha256(root_public_key(cast.court)).digest()[:16]
    assert base64.b32encode(secret).decode() == code.replace("-", "")[:16]


def test_both_streams_of_a_court_are_open_and_tell_no_names(cast: Cast) -> None:
    assert head_of(inspection_stream(cast.court.pk)).position == 0
    entries = entries_after(court_stream(cast.court.pk), 0, 1000)
    assert [entry.kind for entry in entries[:1]] == ["court_created"]
    assert {"officer_created", "role_granted", "group_created", "group_joined"} <= {e.kind for e in entries}
    told = "".join(entry.view for entry in entries)
    for officer in (cast.holder, cast.duty):
        assert officer.name not in told
        assert officer.staff_no not in told
