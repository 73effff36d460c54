"""As much of DER as a timestamp needs, read strictly."""

from __future__ import annotations

from typing import List, NamedTuple

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1


class NotDer(ValueError):
    """Cut, or written in another way than DER has."""


class Node(NamedTuple):
    tag: int
    value: bytes
    whole: bytes

    def children(self, *tags: int) -> "List[Node]":
        """Of a constructed node; the first ones must be of these tags."""
        found, at = [], 0
        while at < len(self.value):
            node = read_node(self.value, at)
            found.append(node)
            at += len(node.whole)
        if tuple(each.tag for each in found[: len(tags)]) != tags:
            raise NotDer("other members than expected")
        return found


def read_node(content: bytes, at: int = 0) -> Node:
    if len(content) < at + 2:
        raise NotDer("cut")
    tag, length, start = content[at], content[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise NotDer("a tag of more bytes than one")
    if length & 0x80:
        size = length & 0x7F
        spelled = content[start : start + size]
        start, length = start + size, int.from_bytes(spelled, "big")
        if not 1 <= size <= 4 or len(spelled) != size or spelled[0] == 0 or length < 0x80:
            raise NotDer("a length in another spelling")
    if len(content) < start + length:
        raise NotDer("cut")
    return Node(tag, content[start : start + length], content[at : start + length])


def only_node(content: bytes, tag: int) -> Node:
    """Everything there is, and of this tag."""
    node = read_node(content)
    if node.tag != tag or len(node.whole) != len(content):
        raise NotDer("something else than expected, or more than it")
    return node


def dotted(node: Node) -> str:
    if node.tag != OID or not node.value or node.value[-1] & 0x80:
        raise NotDer("no object identifier")
    numbers, current = [], 0
    for byte in node.value:
        current = current << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(current)
            current = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(each) for each in [first, numbers[0] - 40 * first, *numbers[1:]])
