"""The network between one device and its court, with the faults networks have, by name."""

from collections.abc import Callable
from dataclasses import replace

from client_sdk.steps import Reply, Request, Unreachable
from tests.client_sdk.court import Court


class Line:
    """One device's line; `before` sees each request as it leaves."""

    def __init__(self, court: Court) -> None:
        self.court = court
        self.is_offline = False
        self._lost_requests = 0
        self._lost_replies = 0
        self._doubled = 0
        self.replies: list[Reply] = []
        self.before: Callable[[Request], object] = lambda request: None
        self.seconds = 0.0
        """So long every reply is said to have taken."""

    def go_offline(self) -> None:
        self.is_offline = True

    def come_back(self) -> None:
        self.is_offline = False

    def lose_next_reply(self, count: int = 1) -> None:
        self._lost_replies = count

    def lose_next_request(self, count: int = 1) -> None:
        self._lost_requests = count

    def duplicate_next_request(self) -> None:
        self._doubled = 1

    def send(self, request: Request) -> Reply | Unreachable:
        self.before(request)
        if self.is_offline:
            return Unreachable("no network")
        if self._lost_requests:
            self._lost_requests -= 1
            return Unreachable("cut before it arrived")
        answered = self.court.answer(request)
        if self._doubled:
            self._doubled -= 1
            answered = self.court.answer(request)
        answered = replace(answered, elapsed_seconds=self.seconds)
        if self._lost_replies:
            self._lost_replies -= 1
            return Unreachable("cut before the reply")
        self.replies.append(answered)
        return answered

    def close(self) -> None:
        return None
