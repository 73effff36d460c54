"""Every part of a good log, spoilt once. `expect` is how the reason of a refusal must begin."""

import json
from collections.abc import Iterator
from typing import Any

from tests.wire.make_logs import BODIES, Log, opened
from tests.wire.making import (
    Ed25519,
    Es256,
    b64,
    genesis,
    head_bytes,
    json_bytes,
    link,
    request_bytes,
    respelled,
    signed,
)

Row = dict[str, Any]


def bad_rows(log: Log) -> list[Row]:
    parts = (_operations(log), _chains(log), _certificates(log), _identities(log), _requests(log), _statements(log))
    return [row for part in parts for row in part] + list(_statement_spellings(log)) + list(_receipts(log))


def _with(log: Log, seq: int, /, **changed: Any) -> list[dict[str, Any]]:
    """The operations with members of one of them changed."""
    return [{**each, **changed} if each["seq"] == seq else each for each in log.operations]


def _flipped(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


def _operations(log: Log) -> Iterator[Row]:
    one, two = log.operations[0], log.operations[1]
    last = log.operations[-1]

    def row(name: str, expect: str, operations: Any) -> Row:
        return {"name": name, "expect": expect, "operations": operations}

    flipped = _flipped(last["signature"])
    yield row("a bit of the last signature", "operation 5: head signature", _with(log, 5, signature=flipped))
    yield row(
        "a bit of a signature in the middle",
        "operation 2: head signature",
        _with(log, 2, signature=_flipped(two["signature"])),
    )
    swapped = [{**one, "body": two["body"]}, {**two, "body": one["body"]}, *log.operations[2:]]
    yield row("bodies swapped", "operation 1: hash", swapped)
    yield row("operations swapped", "operation 1: sequence gap", [two, one, *log.operations[2:]])
    yield row("one left out", "operation 2: sequence gap", [one, *log.operations[2:]])
    yield row("one twice", "operation 2: sequence gap", [one, *log.operations])
    yield row("the first missing", "operation 1: sequence gap", log.operations[1:])
    yield row(
        "cut, head of the whole kept",
        "operation 4: hash",
        [*log.operations[:3], {**last, "seq": 4, "body": log.operations[3]["body"]}],
    )
    yield row("cut cleanly, statement of the whole", "statement: acked_seq 5 is beyond", log.operations[:4])
    yield row("none at all", "statement: acked_seq 5 is beyond", [])
    yield row("not a list", "operations: not a list", {"1": one})
    yield row("not an object", "operation 1: not an object", ["operation"])
    yield row("seq is text", "operation 1: seq", _with(log, 1, seq="1"))
    yield row("seq is true", "operation 1: seq", _with(log, 1, seq=True))
    yield row("seq is zero", "operation 1: seq", _with(log, 1, seq=0))
    yield row("hash in capitals", "operation 1: hash", _with(log, 1, hash=one["hash"].upper()))
    yield row("body without padding", "operation 4: body: not", _with(log, 4, body=b64(BODIES[3]).rstrip("=")))
    yield row("body in lines", "operation 1: body: not", _with(log, 1, body=one["body"][:8] + "\n" + one["body"][8:]))
    respelt = respelled(last["signature"])
    yield row("signature with a spare bit", "operation 5: signature: not canonical", _with(log, 5, signature=respelt))
    yield row("no signature", "operation 5: signature", _with(log, 5, signature=None))
    yield row("signed_bytes of another", "operation 1: signed_bytes", _with(log, 1, signed_bytes=two["signed_bytes"]))


def _chains(log: Log) -> Iterator[Row]:
    """Heads that are signed well, but over something else."""
    body, stranger = BODIES[4], Ed25519("a stranger")
    place = (log.device, log.incarnation, 5)

    def row(name: str, head: bytes, message: bytes, expect: str, key: Any = None) -> Row:
        changed = {"hash": head.hex(), "signature": b64((key or log.key).sign(message))}
        return {"name": name, "expect": f"operation 5: {expect}", "operations": _with(log, 5, **changed)}

    head = log.heads[5]
    message = head_bytes(log.court, *place, head)
    yield row("head signed by a stranger", head, message, "head signature", stranger)
    yield row("head of another court", head, head_bytes(log.officer, *place, head), "head signature")
    yield row("head of another number", head, head_bytes(log.court, log.device, log.incarnation, 6, head), "head sig")
    yield row("head without its prefix", head, message[len(b"zhixing-head-1") :], "head signature")
    yield row("the bare hash signed", head, head, "head signature")
    other = link(log.heads[4], log.device, log.incarnation + 1, 5, body)
    yield row("chained in another incarnation", other, head_bytes(log.court, *place, other), "hash differs")
    skipped = link(log.heads[3], *place, body)
    yield row("chained to the one before the last", skipped, head_bytes(log.court, *place, skipped), "hash differs")


def _certificates(log: Log) -> Iterator[Row]:
    stranger, chain = Ed25519("a stranger"), [log.key_statement(kid) for kid in log.signers]
    members = log.certificate_members()

    def row(name: str, expect: str, certificate: Any) -> Row:
        return {"name": f"certificate: {name}", "expect": f"certificate: {expect}", "certificate": certificate}

    payload, signature = log.certificate.split(".")
    yield row("its first byte changed", "", _flipped(log.certificate))
    yield row("one bit of its signature", "signature does not verify", f"{payload}.{_flipped(signature)}")
    yield row("with a spare bit", "not canonical base64url", f"{payload}.{respelled(signature)}")
    yield row("with padding", "not", f"{payload}.{signature}==")
    yield row("three parts", "not of the form", f"{log.certificate}.{signature}")
    yield row("no signature", "not of the form", payload)
    yield row("not text", "certificate is missing", 7)
    yield row("signed as a statement", "signed as another type (statement)", log.make_certificate("statement"))
    yield row("calls itself a statement", "its type", log.make_certificate(type="statement"))
    yield row("signed by a stranger", "signature does not verify", log.make_certificate(key=stranger))
    yield row("signed by the root itself", "signature does not verify", log.make_certificate(key=log.root))
    yield row("no chain", "chain", log.make_certificate(chain=[]))
    yield row("kid not in its chain", "signed by a key that is not", log.make_certificate(kid="s9"))
    foreign = [log.key_statement(kid, root=stranger) for kid in log.signers]
    yield row("chain of another root", "chain: key statement 1: signature", log.make_certificate(chain=foreign))
    elsewhere = [log.key_statement(kid, court=str(log.officer)) for kid in log.signers]
    yield row("chain of another court", "its chain belongs", log.make_certificate(chain=elsewhere))
    yield row("a key twice", "chain: two keys", log.make_certificate(chain=[*chain, chain[0]]))
    as_receipt = signed("receipt", {"type": "key", **json.loads(opened(chain[0])["text"])}, log.root)
    yield row("key statement signed as a receipt", "chain: key st", log.make_certificate(chain=[as_receipt, *chain]))
    yield row("of another court", "", log.make_certificate(court=str(log.officer)))
    yield row("of another device", "device is", log.make_certificate(device=str(log.officer)))
    yield row("of another key", "device_key is", log.make_certificate(device_key=_other_key(log)))
    yield row("of another incarnation", "certificate_hash", log.make_certificate(incarnation=log.incarnation + 1))
    yield row("issued again", "certificate_hash", log.make_certificate(issued_at="2026-11-23T02:00:00Z"))
    yield row("key not of its algorithm", "device_key is not a key", log.make_certificate(device_key=b64(bytes(5))))
    yield row("unknown algorithm", "device_key is not a key", log.make_certificate(alg="rs256"))
    yield row("incarnation zero", "incarnation", log.make_certificate(incarnation=0))
    yield row("a device that is no UUID", "device is not", log.make_certificate(device="phone"))
    later = {"incarnation": log.incarnation, "seq": 1, "hash": log.heads[1].hex()}
    yield row("continues itself", "incarnation is not", log.make_certificate(continues=later))
    doubled = json_bytes({"type": "certificate", **members})[:-1] + b',"kid":"s1"}'
    yield row("a member twice", "not strict JSON: dup", signed("certificate", doubled, log.signer))
    yield row("a list", "not strict JSON: not_object", signed("certificate", b"[]", log.signer))


def _other_key(log: Log) -> str:
    return b64(Es256("another").public if log.key.alg == "es256" else Ed25519("another").public)


def _identities(log: Log) -> Iterator[Row]:
    stranger = Ed25519("a stranger")
    for part, other in (
        ("court", str(log.officer)),
        ("device", str(log.officer)),
        ("device_key", _other_key(log)),
        ("signing_key", b64(stranger.public)),
        ("device_private_key", b64(stranger.private)),
        ("certificate_hash", "0" * 64),
    ):
        yield {"name": f"another {part}", "expect": f"certificate: {part}", part: other}
    yield {"name": "another root key", "expect": "root_key: root_fingerprint", "root_key": b64(stranger.public)}
    yield {"name": "another fingerprint", "expect": "root_key: root_fingerprint", "root_fingerprint": "0" * 64}
    capitals = log.document([])["root_fingerprint"].upper()
    yield {"name": "fingerprint in capitals", "expect": "root_key: root_fingerprint", "root_fingerprint": capitals}
    yield {"name": "genesis of nothing", "expect": "h_0:", "h_0": genesis("").hex()}
    yield {"name": "genesis in capitals", "expect": "h_0:", "h_0": log.heads[0].hex().upper()}


def _requests(log: Log) -> Iterator[Row]:
    stranger, good = Ed25519("a stranger"), log.request()

    def row(name: str, expect: str, request: Any) -> Row:
        return {"name": f"request: {name}", "expect": f"request: {expect}", "request": request}

    unverified = "signature does not verify"
    yield row("another nonce", unverified, {"nonce": "n-9999"})
    yield row("another body", unverified, {"body": log.request(first_seq=2)["body"]})
    yield row("signed by a stranger", unverified, log.request(stranger))
    yield row("signed by the court", unverified, log.request(log.signer))
    yield row("signature of a head", unverified, {"signature": log.operations[0]["signature"]})
    yield row("no nonce", "nonce", {"nonce": ""})
    yield row("nonce of 65 characters", "nonce", {"nonce": "n" * 65})
    yield row("nonce that is no text", "nonce", {"nonce": "\ud800"})
    yield row("signature without padding", "signature: not", {"signature": good["signature"].rstrip("=")})
    yield row("signed_bytes of another", "signed_bytes", {"signed_bytes": log.request(first_seq=2)["signed_bytes"]})
    other = log.make_certificate(issued_at="2026-11-23T02:00:00Z")
    yield row("carries another certificate", "its body has another", log.request(certificate=other))
    split = request_with_two_nonces(log)
    yield row("its body says another nonce", "its body has another nonce", split)
    yield row("not an object", "not an object", ["request"])


def request_with_two_nonces(log: Log) -> dict[str, Any]:
    body = json_bytes({"protocol": 1, "certificate": log.certificate, "nonce": "n-9999"})
    message = request_bytes(log.device, log.nonce, body)
    return {"body": b64(body), "signed_bytes": message.hex(), "signature": b64(log.key.sign(message))}


def _statements(log: Log) -> Iterator[Row]:
    """Statements that verify, and say what must not be believed."""

    def row(name: str, expect: str, **changed: Any) -> Row:
        return {"name": f"statement: {name}", "expect": f"statement: {expect}", "statement": log.statement(**changed)}

    h = [head.hex() for head in log.heads]
    yield row("of another court", "is of another court", court=str(log.officer))
    yield row("of another device", "is of another device", device=str(log.officer))
    yield row("of another incarnation", "is of another incarnation", incarnation=log.incarnation + 1)
    yield row("answers another nonce", "answers another nonce", nonce="n-9999")
    yield row("beyond the log", "acked_seq 6", acked_seq=6)
    yield row("hash of another operation", "acked_hash", acked_hash=h[4])
    yield row("acked_seq falls, hash kept", "acked_hash", acked_seq=4)
    yield row("hash in capitals", "acked_hash", acked_hash=h[5].upper())
    yield row("safe above acked", "safe_seq", acked_seq=1, acked_hash=h[1], safe_seq=2, safe_hash=h[2])
    yield row("safe hash of another", "safe_hash", safe_hash=h[2])
    yield row("safe position above position", "safe_position", safe_position=58)
    yield row("a number with a fraction", "acked_seq", acked_seq=5.0)
    yield row("a number as text", "acked_seq", acked_seq="5")
    yield row("no epoch", "server_epoch", server_epoch=None)
    yield row("a time without offset", "received_at", received_at="2026-11-22T02:00:05")
    yield row("names a key that did not sign", "names another key", kid="s9")
    yield row("signed by a stranger", "signature does not verify", key=Ed25519("a stranger"))
    yield row("signed by the device", "signature does not verify", key=log.key)
    yield row("signed as a receipt", "signed as another type (receipt)", type_="receipt")
    yield row("calls itself a receipt", "its type", type="receipt")


def _statement_spellings(log: Log) -> Iterator[Row]:
    text = log.statement()
    payload, signature = text.split(".")

    def row(name: str, expect: str, statement: Any) -> Row:
        return {"name": f"statement: {name}", "expect": f"statement: {expect}", "statement": statement}

    yield row("its first byte changed", "signature does not verify", _flipped(text))
    yield row("with a spare bit", "not canonical", f"{payload}.{respelled(signature)}")
    yield row("with padding", "not", f"{payload}.{signature}==")
    yield row("not ASCII", "not", f"{payload}.{signature[:-1]}é")
    yield row("empty", "not of the form", "")
    yield row("an older one, well signed", "text is not P", log.statement(received_at="2026-11-22T01:00:00Z"))
    yield row("text of another", "text", {"text": "{}"})
    yield row("hash of another", "hash differs", {"hash": "0" * 64})
    doubled = json_bytes({"type": "statement", **log.statement_members()})[:-1] + b',"acked_seq":5}'
    yield row("a member twice", "not strict JSON: dup", signed("statement", doubled, log.signer))
    yield row("a list", "not strict JSON: not_object", signed("statement", b"[]", log.signer))
    yield row("not an object", "not an object", 7)


def _receipts(log: Log) -> Iterator[Row]:
    def row(name: str, expect: str, **changed: Any) -> Row:
        return {"name": f"receipt: {name}", "expect": f"receipt: {expect}", "receipt": log.receipt(**changed)}

    yield row("of another device", "is of another device", device=str(log.officer))
    yield row("of an operation not in the log", "seq", seq=6)
    yield row("of nothing", "size", size=0)
    yield row("hash in capitals", "sha256", sha256="A" * 64)
    yield row("signed as a statement", "signed as another type (statement)", type_="statement")
