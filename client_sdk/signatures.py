"""Signatures under an act: drawn on the screen, shown by a picture, or refused. Several people sign on one phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from client_sdk import ink, strokes
from client_sdk.clock import to_wire
from client_sdk.errors import InvalidRecord
from client_sdk.holdings import Holdings
from client_sdk.recorder import Recorder, require_photos
from client_sdk.records import require_name
from client_sdk.views import OTHER_SHOT, Photo

SIGNED, REFUSED, ON_PAPER = "SIGNED", "REFUSED", "ON_PAPER"
BY_PICTURE = (ON_PAPER, "FINGERPRINT", "STAMPED")
SHOT = "SIGNATURE"


@dataclass(frozen=True)
class Signature:
    """One person's sign under an act, or that he refused it: for `signatures` of `record_action` and `correct`."""

    name: str
    role: str
    state: str
    at: datetime
    reason: str = ""
    witnessed_by: str = ""
    picture: Photo | None = None
    strokes: Photo | None = None

    @property
    def files(self) -> tuple[Photo, ...]:
        return tuple(file for file in (self.picture, self.strokes) if file)

    def as_members(self) -> dict[str, Any]:
        """As it stands in the record, which names the hashes of its files: one signature covers them all."""
        said = {"reason": self.reason, "witnessed_by": self.witnessed_by}
        files = {"image_sha256": self.picture, "strokes_sha256": self.strokes}
        return {
            "name": self.name,
            "role": self.role,
            "state": self.state,
            "at": to_wire(self.at),
            **{name: text for name, text in said.items() if text},
            **{name: file.sha256 for name, file in files.items() if file},
        }


def signed(fields: Mapping[str, Any], signatures: Sequence[Signature]) -> Mapping[str, Any]:
    """The fields with these signatures after those they name already."""
    if not signatures:
        return fields
    named = fields.get("signatures", ())
    if isinstance(named, str | bytes) or not isinstance(named, Sequence):
        raise InvalidRecord("member_invalid", "/fields/signatures")
    return {**fields, "signatures": [*named, *(each.as_members() for each in signatures)]}


def with_files(photos: Sequence[Photo | Path | str], signatures: Sequence[Signature]) -> Sequence[Photo | Path | str]:
    """The photographs, and what belongs to the signatures, each file once."""
    require_photos(photos)
    taken = {photo.id for photo in photos if isinstance(photo, Photo)}
    files = {file.id: file for each in signatures for file in each.files if file.id not in taken}
    return [*photos, *files.values()]


class Signing:
    """Takes what people sign, sealed at once like a photograph."""

    def __init__(self, holdings: Holdings, recorder: Recorder) -> None:
        self._holdings = holdings
        self._recorder = recorder

    def drawn(self, name: str, role: str, given: Any) -> Signature:
        points, at = strokes.checked(given), self._holdings.store.clock.now()
        said = {"name": require_name(name, "/name"), "role": require_name(role, "/role"), "at": to_wire(at)}
        file, shot = strokes.written(points, said), self._shot()
        picture = self._holdings.captures.capture(ink.draw(points), shot, f"{name}.png")
        return Signature(
            name, role, SIGNED, at, picture=picture, strokes=self._holdings.captures.capture(file, shot, f"{name}.json")
        )

    def shown(self, name: str, role: str, state: str, picture: Photo | None) -> Signature:
        if state not in BY_PICTURE:
            raise InvalidRecord("member_invalid", "/state")
        if state == ON_PAPER and picture is None:
            raise InvalidRecord("picture_needed", "/picture")
        return self._without_strokes(name, role, state, picture)

    def refused(self, name: str, role: str, reason: str, witnessed_by: str, picture: Photo | None) -> Signature:
        return self._without_strokes(name, role, REFUSED, picture, reason, witnessed_by)

    def _without_strokes(
        self, name: str, role: str, state: str, picture: Photo | None, reason: str = "", witnessed_by: str = ""
    ) -> Signature:
        named, as_ = require_name(name, "/name"), require_name(role, "/role")
        now = self._holdings.store.clock.now()
        return Signature(named, as_, state, now, reason.strip(), witnessed_by.strip(), picture)

    def _shot(self) -> str:
        """As the catalogue here calls it; an older one does not know the word."""
        shots = (self._recorder.document("") or {}).get("shots") or ()
        return SHOT if any(each.get("key") == SHOT for each in shots) else OTHER_SHOT
