"""The network between one device and the court: it loses, doubles, delays, cuts, answers for others, lies."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from client_sdk.steps import Reply, Request, Unreachable
from tests.simulation.chance import Chance
from tests.simulation.court import Court
from tests.simulation.findings import Trace

PORTAL = b"<html><body>Welcome to the hotel. Please sign in.</body></html>"
_REMEMBERED = 6
_LAST_STATEMENT = 45

FAULTS = {
    "request_lost": 3.0,
    "reply_lost": 4.0,
    "doubled": 3.0,
    "late": 2.0,
    "truncated": 1.5,
    "portal": 2.0,
    "stale_reply": 2.0,
    "upload_cut": 2.0,
    "upload_corrupted": 0.3,
    "server_crash": 3.0,
    "server_power_cut": 1.0,
    "database_fault": 1.5,
}


@dataclass
class Weather:
    """How often which fault comes; `share` of all requests meet one."""

    share: float
    weights: dict[str, float]

    @classmethod
    def of(cls, chance: Chance, emphasis: Mapping[str, float]) -> "Weather":
        """Some days are calm, some stormy, and each has its own favourite fault."""
        favourite = chance.choose(list(FAULTS))
        weights = {name: weight * (4 if name == favourite else 1) for name, weight in FAULTS.items()}
        weights = {name: weight * emphasis.get(name, 1) for name, weight in weights.items()}
        return cls(min(0.9, chance.choose((0.1, 0.3, 0.5, 0.7)) * emphasis.get("network", 1)), weights)


@dataclass(frozen=True)
class Late:
    """A request that is still on its way."""

    line: "Line"
    request: Request


Delivered = Callable[["Line", Request, Reply | None], None]


@dataclass
class Line:
    """One device's way to the court."""

    name: str
    address: str
    court: Court
    chance: Chance
    weather: Weather
    trace: Trace
    faults: Counter[str]
    on_its_way: list[Late]
    delivered: Delivered
    cut_power: Callable[[], None]
    """Of the court's machine."""
    is_fair: bool = False
    heard: dict[str, deque[Reply]] = field(default_factory=dict)
    """Answers to earlier requests of each kind, heard or not: what a confused proxy may bring again."""

    def send(self, request: Request) -> Reply | Unreachable:
        fault = self._fault_of(request)
        if fault:
            self.faults[fault] += 1
        self.trace.add(f"{self.name} {request.method} {kind_of(request)} {fault or ''}", request.body)
        reply = self._send(request, fault)
        if isinstance(reply, Reply):
            self.trace.add(f"{self.name} hears {reply.status}", reply.body)
        return reply

    def close(self) -> None:
        """A device closes its connection with its store; the network stays."""

    def _fault_of(self, request: Request) -> str | None:
        if self.is_fair or not self.chance.happens(self.weather.share):
            return None
        fault = self.chance.weighted(self.weather.weights)
        if fault.startswith("upload_") and request.method != "PATCH":
            return "request_lost"
        if fault == "stale_reply" and not self.heard.get(kind_of(request)):
            return "reply_lost"
        return fault

    def _send(self, request: Request, fault: str | None) -> Reply | Unreachable:
        match fault:
            case "request_lost":
                return Unreachable("cut before it arrived")
            case "late":
                self.on_its_way.append(Late(self, request))
                return Unreachable("no answer in time")
            case "portal":
                return Reply(self.chance.choose((200, 200, 302, 401, 403, 404, 410, 413, 511)), {}, PORTAL)
            case "stale_reply":
                return self.chance.choose(list(self.heard[kind_of(request)]))
            case "upload_cut" | "upload_corrupted":
                return self._send_damaged(request, fault)
            case "server_crash":
                self.court.die_at(self.chance.dice.randint(1, _LAST_STATEMENT))
            case "server_power_cut":
                self.court.die_at(self.chance.dice.randint(1, _LAST_STATEMENT), self.cut_power)
            case "database_fault":
                self.court.fail_at(self.chance.dice.randint(1, _LAST_STATEMENT))
        return self._heard(self.deliver(request), request, fault)

    def _send_damaged(self, request: Request, fault: str) -> Reply | Unreachable:
        """A proxy hands on what it got of a body, or a flipped bit of it."""
        body, at = request.body, self.chance.dice.randrange(len(request.body) or 1)
        if fault == "upload_cut":
            self.deliver(replace(request, body=body[:at]))
            return Unreachable("cut in the middle")
        damaged = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        return self.deliver(replace(request, body=damaged)) or Unreachable("the server is gone")

    def _heard(self, reply: Reply | None, request: Request, fault: str | None) -> Reply | Unreachable:
        if fault == "doubled":
            again = self.deliver(request)
            reply = self.chance.choose((reply, again))
        if reply is None:
            return Unreachable("the server is gone")
        if fault == "reply_lost":
            return Unreachable("cut before the answer")
        if fault == "truncated":
            return replace(reply, body=reply.body[: self.chance.dice.randrange(len(reply.body) or 1)])
        return reply

    def deliver(self, request: Request) -> Reply | None:
        """To the server; None when it died over it."""
        reply = self.court.answer(request, self.address)
        self.trace.add(f"  court {reply.status if reply else 'crashed'}", reply.body if reply else b"")
        if reply is not None:
            self.heard.setdefault(kind_of(request), deque(maxlen=_REMEMBERED)).append(reply)
        self.delivered(self, request, reply)
        return reply


def kind_of(request: Request) -> str:
    """`push`, `pull`, `enrol`, or the method of an upload."""
    name = request.path.rsplit("/", 1)[-1]
    return name if name in ("push", "pull", "enrol") else request.method
