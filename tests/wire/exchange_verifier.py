"""A stranger's verifier of `exchange.json`: `python tests/wire/exchange_verifier.py [FILE]`.

Written from `docs/reference/exchange.md` and RFC 9421 with stdlib and `cryptography` alone; it shares no line with the
server or the maker. Exit 0 when every good row verifies and every bad one is refused.
"""

import base64
import hashlib
import json
import re
import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    pass


def require(holds: object, what: str) -> None:
    if not holds:
        raise Refused(what)


def prove(public: bytes, signature: bytes, signed: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except InvalidSignature:
        raise Refused("signature") from None


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(text: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(unb64url(text.split(".")[0]))
    return members


def open_text(type_: str, text: str, public: bytes) -> dict[str, Any]:
    signed, signature = map(unb64url, text.split("."))
    prove(public, signature, f"zhixing-{type_}-1".encode() + b"\0" + signed)
    members = read(text)
    require(members["type"] == type_, "type")
    return members


def keys_of(statements: list[str], root: str) -> dict[str, tuple[bytes, datetime, str]]:
    opened = [open_text("key", each, base64.b64decode(root)) for each in statements]
    return {row["kid"]: (base64.b64decode(row["public_key"]), moment(row["from"]), row["court"]) for row in opened}


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    require(at.tzinfo, "a time without its offset")
    return at


def check_card(text: str, of: dict[str, str]) -> None:
    card = open_text("exchange_card", text, base64.b64decode(read(text)["root"]))
    keys = keys_of(card["chain"], card["root"])
    require(all(court == card["court"] for _, _, court in keys.values()), "chain")
    require(all(card[name] == value for name, value in of.items()), "members")


def open_message(text: str, keys: dict[str, tuple[bytes, datetime, str]]) -> dict[str, Any]:
    kid = read(text)["kid"]
    require(kid in keys, "kid")
    public, since, court = keys[kid]
    members = open_text("exchange_message", text, public)
    at = moment(members["at"])
    require(all(at < later for _, later, _ in keys.values() if later > since), "a key that was replaced")
    require(members["from"] == court, "from")
    require(all(str(uuid.UUID(members[name])) == members[name] for name in ("from", "to", "matter")), "ids")
    require(type(members["number"]) is int and members["number"] >= 1, "number")
    require(isinstance(members["body"], dict) and isinstance(members["by"], str), "body")
    return members


def check_message(row: dict[str, Any], keys: dict[str, tuple[bytes, datetime, str]]) -> None:
    members = open_message(row["text"], keys)
    require(hashlib.sha256(row["text"].encode()).hexdigest() == row["hash"], "hash")
    require(all(members[name] == row[name] for name in ("number", "kind", "body", "at", "by")), "members")


def check_receipt(row: dict[str, Any], keys: dict[str, tuple[bytes, datetime, str]]) -> None:
    members = open_text("exchange_receipt", row["text"], keys[read(row["text"])["kid"]][0])
    wanted = {"message": row["hash"], "outcome": row["outcome"], "code": row["code"]}
    require(all(members[name] == value for name, value in wanted.items()), "members")


def check_request(row: dict[str, Any], keys: dict[str, tuple[bytes, datetime, str]]) -> None:
    """The base as RFC 9421, 2.5 has it, made of the request and of what Signature-Input names."""
    headers = {name.lower(): value for name, value in row["headers"].items()}
    digest = base64.b64encode(hashlib.sha256(row["body"].encode()).digest()).decode()
    require(headers["content-digest"] == f"sha-256=:{digest}:", "digest")
    parameters = headers["signature-input"].removeprefix("court=")
    names = re.findall(r'"([^"]+)"', parameters.split(")")[0])
    values = {"@method": row["method"], "@path": row["path"], **headers}
    lines = [f'"{name}": {values[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    require(base == row["base"], "base")
    signature = base64.b64decode(headers["signature"].removeprefix("court=:").removesuffix(":"))
    prove(keys[row["kid"]][0], signature, base.encode())


def rows_of(file: dict[str, Any]) -> list[tuple[str, bool, Callable[[], Any]]]:
    keys, far = keys_of(file["keys"], file["root"]), keys_of(file["far"]["keys"], file["far"]["root"])
    of = file["card"]["of"]
    return [
        ("card", True, partial(check_card, file["card"]["text"], of)),
        *((row["name"], False, partial(check_card, row["text"], of)) for row in file["bad_cards"]),
        *((f"message {row['number']}", True, partial(check_message, row, keys)) for row in file["messages"]),
        *((row["name"], False, partial(open_message, row["text"], keys)) for row in file["bad_messages"]),
        *((row["outcome"], True, partial(check_receipt, row, far)) for row in file["receipts"]),
        ("request", True, partial(check_request, file["request"], keys)),
    ]


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "vectors" / "exchange.json"
    wrong, rows = [], rows_of(json.loads(path.read_bytes()))
    for name, is_good, check in rows:
        try:
            check()
            reason = None
        except (Refused, LookupError, TypeError, ValueError, AttributeError) as refused:
            reason = f"{type(refused).__name__}: {refused}"
        if is_good != (reason is None):
            wrong.append(f"{name}: {reason or 'accepted'}")
    print(f"{path.name}: {len(rows) - len(wrong)} of {len(rows)} rows as they must be", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
