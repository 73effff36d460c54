"""Planted faults: each is a bug somebody once shipped, patched into the production modules for one run.

A harness that does not find them proves nothing by finding nothing else.
"""

import dataclasses
import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from django.db import transaction

from client_sdk import answers, engine, proofs, wire
from client_sdk.answers import Answer
from client_sdk.deliveries import Deliveries
from client_sdk.engine import Engine
from client_sdk.holdings import Holdings
from client_sdk.replica import Replica
from client_sdk.steps import KeepAnswer, Reply
from server.cases.services import events as case_events
from server.evidence.models import Promise
from server.evidence.services import verification
from server.field import services as field_services
from server.people.services import devices
from server.sync import arrivals, faults, pull, push, recovery, units, writing
from server.sync.difference import View, acknowledged, after
from server.sync.units import VisibleUnits
from tests.simulation import plants_of_devices as on_devices
from tests.simulation import plants_of_disks as on_disks
from tests.simulation import plants_of_scenes as on_scenes
from tests.simulation import plants_of_servers as on_servers
from tests.simulation import scenes
from tests.simulation.plants_of_devices import is_page
from tests.simulation.scenes import Scene

Plant = Callable[[], AbstractContextManager[None]]


@contextmanager
def acknowledge_before_commit() -> Iterator[None]:
    """The server answers, and then loses the transaction it spoke of."""
    real, turns = push._transact, itertools.count()

    def answered(*given: Any) -> Any:
        with transaction.atomic():
            answer = real(*given)
            transaction.set_rollback(next(turns) % 3 == 0)
        return answer

    with mock.patch.object(push, "_transact", answered):
        yield


@contextmanager
def effect_without_result() -> Iterator[None]:
    """An act takes effect, and what would make its repetition harmless is not written."""
    real, turns = push._write, itertools.count()

    def forgetful(pushed: Any, arrivals: Any, outcomes: Any) -> Any:
        if next(turns) % 3:
            return real(pushed, arrivals, outcomes)
        return [writing.result_of(each.seq, outcomes[each.seq]) for each in arrivals.framed]

    with mock.patch.object(push, "_write", forgetful):
        yield


@contextmanager
def purge_at_acknowledgement() -> Iterator[None]:
    """The device throws away what is acknowledged and not yet safe."""
    real = Holdings._keep_answer

    def purging(self: Holdings, step: KeepAnswer) -> None:
        real(self, step)
        with self.store.database.transaction():
            self.store.database.run(
                "UPDATE operation SET is_let_go = 1, sealed = x'' WHERE seq <= ?", step.statement.acked_seq
            )

    with mock.patch.object(Holdings, "_keep_answer", purging):
        yield


@contextmanager
def late_pull_applied() -> Iterator[None]:
    """The device applies whatever signed page comes, also an older one, and asks not what it builds on."""
    real = answers.read_answer

    def lax(reply: Reply, nonce: str, *given: Any, is_pull: bool = False) -> Answer:
        with _any_nonce() if is_pull else mock.patch.object(wire, "PROTOCOL", 1):
            return real(reply, nonce, *given, is_pull=is_pull)

    page_of = engine._page_of
    with (
        mock.patch.object(engine, "read_answer", lax),
        mock.patch.object(engine, "_page_of", lambda answer: _building_on_anything(page_of(answer))),
    ):
        yield


class _Anything(str):
    """Equal to every cursor."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def _building_on_anything(page: Any) -> Any:
    return page if page.base is None else dataclasses.replace(page, base=_Anything(page.base))


@contextmanager
def cursor_reused() -> Iterator[None]:
    """Cursors are numbers that come again: any of them proves that the latest answer arrived."""

    def trusting(view: View, cursor: str | None) -> View | None:
        if cursor is None or not view.sent_cursor:
            return acknowledged(view, cursor)
        return View(cursor, after(view.acked, view.sent), view.sent_position)

    with mock.patch.object(pull, "acknowledged", trusting):
        yield


@contextmanager
def other_nonce_accepted() -> Iterator[None]:
    """The device believes any statement that is signed, also one that answers another request."""
    with _any_nonce():
        yield


def _any_nonce() -> AbstractContextManager[Any]:
    def lax(text: str, certificate: Any, *, nonce: str, **given: Any) -> wire.Statement:
        claims = proofs.verify_about_device("statement", text, certificate, given.get("newer_keys") or {})
        return proofs.verify_statement(text, certificate, nonce=str(claims["nonce"]), **given)

    return mock.patch.object(wire, "verify_statement", lax)


@contextmanager
def portal_taken_for_success() -> Iterator[None]:
    """The device takes a 200 for an acknowledgement, whoever sent it."""
    real = Engine.attempt

    def trusting(self: Engine, path: str, members: Mapping[str, Any]) -> Generator[Any, Any, Answer | None]:
        flow, reply = real(self, path, members), None
        while True:
            try:
                reply = yield flow.send(reply)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            if path == engine.PUSH_PATH and is_page(reply, 200):
                return Answer(200, {}, _as_if_acknowledged(self.statement, members))

    with mock.patch.object(Engine, "attempt", trusting):
        yield


def _as_if_acknowledged(statement: wire.Statement, members: Mapping[str, Any]) -> wire.Statement:
    sent = members["operations"]
    return dataclasses.replace(statement, acked_seq=sent[-1]["seq"], acked_hash=sent[-1]["hash"]) if sent else statement


@contextmanager
def version_bump_forgotten() -> Iterator[None]:
    """A unit changes and its tag does not."""
    with (
        mock.patch.object(case_events, "touch"),
        mock.patch.object(field_services, "touch"),
    ):
        yield


@contextmanager
def related_left_out_of_the_tag() -> Iterator[None]:
    """What a unit tells of its debtor's other cases changes, and its tag is as before."""
    with mock.patch.object(units, "_version", lambda number, related: str(number)):
        yield


