"""What an officer sees of his cases, his day and his device, all from this device."""

import re
from datetime import datetime, timedelta

from client_sdk.alarms import Clocks, alarms_of, next_of_each
from client_sdk.cases import case_of, due_nodes
from client_sdk.clock import from_wire, local_date
from client_sdk.day import due_of_order, open_tasks, open_urges, waiting_handovers
from client_sdk.day_views import Alarm
from client_sdk.doubts import made_at
from client_sdk.errors import FieldError, NotFound
from client_sdk.holdings import Holdings
from client_sdk.matters import Matter, matter_of, place_in_list
from client_sdk.members import objects
from client_sdk.notes import held_back_in_words, photos_left, room_in_words
from client_sdk.reviews import review_of
from client_sdk.safety import Safety, calls_of, orders_of, stay_of
from client_sdk.views import Action, Case, NewDevice, Review, Status, Today


class Overview:
    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    def cases(self) -> list[Case]:
        bookmark = self._holdings.replica.bookmark()
        own = self._holdings.outbox.actions(self._holdings.acked_seq, after=bookmark.complete_seq)
        here, units = self._holdings.papers.here(), self._holdings.replica.units("case")
        found = [case_of(unit, own, bookmark.complete_seq, here) for unit in units]
        return sorted(found, key=_place_in_list)

    def case(self, case_id: str) -> Case:
        bookmark = self._holdings.replica.bookmark()
        own = self._holdings.outbox.actions(self._holdings.acked_seq, after=bookmark.complete_seq)
        # Last: a sync may come between, and an older unit would lack what `own` no longer lays over it.
        unit = self._holdings.replica.unit("case", case_id)
        if unit is None:
            raise NotFound(what=f"case {case_id}")
        return case_of(unit, own, bookmark.complete_seq, self._holdings.papers.here())

    def matters(self) -> list[Matter]:
        bookmark = self._holdings.replica.bookmark()
        own = self._holdings.outbox.actions(self._holdings.acked_seq, after=bookmark.complete_seq)
        here, units = self._holdings.papers.here(), self._holdings.replica.units("matter")
        return sorted((matter_of(unit, own, bookmark.complete_seq, here) for unit in units), key=place_in_list)

    def reviews(self) -> list[Review]:
        return [review_of(members) for members in self._holdings.replica.reviews()]

    def unsent(self) -> list[Action]:
        acked_seq = self._holdings.acked_seq
        return self._holdings.outbox.actions(acked_seq, after=acked_seq)

    def as_of(self) -> datetime | None:
        as_of = self._holdings.replica.bookmark().as_of
        return from_wire(as_of) if as_of else None

    def today(self) -> Today:
        as_of, cases = self.as_of(), self.cases()
        date = local_date(self._holdings.store.clock.now())
        profile = next(iter(self._holdings.replica.units("profile")), None)
        orders = profile.data.get("orders") if profile else None
        return Today(
            date=date,
            nodes=tuple(due_nodes(cases, date)),
            orders=tuple(sorted(orders or (), key=due_of_order)),
            reviews=tuple(self.reviews()),
            unsent=tuple(self.unsent()),
            recovered=tuple(photo for photo in self._holdings.captures.unbound() if photo.is_recovered),
            as_of=as_of,
            age=max(self._now() - as_of, timedelta()) if as_of else None,
            handovers=tuple(waiting_handovers(cases, date)),
            tasks=tuple(open_tasks(cases, date, str(self._holdings.identity.certificate.officer))),
            urges=tuple(open_urges(cases, date)),
            alarms=tuple(next_of_each(self.alarms())),
        )

    def _now(self) -> datetime:
        """The court's time where this boot has heard it, whatever the wall clock was turned to."""
        clock, contact = self._holdings.store.clock, self._holdings.contact
        return (contact.court_time(clock) if contact else None) or clock.now()

    def alarms(self) -> list[Alarm]:
        clock, contact = self._holdings.store.clock, self._holdings.contact
        clocks = Clocks(
            wall=clock.now(),
            boot_ms=clock.boot_ms(),
            boot_id=clock.boot_id(),
            court_time=contact.court_time(clock) if contact else None,
            not_before=contact.statement.received_at if contact else None,
        )
        return alarms_of(self._holdings.outbox.protective(), clocks)

    def safety(self) -> Safety:
        """Also where reading has ended: what the court told is left out then."""
        holdings, own = self._holdings, self._holdings.outbox.history(self._holdings.acked_seq)
        try:
            unit = next(iter(holdings.replica.units("profile")), None)
        except FieldError:
            unit = None
        profile, stays = (unit.data if unit else {}), holdings.outbox.protective()
        minutes = {each.action.id: each.facts["fields"].get("interval_minutes") for each in stays}
        told = profile.get("safety")
        calls = objects(told.get("sos")) if isinstance(told, dict) else ()
        on_site, due_at = stay_of(own, minutes)
        pending = [act for act in own if act.status == "unsent"]
        return Safety(on_site, due_at, calls_of(own, holdings.calls_answered(), calls), orders_of(profile, pending))

    def node_endings(self, node_key: str) -> tuple[str, ...]:
        catalogue = next(iter(self._holdings.replica.units("catalogue")), None)
        flows = catalogue.data.get("flows") if catalogue else None
        found = (flow["nodes"].get(node_key, {}).get("ends") or () for flow in (flows or {}).values())
        return tuple(dict.fromkeys(event for ends in found for event in ends))

    def new_devices(self) -> list[NewDevice]:
        profile = next(iter(self._holdings.replica.units("profile")), None)
        named = profile.data.get("new_devices") if profile else None
        own = str(self._holdings.identity.device)
        return [NewDevice(each, made_at(each)) for each in named or () if isinstance(each, str) and each != own]

    def status(self) -> Status:
        holdings, contact = self._holdings, self._holdings.contact
        operations, operation_bytes = holdings.outbox.count_after(holdings.acked_seq)
        files, file_bytes = holdings.deliveries.undelivered_bytes(holdings.statement)
        unsafe, held_back = holdings.unsafe(), held_back_in_words(holdings.lanes_with_unsent())
        free, reserve = holdings.store.free_bytes(), holdings.store.surroundings.reserve_bytes
        clock, offset = contact.judge_clock(holdings.store.clock) if contact else ("unbounded", None)
        return Status(
            unsent_operations=operations,
            unsent_bytes=operation_bytes + file_bytes,
            unsent_files=files,
            unsafe_operations=unsafe.operations,
            unsafe_files=unsafe.files,
            last_contact_at=contact.statement.received_at if contact else None,
            clock=clock,
            clock_offset_seconds=offset,
            free_bytes=free,
            recovered_photos=sum(photo.is_recovered for photo in holdings.captures.unbound()),
            broken_files=holdings.captures.broken_files(),
            refused_files=holdings.deliveries.refused(),
            officer=str(holdings.identity.officer.get("name", "")),
            court=str(holdings.identity.court.get("name", "")),
            server=holdings.identity.server,
            readable_until=holdings.reading.until,
            reading_ended=holdings.reading.ended,
            held_back=held_back,
            photos_left=photos_left(free, reserve),
            notes=(*(each.text for each in held_back), *room_in_words(free, reserve)),
        )


def _place_in_list(case: Case) -> tuple[bool, list[str], str]:
    """What is under way before what is closed; by number, 9 before 10."""
    return case.status == "CLOSED", [part.zfill(12) for part in re.split(r"(\d+)", case.case_no)], case.id
