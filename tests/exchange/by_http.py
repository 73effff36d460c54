"""A run over HTTP: each server reaches the other over a line that breaks what passes."""

import time
from typing import Any

from tests.exchange.journey import Journey
from tests.exchange.link import FAULTS, CourtLine
from tests.exchange.play import other
from tests.exchange.recount import SIDES
from tests.exchange.story import Side

_LOOK_SECONDS = 3.0


class ByHttp(Journey):
    kinds = FAULTS

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._lines: dict[Side, CourtLine] = {}

    def open_ways(self) -> None:
        for number, side in enumerate(SIDES):
            line = CourtLine(self.servers[side].port, 2 * self.seed + number)
            line.happened = self.happened  # one tally: each kind happens on one of the two as often as any other
            self._lines[side] = self.ways.enter_context(line)

    def enrol_at(self, side: Side) -> list[str]:
        return ["--url", self._lines[other(side)].url]

    def wait_for_traffic(self, side: Side) -> None:
        line, deadline = self._lines[side], time.monotonic() + _LOOK_SECONDS
        before = line.requests
        while line.requests == before and time.monotonic() < deadline:
            time.sleep(0.005)

    def carry(self, is_busy: bool) -> None:
        if not is_busy:
            time.sleep(0.1)

    def calm(self) -> None:
        for line in self._lines.values():
            line.calm()
