"""Days already lived when the demonstration begins: real SDK on real stores, the whole server, both clocks set back.

Nothing is written by hand: each act is recorded on a phone, signed, pushed, judged and proved as any other, at the
moment of the server's clock at which it is said to have happened.
"""

import random
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from client_sdk import Case, FieldClient, NotSent
from client_sdk.store import Surroundings
from demo.acting import PHONE_NAME, do, scene_of
from demo.city import FAMILY, GIVEN, SEED
from demo.door import Door
from demo.outings import Outing, Quality
from server.common import clock
from server.field.models import FieldAction
from server.people.models import Officer
from server.people.services import issue_enrolment_code

SIZES = ((1280, 960),)
"""Smaller than the photographs of the round that is watched: these have to be drawn while somebody waits."""
OFFICE = timedelta(minutes=90)
"""So long before the end of a day's first act the phone is synced at the office."""
ON_THE_WAY, UNTIL_THE_EVENING = 22, 170
"""Minutes after which the phone finds a network again: at most, between two acts of a day and after the last."""


class PastClock:
    """The moment that is being lived, for the server and for every phone."""

    def __init__(self, moment: datetime) -> None:
        self.moment = self.begun = moment

    def pass_to(self, moment: datetime) -> datetime:
        self.moment = moment
        return moment

    def now(self) -> datetime:
        return self.moment

    def boot_ms(self) -> int:
        return int((self.moment - self.begun) / timedelta(milliseconds=1))

    def boot_id(self) -> str:
        return f"boot-{self.begun:%Y%m%d}"


class Pocket:
    """A keystore of phones that are gone when the seeding is done."""

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str, /) -> str | None:
        return self._secrets.get((service, name))

    def set_password(self, service: str, name: str, secret: str, /) -> None:
        self._secrets[service, name] = secret

    def delete_password(self, service: str, name: str, /) -> None:
        self._secrets.pop((service, name), None)


def live(days: Sequence[Sequence[Outing]], executors: dict[tuple[str, int], Officer]) -> int:
    """Do what of these days the court does not know yet; how many acts that were."""
    known = set(FieldAction.objects.values_list("officer_id", "recorded_at"))
    left = [[act for act in day if (_officer(executors, act).pk, act.ended_at) not in known] for day in days]
    left = [day for day in left if day]
    if not left:
        return 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhixing-demo-")))
        past = Past(PastClock(left[0][0].ended_at), folder, stack)
        clock.set_clock(past.clock.now)
        stack.callback(clock.set_clock, None)
        for day in left:
            past.live(day, _officer(executors, day[0]))
    return sum(map(len, left))


def _officer(executors: dict[tuple[str, int], Officer], act: Outing) -> Officer:
    return executors[act.case.court_code, act.case.executor]


class Past:
    """Phones by officer, enrolled in the morning of the first day that needs them."""

    def __init__(self, clock: PastClock, folder: Path, stack: ExitStack) -> None:
        self.clock = clock
        self._folder, self._stack = folder, stack
        self._door = Door()
        self._surroundings = Surroundings(clock=clock, keystore=Pocket(), sleep=lambda seconds: None)
        self._phones: dict[str, FieldClient] = {}

    def live(self, day: Iterable[Outing], officer: Officer) -> None:
        acts = list(day)
        self.clock.pass_to(acts[0].ended_at - OFFICE)
        phone = self._phones.get(officer.staff_no) or self._enrolled(officer)
        phone.pull()
        cases = {case.case_no: case for case in phone.cases()}
        for number, act in enumerate(acts, 1):
            longest = UNTIL_THE_EVENING if number == len(acts) else ON_THE_WAY
            self._act(phone, cases[act.case.case_no], act, officer, longest)

    def _enrolled(self, officer: Officer) -> FieldClient:
        phone = FieldClient.enrol(
            "http://127.0.0.1",
            code=issue_enrolment_code(officer=officer),
            store=self._folder / f"{officer.staff_no}.db",
            name=PHONE_NAME,
            transport=self._door,
            surroundings=self._surroundings,
        )
        self._phones[officer.staff_no] = self._stack.enter_context(phone)
        return phone

    def _act(self, phone: FieldClient, case: Case, act: Outing, officer: Officer, longest: int) -> None:
        chance = random.Random(f"{SEED}/{act.case.case_no}/{act.kind}")
        clerk = f"{chance.choice(FAMILY)}某{chance.choice(GIVEN)}"
        address = next(person.address for person in act.case.parties if person.part == "debtor")
        moment = act.ended_at.astimezone(clock.SHANGHAI)
        scene = scene_of(
            case, act.kind, moment, chance, officers=(officer.name, clerk), event=act.event, address=address
        )
        is_hurried = act.quality is Quality.HURRIED
        do(phone, case, scene, chance, is_hurried=is_hurried, sizes=SIZES, pass_to=self.clock.pass_to)
        self.clock.pass_to(act.ended_at + timedelta(minutes=chance.randint(4, longest)))
        self._sync(phone, takes_files=act.quality is not Quality.AWAITED)

    def _sync(self, phone: FieldClient, *, takes_files: bool) -> None:
        self._door.takes_files = takes_files
        if takes_files:
            phone.sync()
            return
        with suppress(NotSent):
            phone.sync(patience_seconds=0)
        self._door.takes_files = True
