"""Cards, messages and receipts between courts of different servers: signed texts, byte for byte. Pure.

`docs/reference/exchange.md` is the rule; `tests/wire/vectors/exchange.json` are its bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common import schemes
from server.common.clock import to_wire
from server.common.members import read_count, read_hash, read_key, read_name, read_time, read_uuid
from server.common.signing import SignatureError, encode_base64, open_text, parse_signed, sign_text, split_text
from server.people.certificates import KeyStatement, open_chain

CARD, MESSAGE, RECEIPT = "exchange_card", "exchange_message", "exchange_receipt"
BATCH = "exchange_batch"
KINDS = ("move", "talk", "result", "snapshot", "answer")
OUTCOMES = ("applied", "refused", "waits", "rejected")
LONGEST_MESSAGE = 1_048_576
_CARD_WORDS = (("code", 20), ("name", 100), ("level", 20))
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Card:
    """What a court is known by elsewhere, carried there by people."""

    court: UUID
    code: str
    name: str
    level: str
    root_public: bytes
    chain: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    from_court: UUID
    to_court: UUID
    matter: UUID
    number: int
    kind: str
    body: Mapping[str, Any]
    at: datetime
    name: str
    """Of whoever did it; empty where a limit had passed."""


@dataclass(frozen=True)
class Receipt:
    hash: str
    outcome: str
    code: str
    heard: int
    """Of one that waits: the last number before it that is in effect there."""


def card_text(card: Card, root_private: bytes, at: datetime) -> str:
    members = {
        "court": str(card.court),
        "code": card.code,
        "name": card.name,
        "level": card.level,
        "root": encode_base64(card.root_public),
        "chain": list(card.chain),
        "made_at": to_wire(at),
    }
    return sign_text(CARD, members, root_private)


def open_card(text: str) -> Card:
    """A card under the root that it names: whose root that is, people say. Raises SignatureError."""
    # Parsed before it is verified: it carries the key that verifies it.
    root = read_key(parse_signed(CARD, split_text(text)[0]), "root", schemes.COURT_ALG)
    members = open_text(CARD, text, root)
    court, chain = read_uuid(members, "court"), members.get("chain")
    if any(key.court != court for key in open_chain(chain, root).values()):
        raise SignatureError("its chain belongs to another court")
    code, name, level = (_words(members, name, longest) for name, longest in _CARD_WORDS)
    return Card(court, code, name, level, root, tuple(chain or ()))


def _words(members: Mapping[str, Any], name: str, longest: int) -> str:
    text = members.get(name)
    if not isinstance(text, str) or not 1 <= len(text) <= longest or "\0" in text:
        raise SignatureError(f"{name} is not 1 to {longest} characters")
    return text


def message_text(message: Message, *, kid: str, private: bytes) -> str:
    members = {
        "from": str(message.from_court),
        "to": str(message.to_court),
        "matter": str(message.matter),
        "number": message.number,
        "kind": message.kind,
        "body": dict(message.body),
        "at": to_wire(message.at),
        "by": message.name,
        "kid": kid,
    }
    return sign_text(MESSAGE, members, private)


def open_message(text: str, keys: Mapping[str, KeyStatement]) -> Message:
    """A message under one of its sender's keys, none of which may sign what it says it was said under a later one.

    Raises SignatureError.
    """
    members = open_by_kid(MESSAGE, text, keys)
    message = _message(members)
    _require_key_of_then(keys, members["kid"], message.at)
    return message


def stored_message(text: str) -> Message:
    """One that was proved when it was stored."""
    return _message(parse_signed(MESSAGE, split_text(text, LONGEST_MESSAGE)[0]))


def _message(members: Mapping[str, Any]) -> Message:
    body, by = members.get("body"), members.get("by")
    if not isinstance(body, dict) or not isinstance(by, str) or len(by) > 100 or "\0" in by:
        raise SignatureError("body is no object, or by no name")
    return Message(
        read_uuid(members, "from"),
        read_uuid(members, "to"),
        read_uuid(members, "matter"),
        read_count(members, "number", 1, LARGEST_NUMBER),
        read_name(members, "kind"),
        body,
        read_time(members, "at"),
        by,
    )


def open_by_kid(type_: str, text: str, keys: Mapping[str, KeyStatement]) -> dict[str, Any]:
    """A text under the key of this chain that it names. Raises SignatureError."""
    kid = parse_signed(type_, split_text(text, LONGEST_MESSAGE)[0]).get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise SignatureError("signed by a key that is not in the chain of its court")
    return open_text(type_, text, keys[kid].public_key, longest=LONGEST_MESSAGE)


def open_dated(type_: str, text: str, keys: Mapping[str, KeyStatement], moment: str) -> dict[str, Any]:
    """The same of a text whose member `moment` says when; under a key that was not replaced by then."""
    members = open_by_kid(type_, text, keys)
    _require_key_of_then(keys, members["kid"], read_time(members, moment))
    return members


def _require_key_of_then(keys: Mapping[str, KeyStatement], kid: str, at: datetime) -> None:
    """A key that was replaced signs nothing more, whatever it says of the time."""
    later = [key for key in keys.values() if _age(key) > _age(keys[kid])]
    if any(at >= key.valid_from for key in later):
        raise SignatureError("signed by a key that had been replaced by then")


def receipt_text(
    *, court: UUID, hash_: str, outcome: str, code: str, at: datetime, kid: str, private: bytes, heard: int = 0
) -> str:
    said = {"court": str(court), "message": hash_, "outcome": outcome, "code": code, "at": to_wire(at), "kid": kid}
    members = {**said, "heard": heard} if outcome == "waits" else said
    return sign_text(RECEIPT, members, private)


def open_receipt(text: str, keys: Mapping[str, KeyStatement]) -> Receipt:
    """Raises SignatureError."""
    members = open_by_kid(RECEIPT, text, keys)
    outcome, code = members.get("outcome"), members.get("code")
    if outcome not in OUTCOMES or not isinstance(code, str) or len(code) > 40:
        raise SignatureError("outcome or code is not one of a receipt")
    heard = read_count(members, "heard", 0, LARGEST_NUMBER) if outcome == "waits" else 0
    return Receipt(read_hash(members, "message"), outcome, code, heard)


def newest(keys: Mapping[str, KeyStatement]) -> KeyStatement:
    """The one that a court uses now."""
    return max(keys.values(), key=_age)


def _age(key: KeyStatement) -> tuple[datetime, int, str]:
    return key.valid_from, len(key.kid), key.kid


def with_keys(chain: Sequence[str], more: Sequence[str]) -> list[str]:
    """The chain with statements it had not; their order is that of their coming."""
    return [*chain, *(statement for statement in dict.fromkeys(more) if statement not in chain)]
