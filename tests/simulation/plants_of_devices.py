"""Planted faults of devices that believe too much, give up too soon, or show what is not so."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from client_sdk import overview, proofs, uploads, wire
from client_sdk.answers import Answer
from client_sdk.cases import case_of
from client_sdk.clock import Clock
from client_sdk.engine import Engine
from client_sdk.lease import Lease
from client_sdk.reading import REVOKED
from client_sdk.steps import EndReading, ForgetCursor, Reply, Step


@contextmanager
def late_epoch_accepted() -> Iterator[None]:
    """The device believes a late answer from the server's life before a restore, whatever it answered."""
    lives: list[str] = []

    def lax(text: str, certificate: Any, *, nonce: str, **given: Any) -> wire.Statement:
        claims = proofs.verify_about_device("statement", text, certificate, given.get("newer_keys") or {})
        if claims["server_epoch"] not in lives:
            lives.append(claims["server_epoch"])
        is_late = claims["server_epoch"] != lives[-1]
        return proofs.verify_statement(text, certificate, nonce=claims["nonce"] if is_late else nonce, **given)

    with mock.patch.object(wire, "verify_statement", lax):
        yield


@contextmanager
def bearer_never_renewed() -> Iterator[None]:
    """A bearer that expires in the middle of a file ends the file."""
    with mock.patch.object(uploads, "MAX_RENEWALS", 1):
        yield


@contextmanager
def portal_403_taken_for_revocation() -> Iterator[None]:
    """The device takes anybody's 403 for the court's word that it is revoked, and destroys its read key."""
    with _page_believed(403, EndReading(REVOKED)):
        yield


@contextmanager
def portal_410_taken_for_reset() -> Iterator[None]:
    """The device takes anybody's 410 for the court's word to start over."""
    with _page_believed(410, ForgetCursor()):
        yield


def _page_believed(status: int, consequence: Step[Any]) -> AbstractContextManager[Any]:
    real = Engine.attempt

    def trusting(self: Engine, path: str, members: Mapping[str, Any]) -> Generator[Any, Any, Answer | None]:
        flow, answer = real(self, path, members), None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            answer = yield step
            if is_page(answer, status):
                yield consequence

    return mock.patch.object(Engine, "attempt", trusting)


def is_page(reply: Any, status: int) -> bool:
    """Somebody else's page, such as a hotel's."""
    return isinstance(reply, Reply) and reply.status == status and reply.body.startswith(b"<html")


@contextmanager
def overlay_outside_the_snapshot() -> Iterator[None]:
    """What is laid over a case hangs on the latest push, not on the pull that brought the case."""

    def careless(unit: Any, own: Any, complete_seq: int, here: Any = ()) -> Any:
        return case_of(unit, [action for action in own if action.status == "unsent"], complete_seq, here)

    with mock.patch.object(overview, "case_of", careless):
        yield


@contextmanager
def lease_on_wall_clock() -> Iterator[None]:
    """The lease ends by the device's own wall clock."""

    def trusting(self: Lease, clock: Clock) -> Any:
        return clock.now()

    with mock.patch.object(Lease, "time_by", trusting):
        yield
