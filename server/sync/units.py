"""The units a device may see now, and what they hold. Content comes from rows alone, never from the clock.

A tag is `server_epoch.version.projection.schema`: of a case the version is counted by every transaction that touches
it, with a hash of what its debtors' other cases tell beside it; of the small units it is a hash of their content.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from server.cases.access import versions_held_by
from server.cases.models import Case, Grant, MatterSubject, SubjectType
from server.cases.queries import flow_by_sha256
from server.cases.units import case_texts
from server.common.hashing import canonical_json, sha256_hex
from server.evidence.papers import paper_units
from server.field.case_acts import case_document
from server.field.claiming import claimed_nodes
from server.field.kinds import kinds_document
from server.field.queries import action_summaries
from server.field.related_units import Related, related_units
from server.matters.units import matter_units
from server.people.access import roles_of
from server.people.models import Court, Device
from server.supervision.units import urge_units
from server.sync.standing import Flow, Standing, standing_of
from server.teamwork.units import work_units

SCHEMA_MIN = SCHEMA_MAX = 1
PROJECTION = 1
"""Raised when the same rows are shown differently, by role or by release."""
CATALOGUE_ID = "1"
_CASE, _MATTER = "case:", "matter:"


class VisibleUnits:
    """Tags of everything this device may hold at this moment, the most urgent first, and the way to their content."""

    def __init__(
        self, device: Device, at: datetime, server_epoch: str, schema: int, standing: Standing | None = None
    ) -> None:
        standing = standing or standing_of(device.pk, at)
        self._suffix = f"{PROJECTION}.{schema}"
        self._epoch = server_epoch
        self._court_id = device.court_id
        court, flows, profile = standing.device.court, standing.flows, profile_unit(standing)
        self._small = {f"profile:{profile['id']}": profile, f"catalogue:{CATALOGUE_ID}": catalogue_unit(court, flows)}
        versions = (sha256_hex(canonical_json(profile))[:16], catalogue_version(court, flows))
        self.tags = {key: self._tag(version) for key, version in zip(self._small, versions, strict=True)}
        held = sorted(versions_held_by(standing.device.officer, at), key=lambda row: row[1], reverse=True)
        self._related = related_units([pk for type_, pk, _, _ in held if type_ == SubjectType.CASE], server_epoch)
        urgent = [row for row in held if row[3] == Case.Priority.HIGH]
        for rows in (urgent, held):  # what stands there already keeps its place
            self.tags |= {
                f"{type_}:{pk}": self._tag(_version(version, self._related.get(pk))) for type_, pk, version, _ in rows
            }

    def _tag(self, version: str) -> str:
        return f"{self._epoch}.{version}.{self._suffix}"

    def texts(self, keys: Collection[str]) -> list[str]:
        """`put` items for these keys as JSON, in their order. One SELECT per table whatever their number."""
        ids = [UUID(key.removeprefix(_CASE)) for key in keys if key.startswith(_CASE)]
        contents = {f"{_CASE}{pk}": text for pk, text in _texts_of_cases(ids, self._court_id, self._related).items()}
        errands = [UUID(key.removeprefix(_MATTER)) for key in keys if key.startswith(_MATTER)]
        contents |= {f"{_MATTER}{pk}": _text(unit) for pk, unit in _matters(errands).items()}
        contents |= {key: _text(self._small[key]) for key in keys if key in self._small}
        return [self._put(key, contents[key]) for key in keys]

    def related_in(self, keys: Iterable[str]) -> dict[UUID, Related]:
        """What these units say of their debtors' other cases, by case."""
        ids = (key.removeprefix(_CASE) for key in keys)
        return {UUID(pk): self._related[pk] for pk in ids if pk in self._related}

    def contents(self, keys: Collection[str]) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts(keys)]

    def _put(self, key: str, content: str) -> str:
        type_, _, id_ = key.partition(":")
        return f'{{"type":"{type_}","id":"{id_}","tag":"{self.tags[key]}","data":{content}}}'


