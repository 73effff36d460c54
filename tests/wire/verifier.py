"""A stranger's verifier of every vector: `python tests/wire/verifier.py [FOLDER]`.

Written from `docs/reference/protocol.md` with stdlib and `cryptography` alone; it shares no line with the server,
the SDK or the maker of the vectors. Exit 0 when every good row verifies and every bad one is refused.
"""

import base64
import hashlib
import json
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LIMIT = 2**53 - 1


class Refused(Exception):
    pass


def require(right: bool, reason: str) -> None:
    if not right:
        raise Refused(reason)


def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def b64(text: Any) -> bytes:
    require(isinstance(text, str) and text.isascii(), "not base64")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("not base64") from None
    require(base64.b64encode(raw).decode() == text, "another spelling")
    return raw


def b64url(text: str) -> bytes:
    require(re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII) is not None and "\n" not in text, "not base64url")
    return b64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def verify(alg: str, public: bytes, message: bytes, signature: bytes) -> None:
    require(len(signature) == 64, "signature length")
    try:
        if alg == "ed25519":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        else:
            require(alg == "es256" and (len(public), public[0]) in ((33, 2), (33, 3), (65, 4)), "key")
            der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
            point.verify(der, message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise Refused("signature") from None


def members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len({name for name, _ in pairs}) == len(pairs), "duplicate_member")
    return dict(pairs)


def number(digits: str) -> float:
    require(abs(float(digits)) <= LIMIT, "number_range")
    return float(digits) if re.search("[.eE]", digits) else int(digits)


def constant(_: str) -> Any:
    raise Refused("number_not_finite")


def strict(raw: bytes) -> dict[str, Any]:
    require(raw != b"", "empty")
    require(len(raw) <= 262_144, "too_large")
    require(not raw.startswith(b"\xef\xbb\xbf"), "bom")
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=members_once, parse_int=number, parse_float=number, parse_constant=constant
        )
    except UnicodeDecodeError:
        raise Refused("encoding") from None
    except RecursionError:
        raise Refused("too_deep") from None
    except ValueError:
        raise Refused("syntax") from None
    require(isinstance(value, dict), "not_object")
    walk(value, 1)
    return dict(value)


def walk(value: Any, depth: int) -> None:
    if isinstance(value, str):
        for letter in value:
            code = ord(letter)
            require(code != 0, "nul")
            require(not 0xD800 <= code <= 0xDFFF, "surrogate")
            require(not 0xFDD0 <= code <= 0xFDEF and code & 0xFFFE != 0xFFFE, "noncharacter")
    elif isinstance(value, dict | list):
        require(depth <= 32, "too_deep")
        for child in [*value, *value.values()] if isinstance(value, dict) else value:
            walk(child, depth + 1)


def halves(text: Any) -> tuple[bytes, bytes]:
    require(isinstance(text, str) and len(text) <= 65_536, "form")
    parts = text.split(".")
    require(len(parts) == 2, "form")
    return b64url(parts[0]), b64url(parts[1])


def open_signed(type_: str, text: Any, public: bytes) -> dict[str, Any]:
    raw, signature = halves(text)
    verify("ed25519", public, f"zhixing-{type_}-1".encode() + b"\0" + raw, signature)
    members = strict(raw)
    require(members.get("type") == type_, "type")
    return members


def is_hash(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) is not None


def is_whole(value: Any, lowest: int = 0, highest: int = LIMIT) -> bool:
    return type(value) is int and lowest <= value <= highest


