"""Makes the vectors again, byte for byte: `python -m tests.wire.make_vectors [FOLDER]`.

stdlib and `cryptography` alone, from `docs/reference/protocol.md`; nothing of the server or the SDK is imported.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from tests.wire.make_bad_rows import bad_rows
from tests.wire.make_bodies import bodies
from tests.wire.make_logs import Log, opened
from tests.wire.making import (
    P256_ORDER,
    Ed25519,
    Es256,
    Key,
    b64,
    b64url,
    identity,
    json_bytes,
    respelled,
    seed,
    signed,
    text_hash,
)

FOLDER = Path(__file__).parent / "vectors"
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def make() -> dict[str, Any]:
    """Every file of ours by name; `reference.json` was given to us."""
    continued = Log("second-key", Ed25519("second device"), "s2", {"incarnation": 1, "seq": 9, "hash": text_hash("h9")})
    logs = [Log("ed25519", Ed25519("device")), Log("es256", Es256("device")), continued]
    return {
        **{f"log_{log.tag.replace('-', '_')}.json": log.document(bad_rows(log)) for log in logs},
        "enrolment_codes.json": enrolment_codes(),
        "keys.json": keys(),
        "signed_texts.json": signed_texts(),
        "answers.json": answers(logs[0]),
        "bodies.json": bodies(),
        "ledger.json": ledger(),
    }


def enrolment_codes() -> dict[str, Any]:
    good = []
    for label in ("one", "two"):
        secret, root = seed(f"secret {label}")[:10], Ed25519(f"root {label}").public
        letters = base64.b32encode(secret + hashlib.sha256(root).digest()[:16]).decode().rstrip("=")
        text = "-".join(letters[start : start + 6] for start in range(0, 42, 6))
        good.append(
            {
                "text": text,
                "secret": secret.hex(),
                "secret_text": letters[:16],
                "root_key": b64(root),
                "fingerprint": hashlib.sha256(root).hexdigest()[:32],
                "typed": [
                    letters,
                    letters.lower(),
                    text.replace("-", " "),
                    f"  {text.lower()} ",
                    text.replace("-", "- "),
                ],
            }
        )
    text = str(good[0]["text"])
    spare = text[:-1] + chr(ord(text[-1]) + 1)
    bad = [
        "",
        text[:-1],
        text + "A",
        "0" + text[1:],
        "1" + text[1:],
        text[:-1] + "=",
        spare,
        "Ａ" + text[1:],
        "ı" + text[1:],
    ]
    return {"good": good, "bad": bad}


def keys() -> dict[str, Any]:
    ed, es, message = Ed25519("a key"), Es256("a key"), "a message, 一条消息".encode()
    r, s = (int.from_bytes(half) for half in _halves(es.sign(message)))

    def row(key: Key, signature: bytes, public: bytes | None = None, **more: Any) -> dict[str, Any]:
        named = {"alg": key.alg, "public": b64(public or key.public), "message": b64(message)}
        return {**named, "signature": b64(signature), **more}

    points = ec_points(es)
    good = [
        row(ed, ed.sign(message), private=b64(ed.private)),
        row(es, es.sign(message), private=b64(es.private)),
        row(es, es.sign(message), es.compressed, name="compressed point"),
        row(es, r.to_bytes(32) + (P256_ORDER - s).to_bytes(32), name="the other s, as some keystores make it"),
    ]
    too_large = int.from_bytes(ed.sign(message)[32:], "little") + ED25519_ORDER
    bad = [
        row(ed, ed.sign(message + b"."), name="of another message"),
        row(ed, bytes(64), name="zeros"),
        row(ed, ed.sign(message)[:-1], name="63 bytes"),
        row(ed, ed.sign(message) + b"\0", name="65 bytes"),
        row(ed, ed.sign(message)[:32] + too_large.to_bytes(32, "little"), name="s above the order"),
        row(ed, ed.sign(message), ed.public[:-1], name="key of 31 bytes"),
        row(ed, ed.sign(message), es.public, name="key of the other algorithm"),
        row(es, ed.sign(message), name="signature of the other algorithm"),
        row(es, r.to_bytes(32) + bytes(32), name="s is zero"),
        row(es, bytes(32) + s.to_bytes(32), name="r is zero"),
        row(es, s.to_bytes(32) + r.to_bytes(32), name="s before r"),
        row(es, _der(r, s), name="DER"),
        row(es, es.sign(message), points["hybrid"], name="hybrid point"),
        row(es, es.sign(message), points["bare"], name="point without its first byte"),
        row(es, es.sign(message), points["off the curve"], name="point off the curve"),
        row(ed, ed.sign(message), name="unknown algorithm") | {"alg": "rs256"},
    ]
    return {"good": good, "bad": bad}


def ec_points(key: Es256) -> dict[str, bytes]:
    x, y = key.public[1:33], key.public[33:]
    off = (int.from_bytes(y) ^ 1).to_bytes(32)
    return {"hybrid": bytes([6 + y[-1] % 2]) + x + y, "bare": x + y, "off the curve": b"\x04" + x + off}


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]


def _der(r: int, s: int) -> bytes:
    numbers = [n.to_bytes(n.bit_length() // 8 + 1) for n in (r, s)]
    inside = b"".join(bytes([2, len(n)]) + n for n in numbers)
    return bytes([0x30, len(inside)]) + inside


def signed_texts() -> dict[str, Any]:
    key, types = Ed25519("a court"), ("key", "certificate", "statement", "receipt", "fork")
    good = [{"type": type_, **_opened(signed(type_, {"n": 1, "名": "执行"}, key))} for type_ in types]
    spaced = b'{ "type" : "statement",\n "n": 9007199254740991 }'
    good.append({"type": "statement", **_opened(signed("statement", spaced, key))})
    bad = {name: signed("statement", raw, key) for name, raw in _hostile().items()}
    bad |= {
        f"signed as a {type_}": signed(type_, {"type": "statement"}, key) for type_ in types if type_ != "statement"
    }
    bad |= _misspelt(good[2]["text"], key)
    rows = [{"name": name, "type": "statement", "text": text} for name, text in bad.items()]
    return {"public_key": b64(key.public), "good": good, "bad": rows}


def _hostile() -> dict[str, bytes]:
    """What a court's key might have signed, and nobody may read."""
    return {
        "one name twice": b'{"type":"statement","n":1,"n":2}',
        "a list": b'["statement"]',
        "no type": b'{"n":1}',
        "another type inside": b'{"type":"receipt"}',
        "a byte order mark": b'\xef\xbb\xbf{"type":"statement"}',
        "not UTF-8": b'{"type":"statement","n":"\xff"}',
        "NaN": b'{"type":"statement","n":NaN}',
        "2^53": b'{"type":"statement","n":9007199254740992}',
        "an escaped NUL": b'{"type":"statement","n":"\\u0000"}',
        "half a pair": b'{"type":"statement","n":"\\ud83d"}',
        "33 deep": b'{"type":"statement","n":' + b"[" * 32 + b"]" * 32 + b"}",
        "5,000 deep": b'{"type":"statement","n":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        "not JSON": b"statement",
        "nothing": b"",
    }


