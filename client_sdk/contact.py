"""The last word of the court that verified: what may be discarded, rewound or erased hangs on it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from client_sdk import wire
from client_sdk.clock import Clock, from_wire, to_wire
from client_sdk.database import Database
from client_sdk.identity import Identity
from client_sdk.views import ClockVerdict

# Beyond two minutes the court calls a clock skewed.
SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Contact:
    """A verified statement, and what this device's clocks said when it arrived."""

    statement: wire.Statement
    wall: datetime
    boot_ms: int
    boot_id: str

    def judge_clock(self, clock: Clock) -> tuple[ClockVerdict, float | None]:
        """Is the wall clock where the court's time would be now? Certain only within one boot; seconds we are ahead."""
        now = clock.now()
        expected = self.court_time(clock)
        if expected is not None:
            ahead = now - expected
            return ("consistent" if abs(ahead) <= SKEW else "skewed"), ahead.total_seconds()
        if now < self.statement.received_at - SKEW:
            return "skewed", (now - self.statement.received_at).total_seconds()
        return "unbounded", None

    def court_time(self, clock: Clock) -> datetime | None:
        """The time at the court now, which the wall clock has no part in; None after another boot."""
        if clock.boot_id() != self.boot_id:
            return None
        return self.statement.received_at + timedelta(milliseconds=clock.boot_ms() - self.boot_ms)


def save_statement(database: Database, statement: wire.Statement, clock: Clock) -> None:
    database.set_meta(
        "contact",
        {
            "statement": statement.text,
            "nonce": statement.nonce,
            "wall": to_wire(clock.now()),
            "boot_ms": clock.boot_ms(),
            "boot_id": clock.boot_id(),
        },
    )


def load_contact(database: Database, identity: Identity) -> Contact | None:
    kept = database.meta("contact")
    if kept is None:
        return None
    keys = load_keys(database, identity)
    statement = wire.verify_statement(kept["statement"], identity.certificate, nonce=kept["nonce"], newer_keys=keys)
    return Contact(statement, from_wire(kept["wall"]), kept["boot_ms"], kept["boot_id"])


def note_wait(database: Database, clock: Clock, seconds: float) -> None:
    """Ask nothing of the court for so long, whoever opens the store next."""
    moment = {"wall": to_wire(clock.now()), "boot_ms": clock.boot_ms(), "boot_id": clock.boot_id()}
    database.set_meta("wait", {"seconds": seconds, **moment} if seconds else None)


def wait_left(database: Database, clock: Clock) -> float:
    """Seconds; by the time since boot, after another boot by the wall clock, and none where that was turned back."""
    kept = database.meta("wait")
    if kept is None:
        return 0.0
    if kept["boot_id"] == clock.boot_id():
        passed = (clock.boot_ms() - kept["boot_ms"]) / 1000
    else:
        passed = (clock.now() - from_wire(kept["wall"])).total_seconds()
    return max(0.0, kept["seconds"] - passed) if passed >= 0 else 0.0


def save_keys(database: Database, texts: Sequence[str]) -> None:
    """Key statements newer than the certificate's chain."""
    if texts:
        database.set_meta("keys", sorted({*(database.meta("keys") or []), *texts}))


def load_keys(database: Database, identity: Identity) -> Mapping[str, bytes]:
    return prove_keys(database.meta("keys") or [], identity)


def newer_key_texts(database: Database, identity: Identity) -> list[str]:
    """The key statements behind `load_keys`, one each."""
    texts = database.meta("keys") or []
    named = {wire.verify_key(text, identity.root_key)[1]: text for text in reversed(texts)}
    return [named[kid] for kid in load_keys(database, identity)]


def prove_keys(texts: Sequence[str], identity: Identity) -> dict[str, bytes]:
    """Public keys by kid, those of our own court that verify under its root. A kid is never used for a second key."""
    proved: dict[str, bytes] = {}
    for text in texts:
        court, kid, public = wire.verify_key(text, identity.root_key)
        if court == identity.certificate.court and kid not in identity.certificate.keys:
            proved.setdefault(kid, public)
    return proved
