"""Reading the members of a signed object, each in its one right form. Pure; raises SignatureError naming the member."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common.clock import from_wire
from server.common.schemes import is_public_key
from server.common.signing import SignatureError, decode_base64


def read_uuid(members: Mapping[str, Any], name: str) -> UUID:
    text = members.get(name)
    try:
        if isinstance(text, str) and str(identity := UUID(text)) == text:
            return identity
    except ValueError:
        pass
    raise SignatureError(f"{name} is not a UUID in lowercase")


def read_name(members: Mapping[str, Any], name: str) -> str:
    text = members.get(name)
    if not isinstance(text, str) or not 1 <= len(text) <= 64:
        raise SignatureError(f"{name} is not 1 to 64 characters")
    return text


def read_count(members: Mapping[str, Any], name: str, lowest: int, highest: int) -> int:
    number = members.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
        raise SignatureError(f"{name} is not a whole number from {lowest} to {highest}")
    return number


def read_hash(members: Mapping[str, Any], name: str) -> str:
    text = members.get(name)
    if not isinstance(text, str) or len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise SignatureError(f"{name} is not 64 lowercase hex digits")
    return text


def read_time(members: Mapping[str, Any], name: str) -> datetime:
    text = members.get(name)
    try:
        if isinstance(text, str):
            return from_wire(text)
    except (ValueError, OverflowError):
        pass
    raise SignatureError(f"{name} is not a time with its offset")


def read_key(members: Mapping[str, Any], name: str, alg: str) -> bytes:
    text = members.get(name)
    if not isinstance(text, str):
        raise SignatureError(f"{name} is missing")
    try:
        key = decode_base64(text)
    except SignatureError as fault:
        raise SignatureError(f"{name}: {fault}") from None
    if not is_public_key(alg, key):
        raise SignatureError(f"{name} is not a key for {alg}")
    return key