class Log:
    """A file of one log, verified as a whole or refused."""

    def __init__(self, file: dict[str, Any]) -> None:
        self.file = file
        root = b64(file["root_key"])
        require(file["root_fingerprint"] == sha(root).hex(), "root_fingerprint")
        self.certificate = self._certificate(root)
        self.court, self.device = (uuid.UUID(self.certificate[name]) for name in ("court", "device"))
        self.key = (self.certificate["alg"], b64(self.certificate["device_key"]))
        self.place = self.device.bytes + self.certificate["incarnation"].to_bytes(4)
        self.heads = [sha(b"zhixing-genesis-1" + file["certificate"].encode())]
        require(file["h_0"] == self.heads[0].hex(), "h_0")
        require(isinstance(file["operations"], list), "operations")
        for seq, operation in enumerate(file["operations"], 1):
            self._operation(seq, operation)
        self._request(file["request"])
        for entry in [file["statement"], *file.get("statements", [])]:
            self._statement(entry)
        if "receipt" in file:
            members = self._about("receipt", file["receipt"])
            require(is_whole(members["seq"], 1, len(self.heads) - 1) and is_whole(members["size"], 1), "receipt")
            require(is_hash(members["sha256"]), "receipt")

    def _certificate(self, root: bytes) -> dict[str, Any]:
        text = self.file["certificate"]
        unproved = strict(halves(text)[0])
        chain = [open_signed("key", link, root) for link in unproved["chain"]]
        self.keys = {key["kid"]: b64(key["public_key"]) for key in chain}
        require(len(self.keys) == len(chain), "two keys of one name")
        require(unproved.get("kid") in self.keys, "kid")
        members = open_signed("certificate", text, self.keys[unproved["kid"]])
        require(all(key["court"] == members["court"] for key in chain), "court of the chain")
        require(is_whole(members["incarnation"], 1), "incarnation")
        if members.get("continues"):
            require(members["continues"]["incarnation"] < members["incarnation"], "continues")
        for name in ("court", "device", "device_key"):
            require(self.file[name] == members[name], name)
        require(b64(self.file["signing_key"]) == self.keys[members["kid"]], "signing_key")
        require(self.file["certificate_hash"] == sha(text.encode()).hex(), "certificate_hash")
        self._private_key(members)
        return members

    def _private_key(self, members: dict[str, Any]) -> None:
        private, public = b64(self.file["device_private_key"]), b64(members["device_key"])
        if members["alg"] == "ed25519":
            made = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
            require(made == public, "device_private_key")
        else:
            numbers = ec.derive_private_key(int.from_bytes(private), ec.SECP256R1()).public_key().public_numbers()
            require(numbers.x.to_bytes(32) == public[1:33], "device_private_key")

    def _operation(self, seq: int, operation: dict[str, Any]) -> None:
        require(operation["seq"] is not True and operation["seq"] == seq, "sequence")
        numbered = self.place + seq.to_bytes(8)
        head = sha(b"zhixing-op-1" + self.heads[-1] + numbered + sha(b64(operation["body"])))
        require(operation["hash"] == head.hex(), "hash")
        message = b"zhixing-head-1" + self.court.bytes + numbered + head
        require(operation["signed_bytes"] == message.hex(), "signed_bytes")
        verify(*self.key, message, b64(operation["signature"]))
        self.heads.append(head)

    def _request(self, request: dict[str, Any]) -> None:
        body, nonce = b64(request["body"]), request["nonce"]
        require(1 <= len(nonce) <= 64, "nonce")
        message = b"zhixing-request-1" + self.device.bytes + nonce.encode() + sha(body)
        require(request["signed_bytes"] == message.hex(), "signed_bytes")
        verify(*self.key, message, b64(request["signature"]))
        inside = json.loads(body)
        require(inside["nonce"] == nonce and inside["certificate"] == self.file["certificate"], "request")

    def _about(self, type_: str, entry: Any) -> dict[str, Any]:
        entry = {"signed": entry} if isinstance(entry, str) else entry
        members = self._under_its_key(type_, entry["signed"])
        for name in ("court", "device", "incarnation"):
            require(members[name] == self.certificate[name], name)
        require(is_whole(members["position"]) and is_hash(members["entry_hash"]), "entry")
        require(all(isinstance(members[name], str) for name in ("server_epoch", "ledger_epoch")), "epoch")
        require(re.search(r"Z$|[+-]\d\d:\d\d$", members["received_at"]) is not None, "received_at")
        if "text" in entry:
            require(entry["text"].encode() == halves(entry["signed"])[0], "text")
            require(entry["hash"] == sha(entry["signed"].encode()).hex(), "hash")
        return members

    def _under_its_key(self, type_: str, text: Any) -> dict[str, Any]:
        for kid, public in self.keys.items():
            try:
                members = open_signed(type_, text, public)
            except Refused:
                continue
            require(members["kid"] == kid, "kid")
            return members
        raise Refused("signature")

    def _statement(self, entry: Any) -> None:
        members = self._about("statement", entry)
        acked = members["acked_seq"]
        require(is_whole(acked, 0, len(self.heads) - 1) and is_whole(members["safe_seq"], 0, acked), "seq")
        require(members["acked_hash"] == self.heads[acked].hex(), "acked_hash")
        require(members["safe_hash"] == self.heads[members["safe_seq"]].hex(), "safe_hash")
        require(is_whole(members["safe_position"], 0, members["position"]), "safe_position")
        require(members["nonce"] == self.file["request"]["nonce"], "nonce")


Rows = Iterator[tuple[str, bool, Callable[[], Any]]]
"""Name, whether it must verify, and the check."""


def log_rows(file: dict[str, Any]) -> Rows:
    yield "the log", True, partial(Log, file)
    for row in file["bad"]:
        yield row["name"], False, partial(spoilt, file, row)


def spoilt(file: dict[str, Any], row: dict[str, Any]) -> Log:
    return Log(overlaid(file, row))


