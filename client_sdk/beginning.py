"""An act that has begun: its id, so that a second device may contribute to it, and what need not be typed again."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from client_sdk.clock import to_wire
from client_sdk.corrections import CONTRIBUTES_TO
from client_sdk.errors import FieldError, InvalidRecord
from client_sdk.holdings import Holdings
from client_sdk.members import objects
from client_sdk.records import Subject, new_id, require_name, require_uuid

INVITATION = "ZXA1."
TEAM, TEMPLATES = "team", "templates"
TEAM_FIELDS = ("officers", "recorder")
MOST_TEMPLATES = 100
SERVE = "SERVE"
_RULED = {"RULING": "RULING", "ASSISTANCE": "ASSIST_NOTICE"}
AUTHORITY: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("SEAL", "SEIZE", "FREEZE_COUNTER"), _RULED),
    "RELEASE": {"RULING": "RULING"},
    "SEARCH": {"WARRANT": "SEARCH_WARRANT"},
    "INTERVIEW": {"SUMMONS": "SUMMONS"},
    "DELIVER": {"BASIS": "JUDGMENT"},
}
"""By kind of act: papers of a case, and what the catalogue calls them."""
_PAPER = {"document_no": "doc_no", "issued_on": "issued_on", "signer": "signer_name", "sha256": "sha256"}


@dataclass(frozen=True)
class Begun:
    """For `record`; `fields` are the defaults: the team, the template, the case."""

    id: str
    kind: str
    subjects: tuple[Subject, ...]
    officer_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def invitation(self) -> str:
        """A text, for a QR code, by which another officer's device contributes to this act."""
        subjects = [[subject.type, subject.id] for subject in self.subjects]
        told = {"act": self.id, "kind": self.kind, "officer": self.officer_id, "subjects": subjects}
        return INVITATION + base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Invited:
    """What an invitation says."""

    act: str
    kind: str
    officer: str
    subjects: tuple[tuple[str, str], ...]

    @property
    def marker(self) -> dict[str, Any]:
        return {CONTRIBUTES_TO: {"officer": self.officer}}


def read_invitation(text: Any) -> Invited:
    """Raises InvalidRecord `not_an_invitation` for any other text."""
    try:
        head, told = str(text)[: len(INVITATION)], str(text)[len(INVITATION) :].strip()
        members = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        subjects = tuple((require_name(type_, ""), require_name(id_, "", 200)) for type_, id_ in members["subjects"])
        ids = [require_uuid(members[name], "") for name in ("act", "officer")]
        if head != INVITATION or not subjects:
            raise ValueError(head)
        return Invited(ids[0], require_name(members["kind"], ""), ids[1], subjects)
    except (ValueError, KeyError, TypeError, binascii.Error, InvalidRecord):
        raise InvalidRecord("not_an_invitation", "/invitation") from None


class Beginner:
    """Remembers the team of the last act and what officers name as templates; both are of this store alone."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._database = holdings.store.database

    def begin(self, kind: str, subjects: Sequence[Subject], template: str | None) -> Begun:
        now = to_wire(self._holdings.store.clock.now())
        fields = {"started_at": now, **self._team(), **self._of_case(kind, subjects), **self._template(kind, template)}
        officer = str(self._holdings.identity.certificate.officer)
        return Begun(new_id(), require_name(kind, "/kind"), tuple(subjects), officer, fields)

    def finished(self, begun: Begun, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What is said now goes before what was said before it."""
        return {"finished_at": to_wire(self._holdings.store.clock.now()), **begun.fields, **fields}

    def remember(self, fields: Mapping[str, Any]) -> None:
        """The team of this act is the next one's."""
        team = {name: fields[name] for name in TEAM_FIELDS if fields.get(name)}
        if team and team != self._database.meta(TEAM):
            with self._database.transaction():
                self._database.set_meta(TEAM, team)

    def save_template(self, name: str, kind: str, fields: Mapping[str, Any]) -> None:
        known = self._database.meta(TEMPLATES) or {}
        known = {**known, require_name(name, "/name"): {"kind": kind, "fields": dict(fields)}}
        if len(known) > MOST_TEMPLATES:
            raise InvalidRecord("too_many", "/name", note=f"{len(known)} > {MOST_TEMPLATES}")
        with self._database.transaction():
            self._database.set_meta(TEMPLATES, known)

    def templates(self) -> dict[str, dict[str, Any]]:
        return dict(self._database.meta(TEMPLATES) or {})

    def _team(self) -> Mapping[str, Any]:
        return dict(self._database.meta(TEAM) or {})

    def _template(self, kind: str, name: str | None) -> Mapping[str, Any]:
        if name is None:
            return {}
        known = self.templates().get(name)
        if known is None or known["kind"] != kind:
            raise InvalidRecord("template_unknown", "/template")
        return dict(known["fields"])

    def _of_case(self, kind: str, subjects: Sequence[Subject]) -> Mapping[str, Any]:
        """The paper it is done by, where the case has one of that kind, and who is to be served, where it is one."""
        data = self._data_of(subjects[0].id)
        debtors = [each for each in objects(data.get("parties")) if each.get("role") == "debtor"]
        served = {"receiver_name": str(debtors[0].get("name", ""))} if kind == SERVE and len(debtors) == 1 else {}
        return {**_authority(kind, objects(data.get("papers"))), **served}

    def _data_of(self, case_id: str) -> Mapping[str, Any]:
        try:
            unit = self._holdings.replica.unit("case", case_id)
        except FieldError:  # what may not be read, or is damaged, gives no defaults
            unit = None
        return unit.data if unit else {}


def _authority(kind: str, papers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = []
    for wanted, called in AUTHORITY.get(kind, {}).items():
        of_kind = [paper for paper in papers if paper.get("kind") == wanted]
        if len(of_kind) == 1:
            named = {name: of_kind[0][member] for member, name in _PAPER.items() if of_kind[0].get(member)}
            found.append({"kind": called, **named})
    return {"authority_docs": found} if found else {}
