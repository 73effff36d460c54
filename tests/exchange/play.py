"""Plays the stories at both courts: each step is taken when its side may take it, and passed when it is seen done.

A step may be asked for many times, since its server may die over it; the journal says what was meant to be, once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.exchange.desk import Desk, Refused, Unclear
from tests.exchange.field import Device
from tests.exchange.story import KINDS, Side, Step, Story

PASSING = frozenset({"matter_not_in_state", "matter_withdrawal_asked", "server_busy", "conflict"})
"""Refusals of a step asked for twice, or a moment too early; the next look tells."""


@dataclass(frozen=True)
class Town:
    """What the servers were filled with, and who sits there."""

    desks: Mapping[tuple[Side, str], Desk]
    case: str
    courts: Mapping[Side, str]
    """Ids, each at its own server."""
    doing_court: str
    """Its id at the asking server."""
    handler: str
    device: Device

    def desk(self, side: Side) -> Desk:
        """Who reads most there."""
        return self.desks[(side, "director" if side == "asking" else "centre")]


class Play:
    def __init__(self, town: Town, stories: list[Story]) -> None:
        self.town, self.stories = town, stories
        self.troubles: list[str] = []
        self._asked = set[tuple[str, int]]()
        """Moves that a server took on: whatever comes of them, they are not asked for again."""

    @property
    def is_over(self) -> bool:
        return all(story.is_over for story in self.stories)

    def go_on(self) -> int:
        """One look at every story; how many steps were passed."""
        return sum(self._go_on(story) for story in list(self.stories) if not story.is_over)

    def go_on_talking(self) -> None:
        """One talk more about the first errand: something has to cross for anything to happen to it."""
        first = self.stories[0]
        first.steps.append(Step("asking", "holder", "talk", f"再次联系{len(first.steps)}"))

    def _go_on(self, story: Story) -> bool:
        step = story.steps[story.at]
        seen = self._look(story, step)
        if not self._is_done(story, step, seen):
            try:
                self._take(story, step, seen)
            except Unclear:
                return False
            except Refused as refused:
                if refused.code not in PASSING:
                    self.troubles.append(f"{story.kind} {story.number}, step {story.at} {step.what}: {refused}")
            seen = self._look(story, step)
            if not self._is_done(story, step, seen):
                return False
        story.at += 1
        if story.is_over and story.follows:
            self._begin_following(story)
        return True

    def _look(self, story: Story, step: Step) -> dict[str, Any] | None:
        path = f"/api/v1/matters/{story.id}"
        return self.town.desks[step.side, step.who].read(path) if story.id else None

    # --- was it done? ----------------------------------------------------------------------------------------------

    def _is_done(self, story: Story, step: Step, seen: dict[str, Any] | None) -> bool:
        if step.does == "act":
            return self.town.device.act_for(story.id, story.photos)
        if seen is None:
            return False
        if step.does == "draft":
            return True
        if step.does in ("talk", "result"):
            said = seen["talks" if step.does == "talk" else "results"]
            return any(each.get("text") == text_of(story, step) for each in said)
        return _found(step, seen) >= self._wanted(story, step)

    @staticmethod
    def _wanted(story: Story, step: Step) -> int:
        """How many of its kind there are when this step has been taken."""
        return sum((each.does, each.what) == (step.does, step.what) for each in story.steps[: story.at + 1])

    # --- take it ---------------------------------------------------------------------------------------------------

    def _take(self, story: Story, step: Step, seen: dict[str, Any] | None) -> None:
        if step.does == "act" or (seen is None and step.does != "draft"):
            return
        desk, path = self.town.desks[step.side, step.who], f"/api/v1/matters/{story.id}"
        if step.does == "draft":
            self._draft(story, desk)
        elif step.does == "move":
            self._move(story, step, desk, path, seen or {})
        elif step.does == "talk":
            talk = {"spoke_with": "对方法院", "text": text_of(story, step), "phone": "0593-22"}
            desk.write(f"{path}/talks", talk)
        elif step.does == "result":
            desk.write(f"{path}/results", {**KINDS[story.kind][2], "id": str(uuid4()), "text": text_of(story, step)})
        else:
            self._add_file(story, step, desk, path)

    def _add_file(self, story: Story, step: Step, desk: Desk, path: str) -> None:
        title, is_result = f"{step.what} {self._wanted(story, step)}", step.does == "result_paper"
        content = f"{story.number} {title}".encode()
        if not is_result and (step.what, title) not in story.papers:
            story.papers.append((step.what, title))
        desk.write(f"{path}/files", content=content, slot=step.what, title=title, result=is_result)

    def _draft(self, story: Story, desk: Desk) -> None:
        story.id = story.id or str(uuid4())
        request = {name: text.replace("%d", f"{story.number:04}") for name, text in KINDS[story.kind][0].items()}
        contact = {"name": "林岚", "phone": "0593-21"}
        body = {"kind": story.kind, "to_court": self.town.doing_court, "id": story.id, "contact": contact}
        desk.write(f"/api/v1/cases/{self.town.case}/matters", {**body, "request": request})

    def _move(self, story: Story, step: Step, desk: Desk, path: str, seen: dict[str, Any]) -> None:
        may = {each["move"] for each in seen["steps"] if not each["code"]}
        if step.what not in may or (story.id, story.at) in self._asked:
            return
        said = dict(step.said)
        if "handler" in said:
            said["handler"] = self.town.handler
        desk.write(f"{path}/moves", {"move": step.what, **said})
        self._asked.add((story.id, story.at))

    def _begin_following(self, story: Story) -> None:
        """The draft beside it: found among what went out, by the number it follows."""
        desk, number = self.town.desk("asking"), self.town.desk("asking").read(f"/api/v1/matters/{story.id}")["number"]
        rows = (row for row in self._sent_out(desk) if row["state"] == "DRAFT")
        details = (desk.read(f"/api/v1/matters/{row['id']}") for row in rows)
        follows = story.follows
        assert follows
        follows.id = next(each["id"] for each in details if each["previous"] == number)
        if not any(step.does == "paper" for step in follows.steps):
            follows.papers = list(story.papers)
        self.stories.append(follows)

    @staticmethod
    def _sent_out(desk: Desk) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        while True:
            page = desk.read("/api/v1/matters", box="out", **cursor)
            yield from page["items"]
            if not page["next"]:
                return
            cursor = {"cursor": page["next"]}


def text_of(story: Story, step: Step) -> str:
    """What is said in a talk or with a result: nothing else says just this."""
    place = next(place for place, each in enumerate(story.steps) if each is step)
    return f"{story.number}·{place}·{step.what or '办理情况'}"


def _found(step: Step, seen: dict[str, Any]) -> int:
    if step.does == "move":
        return Counter(each["move"] for each in seen["moves"])[step.what]
    papers = seen["result_papers" if step.does == "result_paper" else "papers"]
    return sum(paper["slot"] == step.what for paper in papers)


def other(side: Side) -> Side:
    return "doing" if side == "asking" else "asking"
