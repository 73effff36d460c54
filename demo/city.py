"""The invented city of 澜宁 as a plan: courts, people and 200 cases, the same for the same seed. Pure.

Codes use the unassigned prefix 闽98, ids region 359801, phones 19900000000 and up, so nothing meets a real person.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

SEED = 20261122
DESK = "lanning-desk"
"""Staff number of the city's duty officer, who sees all its courts."""
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "海宁川明芳丽军强敏静磊洋艳勇杰娟涛超秀霞平刚桂英华玉兰"
TRADES = ("商贸", "建材", "水产", "物流", "置业", "机械", "食品", "科技")
PLACES = ("东屿镇解放路", "城关街道海滨路", "南岭乡青山村", "海门街道工业路", "澜江街道中山路", "港口镇渔港路")
CAUSES = (
    "民间借贷纠纷",
    "买卖合同纠纷",
    "金融借款合同纠纷",
    "劳动争议",
    "机动车交通事故责任纠纷",
    "房屋租赁合同纠纷",
    "建设工程施工合同纠纷",
    "追索劳动报酬纠纷",
)


@dataclass(frozen=True, slots=True)
class CourtPlan:
    code: str
    name: str
    level: str
    parent: str | None
    executors: int
    grouped: bool
    teams: tuple[tuple[str, str], ...]
    open_cases: int
    closed_cases: int
    model: str = "MIXED"


INVESTIGATION, DISPOSAL = "INVESTIGATION", "DISPOSAL"
CENTRE = ("COMMAND_CENTRE", "执行指挥中心")
CITY_TEAMS = (CENTRE, ("REVIEW", "执行审查组"))
DISTRICT_TEAMS = (
    (INVESTIGATION, "查控一组"),
    (INVESTIGATION, "查控二组"),
    (DISPOSAL, "处置一组"),
    (DISPOSAL, "处置二组"),
    ("FAST_TRACK", "快执组"),
)
STAGED_TEAMS = ((INVESTIGATION, "查控组"), (DISPOSAL, "处置组"))
COURTS = (
    CourtPlan("闽98", "澜宁市中级人民法院", "INTERMEDIATE", None, 4, False, CITY_TEAMS, 6, 6),
    CourtPlan("闽9802", "澜江区人民法院", "BASIC", "闽98", 12, True, DISTRICT_TEAMS, 36, 30),
    CourtPlan("闽9821", "东屿县人民法院", "BASIC", "闽98", 9, True, (), 28, 24, "LEAD_EXECUTOR"),
    CourtPlan("闽9824", "南岭县人民法院", "BASIC", "闽98", 5, False, STAGED_TEAMS, 18, 22, "STAGED"),
    CourtPlan(
        "闽9881", "海门市人民法院", "BASIC", "闽98", 8, False, (*STAGED_TEAMS, ("FUNDS", "案款组")), 16, 14, "STAGED"
    ),
    CourtPlan("浙97", "甬平市中级人民法院", "INTERMEDIATE", None, 1, False, (CENTRE,), 0, 0),
    CourtPlan("浙9702", "甬平市江口区人民法院", "BASIC", "浙97", 1, False, (CENTRE,), 0, 0),
)

OPEN_DAYS = 168
"""Nearly all open cases are younger: enforcement has six months."""
REVIEW_TYPES = ("执复", "执复", "执复", "执监", "执监", "执协", "执协")
OTHER_TYPES = ("执恢",) * 22 + ("执保",) * 16 + ("执异",) * 9 + ("执",) * 146
CLOSING_MODES = (
    ("COMPLETED",) * 38
    + ("TERMINATED_THIS_ROUND",) * 40
    + ("TERMINATED",) * 10
    + ("CANCELLED",) * 5
    + ("NOT_ENFORCED",)
    + ("APPLICATION_REJECTED",) * 2
)


