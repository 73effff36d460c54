"""Schemes of signatures stand behind one interface: what is made by one verifies by it, and by no other."""

from itertools import permutations

import pytest

from server.common.schemes import SCHEMES, SIGNATURE_BYTES, court_scheme, is_public_key, verify_bytes
from server.common.signing import open_text, sign_text


@pytest.mark.parametrize("alg", sorted(SCHEMES))
def test_a_signature_verifies_under_its_own_key_and_message_alone(alg: str) -> None:
    scheme = SCHEMES[alg]
    private, other = scheme.new_private_key(), scheme.new_private_key()
    public, signature = scheme.public_of(private), scheme.sign(private, b"sealed")
    assert len(signature) == SIGNATURE_BYTES
    assert is_public_key(alg, public)
    assert verify_bytes(public, alg, b"sealed", signature)
    assert not verify_bytes(public, alg, b"seized", signature)
    assert not verify_bytes(scheme.public_of(other), alg, b"sealed", signature)
    assert not verify_bytes(public, alg, b"sealed", signature[:-1])


@pytest.mark.parametrize(("alg", "other"), list(permutations(sorted(SCHEMES), 2)))
def test_a_key_of_one_scheme_is_none_of_another(alg: str, other: str) -> None:
    scheme = SCHEMES[alg]
    private = scheme.new_private_key()
    public, signature = scheme.public_of(private), scheme.sign(private, b"sealed")
    assert not is_public_key(other, public)
    assert not verify_bytes(public, other, b"sealed", signature)


def test_an_unknown_scheme_verifies_nothing() -> None:
    assert not is_public_key("sm2", bytes(64))
    assert not verify_bytes(bytes(64), "sm2", b"sealed", bytes(64))


def test_a_court_signs_its_texts_by_its_scheme() -> None:
    private = court_scheme().new_private_key()
    text = sign_text("receipt", {"seq": 7}, private)
    assert open_text("receipt", text, court_scheme().public_of(private))["seq"] == 7