@contextmanager
def reset_without_sweep() -> Iterator[None]:
    """After a reset the device keeps what was not sent again."""
    with mock.patch.object(Replica, "_sweep", return_value=0):
        yield


@contextmanager
def verified_by_anothers_bytes() -> Iterator[None]:
    """Whoever promised the same file is taken for its deliverer too."""
    real = verification._count

    def generous(devices: Any, promises: Any, size: int) -> None:
        others = Promise.objects.filter(sha256=promises[0].sha256).exclude(device__in=list(devices))
        others.update(state=Promise.State.VERIFIED)
        real(devices, promises, size)

    with mock.patch.object(verification, "_count", generous):
        yield


@contextmanager
def tag_without_epoch() -> Iterator[None]:
    """After a restore a version number comes again for another content, and the tag does not tell."""
    with mock.patch.object(VisibleUnits, "_tag", lambda self, version: f"life.{version}.{self._suffix}"):
        yield


@contextmanager
def restored_server_knows_nobody() -> Iterator[None]:
    """A server restored to before an enrolment turns the device away."""

    def strict(unknown: BaseException) -> Any:
        raise unknown

    with mock.patch.object(recovery, "_recovered", strict):
        yield


@contextmanager
def file_purged_at_verified() -> Iterator[None]:
    """The device throws a photo away when the court has verified it, safe or not."""
    real = Deliveries._covers

    def hasty(self: Deliveries, signed: Any, statement: Any, *given: Any) -> bool:
        return real(self, signed, statement and dataclasses.replace(statement, safe_position=1 << 40), *given)

    with mock.patch.object(Deliveries, "_covers", hasty):
        yield


@contextmanager
def enrolment_code_used_up() -> Iterator[None]:
    """Whoever asks again for a lost answer to his enrolment is told that the code is used."""

    def strict(*_: Any) -> Any:
        raise devices._invalid()

    with mock.patch.object(devices, "_enrolled_before", strict):
        yield


@contextmanager
def reused_id_applied() -> Iterator[None]:
    """An id that another operation has claimed is taken for a new one."""
    with mock.patch.object(arrivals, "_reused_ids", return_value=set()):
        yield


@contextmanager
def full_disk_taken_for_poison() -> Iterator[None]:
    """A database that cannot write is taken for a fault of what it was to write."""
    with mock.patch.object(faults, "is_transient", return_value=False):
        yield


@dataclasses.dataclass(frozen=True)
class Planted:
    """`kinds` are the invariants by which it is to be found: found by another, the harness has found something else."""

    plant: Plant
    kinds: tuple[str, ...]
    emphasis: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """What brings it out sooner."""
    scene: Scene | None = None
    """What shows it where seeds do not."""
    needs_postgres: bool = False
    """Two at once, and on SQLite nobody is."""

    @property
    def told(self) -> str:
        return str(self.plant.__doc__)


PORTALS = {"network": 4, "portal": 16, "sync": 5}

