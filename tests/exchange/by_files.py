"""A run by files alone: zips are written at one court, carried by a careless hand, and read at the other."""

import time
from pathlib import Path

from tests.exchange.courts import CODES
from tests.exchange.gate import Gate
from tests.exchange.journey import Journey
from tests.exchange.play import other
from tests.exchange.recount import SIDES
from tests.exchange.story import Side

FAULTS = ("dropped", "doubled", "delayed", "reordered", "cut", "truncated", "altered", "misdirected")
"""The zip lost; read twice; read a walk later; read after one made later; its reading killed midway; the zip cut short;
a byte of it another; read at the court that made it."""
SIZE = 60_000
"""Bytes of files in one zip: a photograph takes several."""


class ByFiles(Journey):
    kinds = FAULTS
    _share = 0.5

    def open_ways(self) -> None:
        self._gates = {side: Gate(self._folder / side, self.servers[side].environment) for side in SIDES}
        for gate in self._gates.values():
            self.ways.callback(gate.kill)
        self._shelf: list[tuple[Side, Path]] = []
        """Zips that are to be read a walk later."""
        self._walks = 0

    def enrol_at(self, side: Side) -> list[str]:
        return ["--by-files"]

    def wait_for_traffic(self, side: Side) -> None:
        """A zip is being read there."""
        made = self._export(other(side))
        self._gates[side].send("exchange", "import", made)
        time.sleep(self._chance.uniform(0, 0.2))
        self._gates[side].kill()

    def carry(self, is_busy: bool) -> None:
        """Once the courts have done all they could with what they were brought."""
        if is_busy:
            return
        for side, to in (SIDES, SIDES[::-1]):
            late = [path for whose, path in self._shelf if whose == to]
            self._shelf = [each for each in self._shelf if each[0] != to]
            fault = self._choose()
            if fault:
                self.happened[fault] += 1
            getattr(self, f"_{fault or 'brought'}")(side, to, self._export(side))
            for path in late:
                self._import(to, path)

    def calm(self) -> None:
        self._share = 0.0

    def _choose(self) -> str:
        if self._chance.random() >= self._share:
            return ""
        fewest = min(self.happened[fault] for fault in FAULTS)
        return self._chance.choice([fault for fault in FAULTS if self.happened[fault] == fewest])

    def _export(self, side: Side) -> Path:
        self._walks += 1
        folder = self._folder / f"walk-{self._walks}"
        folder.mkdir()
        answer = self._gates[side].ask("exchange", "export", folder, "--peer", CODES[other(side)], "--size", str(SIZE))
        if "refused" in answer:
            self.troubles.append(f"export at the {side} court: {answer['refused']}")
        return next(iter(folder.glob("*.zip")))

    def _import(self, side: Side, path: Path, *, is_refused: bool = False) -> None:
        answer = self._gates[side].ask("exchange", "import", path)
        if ("refused" in answer) != is_refused:
            self.troubles.append(f"import at the {side} court: {answer}")

    # --- what the carrier does -------------------------------------------------------------------------------------

    def _brought(self, side: Side, to: Side, path: Path) -> None:
        self._import(to, path)

    def _dropped(self, side: Side, to: Side, path: Path) -> None:
        path.unlink()

    def _doubled(self, side: Side, to: Side, path: Path) -> None:
        self._import(to, path)
        self._import(to, path)

    def _delayed(self, side: Side, to: Side, path: Path) -> None:
        self._shelf.append((to, path))

    def _reordered(self, side: Side, to: Side, path: Path) -> None:
        self._import(to, self._export(side))
        self._import(to, path)

    def _cut(self, side: Side, to: Side, path: Path) -> None:
        self._gates[to].send("exchange", "import", path)
        time.sleep(self._chance.uniform(0, 0.3))
        self._gates[to].kill()

    def _truncated(self, side: Side, to: Side, path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: self._chance.randrange(1, len(whole))])
        self._import(to, path, is_refused=True)

    def _altered(self, side: Side, to: Side, path: Path) -> None:
        whole = bytearray(path.read_bytes())
        whole[self._chance.randrange(len(whole) // 2)] ^= 1
        path.write_bytes(whole)
        self._import(to, path, is_refused=True)

    def _misdirected(self, side: Side, to: Side, path: Path) -> None:
        self._import(side, path, is_refused=True)
