"""Where the browser of these tests comes from: decided here without installing anything."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.browser.chromium import APT, NAMES, PLAYWRIGHT, Command, Machine, chromium_of, found, required_chromium, run


@dataclass
class Bench:
    """A machine on which a browser appears once `appears_after` was run."""

    appears_after: Command | None
    may_use_apt: bool = True
    ran: list[Command] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        return Machine(self._find, self._run, self.may_use_apt)

    def _find(self) -> str:
        is_there = self.appears_after is not None and (not self.appears_after or self.appears_after in self.ran)
        return "/usr/bin/chromium" if is_there else ""

    def _run(self, command: Command) -> bool:
        self.ran.append(command)
        return True


def test_where_there_is_a_browser_nothing_is_installed() -> None:
    bench = Bench(appears_after=())
    assert chromium_of(bench.machine) == "/usr/bin/chromium"
    assert bench.ran == []


def test_root_with_apt_takes_the_package_and_downloads_nothing() -> None:
    bench = Bench(appears_after=APT[-1])
    assert chromium_of(bench.machine)
    assert bench.ran == [*APT]


def test_where_the_package_is_not_to_be_had_a_download_is_tried() -> None:
    bench = Bench(appears_after=PLAYWRIGHT[0])
    assert chromium_of(bench.machine)
    assert bench.ran == [*APT, *PLAYWRIGHT]


def test_others_than_root_only_download() -> None:
    bench = Bench(appears_after=PLAYWRIGHT[0], may_use_apt=False)
    assert chromium_of(bench.machine)
    assert bench.ran == [*PLAYWRIGHT]


def test_a_missing_browser_is_a_skip_at_home_and_a_failure_on_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Bench(appears_after=None).machine
    assert chromium_of(machine) == ""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        required_chromium(machine)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        required_chromium(machine)


@pytest.mark.parametrize("name", NAMES)
def test_a_browser_on_the_path_is_found_by_any_of_its_names(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found() == str(tmp_path / name)


def test_without_one_on_the_path_only_an_existing_download_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert found() == ""


def test_a_command_that_fails_hangs_or_is_absent_is_survived(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "pass"])
    assert not run([sys.executable, "-c", "raise SystemExit(3)"])
    assert not run([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.5)
    assert not run([str(tmp_path / "apt-get"), "update"])


def test_the_download_is_a_command_playwright_knows() -> None:
    assert run([*PLAYWRIGHT[0], "--dry-run"])


def test_this_machine_is_judged_as_it_is() -> None:
    machine = Machine.this()
    assert (machine.find, machine.run) == (found, run)
