"""Acts on the file of a case, not on site: what the officer says, as the fields that are recorded. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from client_sdk.clock import to_wire
from client_sdk.errors import InvalidRecord
from client_sdk.views import DueNode, Node

COMPLETE_NODE, ADD_NOTE, SUBMIT_CLUE = "complete_node", "add_note", "submit_clue"
ACCEPT_HANDOVER, REJECT_HANDOVER = "accept_handover", "reject_handover"
COMPLETE_TASK, REPLY_URGE, REQUEST_APPROVAL = "complete_task", "reply_urge", "request_approval"
ANSWERS = (ACCEPT_HANDOVER, REJECT_HANDOVER, COMPLETE_TASK, REPLY_URGE)
KINDS = (COMPLETE_NODE, ADD_NOTE, SUBMIT_CLUE, *ANSWERS, REQUEST_APPROVAL)

SAID = ("node", "chain", "event", "note", "text", "source", "handover", "reason", "task", "urge", "act_kind", "act")
"""Members that lists show beside the kind."""

NodeNamed = Node | DueNode | str
"""A node as a case or a day shows it, or its key."""


def fields_of(**members: Any) -> dict[str, Any]:
    """Those that say something. Raises InvalidRecord for a time without its offset."""
    return {name: _on_the_wire(name, value) for name, value in members.items() if value not in (None, "")}


def _on_the_wire(name: str, value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise InvalidRecord("member_invalid", f"/{name}")
    return to_wire(value)


def node_fields(named: NodeNamed | None, chain: str | None = None) -> dict[str, Any]:
    node = _node(named)
    if isinstance(node, Node):
        return fields_of(node=node.key, chain=chain or node.chain)
    return fields_of(node=node, chain=chain)


def node_id_of(named: NodeNamed | None) -> str | None:
    node = _node(named)
    return node.id if isinstance(node, Node) else None


def _node(named: NodeNamed | None) -> Node | str | None:
    return named.node if isinstance(named, DueNode) else named


def required(text: Any, place: str) -> str:
    """Words that mean something. Raises InvalidRecord for none."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidRecord("text_needed", place)
    return text.strip()


def said_in(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: fields[name] for name in SAID if isinstance(fields.get(name), str)}
