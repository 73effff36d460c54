"""What one device does with what it hears, checked as it does it."""

import base64
import gzip
import json
from typing import Any

import zstandard

from client_sdk.replica import Applied
from client_sdk.steps import (
    ApplyPage,
    EndReading,
    FindSuccessor,
    ForgetCursor,
    KeepAnswer,
    MarkDelivered,
    MarkRefused,
    Reply,
    Request,
    Step,
    Unreachable,
)
from client_sdk.wire import Statement
from tests.simulation.findings import require

RENEWALS = 3
"""So many bearers may turn out to be none before a file is left for the next sync."""


class Watch:
    """Of one device, over all its processes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.statement: Statement | None = None
        """The last one it acted upon."""
        self._nonce = ""
        self._is_answered = False
        self._bearers_refused = 0
        self._versions: dict[str, tuple[str, int]] = {}

    def asks(self, request: Request) -> None:
        if request.method == "POST":
            self._nonce = str(members_of(request).get("nonce"))

    def hears(self, reply: Reply | Unreachable) -> None:
        if isinstance(reply, Reply):
            self._is_answered = _nonce_stated(reply) == self._nonce
            self._bearers_refused = self._bearers_refused + 1 if reply.status == 401 else self._bearers_refused

    def before(self, step: Step[Any]) -> None:
        if isinstance(step, ForgetCursor | EndReading | FindSuccessor):
            what = f"{self.name} takes a page for the court's word: {type(step).__name__}"
            require(self._is_answered, "I6", what)
        if isinstance(step, MarkRefused) and step.reason == "unauthorised":
            given_up = f"{self.name} gives a file up for {self._bearers_refused} bearers that had expired"
            require(self._bearers_refused >= RENEWALS, "I17", given_up)
        if isinstance(step, KeepAnswer | ApplyPage):
            self._judge(step.statement)

    def after(self, step: Step[Any], answer: Any) -> None:
        if isinstance(step, KeepAnswer | ApplyPage):
            self.statement = step.statement
        if isinstance(step, MarkDelivered | MarkRefused):
            self._bearers_refused = 0
        if isinstance(step, ApplyPage):
            self._judge_page(step, answer)

    def _judge(self, statement: Statement) -> None:
        require(statement.nonce == self._nonce, "I6", f"{self.name} acts on a statement for another request")
        last = self.statement
        if last is not None and last.server_epoch == statement.server_epoch:
            fell = f"{self.name} goes back from {last.acked_seq} to {statement.acked_seq} within one epoch"
            require(statement.acked_seq >= last.acked_seq, "I3", fell)

    def _judge_page(self, step: ApplyPage, applied: Applied) -> None:
        for unit in step.page.put:
            epoch, version, _projection, _schema = unit.tag.rsplit(".", 3)
            if unit.type == "case":
                self._judge_version(f"case:{unit.id}", epoch, int(version.partition("-")[0]))
        require(applied.is_digest_right, "I12", f"{self.name}: a complete pull ended in a wrong difference")

    def _judge_version(self, key: str, epoch: str, version: int) -> None:
        held = self._versions.get(key, (epoch, 0))
        went_back = f"{self.name}: {key} goes from version {held[1]} back to {version}"
        require(held[0] != epoch or version >= held[1], "I10", went_back)
        self._versions[key] = (epoch, version)


def members_of(request: Request) -> dict[str, Any]:
    """The JSON of a request, whatever it is packed in."""
    body, packed = request.body, request.headers.get("Content-Encoding")
    if packed == "zstd":
        body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    elif packed == "gzip":
        body = gzip.decompress(body)
    return dict(json.loads(body))


def _nonce_stated(reply: Reply) -> str | None:
    """Of the request that the statement in it answers; whether it is signed is the device's business."""
    try:
        return str(claims_of(json.loads(reply.body)["statement"])["nonce"])
    except (ValueError, KeyError, TypeError):
        return None


def claims_of(signed: str) -> dict[str, Any]:
    """The members of P.S. Whether S is right is the device's business, and its own tests'."""
    text = signed.partition(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
