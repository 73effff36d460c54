"""Private keys of courts at rest: AES-256-GCM under a key derived from SECRET_KEY. Pure but for the settings."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"
_SALT_BYTES = 16
_NONCE_BYTES = 12
_PURPOSE = b"zhixing court keys 1"


class CannotUnseal(Exception):
    """No configured SECRET_KEY opens it: the key was changed without SECRET_KEY_FALLBACKS, or the row was moved."""


def seal(private_key: bytes, *, bound_to: str) -> bytes:
    """`bound_to` names the owner; a sealed key copied to another row does not open there."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    cipher = AESGCM(_derive(settings.SECRET_KEY, salt))
    return _VERSION + salt + nonce + cipher.encrypt(nonce, private_key, bound_to.encode())


def unseal(sealed: bytes, *, bound_to: str) -> bytes:
    """The private key. Raises CannotUnseal."""
    salt = sealed[1 : 1 + _SALT_BYTES]
    nonce = sealed[1 + _SALT_BYTES : 1 + _SALT_BYTES + _NONCE_BYTES]
    encrypted = sealed[1 + _SALT_BYTES + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or not encrypted:
        raise CannotUnseal(f"the sealed key of {bound_to} is of an unknown form")
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_derive(secret, salt)).decrypt(nonce, encrypted, bound_to.encode())
        except InvalidTag:
            continue
    raise CannotUnseal(f"SECRET_KEY does not open the sealed key of {bound_to}")


def _derive(secret: str | bytes, salt: bytes) -> bytes:
    material = secret.encode() if isinstance(secret, str) else secret
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=_PURPOSE).derive(material)
