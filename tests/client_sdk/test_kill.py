"""`kill -9` at any moment: what was said to be safe is there, nothing is half there, and the next sync is right."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from client_sdk import syncing
from client_sdk.steps import Send, Tell, Wait
from tests.client_sdk.conftest import PASSPHRASE, Device
from tests.simulation.chance import Chance
from tests.simulation.power import Disk

pytestmark = pytest.mark.database_free
ROOT = Path(__file__).parents[2]
CASE = "0199a000-0000-7000-8000-000000000001"
MOMENTS = ("after fsync", "after rename", "after directory fsync", "before commit", "after commit")


def command(device: Device, *when: str) -> list[str]:
    return [sys.executable, "-m", "tests.client_sdk.dying", str(device.path), PASSPHRASE, *when]


def require_whole(device: Device, told: str) -> None:
    """Everything the dead process was told is safe is in the store, opens, and arrives once."""
    field = device.reopen()
    lines = [line.split() for line in told.splitlines() if line.endswith("\n") or len(line.split()) > 2]
    photos = {line[2] for line in lines if line[0] == "photo"}
    actions = {int(line[2]): line[3] for line in lines if line[0] == "action" and len(line) == 5}
    held = {action.seq: action.hash for action in field.actions()}
    assert actions.items() <= held.items()
    assert list(held) == list(range(1, len(held) + 1))
    bound = {sha256 for action in field.actions() for sha256 in action.files}
    assert photos <= bound | {photo.sha256 for photo in field.photos()}
    assert field.sync().is_everything_sent
    assert len(device.court.log.bodies) == len(held)
    assert set(device.court.verified) == bound
    assert field.status().broken_files <= 1


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_killed_at_a_named_moment(device: Device, moment: str, number: int) -> None:
    device.field.close()
    done = subprocess.run(
        command(device, moment, str(number)), capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    require_whole(device, done.stdout)


@pytest.mark.parametrize("seed", range(4))
def test_killed_from_outside_at_a_random_moment(device: Device, seed: int) -> None:
    device.field.close()
    with subprocess.Popen(command(device), stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        told = [process.stdout.readline() for _ in range(random.Random(seed).randrange(1, 12))]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
    require_whole(device, "".join(line for line in told if line.endswith("\n")))


def test_a_photo_that_reached_the_disk_but_not_the_store_is_offered_again(device: Device) -> None:
    device.field.close()
    subprocess.run(command(device, "after directory fsync", "1"), capture_output=True, check=False, cwd=ROOT)
    field = device.reopen()
    [photo] = field.photos()
    assert (photo.is_recovered, photo.origin, photo.shot_code, photo.size) == (True, "CAMERA", "ITEM", 100_000)
    assert field.today().recovered == (photo,)
    assert field.status().recovered_photos == 1
    action = field.record_action(case_id=CASE, kind="SEAL", photos=[photo])
    field.sync()
    assert field.safe_to_purge(action)


class Merciless:
    """Of all that nobody synced a power cut takes the names, and leaves the bytes of what has one."""

    dice = random.Random(1)

    def happens(self, probability: float) -> bool:
        return True

    def choose(self, options: tuple[bytes, ...]) -> bytes:
        return options[-1]


@pytest.mark.parametrize("moment", ["after fsync", "after rename"])
def test_what_a_dead_process_left_is_durable_before_it_is_offered(
    device: Device, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = device.field.holdings.store.places.vault
    device.field.close()
    disk = Disk(cast(Chance, Merciless()), vault.parent)
    disk.settle(vault)
    subprocess.run(command(device, moment, "1"), capture_output=True, check=False, cwd=ROOT)
    monkeypatch.setattr(os, "fsync", disk.fsync)
    field = device.reopen()
    [photo] = field.photos()
    field.close()
    disk.cut(vault)
    [again] = device.reopen().photos()
    assert again == photo
    assert len(device.field.holdings.captures.read(photo.sha256, 0, 1 << 20)) == photo.size


def test_a_photo_cut_short_on_the_disk_is_kept_beside_and_counted(device: Device) -> None:
    files = device.field.holdings.store.places.files
    device.field.capture(bytes(200_000))
    [sealed] = list(files.iterdir())
    (files / "0199a000-0000-7000-8000-00000000000a.part").write_bytes(sealed.read_bytes()[:100_000])
    field = device.reopen()
    assert field.status().broken_files == 1
    assert len(field.photos()) == 1


def test_a_sync_that_dies_between_any_two_steps_is_healed_by_the_next(device: Device) -> None:
    device.court.units[("case", CASE)] = ("t1", {"case_no": "1"})
    number = steps_taken = 0
    while steps_taken == number:
        number += 1
        device.field.record_action(case_id=CASE, kind="SEAL", photos=[device.field.capture(os.urandom(300_000))])
        steps_taken = _sync_until(device, number)
        device.reopen()
    assert number > 10
    assert device.field.sync().is_everything_sent
    assert len(device.court.log.bodies) == number
    assert len(device.court.verified) == number
    assert all(device.field.safe_to_purge(action) for action in device.field.actions())


def _sync_until(device: Device, last: int) -> int:
    """Drive a sync for so many steps and let go of it; how many it took."""
    flow, answer = syncing.sync(device.field.engine()), None
    for taken in range(last):
        try:
            step = flow.send(answer)
        except StopIteration:
            return taken
        answer = None
        if isinstance(step, Send):
            answer = device.line.send(step.request)
        elif not isinstance(step, Wait | Tell):
            answer = device.field.holdings.perform(step)
    return last
