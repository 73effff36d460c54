"""The asynchronous door: the same methods, the same store, no blocking of the loop."""

import asyncio
import inspect
from pathlib import Path

import pytest

from client_sdk import AsyncFieldClient, FieldClient, InvalidRecord, NotSent, Rejected
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


OF_DRIVERS = {"engine", "sync_flow", "holdings"}
"""Public for drivers of another kind, asyncio's own among them."""


def public(door: type) -> dict[str, inspect.Signature]:
    """What anybody may call, with the types as they stand in the source."""
    names = {name for name in dir(door) if not name.startswith("_")} - OF_DRIVERS
    return {name: inspect.signature(getattr(door, name)) for name in names}


def told(signature: inspect.Signature) -> list[str]:
    """Names, kinds, defaults and types; a mapping of Any is one of object, and a transport the door's own."""
    said = [str(parameter) for parameter in signature.parameters.values()]
    return [each.replace("typing.Any", "object").replace("AsyncTransport", "Transport") for each in said]


def test_both_doors_have_the_same_methods_with_the_same_signatures() -> None:
    blocking, waiting = public(FieldClient), public(AsyncFieldClient)
    assert waiting.keys() == blocking.keys()
    for name, signature in blocking.items():
        assert told(waiting[name]) == told(signature), name
        assert waiting[name].return_annotation == signature.return_annotation, name
        assert inspect.iscoroutinefunction(getattr(AsyncFieldClient, name)), name


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


async def test_a_device_that_is_none_is_refused_here_as_at_the_blocking_door(tmp_path: Path) -> None:
    court = Court()
    field = await AsyncFieldClient.enrol(
        "http://c.test", code=court.code, store=tmp_path / "o.db", passphrase=PASSPHRASE, transport=AsyncLine(court)
    )
    async with field:
        with pytest.raises(InvalidRecord) as refused:
            await field.answer_new_device("the other phone", was_me=False)
        assert refused.value.place == "/device"


async def test_a_refused_enrolment_leaves_nothing_and_offline_is_said(tmp_path: Path) -> None:
    court, asked = Court(), Court()
    asked.root, asked.secret = court.root, b"0000000000"
    with pytest.raises(Rejected):
        await AsyncFieldClient.enrol(
            "http://c.test", code=asked.code, store=tmp_path / "o.db", passphrase="p", transport=AsyncLine(court)
        )
    assert left_in(tmp_path) == []
    field = await AsyncFieldClient.enrol(
        "http://c.test", code=court.code, store=tmp_path / "o.db", passphrase="p", transport=(line := AsyncLine(court))
    )
    line.line.go_offline()
    with pytest.raises(NotSent):
        await field.sync(patience_seconds=0)
    await field.close()
