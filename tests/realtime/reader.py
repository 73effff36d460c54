"""What a client makes of a snapshot and the frames after it, by the rules of docs/reference/live.md alone."""

from collections.abc import Mapping
from typing import Any

Objects = dict[str, dict[str, Any]]
ENDED = {"CONFIRMED", "RETURNED", "WITHDRAWN"}
SAFETY = {"alarm": "alarms", "presence": "presences", "order": "orders"}
"""By their name in an entry."""


class Picture:
    """Cases, nodes, acts, matters and what is told of safety in one stream, as a client holds them."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.cases, self.nodes, self.actions, self.matters = (
            _by_id(snapshot[name]) for name in ("cases", "nodes", "actions", "matters")
        )
        self.safety = {name: _by_id(snapshot[name]) for name in SAFETY.values()}
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
        if matter := entry.get("matter"):
            self.matters[matter["id"]] = matter
        for name, rows in SAFETY.items():
            if one := entry.get(name):
                self.safety[rows][one["id"]] = one
        self._forget_closed()

    def _forget_closed(self) -> None:
        self.cases = {key: case for key, case in self.cases.items() if case["status"] != "CLOSED"}
        self.nodes = {
            key: node
            for key, node in self.nodes.items()
            if node["case"] in self.cases and node["state"] != "NOT_STARTED"
        }
        self.matters = {key: each for key, each in self.matters.items() if each["state"] not in ENDED}
        self.actions = {key: action for key, action in self.actions.items() if self._is_open(action)}
        for name, rows in self.safety.items():
            self.safety[name] = {key: one for key, one in rows.items() if _stands(one)}

    def _is_open(self, action: Mapping[str, Any]) -> bool:
        """Of something open that they know, or of nothing they know."""
        named = [*action["cases"], *action.get("matters", ())]
        return not named or any(each in self.cases or each in self.matters for each in named)

    def as_shown(self) -> dict[str, Objects]:
        held = {"cases": self.cases, "nodes": self.nodes, "actions": self.actions, "matters": self.matters}
        return {**held, **self.safety}


def _stands(one: Mapping[str, Any]) -> bool:
    return "ended_at" not in one and one.get("state") not in ("DONE", "WITHDRAWN")


def _by_id(rows: list[dict[str, Any]]) -> Objects:
    return {row["id"]: row for row in rows}