FINAL_ROUND, THREE_MONTHS = "TERMINATED_THIS_ROUND", 95
BEFORE_A_FINAL_ROUND = (
    *("execution_notice_sent", "report_order_sent", "report_received", "report_reviewed", "inquiry_sent"),
    *("feedback_reviewed", "restriction_issued", "field_action_started", "debtor_untraceable_recorded"),
    *("no_property_concluded", "panel_approved"),
)


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """`part` is applicant, debtor or third_party for a party; a role for court staff."""

    part: str
    name: str
    kind: str = "PERSON"
    id_no: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A flow event this many days after filing."""

    event: str
    day: int


@dataclass(frozen=True, slots=True)
class CasePlan:
    court_code: str
    type_code: str
    number: int
    filed_on: date
    cause: str
    claim: Decimal
    track: str
    executor: int
    parties: tuple[PersonPlan, ...]
    steps: tuple[Step, ...]
    closing_mode: str = ""
    closed_on: date | None = None

    @property
    def case_no(self) -> str:
        return f"（{self.filed_on.year}）{self.court_code}{self.type_code}{self.number}号"


@dataclass(slots=True)
class _Draw:
    """One seeded source of chance and the counters of numbers already given."""

    chance: random.Random
    numbers: dict[tuple[str, str, int], int] = field(default_factory=dict)
    people: int = 0

    def name(self) -> str:
        return self.chance.choice(FAMILY) + "某" + self.chance.choice(GIVEN)

    def company(self) -> str:
        return "".join(self.chance.sample(GIVEN, 2)) + self.chance.choice(TRADES) + "有限公司"

    def number(self, court: str, kind: str, year: int) -> int:
        key = (court, kind, year)
        self.numbers[key] = self.numbers.get(key, 0) + self.chance.randint(1, 9)
        return self.numbers[key]

    def party(self, part: str) -> PersonPlan:
        self.people += 1
        is_company = self.chance.random() < (0.4 if part == "applicant" else 0.25)
        name = self.company() if is_company else self.name()
        address = f"{self.chance.choice(PLACES)}{self.chance.randint(1, 199)}号"
        id_no = f"9135{self.people:014d}" if is_company else identity_number(self.people, self.chance)
        phone = f"199{self.people:08d}"
        return PersonPlan(part, name, "ENTITY" if is_company else "PERSON", id_no, phone, address)


def identity_number(serial: int, chance: random.Random) -> str:
    """Region 359801 (unassigned) with a right check digit (GB 11643)."""
    born = date(1955, 1, 1) + timedelta(days=chance.randrange(16000))
    body = f"359801{born:%Y%m%d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


# How far a case has come: events with the days they usually take after filing. A case stops somewhere on this way.
WAY = (
    ("track_set", 0),
    ("handler_assigned", 1),
    ("materials_received_by_handler", 2),
    ("applicant_notified", 3),
    ("execution_notice_sent", 4),
    ("report_order_sent", 4),
    ("inquiry_sent", 5),
    ("inquiry_feedback_received", 9),
    ("feedback_reviewed", 11),
    ("notice_served", 14),
    ("performance_period_expired", 18),
    ("restriction_issued", 20),
    ("investigation_requested", 21),
    ("field_action_started", 24),
    ("property_confirmed", 26),
    ("control_effective", 28),
    ("interview_done", 29),
    ("investigation_closed", 31),
    ("handover_accepted", 34),
    ("due_diligence_done", 46),
    ("price_method_started", 52),
    ("price_entrusted", 53),
    ("price_report_received", 80),
    ("price_report_sent", 82),
    ("price_report_served", 84),
    ("window_expired", 90),
    ("reference_price_fixed", 91),
    ("auction_notice_published", 98),
    ("auction_sold", 130),
)


def cases(today: date, seed: int = SEED, courts: Sequence[CourtPlan] = COURTS) -> list[CasePlan]:
    """In all courts 200 cases: 104 open, 96 closed, filed within the last year, more in March and November."""
    draw = _Draw(random.Random(seed))
    types = list(OTHER_TYPES)
    draw.chance.shuffle(types)
    modes = list(CLOSING_MODES)
    draw.chance.shuffle(modes)
    plans = []
    for court in courts:
        for index in range(court.open_cases + court.closed_cases):
            is_closed = index >= court.open_cases
            kind = REVIEW_TYPES[index] if court.code == "闽98" and index < len(REVIEW_TYPES) else types.pop()
            plans.append(_case(draw, court, kind, today, modes.pop() if is_closed else ""))
    return plans


def _case(draw: _Draw, court: CourtPlan, kind: str, today: date, closing_mode: str) -> CasePlan:
    chance = draw.chance
    age = (
        chance.randint(95, 360)
        if closing_mode
        else min(int(chance.expovariate(1 / 50)) + 1, OPEN_DAYS if chance.random() < 0.95 else 340)
    )
    filed_on = _busy_month(today - timedelta(days=age), chance, today, oldest=360 if closing_mode else OPEN_DAYS)
    closed_on = filed_on + timedelta(days=chance.randint(40, (today - filed_on).days)) if closing_mode else None
    if closed_on and closing_mode == FINAL_ROUND:
        filed_on = min(filed_on, today - timedelta(days=THREE_MONTHS))
        closed_on = max(closed_on, filed_on + timedelta(days=THREE_MONTHS))
    claim = Decimal(round(math.exp(chance.gauss(math.log(85_000), 1.3)), 2)).quantize(Decimal("0.01"))
    track = chance.choices(("FAST", "NORMAL", "HARD"), (45, 40, 15))[0]
    return CasePlan(
        court_code=court.code,
        type_code=kind,
        number=draw.number(court.code, kind, filed_on.year),
        filed_on=filed_on,
        cause=chance.choice(CAUSES),
        claim=claim,
        track=track,
        executor=chance.randrange(court.executors),
        parties=tuple(_parties(draw)),
        steps=_to_the_end(_steps(chance, (closed_on or today) - filed_on), closing_mode, filed_on, closed_on),
        closing_mode=closing_mode,
        closed_on=closed_on,
    )


def _busy_month(day: date, chance: random.Random, today: date, oldest: int) -> date:
    """A third of the cases are filed in March or November, where such a day lies behind us and not too far."""
    if chance.random() > 0.33:
        return day
    moved = date(day.year, chance.choice((3, 11)), min(day.day, 28))
    return moved if timedelta(days=45) < today - moved < timedelta(days=oldest) else day


def _parties(draw: _Draw) -> Iterator[PersonPlan]:
    yield draw.party("applicant")
    for _ in range(2 if draw.chance.random() < 0.16 else 1):
        yield draw.party("debtor")
    if draw.chance.random() < 0.09:
        yield draw.party("third_party")


def _to_the_end(steps: Sequence[Step], closing_mode: str, filed_on: date, closed_on: date | None) -> tuple[Step, ...]:
    """A final round has all that the law asks for before it."""
    if closed_on is None or closing_mode != FINAL_ROUND:
        return tuple(steps)
    told, day = {step.event for step in steps}, (closed_on - filed_on).days - 1
    return (*steps, *(Step(event, day) for event in BEFORE_A_FINAL_ROUND if event not in told))


def _steps(chance: random.Random, age: timedelta) -> Sequence[Step]:
    """Steps that lie in the past; now and then one is slow, so that some limits run out."""
    steps, delay = [], 0
    for event, usual in WAY:
        delay += chance.choices((0, 1, 3, 12), (88, 9, 2, 1))[0]
        day = usual + delay
        if day >= age.days or (usual > 20 and chance.random() < 0.02):
            break
        steps.append(Step(event, day))
    return steps
