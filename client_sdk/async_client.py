"""`AsyncFieldClient`: the same door on asyncio. The same engine and store below; only the driver awaits."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar
from uuid import UUID

from client_sdk import doubts, enrolment, parcels, renewing, syncing
from client_sdk.async_recording import AsyncRecording, threaded
from client_sdk.calling import send_calls
from client_sdk.carrying import Carrying
from client_sdk.client import FieldClient
from client_sdk.day_views import Alarm
from client_sdk.drivers import OnProgress, run_async
from client_sdk.engine import Engine
from client_sdk.enrolling import Enrolling, described, enrolment_flow, no_store, open_enrolled
from client_sdk.identity import Identity
from client_sdk.lanes import SyncPolicy
from client_sdk.matters import Matter
from client_sdk.patience import PATIENCE_SECONDS
from client_sdk.proof_files import Proved
from client_sdk.recorder import Check
from client_sdk.records import require_uuid
from client_sdk.safety import Safety
from client_sdk.steps import Flow, Reply, Request, Unreachable
from client_sdk.store import Store, Surroundings, this_machine
from client_sdk.transport import AsyncHttpTransport, AsyncTransport
from client_sdk.views import (
    Action,
    Case,
    NewDevice,
    Paper,
    Parcel,
    Photo,
    Review,
    Status,
    Submission,
    SyncReport,
    Today,
)

P = ParamSpec("P")
T = TypeVar("T")


class AsyncFieldClient(AsyncRecording):
    """FieldClient for asyncio: every method as there (read its docstrings), awaited; disk and keys work in threads."""

    _field: FieldClient

    def __init__(self, store: Store, identity: Identity, transport: AsyncTransport, app: str) -> None:
        """For `enrol` and `open`; takes over `store`."""
        self._field = FieldClient(store, identity, _NoSyncTransport(), app)
        self._transport = transport
        self._syncing = asyncio.Lock()

    @classmethod
    async def enrol(
        cls,
        server: str,
        *,
        code: str,
        store: str | Path,
        passphrase: str | None = None,
        name: str | None = None,
        app: str = "",
        transport: AsyncTransport | None = None,
        surroundings: Surroundings | None = None,
    ) -> Self:
        """As `FieldClient.enrol`."""
        enrolment.require_address(server)
        enrolment.read_code(code)
        machine = surroundings or this_machine()
        enrolling = await asyncio.to_thread(Enrolling, Path(store), server, passphrase, machine)
        connection = transport or AsyncHttpTransport(server)
        try:
            flow = enrolment_flow(enrolling, code, name, app)
            enrolled = await run_async(flow, connection, no_store)
            ready = await asyncio.to_thread(enrolling.finish, enrolled)
        except BaseException as fault:
            enrolling.give_up(fault)
            await connection.close()
            raise
        return await asyncio.to_thread(cls, ready, enrolled.identity, connection, app)

    @classmethod
    async def open(
        cls,
        store: str | Path,
        *,
        passphrase: str | None = None,
        app: str = "",
        transport: AsyncTransport | None = None,
        surroundings: Surroundings | None = None,
    ) -> Self:
        """As `FieldClient.open`."""
        machine = surroundings or this_machine()
        opened, identity = await asyncio.to_thread(open_enrolled, Path(store), passphrase, machine)
        return await asyncio.to_thread(cls, opened, identity, transport or AsyncHttpTransport(identity.server), app)

    async def sync(
        self,
        *,
        policy: SyncPolicy | None = None,
        on_progress: OnProgress | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> SyncReport:
        return await self._run(partial(syncing.sync, policy=policy), on_progress, patience_seconds)

    async def pull(
        self, *, on_progress: OnProgress | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> SyncReport:
        return await self._run(syncing.only_pull, on_progress, patience_seconds)

    async def _run(
        self, flow: Callable[[Engine], Flow[SyncReport]], on_progress: OnProgress | None, patience_seconds: float
    ) -> SyncReport:
        async with self._syncing:
            engine = await threaded(self._field.engine, patience_seconds)
            perform = self._field.holdings.perform
            return await run_async(flow(engine), self._transport, perform, on_progress=on_progress)

    async def renew(self, code: str, *, name: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> None:
        enrolment.read_code(code)
        async with self._syncing:
            engine = await threaded(self._field.engine, patience_seconds)
            flow = renewing.renew(engine, code, described(name, self._field.holdings.app))
            await run_async(flow, self._transport, self._field.holdings.perform)

    async def cases(self) -> list[Case]:
        return await threaded(self._field.cases)

    async def case(self, case_id: str | UUID) -> Case:
        return await threaded(self._field.case, case_id)

    async def matters(self) -> list[Matter]:
        return await threaded(self._field.matters)

    async def today(self) -> Today:
        return await threaded(self._field.today)

    async def node_endings(self, node_key: str) -> tuple[str, ...]:
        return await threaded(self._field.node_endings, node_key)

    async def alarms(self) -> list[Alarm]:
        return await threaded(self._field.alarms)

    async def safety(self) -> Safety:
        return await threaded(self._field.safety)

    async def send_calls(self, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
        flow = send_calls(self._field.engine(patience_seconds))
        return await run_async(flow, self._transport, self._field.holdings.perform)

    async def status(self) -> Status:
        return await threaded(self._field.status)

    async def reviews(self) -> list[Review]:
        return await threaded(self._field.reviews)

    async def new_devices(self) -> list[NewDevice]:
        return await threaded(self._field.new_devices)

    async def answer_new_device(self, device: NewDevice | str, *, was_me: bool) -> None:
        named = device.id if isinstance(device, NewDevice) else require_uuid(device, "/device")
        async with self._syncing:
            engine = await threaded(self._field.engine)
            flow = doubts.answer(engine, named, was_me=was_me)
            await run_async(flow, self._transport, self._field.holdings.perform)

    async def actions(self) -> list[Action]:
        return await threaded(self._field.actions)

    async def action(self, action_id: str) -> Action:
        return await threaded(self._field.action, action_id)

    async def photos(self) -> list[Photo]:
        return await threaded(self._field.photos)

    async def save_photo(self, photo: Photo, target: str | Path) -> None:
        await threaded(self._field.save_photo, photo, target)

    async def papers(self, case_id: str | UUID) -> tuple[Paper, ...]:
        return await threaded(self._field.papers, case_id)

    async def open_paper(self, sha256: str) -> bytes:
        return await threaded(self._field.open_paper, sha256)

    async def save_paper(self, sha256: str, target: str | Path) -> None:
        await threaded(self._field.save_paper, sha256, target)

    async def paper_kinds(self, action: Action | str) -> dict[str, str]:
        return await threaded(self._field.paper_kinds, action)

    async def render_paper(
        self, action: Action | str, paper_kind: str | None = None, *, case_id: str | UUID | None = None
    ) -> bytes:
        return await threaded(self._field.render_paper, action, paper_kind, case_id=case_id)

    async def explain(self, action: Action | Check, language: str | None = None) -> list[str]:
        return await threaded(self._field.explain, action, language)

    async def safe_to_purge(self, action: Action | str) -> bool:
        return await threaded(self._field.safe_to_purge, action)

    async def export_proof(self, path: str | Path, what: Action | Photo | str | None = None) -> Proved:
        return await threaded(self._field.export_proof, path, what)

    async def export_parcel(self, path: str | Path) -> Parcel:
        return await threaded(self._field.export_parcel, path)

    async def submit_parcel(
        self, path: str | Path, *, on_progress: OnProgress | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> Submission:
        async with self._syncing:
            engine = await threaded(self._field.engine, patience_seconds)
            with parcels.opened(Path(path)) as parcel:
                return await run_async(
                    Carrying(engine, parcel.sha256, parcel.size).hand_in(),
                    self._transport,
                    parcel.performer(self._field.holdings.perform),
                    on_progress=on_progress,
                )

    async def change_passphrase(self, new: str) -> None:
        await threaded(self._field.change_passphrase, new)

    async def unenrol(self, *, force: bool = False, on_progress: OnProgress | None = None) -> None:
        if not force:
            await self.sync(on_progress=on_progress)
        await self.wipe(force=force)

    async def wipe(self, *, force: bool = False) -> None:
        await threaded(self._field.wipe, force=force)
        await self._transport.close()

    async def close(self) -> None:
        await threaded(self._field.close)
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()


class _NoSyncTransport:
    """Stands where the blocking client would have its network: here the driver has it."""

    def send(self, request: Request) -> Reply | Unreachable:
        raise RuntimeError("an asynchronous client sends by its own driver")

    def close(self) -> None:
        return None