PLANTS: dict[str, Planted] = {
    "acknowledge_before_commit": Planted(acknowledge_before_commit, ("I1", "I3")),
    # The second effect of an operation runs into what the tables allow once, and is reviewed for no good reason.
    "effect_without_result": Planted(effect_without_result, ("I2", "I15")),
    "purge_at_acknowledgement": Planted(purge_at_acknowledgement, ("I7", "I11")),
    "late_pull_applied": Planted(late_pull_applied, ("I6", "I10", "I12"), {"stale_reply": 4}),
    "cursor_reused": Planted(cursor_reused, ("I8", "I12"), {"reply_lost": 4}),
    "other_nonce_accepted": Planted(other_nonce_accepted, ("I3", "I6"), {"stale_reply": 4}),
    "portal_taken_for_success": Planted(portal_taken_for_success, ("I3", "I6"), PORTALS),
    "version_bump_forgotten": Planted(version_bump_forgotten, ("I8", "I11", "I13")),
    "related_left_out_of_the_tag": Planted(related_left_out_of_the_tag, ("I8", "I13"), {"decree": 4}),
    "reset_without_sweep": Planted(reset_without_sweep, ("I8", "I12"), {"view_lost": 10, "decree": 3}),
    "tag_without_epoch": Planted(tag_without_epoch, ("I10", "I11", "I13"), {"restore": 6, "backup": 4, "decree": 2}),
    "verified_by_anothers_bytes": Planted(verified_by_anothers_bytes, ("I16",), {"photo": 6}),
    "restored_server_knows_nobody": Planted(
        restored_server_knows_nobody, ("I17",), {"early_backup": 4, "restore": 12, "old_restore": 12}
    ),
    "file_purged_at_verified": Planted(
        file_purged_at_verified, ("I7",), {"safe_is_backed_up": 2, "photo": 4, "backup": 16}
    ),
    "enrolment_code_used_up": Planted(enrolment_code_used_up, ("I17",), {"reply_lost": 6}),
    # The second effect runs into what the tables allow once: set aside for no good reason, or a fault of the server.
    "reused_id_applied": Planted(reused_id_applied, ("I2", "I15", "I17")),
    # What is set aside for it stands nowhere, which is seen first where the device looks at its case.
    "full_disk_taken_for_poison": Planted(
        full_disk_taken_for_poison, ("I11", "I15"), {"network": 3, "database_fault": 24}
    ),
    "late_epoch_accepted": Planted(
        on_devices.late_epoch_accepted, ("I6",), {"stale_reply": 8, "restore": 8, "backup": 4}
    ),
    "bearer_never_renewed": Planted(
        on_devices.bearer_never_renewed, ("I17",), {"short_bearer": 3, "pause": 30, "photo": 6, "sync": 3}
    ),
    "portal_403_taken_for_revocation": Planted(on_devices.portal_403_taken_for_revocation, ("I6",), PORTALS),
    "portal_410_taken_for_reset": Planted(on_devices.portal_410_taken_for_reset, ("I6",), PORTALS),
    "overlay_outside_the_snapshot": Planted(on_devices.overlay_outside_the_snapshot, ("I11",), {"look": 6}),
    "lease_on_wall_clock": Planted(on_devices.lease_on_wall_clock, ("I8", "I17"), {"look": 2}),
    "client_hash_trusted": Planted(on_servers.client_hash_trusted, ("I4",), {"false_repeat": 6}),
    "nul_let_through": Planted(on_servers.nul_let_through, ("I15", "I17")),
    "offset_before_fsync": Planted(on_disks.offset_before_fsync, ("I1", "I16"), {"photo": 6, "server_power_cut": 10}),
    "rename_without_folder_sync": Planted(
        on_disks.rename_without_folder_sync, ("I1", "I16"), {"photo": 6, "server_power_cut": 10}
    ),
    "photo_without_folder_sync": Planted(on_disks.photo_without_folder_sync, ("I1",), {"photo": 6, "power_cut": 10}),
    "photo_not_synced": Planted(on_disks.photo_not_synced, ("I1",), {"photo": 6, "power_cut": 10}),
    "keys_not_flushed": Planted(on_disks.keys_not_flushed, ("I1", "I8", "I17"), {"power_cut": 10}),
    "commit_not_synced": Planted(on_disks.commit_not_synced, ("I1", "I7", "I17"), {"power_cut": 10}),
    "two_finishes_unlocked": Planted(
        on_scenes.two_finishes_unlocked, ("I2",), scene=scenes.two_finishes_at_once, needs_postgres=True
    ),
    "heads_locked_in_batch_order": Planted(
        on_scenes.heads_locked_in_batch_order, ("I17",), scene=scenes.two_batches_over_two_streams, needs_postgres=True
    ),
    "case_not_held": Planted(
        on_scenes.case_not_held, ("I14",), scene=scenes.a_case_changes_hands_meanwhile, needs_postgres=True
    ),
    "acknowledged_outside_the_snapshot": Planted(
        on_scenes.acknowledged_outside_the_snapshot, ("I11",), scene=scenes.an_act_arrives_while_a_page_is_drawn
    ),
    "state_before_head": Planted(
        on_scenes.state_before_head, ("I20",), scene=scenes.an_act_arrives_while_a_wall_is_drawn
    ),
    "clone_taken_for_the_phone": Planted(
        on_scenes.clone_taken_for_the_phone, ("I19",), scene=scenes.a_clone_pushes_first
    ),
    "gapped_parcel_taken": Planted(on_scenes.gapped_parcel_taken, ("I3",), scene=scenes.a_parcel_comes_before_its_turn),
    "hole_refused": Planted(on_scenes.hole_refused, ("I17",), scene=scenes.a_server_forgets_what_it_called_safe),
}
