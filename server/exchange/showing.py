"""What is on its way between two servers about one matter, as a reader's side may know it."""

from typing import Any

from server.exchange.models import OutMessage, Thread, WantedFile
from server.exchange.schemas import AcrossView, AskedView, FileView
from server.matters.access import sides_of
from server.matters.models import Matter, MatterAsked
from server.matters.states import Side
from server.matters.wording import reason_told
from server.people.models import Court, Officer


def across_of(matter: Matter, reader: Officer) -> AcrossView:
    """`matter` is one he may read."""
    thread = Thread.objects.select_related("peer__court").filter(matter_id=matter.pk).first()
    files = list(_files(matter, reader))
    return AcrossView(
        **_line(thread),
        asked=[_asked(row) for row in matter.asked_across.select_related("by").order_by("at", "pk")],
        promised=len(files),
        arrived=sum(row.state == WantedFile.State.ARRIVED for row in files),
        files=[_file(row) for row in files],
    )


def _line(thread: Thread | None) -> dict[str, Any]:
    if thread is None:
        return {
            "court": "",
            "is_by_files": False,
            "is_cut_off": False,
            "last_contact_at": None,
            "waiting": 0,
            "dead": 0,
        }
    peer, ours = thread.peer, thread.out_messages
    return {
        "court": peer.court.name,
        "is_by_files": not peer.url,
        "is_cut_off": peer.cut_off_at is not None,
        "last_contact_at": peer.last_contact_at,
        "waiting": ours.filter(state=OutMessage.State.WAITING).count(),
        "dead": ours.filter(state=OutMessage.State.DEAD).count(),
    }


def _files(matter: Matter, reader: Officer) -> list[WantedFile]:
    """Of the side he reads: papers of the request go to who does it, what came of it to who asked."""
    sides, here = sides_of(reader, matter), Court.Reach.HERE
    is_asking = Side.ASKING in sides and matter.from_court.reach == here
    is_doing = Side.DOING in sides and matter.to_court.reach == here
    rows = WantedFile.objects.filter(thread__matter_id=matter.pk).order_by("pk")
    return list(rows) if is_asking or is_doing else []


def _file(row: WantedFile) -> FileView:
    names = ("part", "sha256", "size", "offset", "state", "fault", "told")
    return FileView(**{name: getattr(row, name) for name in names})


def _asked(row: MatterAsked) -> AskedView:
    names = ("move", "at", "answered_at", "code")
    view = {name: getattr(row, name) for name in names}
    return AskedView(**view, by=row.said_by, message=reason_told(row.code) if row.code else "")
