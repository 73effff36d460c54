"""Makes `exchange.json` again, byte for byte: `python -m tests.wire.make_exchange [FILE]`.

Stdlib and `cryptography` alone, from `docs/reference/exchange.md`; nothing of the server is imported.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from tests.wire.making import Ed25519, b64, identity, json_bytes, signed, text_hash

FILE = Path(__file__).parent / "vectors" / "exchange.json"
NEAR, FAR, MATTER = (identity(name) for name in ("court near", "court far", "a matter"))
ROOT, FIRST, SECOND, FAR_ROOT, FAR_KEY = map(Ed25519, ("near root", "near s1", "near s2", "far root", "far s1"))
BEGAN, ROTATED = "2026-11-02T02:00:00.000Z", "2026-11-20T02:00:00.000Z"
PATH = "/api/v1/exchange/messages"
COVERED = ("@method", "@path", "zhixing-from", "zhixing-to", "zhixing-key", "content-digest")


def statement(court: Any, kid: str, key: Ed25519, since: str, root: Ed25519) -> str:
    return signed("key", {"court": str(court), "kid": kid, "public_key": b64(key.public), "from": since}, root)


S1, S2 = statement(NEAR, "s1", FIRST, BEGAN, ROOT), statement(NEAR, "s2", SECOND, ROTATED, ROOT)
F1 = statement(FAR, "s1", FAR_KEY, BEGAN, FAR_ROOT)


def make() -> dict[str, Any]:
    return {
        "root": b64(ROOT.public),
        "keys": [S1, S2],
        "card": {
            "text": card(ROOT),
            "of": {"court": str(NEAR), "code": "闽0924", "name": "寿山县人民法院", "level": "BASIC"},
        },
        "bad_cards": [{"name": "signed by another root", "text": card(FAR_ROOT)}],
        "messages": messages(),
        "bad_messages": bad_messages(),
        "receipts": receipts(),
        "far": {"root": b64(FAR_ROOT.public), "keys": [F1]},
        "request": request(),
    }


def card(signer: Ed25519) -> str:
    members = {
        "court": str(NEAR),
        "code": "闽0924",
        "name": "寿山县人民法院",
        "level": "BASIC",
        "root": b64(ROOT.public),
        "chain": [S1, S2],
        "made_at": ROTATED,
    }
    return signed("exchange_card", members, signer)


def message(count: int, kind: str, body: dict[str, Any], key: Ed25519 = FIRST, **changed: Any) -> str:
    members = {
        "from": str(NEAR),
        "to": str(FAR),
        "matter": str(MATTER),
        "number": count,
        "kind": kind,
        "body": body,
        "at": BEGAN,
        "by": "林岚",
        "kid": "s1",
    }
    return signed("exchange_message", {**members, **changed}, key)


BODIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("move", {"move": "withdraw", "source": "SENT", "words": "已履行", "asks_release": False}),
    ("talk", {"text": "材料缺一份，何时可补？", "spoke_with": "远值", "phone": ""}),
    ("result", {"id": str(identity("a result")), "number": 1, "code": "FROZEN", "at": BEGAN, "amount": "80000.00"}),
    ("answer", {"answers": 3, "code": "matter_not_in_state", "details": {}}),
)


def messages() -> list[dict[str, Any]]:
    rows = [(number, kind, body, "s1", FIRST, BEGAN) for number, (kind, body) in enumerate(BODIES, 1)]
    rows.append((5, "talk", BODIES[1][1], "s2", SECOND, "2026-11-21T02:00:00.000Z"))
    rows.append((6, "talk", BODIES[1][1], "s2", SECOND, BEGAN))  # the newer key may say what was said before it
    return [_row(*row) for row in rows]


def _row(number: int, kind: str, body: dict[str, Any], kid: str, key: Ed25519, at: str) -> dict[str, Any]:
    text = message(number, kind, body, key, kid=kid, at=at)
    return {"text": text, "hash": text_hash(text), "number": number, "kind": kind, "body": body, "at": at, "by": "林岚"}


def bad_messages() -> list[dict[str, str]]:
    good = message(1, *BODIES[0])
    altered = json_bytes({**json.loads(_raw(good)), "number": 2})
    forged = base64.urlsafe_b64encode(altered).decode().rstrip("=")
    rows = {
        "altered": f"{forged}.{good.split('.')[1]}",
        "signed by a key of another court": message(1, *BODIES[0], FAR_KEY),
        "signed by a key that is not in the chain": message(1, *BODIES[0], kid="s9"),
        "said after its key was replaced": message(1, *BODIES[0], at="2026-11-20T02:00:00.000Z"),
        "signed as another type": signed("exchange_receipt", json.loads(_raw(good)), FIRST),
        "number 0": message(0, *BODIES[0]),
        "number that is none": message(1, *BODIES[0], number="1"),
        "matter that is none": message(1, *BODIES[0], matter="x"),
        "by that is none": message(1, *BODIES[0], by=["林岚"]),
        "time that is none": message(1, *BODIES[0], at="2026-11-02"),
    }
    return [{"name": name, "text": text} for name, text in rows.items()]


def _raw(text: str) -> bytes:
    part = text.split(".")[0]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def receipts() -> list[dict[str, str]]:
    """Of the other court for the first message."""
    rows = (("applied", ""), ("refused", "matter_not_in_state"), ("waits", ""), ("rejected", "exchange_number_taken"))
    hash_ = text_hash(message(1, *BODIES[0]))
    return [
        {"text": receipt(hash_, outcome, code), "hash": hash_, "outcome": outcome, "code": code}
        for outcome, code in rows
    ]


def receipt(hash_: str, outcome: str, code: str) -> str:
    members: dict[str, Any] = {
        "court": str(FAR),
        "message": hash_,
        "outcome": outcome,
        "code": code,
        "at": ROTATED,
        "kid": "s1",
    }
    members |= {"heard": 0} if outcome == "waits" else {}
    return signed("exchange_receipt", members, FAR_KEY)


def request() -> dict[str, Any]:
    """RFC 9421, the base written out."""
    body = json.dumps({"messages": [message(1, *BODIES[0])], "keys": [S1, S2]}).encode()
    digest = f"sha-256=:{b64(hashlib.sha256(body).digest())}:"
    named = {"Zhixing-From": str(NEAR), "Zhixing-To": str(FAR), "Zhixing-Key": S2, "Content-Digest": digest}
    created, nonce = 1795312800, "a-nonce-used-once"
    covered = " ".join(f'"{name}"' for name in COVERED)
    parameters = f'({covered});created={created};keyid="{NEAR}/s2";alg="ed25519";nonce="{nonce}";tag="zhixing-exchange"'
    values = ["POST", PATH, *named.values()]
    lines = [f'"{name}": {value}' for name, value in zip(COVERED, values, strict=True)]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = f"court=:{b64(SECOND.sign(base.encode()))}:"
    return {
        "method": "POST",
        "path": PATH,
        "body": body.decode(),
        "created": created,
        "nonce": nonce,
        "kid": "s2",
        "private": SECOND.private.hex(),
        "base": base,
        "headers": {**named, "Signature-Input": f"court={parameters}", "Signature": signature},
    }


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(json.dumps(make(), indent=1, ensure_ascii=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
