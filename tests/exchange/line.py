"""The line between two worlds: requests of one are answered by the other's own HTTP, unless the line has a fault."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.test import Client

from server.exchange.line import Answer, NotReached
from server.exchange.models import Peer
from server.exchange.services import delivering, fetching
from server.exchange.services.delivering import deliver
from tests.exchange.worlds import World, peer_of

Fault = Callable[[Answer], Answer]


@dataclass
class Line:
    """`faults` are what happens to the next answers, then all is well."""

    worlds: dict[str, World] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def ask(self, method: str, url: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """As `server.exchange.line.ask`."""
        self.asked.append(f"{method} {path} {headers.get('Range', '')}".strip())
        with self.worlds[url].entered():
            client = Client(headers=dict(headers))
            response = client.generic(method, path, body or b"", content_type="application/json")
            streams = getattr(response, "streaming", False)
            content = b"".join(response.streaming_content) if streams else response.content  # type: ignore[attr-defined]
        answer = Answer(response.status_code, {name.lower(): str(each) for name, each in response.items()}, content)
        return self.faults.pop(0)(answer) if self.faults else answer


def lost(answer: Answer) -> Answer:
    raise NotReached("no answer in time")


def altered(answer: Answer) -> Answer:
    return answer._replace(body=b"\0" + answer.body[1:])


def torn(answer: Answer) -> Answer:
    """Half of it, as a piece of its own."""
    return answer._replace(status=206, body=answer.body[: len(answer.body) // 2])


@contextmanager
def joined(first: World, second: World, patch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Both know an address of the other, and whatever they ask goes through the line."""
    line = Line({"http://near.example": first, "http://far.example": second})
    for module in (delivering, fetching):
        patch.setattr(module, "ask", line.ask)
    for host, guest, url in ((first, second, "http://far.example"), (second, first, "http://near.example")):
        host.does(_address, guest, url)
    yield line


def _address(guest: World, url: str) -> None:
    Peer.objects.filter(pk=peer_of(guest).pk).update(url=url)


def run(sender: World, receiver: World) -> int:
    """One attempt of the sender's worker, now."""
    with sender.entered():
        return deliver(peer_of(receiver).pk, is_asked=True)
