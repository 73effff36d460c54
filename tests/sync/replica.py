"""A device that applies pulls as the protocol says: a page and its cursor at once, removals first, sweep at the end."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from server.people.keys import root_public_key
from server.people.models import Officer
from server.people.services import Applicant, enrol_device, issue_enrolment_code
from tests.actors import secret_of
from tests.devices import DjangoTransport, Enrolment, Refused, TestDevice


def phone(officer: Officer) -> TestDevice:
    device = TestDevice(DjangoTransport(Client()))
    row = enrol_device(
        secret=secret_of(issue_enrolment_code(officer=officer)),
        applicant=Applicant(id=device.id, key=device.public_key, alg="ed25519", name="test phone"),
    )
    root = root_public_key(officer.court)
    device.adopt(Enrolment(row.certificate, officer.court_id, str(officer.pk), root))
    return device


@dataclass
class Replica:
    """`units` by (type, id) as (tag, data). `marked` are those a reset has not confirmed again."""

    device: TestDevice
    units: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    cursor: str | None = None
    marked: set[tuple[str, str]] = field(default_factory=set)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, None] = field(default_factory=dict)
    removed: list[tuple[str, str]] = field(default_factory=list)
    pages: int = 0
    max_bytes: int = 262_144

    def ask(self, **members: Any) -> dict[str, Any]:
        """One page, not applied; verified to be what the court signed for this request. Raises Refused."""
        status, reply = self.device.pull(cursor=self.cursor, max_bytes=self.max_bytes, **members)
        if status != 200:
            raise Refused(status, reply)
        statement = self.device.verified(reply["statement"], "statement")
        assert statement["answer_sha256"] == hashlib.sha256(reply["answer"].encode()).hexdigest()
        page: dict[str, Any] = json.loads(reply["answer"])
        return {**page, "statement": statement}

    def apply(self, page: dict[str, Any]) -> None:
        if page["base"] is None:
            self.marked = set(self.units)
        elif page["base"] != self.cursor:
            return
        for gone in page["remove"]:
            self.units.pop((gone["type"], gone["id"]), None)
            self.removed.append((gone["id"], gone["reason"]))
        for unit in page["put"]:
            key = unit["type"], unit["id"]
            self.units[key] = unit["tag"], unit["data"]
            self.marked.discard(key)
        self.cursor, self.reviews = page["cursor"], page["reviews"]
        self.receipts |= dict.fromkeys(page["receipts"])
        self.pages += 1
        if page["complete"]:
            self.units = {key: unit for key, unit in self.units.items() if key not in self.marked}
            self.marked = set()
            assert page["digest"] == self.digest()

    def digest(self) -> str:
        lines = sorted(f"{type_}|{id_}|{tag}\n".encode() for (type_, id_), (tag, _) in self.units.items())
        return hashlib.sha256(b"".join(lines)).hexdigest()

    def sync(self, most_pages: int = 200) -> None:
        """Pull until complete, starting over where the server says so."""
        for _ in range(most_pages):
            try:
                page = self.ask()
            except Refused as refused:
                if refused.code != "reset":
                    raise
                self.cursor = None
                continue
            self.apply(page)
            if page["complete"]:
                return
        raise AssertionError("never complete")

    @property
    def case_ids(self) -> set[str]:
        return {id_ for type_, id_ in self.units if type_ == "case"}

    def case(self, case_id: object) -> dict[str, Any]:
        return self.units["case", str(case_id)][1]

    @property
    def tags(self) -> dict[str, str]:
        return {f"{type_}:{id_}": tag for (type_, id_), (tag, _) in self.units.items()}


def payload(signed: str) -> dict[str, Any]:
    """The members of `P.S`, unverified."""
    text = signed.split(".")[0]
    members: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return members
