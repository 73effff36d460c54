"""The units a device may see now, and what they hold. Content comes from rows alone, never from the clock.

A tag is `server_epoch.version.projection.schema`: of a case the version is counted by every transaction that touches
it, of the small units it is a hash of their content.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from server.cases.access import versions_held_by
from server.cases.models import Case, Grant
from server.cases.queries import flow_of, flow_versions
from server.cases.units import case_units
from server.common.hashing import canonical_json, sha256_hex
from server.evidence.papers import paper_units
from server.field.kinds import kinds_document
from server.field.queries import action_summaries
from server.people.access import roles_of
from server.people.models import Court, Device, Officer
from server.people.queries import group_of

SCHEMA_MIN = SCHEMA_MAX = 1
PROJECTION = 1
"""Raised when the same rows are shown differently, by role or by release."""
CATALOGUE_ID = "1"


class VisibleUnits:
    """Tags of everything this device may hold at this moment, the most urgent first, and the way to their content."""

    def __init__(self, device: Device, at: datetime, server_epoch: str, schema: int) -> None:
        self._suffix = f"{PROJECTION}.{schema}"
        self._epoch = server_epoch
        if device.officer.court_id == device.court_id:
            device.officer.court = device.court  # one SELECT less
        profile, catalogue = profile_unit(device.officer, at), catalogue_unit(device.court)
        self._small = {f"profile:{profile['id']}": profile, f"catalogue:{CATALOGUE_ID}": catalogue}
        self.tags = {key: self._tag(_version_of(unit)) for key, unit in self._small.items()}
        cases = versions_held_by(device.officer, at)
        ordered = sorted(cases, key=lambda case: (case[2] != Case.Priority.HIGH, -case[0].int))
        self.tags |= {f"case:{pk}": self._tag(str(version)) for pk, version, _ in ordered}

    def _tag(self, version: str) -> str:
        return f"{self._epoch}.{version}.{self._suffix}"

    def contents(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """`put` items for these keys, in their order. One SELECT per table whatever their number."""
        cases = cases_with_actions([UUID(key.removeprefix("case:")) for key in keys if key.startswith("case:")])
        return [self._put(key, cases) for key in keys]

    def _put(self, key: str, cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
        type_, _, id_ = key.partition(":")
        content = self._small[key] if key in self._small else cases[key]
        return {"type": type_, "id": id_, "tag": self.tags[key], "data": content}


def cases_with_actions(case_ids: Collection[UUID]) -> dict[str, dict[str, Any]]:
    units, papers, actions = case_units(case_ids), paper_units(case_ids), action_summaries(case_ids)
    return {
        f"case:{pk}": unit | {"papers": papers.get(pk, []), "actions": actions.get(pk, [])}
        for pk, unit in units.items()
    }


def profile_unit(officer: Officer, at: datetime) -> dict[str, Any]:
    court, group = officer.court, group_of(officer, at)
    return {
        "id": str(officer.pk),
        "staff_no": officer.staff_no,
        "name": officer.name,
        "roles": sorted(roles_of(officer, at)),
        "court": {"id": str(court.pk), "code": court.code, "name": court.name},
        "group": {"id": str(group.pk), "name": group.name} if group else None,
        "orders": [],
    }


def catalogue_unit(court: Court) -> dict[str, Any]:
    flows = {f"{version.key}@{version.version}": flow_of(version).names() for version in flow_versions()}
    return {"id": CATALOGUE_ID, "kinds": kinds_document(court.kind_rules), "flows": flows}


def removal_reasons(device: Device, keys: Collection[str], at: datetime) -> dict[str, str]:
    """Why each unit leaves: `suspended`, `reassigned`, `expired`. At most one SELECT."""
    ids = [UUID(key.removeprefix("case:")) for key in keys if key.startswith("case:")]
    if not ids:
        return {}
    if not roles_of(device.officer, at):
        return dict.fromkeys(keys, "suspended")
    numbers = dict(Case.objects.filter(pk__in=ids).values_list("pk", "assignment_no"))
    grants = Grant.objects.filter(subject_id__in=ids, officer_id=device.officer_id).order_by("valid_to")
    last = dict(grants.values_list("subject_id", "assignment_no"))
    return {
        f"case:{pk}": "reassigned" if (last.get(pk) or 0) < numbers[pk] and last.get(pk) else "expired" for pk in ids
    }


def _version_of(unit: dict[str, Any]) -> str:
    kinds = unit.get("kinds")
    if kinds is None:
        return sha256_hex(canonical_json(unit))[:16]
    # The document of a release vouches for itself; hashing it anew at every pull would be most of a pull's cost.
    brief = {**unit, "kinds": [kinds["sha256"], kinds.get("overrides")]}
    return sha256_hex(canonical_json(brief))[:16]
