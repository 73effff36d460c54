"""What a client makes of a snapshot and the frames after it, by the rules of docs/reference/live.md alone."""

from collections.abc import Mapping
from typing import Any

Objects = dict[str, dict[str, Any]]


class Picture:
    """Cases, nodes and acts of one stream, as a client holds them."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.cases, self.nodes, self.actions = (_by_id(snapshot[name]) for name in ("cases", "nodes", "actions"))
        self.position: int = snapshot["position"]

    def apply(self, entry: Mapping[str, Any]) -> None:
        assert entry["position"] == self.position + 1
        self.position = entry["position"]
        if case := entry.get("case"):
            self.cases[case["id"]] = case
        for node in entry.get("nodes", ()):
            self.nodes[node["id"]] = node
        if action := entry.get("action"):
            self.actions[action["id"]] = action
        self._forget_closed()

    def _forget_closed(self) -> None:
        self.cases = {key: case for key, case in self.cases.items() if case["status"] != "CLOSED"}
        self.nodes = {
            key: node
            for key, node in self.nodes.items()
            if node["case"] in self.cases and node["state"] != "NOT_STARTED"
        }
        self.actions = {
            key: action
            for key, action in self.actions.items()
            if not action["cases"] or any(case in self.cases for case in action["cases"])
        }

    def as_shown(self) -> dict[str, Objects]:
        return {"cases": self.cases, "nodes": self.nodes, "actions": self.actions}


def _by_id(rows: list[dict[str, Any]]) -> Objects:
    return {row["id"]: row for row in rows}