def _misspelt(text: str, key: Key) -> dict[str, str]:
    payload, signature = text.split(".")
    return {
        "no text": "",
        "a dot": ".",
        "no signature": payload,
        "three parts": f"{text}.{signature}",
        "a dot at the end": f"{text}.",
        "padding": f"{payload}.{signature}==",
        "a spare bit": f"{payload}.{respelled(signature)}",
        "the other alphabet": f"{payload}.{b64(key.sign(b'x')).rstrip('=')}",
        "white space": f"{payload}. {signature}",
        "a line feed at the end": f"{text}\n",
        "full-width letters": f"{payload}.Ａ{signature[1:]}",
        "half a pair in the text": f"{payload}.\ud800{signature[1:]}",
        "63 bytes of signature": f"{payload}.{b64url(bytes(63))}",
        "without the zero byte": f"{payload}.{b64url(key.sign(b'zhixing-statement-1' + _raw(text)))}",
        "the bare JSON signed": f"{payload}.{b64url(key.sign(_raw(text)))}",
        "signed by another": signed("statement", {"n": 1}, Ed25519("another court")),
        "longer than may be": signed("statement", {"n": "a" * 50_000}, key),
    }


def _opened(text: str) -> dict[str, str]:
    parts = opened(text)
    return {"text": parts["signed"], "json": parts["text"], "hash": parts["hash"]}


