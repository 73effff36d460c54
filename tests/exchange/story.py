"""What each errand goes through, as data: who does what, on which side, in which order.

Every step says how to see that it was done, so that a server killed over it is simply asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["asking", "doing"]
Does = Literal["draft", "paper", "move", "talk", "result", "result_paper", "act"]

KINDS: Mapping[str, tuple[dict[str, str], tuple[str, ...], dict[str, Any]]] = {
    "INVESTIGATE": (
        {"holder": "被执行人乙", "questions": "名下有无房产", "body": "周溪县不动产登记中心"},
        ("letter", "receipt_form", "credentials", "credentials"),
        {"code": "FOUND"},
    ),
    "DEPOSIT_FREEZE": (
        {"holder": "被执行人乙", "bank": "工商银行周溪支行", "account": "6222 %d", "amount": "120000"},
        ("letter", "ruling", "assistance_notice", "receipt_form", "credentials", "credentials"),
        {"code": "FROZEN", "amount": "80000.00", "expires_on": "2027-11-01"},
    ),
    "DEPOSIT_RELEASE": (
        {"holder": "被执行人乙", "bank": "工商银行周溪支行", "account": "6222 %d"},
        ("letter", "ruling", "assistance_notice", "receipt_form", "credentials", "credentials"),
        {"code": "RELEASED"},
    ),
}
"""What is asked, with which papers, and what comes of it."""


@dataclass(frozen=True)
class Step:
    side: Side
    who: str
    does: Does
    what: str = ""
    """The move, the slot of a paper, or how often one like it was done before."""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Story:
    """One errand and where it stands; `follows` is told of the errand that a move brings about."""

    number: int
    kind: str
    steps: list[Step]
    ends: str = "CONFIRMED"
    photos: int = 2
    id: str = ""
    at: int = 0
    follows: "Story | None" = None

    papers: list[tuple[str, str]] = field(default_factory=list)
    """Slot and title, as they were put to it."""

    @property
    def is_over(self) -> bool:
        return self.at == len(self.steps)


def _move(side: Side, who: str, move: str, **said: Any) -> Step:
    return Step(side, who, "move", move, said)


def _asked(kind: str, but: str = "") -> list[Step]:
    papers = [Step("asking", "holder", "paper", slot) for slot in KINDS[kind][1] if slot != but]
    return [*papers, _move("asking", "holder", "submit"), _move("asking", "director", "approve")]


_ACCEPTED = [
    _move("doing", "centre", "sign_for"),
    _move("doing", "centre", "assign", handler="handler", handler_phone="0593-22"),
]
_DONE = [
    Step("doing", "handler", "act"),
    Step("doing", "handler", "result"),
    Step("doing", "handler", "result_paper", "receipt"),
    _move("doing", "handler", "feed_back", was_on_site=True),
]
_CONFIRMED = _move("asking", "holder", "confirm")
_DRAFTED = Step("asking", "holder", "draft")
_CALLED = Step("doing", "centre", "talk", "缺一份材料，已电话说明")


def usual(number: int, kind: str = "INVESTIGATE") -> Story:
    return Story(number, kind, [_DRAFTED, *_asked(kind), *_ACCEPTED, *_DONE, _CONFIRMED])


def disputed(number: int) -> Story:
    """Once, done again, confirmed and rated."""
    again = [
        _move("asking", "holder", "dispute", words="清单缺页"),
        Step("doing", "handler", "result", "补充清单"),
        _move("doing", "handler", "feed_back", was_on_site=True),
    ]
    rated = _move("asking", "holder", "rate", rating=4, words="补得及时")
    return Story(number, "INVESTIGATE", [*usual(number).steps[:-1], *again, _CONFIRMED, rated])


def supplemented(number: int) -> Story:
    """A talk both ways, papers asked for, and a talk of the other side after them."""
    wanted = [
        _CALLED,
        _move("doing", "centre", "ask_supplement", words="请补一份执行公务证复印件"),
        Step("asking", "holder", "talk", "当日补齐"),
        Step("asking", "holder", "paper", "other"),
        _move("asking", "holder", "supplement"),
    ]
    steps = [_DRAFTED, *_asked("INVESTIGATE"), *wanted, *_ACCEPTED, *_DONE, _CONFIRMED]
    return Story(number, "INVESTIGATE", steps)


def withdrawn(number: int) -> Story:
    """After the freeze: its release is asked for beside it, and goes its own way."""
    frozen = [*_ACCEPTED, Step("doing", "handler", "result")]
    leaves = _move("asking", "holder", "withdraw", words="当事人和解", asks_release=True)
    release = Story(number + 1, "DEPOSIT_RELEASE", usual(number + 1, "DEPOSIT_RELEASE").steps[1:])
    steps = [_DRAFTED, *_asked("DEPOSIT_FREEZE"), *frozen, leaves]
    return Story(number, "DEPOSIT_FREEZE", steps, ends="WITHDRAWN", photos=0, follows=release)


def returned(number: int) -> Story:
    """Sent back after a talk, and sent again: a new one with the papers of the first."""
    back = [_CALLED, _move("doing", "centre", "return", reason="WRONG_COURT", words="账户开在邻县")]
    again = [step for step in usual(number + 1).steps[1:] if step.does != "paper"]
    resent = Story(number + 1, "INVESTIGATE", again)
    steps = [_DRAFTED, *_asked("INVESTIGATE"), *back, _move("asking", "holder", "resend")]
    return Story(number, "INVESTIGATE", steps, ends="RETURNED", photos=0, follows=resent)


def stories(usual_ones: int, *, is_whole: bool) -> list[Story]:
    """So many that go straight, and one that is supplemented; the whole: one of every kind, and the two that follow."""
    odd = [disputed(1), supplemented(2), withdrawn(3), returned(5)] if is_whole else [supplemented(2)]
    straight = [usual(7 + each, ("INVESTIGATE", "DEPOSIT_FREEZE")[each % 3 == 1]) for each in range(usual_ones)]
    return [*odd, *straight]
