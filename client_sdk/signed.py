"""Signed texts `P.S` of a court, and their members, each read in its one right form."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from client_sdk import ijson, keys
from client_sdk.keys import WireError, from_base64, from_base64url, is_key, is_valid

MAX_SIGNED_CHARACTERS = 65_536
MAX_SEQ = 2**53 - 1
_SIGNED_TYPES = ("key", "certificate", "statement", "receipt", "fork")


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def open_signed(type_: str, text: str, public: bytes) -> dict[str, Any]:
    """Members of a signed text of a court, verified first, parsed then. Raises WireError."""
    signed, signature = split_signed(text)
    if not is_valid(keys.COURT_ALG, public, _covered(type_, signed), signature):
        for other in _SIGNED_TYPES:
            if other != type_ and is_valid(keys.COURT_ALG, public, _covered(other, signed), signature):
                raise WireError(f"signed as another type ({other})")
        raise WireError("signature does not verify")
    return parse_signed(type_, signed)


def _covered(type_: str, signed: bytes) -> bytes:
    return b"zhixing-%b-1\0%b" % (type_.encode(), signed)


def split_signed(text: str) -> tuple[bytes, bytes]:
    if len(text) > MAX_SIGNED_CHARACTERS:
        raise WireError("longer than a signed text may be")
    first, dot, second = text.partition(".")
    if not dot or "." in second:
        raise WireError("not of the form P.S")
    signed, signature = from_base64url(first), from_base64url(second)
    if len(signature) != 64:
        raise WireError("signature is not 64 bytes")
    return signed, signature


def parse_signed(type_: str, signed: bytes) -> dict[str, Any]:
    try:
        members = ijson.parse(signed)
    except ijson.NotIJson as fault:
        raise WireError(f"not strict JSON: {fault}") from None
    if members.get("type") != type_:
        raise WireError(f"its type member is not {type_}")
    return members


class Members(dict[str, Any]):
    """Members of a signed object, each read in its one right form or refused by name."""

    def uuid(self, name: str) -> UUID:
        text = self.get(name)
        try:
            if isinstance(text, str) and str(UUID(text)) == text:
                return UUID(text)
        except ValueError:
            pass
        raise WireError(f"{name} is not a UUID in lowercase")

    def name(self, name: str) -> str:
        text = self.get(name)
        if isinstance(text, str) and 0 < len(text) <= 64:
            return text
        raise WireError(f"{name} is not 1 to 64 characters")

    def count(self, name: str, lowest: int = 0, highest: int = MAX_SEQ) -> int:
        number = self.get(name)
        if type(number) is int and lowest <= number <= highest:
            return number
        raise WireError(f"{name} is not a whole number from {lowest} to {highest}")

    def hash(self, name: str) -> str:
        text = self.get(name)
        if isinstance(text, str) and len(text) == 64 and all(digit in "0123456789abcdef" for digit in text):
            return text
        raise WireError(f"{name} is not 64 lowercase hex digits")

    def time(self, name: str) -> datetime:
        text = self.get(name)
        try:
            if isinstance(text, str) and (moment := datetime.fromisoformat(text)).tzinfo is not None:
                return moment
        except ValueError:
            pass
        raise WireError(f"{name} is not a time with its offset")

    def key(self, name: str, alg: str) -> bytes:
        text = self.get(name)
        if not isinstance(text, str):
            raise WireError(f"{name} is missing")
        try:
            key = from_base64(text)
        except WireError as fault:
            raise WireError(f"{name}: {fault}") from None
        if not is_key(alg, key):
            raise WireError(f"{name} is not a key for {alg}")
        return key