def _raw(text: str) -> bytes:
    return opened(text)["text"].encode()


def answers(log: Log) -> dict[str, Any]:
    units = [["profile", str(log.officer), "e-1.2.1.1"], ["case", str(identity("case b")), "e-1.10.1.1"]]
    units += [["case", str(identity("case a")), "e-1.9.1.1"], ["catalogue", "1", "e-1.1.1.1"], ["case", "案件", "é"]]
    digests = [{"units": some, "digest": digest(some)} for some in ([], units[:1], units, units[::-1])]
    receipt = log.receipt()
    put = [{"type": type_, "id": id_, "tag": tag, "data": {}} for type_, id_, tag in units]
    answer = json.dumps(
        {"cursor": "c-2", "base": None, "complete": True, "put": put, "receipts": [receipt], "digest": digest(units)},
        ensure_ascii=False,
    )
    statement = log.statement(answer_sha256=text_hash(answer))
    fork = {"seq": 3, "kept_hash": log.heads[3].hex(), "other_hash": text_hash("another"), "nonce": log.nonce}
    about = {key: log.receipt_members()[key] for key in ("court", "kid", "device", "incarnation", "server_epoch")}
    newer = Ed25519("a newer signing key")
    log.signers["s7"] = newer
    return {
        "root_key": b64(log.root.public),
        "certificate": log.certificate,
        "nonce": log.nonce,
        "pull": {"statement": statement, "answer": answer},
        "receipt": receipt,
        "fork": signed("fork", {**about, "received_at": "2026-11-22T02:00:05.123Z", **fork}, log.signer),
        "newer_key": {"key": log.key_statement("s7"), "statement": log.statement(key=newer, kid="s7")},
        "digests": digests,
    }


def digest(units: list[list[str]]) -> str:
    return hashlib.sha256(b"".join(sorted(("|".join(unit) + "\n").encode() for unit in units))).hexdigest()


def ledger() -> dict[str, Any]:
    stream, prev, entries = f"court:{identity('a court')}", bytes(32), []
    for position in (1, 2, 3):
        view = json_bytes({"kind": "action_applied", "position": position})
        facts = json_bytes({"place": "东屿县", "n": position})
        salt = seed(f"salt {position}")[:16]
        parts = [
            hashlib.sha256(b"zhixing-view-1\0" + view).digest(),
            hashlib.sha256(b"zhixing-facts-1\0" + salt + facts).digest(),
        ]
        name = stream.encode()
        place = len(name).to_bytes(2) + name + position.to_bytes(8)
        entry = hashlib.sha256(b"zhixing-entry-1" + prev + place + parts[0] + parts[1]).digest()
        hashes = {"view_hash": parts[0].hex(), "facts_hash": parts[1].hex(), "entry_hash": entry.hex()}
        texts = {"view": view.decode(), "facts": facts.decode(), "salt": b64(salt)}
        entries.append({"position": position, "prev": prev.hex(), **texts, **hashes})
        prev = entry
    return {"stream": stream, "entries": entries}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, members in make().items():
        (folder / name).write_text(json.dumps(members, indent=1, ensure_ascii=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