def _version(number: int, related: Related | None) -> str:
    return f"{number}-{related.sha256[:16]}" if related else str(number)


def _texts_of_cases(ids: Collection[UUID], court_id: UUID, related: Mapping[str, Related]) -> dict[UUID, str]:
    if not ids:
        return {}
    papers, actions = paper_units(ids), action_summaries(ids)
    work, urges = work_units(ids, court_id), urge_units(ids, court_id)
    listed = {
        pk: {"papers": papers.get(pk, []), "actions": actions.get(pk, []), **work.get(pk, {}), **urges.get(pk, {})}
        for pk in ids
    }
    for pk in ids:
        if str(pk) in related:
            listed[pk]["related"] = json.loads(related[str(pk)].text)
    return case_texts(ids, listed, claimed_nodes)


def _matters(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    if not ids:
        return {}
    papers, actions = paper_units(ids), action_summaries(ids)
    listed = ((pk, {"papers": papers.get(pk, []), "actions": actions.get(pk, [])}) for pk in ids)
    units = matter_units(ids)
    return {pk: {**units[pk], **rest} for pk, rest in listed}


def profile_unit(standing: Standing) -> dict[str, Any]:
    officer, court, group = standing.device.officer, standing.device.court, standing.group
    return {
        "id": str(officer.pk),
        "staff_no": officer.staff_no,
        "name": officer.name,
        "roles": sorted(standing.roles),
        "court": {"id": str(court.pk), "code": court.code, "name": court.name},
        "group": {"id": group[0], "name": group[1]} if group else None,
        "orders": [],
        **standing.brief,
        **({"new_devices": list(standing.doubted)} if standing.doubted else {}),
    }


def catalogue_unit(court: Court, flows: tuple[Flow, ...]) -> dict[str, Any]:
    kinds = {"kinds": kinds_document(court.kind_rules), "case_kinds": case_document()}
    return {"id": CATALOGUE_ID, **kinds, "flows": _names(flows)}


@lru_cache(maxsize=8)
def _names(flows: tuple[Flow, ...]) -> Mapping[str, Any]:
    return {flow.id: flow_by_sha256(flow.sha256).names() for flow in flows}


def removal_reasons(device: Device, keys: Collection[str], at: datetime) -> dict[str, str]:
    """Why each unit leaves: `suspended`, `reassigned`, `expired`. At most one SELECT."""
    ids = {UUID(id_): key for key in keys for type_, _, id_ in [key.partition(":")] if type_ in SubjectType.values}
    if not ids:
        return {}
    if not roles_of(device.officer, at):
        return dict.fromkeys(keys, "suspended")
    cases, matters = (
        model.objects.filter(pk__in=ids).values_list("pk", "assignment_no") for model in (Case, MatterSubject)
    )
    numbers = dict(cases.union(matters, all=True))
    grants = Grant.objects.filter(subject_id__in=list(ids), officer_id=device.officer_id).order_by("valid_to")
    last = dict(grants.values_list("subject_id", "assignment_no"))
    return {
        key: "reassigned" if (last.get(pk) or 0) < numbers[pk] and last.get(pk) else "expired"
        for pk, key in ids.items()
    }


def catalogue_version(court: Court, flows: tuple[Flow, ...]) -> str:
    kinds = kinds_document(court.kind_rules)
    documents = kinds["sha256"] + case_document()["sha256"]
    return _catalogue_version(documents, canonical_json(kinds.get("overrides")), flows)


@lru_cache(maxsize=64)
def _catalogue_version(kinds: str, overrides: bytes, flows: tuple[Flow, ...]) -> str:
    """The document of a release vouches for itself; hashing it anew would be most of a pull's cost."""
    brief = {"id": CATALOGUE_ID, "kinds": [kinds, json.loads(overrides)], "flows": _names(flows)}
    return sha256_hex(canonical_json(brief))[:16]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
