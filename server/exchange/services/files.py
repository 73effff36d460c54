"""Files that a message names: which they are, and who may fetch them until when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.evidence.models import Promise, StoredFile
from server.evidence.store import Area
from server.exchange.models import Peer, SentFile, Thread, WantedFile
from server.exchange.texts import Message
from server.matters.models import Matter, MatterPaper
from server.matters.queries import acts_for
from server.matters.states import TERMINAL, Move, State
from server.matters.told import FileTold, PaperTold
from server.people.models import Court

_REQUESTED = frozenset({Move.APPROVE, Move.SUPPLEMENT})


def evidence_of(matter_id: UUID) -> list[dict[str, Any]]:
    """Verified files of the acts that count for a matter, each once."""
    acts = acts_for(matter_id).values("action_id")
    promises = Promise.objects.filter(holder_id__in=acts, state=Promise.State.VERIFIED).order_by("pk")
    first = {promise.sha256: promise for promise in reversed(promises)}
    sizes = dict(StoredFile.objects.filter(pk__in=first).values_list("sha256", "size"))
    return [_told(promise, sizes[sha256]) for sha256, promise in sorted(first.items()) if sha256 in sizes]


def _told(promise: Promise, size: int) -> dict[str, Any]:
    return {
        "sha256": promise.sha256,
        "size": size,
        "media_type": promise.media_type,
        "act": str(promise.holder_id),
        "shot_code": promise.shot_code,
        "recorded_at": to_wire(promise.recorded_at) if promise.recorded_at else None,
    }


def name_files(thread: Thread, kind: str, move: str, files: Sequence[dict[str, Any]]) -> None:
    """What goes with a message of ours, from now on to be had by the peer."""
    is_result = move == Move.FEED_BACK
    if kind == "snapshot" or move in _REQUESTED or is_result:
        rows = MatterPaper.objects.filter(matter_id=thread.matter_id, is_result=is_result, paper__superseded_by=None)
        for sha256, size in rows.values_list("paper__sha256", "paper__size"):
            _name(thread, sha256, size, Area.PAPERS)
    for file in files:
        _name(thread, file["sha256"], file["size"], Area.ORIGINALS)


def _name(thread: Thread, sha256: str, size: int, area: Area) -> None:
    SentFile.objects.get_or_create(thread=thread, sha256=sha256, area=area.value, defaults={"size": size})


def require_sent(peer: Peer, court: Court, sha256: str) -> SentFile:
    """Named in a message to this peer, of a matter that lasts for it. Raises DomainError 404 `exchange_file_unknown`,
    the same for one that it may not have and for none at all."""
    for sent in SentFile.objects.filter(thread__peer=peer, thread__court=court, sha256=sha256).select_related("thread"):
        matter = Matter.objects.filter(pk=sent.thread.matter_id).first()
        if matter and _lasts(matter, peer):
            return sent
    raise DomainError("exchange_file_unknown", 404, _("There is no such file for this court, or no longer."))


def _lasts(matter: Matter, peer: Peer) -> bool:
    """For who does it, until it ends; for who asked, as long as it was not withdrawn."""
    state = State(matter.state)
    return state not in TERMINAL if peer.court_id == matter.to_court_id else state is not State.WITHDRAWN


def want_papers(thread: Thread, message: Message, papers: Sequence[PaperTold], part: str) -> None:
    for paper in papers:
        _want(thread, message, paper.sha256, paper.size, part, paper.model_dump(mode="json"))


def want_evidence(thread: Thread, message: Message, files: Sequence[FileTold]) -> None:
    for file in files:
        _want(thread, message, file.sha256, file.size, WantedFile.Part.ACT, file.model_dump(mode="json"))


def _want(thread: Thread, message: Message, sha256: str, size: int, part: str, told: dict[str, Any]) -> None:
    values = {"size": size, "told": told, "told_at": message.at}
    wanted, is_new = WantedFile.objects.get_or_create(thread=thread, sha256=sha256, part=part, defaults=values)
    if not is_new and wanted.state == WantedFile.State.REFUSED and wanted.size != size:
        again = {"state": WantedFile.State.WANTED, "failures": 0, "fault": "", "next_attempt_at": now()}
        WantedFile.objects.filter(pk=wanted.pk).update(**values, **again)


def parts_of_wanted() -> set[str]:
    """Stored pieces of files that are on their way."""
    return {part for parts in WantedFile.objects.exclude(parts=[]).values_list("parts", flat=True) for part in parts}
