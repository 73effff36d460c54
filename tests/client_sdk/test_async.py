"""The asynchronous door: the same methods, the same store, no blocking of the loop."""

import asyncio
import inspect
from pathlib import Path

import pytest

from client_sdk import AsyncFieldClient, FieldClient, NotSent, Rejected
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.store import Surroundings
from tests.client_sdk.conftest import PASSPHRASE, FakeClock
from tests.client_sdk.court import Court
from tests.client_sdk.line import Line

CASE = "0199a000-0000-7000-8000-000000000001"


class AsyncLine:
    def __init__(self, court: Court) -> None:
        self.line = Line(court)

    async def send(self, request: Request) -> Reply | Unreachable:
        await asyncio.sleep(0)
        return self.line.send(request)

    async def close(self) -> None:
        return None


def public(door: type) -> dict[str, list[str]]:
    methods = inspect.getmembers(door, lambda member: inspect.isfunction(member) or inspect.ismethod(member))
    return {name: list(inspect.signature(method).parameters) for name, method in methods if not name.startswith("_")}


def test_both_doors_have_the_same_methods_with_the_same_arguments() -> None:
    blocking = public(FieldClient)
    del blocking["engine"], blocking["sync_flow"]
    assert public(AsyncFieldClient) == blocking


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_enrol_record_sync_and_reopen(tmp_path: Path) -> None:
    court = Court()
    line, machine = AsyncLine(court), Surroundings(clock=FakeClock())
    court.units[("case", CASE)] = ("t1", {"case_no": "1", "assignment_no": 1})
    field = await AsyncFieldClient.enrol(
        "http://c.test",
        code=court.code,
        store=tmp_path / "o.db",
        passphrase=PASSPHRASE,
        transport=line,
        surroundings=machine,
    )
    async with field:
        await field.sync()
        [case] = await field.cases()
        photo = await field.capture(b"photo")
        action = await field.record_action(case_id=case.id, kind="SEAL", fields={"place": "x"}, photos=[photo])
        reports = await asyncio.gather(field.sync(), field.sync(), field.sync())
        assert sum(report.operations_sent for report in reports) == 1
        assert await field.safe_to_purge(action)
        assert (await field.status()).unsent_operations == 0
    again = await AsyncFieldClient.open(tmp_path / "o.db", passphrase=PASSPHRASE, transport=line, surroundings=machine)
    assert [act.id for act in await again.actions()] == [action.id]
    await again.unenrol()
    assert left_in(tmp_path) == []


async def test_a_refused_enrolment_leaves_nothing_and_offline_is_said(tmp_path: Path) -> None:
    court, other = Court(), Court()
    with pytest.raises(Rejected):
        await AsyncFieldClient.enrol(
            "http://c.test", code=other.code, store=tmp_path / "o.db", passphrase="p", transport=AsyncLine(court)
        )
    assert left_in(tmp_path) == []
    field = await AsyncFieldClient.enrol(
        "http://c.test", code=court.code, store=tmp_path / "o.db", passphrase="p", transport=(line := AsyncLine(court))
    )
    line.line.go_offline()
    with pytest.raises(NotSent):
        await field.sync(patience_seconds=0)
    await field.close()