def overlaid(file: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    whole = dict(file)
    for name, part in row.items():
        part = {"signed": part} if isinstance(file.get(name), dict) and isinstance(part, str) else part
        whole[name] = {**file[name], **part} if isinstance(file.get(name), dict) and isinstance(part, dict) else part
    return whole


def code_rows(file: dict[str, Any]) -> Rows:
    for row in file["good"]:
        for typed in [row["text"], *row["typed"]]:
            yield typed, True, partial(same_code, row, typed)
    for text in file["bad"]:
        yield text, False, partial(read_code, text)


def read_code(text: str) -> bytes:
    letters = re.sub(r"[-\s]", "", text)
    require(re.fullmatch(r"[A-Za-z2-7]{42}", letters, re.ASCII) is not None, "letters")
    bits = "".join(f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.index(letter):05b}" for letter in letters.upper())
    require(bits[208:] == "00", "spare bits")
    return int(bits[:208], 2).to_bytes(26)


def same_code(row: dict[str, Any], typed: str) -> None:
    raw = read_code(typed)
    require(raw[:10].hex() == row["secret"] and raw[10:] == sha(b64(row["root_key"]))[:16], "code")
    require(raw[10:].hex() == row["fingerprint"] and row["text"].replace("-", "")[:16] == row["secret_text"], "code")
    require(re.fullmatch("([A-Z2-7]{6}-){6}[A-Z2-7]{6}", row["text"]) is not None, "groups")


def key_rows(file: dict[str, Any]) -> Rows:
    for is_good in (True, False):
        for row in file["good" if is_good else "bad"]:
            raw = [b64(row[name]) for name in ("public", "message", "signature")]
            yield row.get("name", row["alg"]), is_good, partial(verify, row["alg"], *raw)


def text_rows(file: dict[str, Any]) -> Rows:
    public = b64(file["public_key"])
    for row in file["good"]:
        yield row["type"], True, partial(same_text, row, public)
    for row in file["bad"]:
        yield row["name"], False, partial(open_signed, row["type"], row["text"], public)


def same_text(row: dict[str, Any], public: bytes) -> None:
    open_signed(row["type"], row["text"], public)
    require(halves(row["text"])[0] == row["json"].encode() and row["hash"] == sha(row["text"].encode()).hex(), "text")


def body_rows(file: dict[str, Any]) -> Rows:
    for row in file["good"]:
        yield row["name"], True, partial(strict, joined(row))
    for row in file["bad"]:
        yield row["name"], True, partial(refused_for, row["reason"], joined(row))


def joined(row: dict[str, Any]) -> bytes:
    return b"".join(b64(part) * times for part, times in row["parts"])


def refused_for(reason: str, raw: bytes) -> None:
    try:
        strict(raw)
    except Refused as refused:
        return require(str(refused) == reason, f"{refused} instead of {reason}")
    raise Refused(f"accepted instead of {reason}")


def ledger_rows(file: dict[str, Any]) -> Rows:
    prev, stream = bytes(32), file["stream"].encode()
    for position, row in enumerate(file["entries"], 1):
        view = sha(b"zhixing-view-1\0" + row["view"].encode())
        facts = sha(b"zhixing-facts-1\0" + b64(row["salt"]) + row["facts"].encode())
        place = len(stream).to_bytes(2) + stream + position.to_bytes(8)
        made = [view.hex(), facts.hex(), sha(b"zhixing-entry-1" + prev + place + view + facts).hex(), prev.hex()]
        stated = [row[name] for name in ("view_hash", "facts_hash", "entry_hash", "prev")]
        yield f"entry {position}", True, partial(require, made == stated, "entry")
        prev = bytes.fromhex(made[2])


def answer_rows(file: dict[str, Any]) -> Rows:
    chain = strict(halves(file["certificate"])[0])["chain"]
    public = b64(open_signed("key", chain[0], b64(file["root_key"]))["public_key"])
    answer = sha(file["pull"]["answer"].encode()).hex()
    yield (
        "pull",
        True,
        lambda: require(
            open_signed("statement", file["pull"]["statement"], public)["answer_sha256"] == answer, "answer"
        ),
    )
    yield "receipt", True, lambda: open_signed("receipt", file["receipt"], public)
    yield "fork", True, lambda: open_signed("fork", file["fork"], public)
    newer = open_signed("key", file["newer_key"]["key"], b64(file["root_key"]))
    yield "newer key", True, lambda: open_signed("statement", file["newer_key"]["statement"], b64(newer["public_key"]))
    for row in file["digests"]:
        lines = sorted("|".join(unit).encode() + b"\n" for unit in row["units"])
        stated, made = row["digest"], sha(b"".join(lines)).hex()
        yield "digest", True, partial(require, made == stated, "digest")


READERS: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "enrolment_codes.json": code_rows,
    "keys.json": key_rows,
    "signed_texts.json": text_rows,
    "answers.json": answer_rows,
    "bodies.json": body_rows,
    "ledger.json": ledger_rows,
}


def wrong_rows(file: Path) -> tuple[int, list[str]]:
    """How many rows there are, and those that do not do what they must."""
    wrong, count = [], 0
    for name, is_good, check in READERS.get(file.name, log_rows)(json.loads(file.read_bytes())):
        count += 1
        try:
            check()
            reason = None
        except (Refused, LookupError, TypeError, ValueError, AttributeError) as refused:
            reason = f"{type(refused).__name__}: {refused}"
        if is_good != (reason is None):
            wrong.append(f"{file.name}: {name!a}: {reason or 'accepted'}")
    return count, wrong


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "vectors"
    failures = []
    files = [folder / "reference.json", *folder.glob("log_*.json"), *(folder / name for name in READERS)]
    for file in sorted(files):
        count, wrong = wrong_rows(file)
        print(f"{file.name}: {count - len(wrong)} of {count} rows as they must be")
        failures += wrong
    print("\n".join(failures), end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
