"""A release whose handler fails on one sort of record: what a deployment runs until it is mended."""

from dataclasses import replace
from typing import Any

from server.config.asgi import application
from server.sync.operations import HANDLERS
from tests.journeys.marks import POISON

__all__ = ["application"]


def _faulty(decide: Any) -> Any:
    def failing(operation: Any, state: Any) -> Any:
        if operation.body["fields"].get("narrative") == POISON:
            raise ZeroDivisionError("nobody tested this handler with such a record")
        return decide(operation, state)

    return failing


for kind, handler in list(HANDLERS.items()):
    HANDLERS[kind] = replace(handler, decide=_faulty(handler.decide))
