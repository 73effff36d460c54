"""What devices signed: certificates, their logs as far as they lead to acts of the case, and those acts verbatim."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Dict, Iterator

from server.bundle.verifier.reading import Container, Wrong, parsed, require, rows, whole
from server.bundle.verifier.signed import from_base64, is_signed, open_chain, open_text, unproved

OPERATIONS = "operations/operations.jsonl"
DEVICES = "devices/devices.jsonl"


def numbered(device: str, incarnation: int, seq: int) -> bytes:
    return uuid.UUID(device).bytes + incarnation.to_bytes(4, "big") + seq.to_bytes(8, "big")


def link(before: bytes, device: str, incarnation: int, seq: int, body_sha256: bytes) -> bytes:
    content = b"zhixing-op-1" + before + numbered(device, incarnation, seq) + body_sha256
    return hashlib.sha256(content).digest()


class Device:
    """One phone: what its certificate says, and what its signed chain leads through."""

    def __init__(self, container: Container, row: Dict[str, Any], roots: Dict[str, bytes], where: str) -> None:
        name = row["certificate"]
        text = whole(container, name).decode("ascii", "replace").rstrip("\n")
        said = unproved(text, name)
        court = said["court"]
        require(court in roots, name, "is of a court whose root is not here")
        keys = open_chain(said["chain"], roots[court], court, name)
        require(said["kid"] in keys, name, "is signed by a key that is not in its chain")
        members = open_text("certificate", text, keys[said["kid"]], name)
        self.court, self.id, self.alg = str(court), str(members["device"]), str(members["alg"])
        require(self.id == row["device"], where, "names another device than its certificate")
        self.officer, self.incarnation = str(members["officer"]), int(members["incarnation"])
        self.key = from_base64(members["device_key"], name)
        self.links, self.last = str(row["links"]), int(row["last_seq"])
        self.from_seq = int(row["from_seq"])
        genesis = hashlib.sha256(b"zhixing-genesis-1" + text.encode()).digest()
        self.from_hash = bytes.fromhex(row["from_hash"])
        require(self.from_seq > 0 or self.from_hash == genesis, where, "its log does not begin with its certificate")
        self.heads: Dict[int, bytes] = {self.from_seq: self.from_hash}

    def walk(self, container: Container, asked: Dict[int, bytes]) -> None:
        """Along the chain from its beginning; `asked`: hashes of the bodies that are in the bundle, by number."""
        seq, head, rest = self.from_seq, self.from_hash, b""
        for block in container.blocks(self.links):
            rest += block
            end = len(rest) - len(rest) % 32
            for start in range(0, end, 32):
                seq, body = seq + 1, rest[start : start + 32]
                if seq in asked:
                    says = "number {} of device {} is another operation".format(seq, self.id)
                    require(asked[seq] == body, self.links, says)
                head = link(head, self.id, self.incarnation, seq, body)
                self.heads[seq] = head
            rest = rest[end:]
        require(not rest and seq == self.last, self.links, "is cut, or longer than its device says")


def open_devices(container: Container, roots: Dict[str, bytes]) -> Dict[str, Device]:
    devices: Dict[str, Device] = {}
    for where, row in rows(container, DEVICES):
        device = Device(container, row, roots, where)
        require(device.id not in devices, where, "a device stands twice")
        devices[device.id] = device
    return devices


def open_operations(container: Container, devices: Dict[str, Device]) -> Dict[str, Dict[str, Any]]:
    """By hash, the parsed body of each operation that its device signed, in the place it says."""
    found: Dict[str, Dict[str, Any]] = {}
    places: Dict[str, Dict[int, bytes]] = {each: {} for each in devices}
    for where, row in rows(container, OPERATIONS):
        device = devices.get(row["device"])
        require(device is not None, where, "is of a device whose certificate is not here")
        assert device is not None
        body = whole(container, row["body"])
        sha256, seq = hashlib.sha256(body).digest(), int(row["seq"])
        head = link(bytes.fromhex(row["prev_hash"]), device.id, int(row["incarnation"]), seq, sha256)
        require(head.hex() == row["hash"], row["body"], "is not what its device chained ({})".format(where))
        signed = b"zhixing-head-1" + uuid.UUID(device.court).bytes
        signed += numbered(device.id, int(row["incarnation"]), seq) + head
        signature = from_base64(row["signature"], where)
        says = "the signature is not of device {} over number {}".format(device.id, seq)
        require(is_signed(device.key, device.alg, signed, signature), where, says)
        require(row["hash"] not in found, where, "an operation stands twice")
        places[device.id][seq] = sha256
        found[row["hash"]] = {"device": device.id, "seq": seq, "where": where, "row": row, "body": body_of(body)}
    for name, device in devices.items():
        device.walk(container, places[name])
        _require_heads(device, found)
    return found


def _require_heads(device: Device, found: Dict[str, Dict[str, Any]]) -> None:
    for digest, operation in found.items():
        if operation["device"] == device.id and operation["seq"] > device.from_seq:
            head = device.heads.get(operation["seq"], b"").hex()
            require(head == digest, device.links, "does not lead to {}".format(operation["where"]))


def body_of(content: bytes) -> Dict[str, Any]:
    """Bytes that are no strict JSON are kept as evidence, too; nothing is read from them."""
    try:
        members = parsed(content, "")
    except Wrong:
        return {}
    return members if isinstance(members, dict) else {}


def promised(operations: Dict[str, Dict[str, Any]]) -> Iterator[Any]:
    """(operation hash, sha256) of every file an act names; never of what has no such list."""
    for digest, operation in operations.items():
        evidence = operation["body"].get("evidence")
        for each in evidence if isinstance(evidence, list) else []:
            if isinstance(each, dict) and isinstance(each.get("sha256"), str):
                yield digest, each["sha256"]
