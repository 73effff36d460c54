"""What the unit of a case says of its debtors' other cases. Content of the rows alone, as in `cases.units`.

Nothing is written when a case changes, however many share its debtor: a pull asks for the versions of the others, and
reads anew those that moved. An entry is content at a version (I13), so a process may keep it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from server.cases.models import Case, Party
from server.cases.queries import with_stage_and_due
from server.common.bulk import among, json_text
from server.common.hashing import sha256_hex
from server.common.statements import GivenMany, Statement, UuidText
from server.field.elsewhere import ActsTold, acts_told

MOST_CASES = 50
"""So many are told; of a debtor with more, those with resistance, then with seals, then the newest."""
_MOST_KEPT = 20_000

_DEBTORS = Party.objects.filter(part=Party.Part.DEBTOR).exclude(identity_hash="")
_SAME_DEBTOR: Statement[tuple[str, str, int, str]] = Statement(
    lambda: _DEBTORS.filter(
        identity_hash__in=_DEBTORS.filter(case_id__in=GivenMany("case_ids")).values("identity_hash")
    ).values_list("identity_hash", UuidText("case_id"), "case__version", "case__court__name")
)


class _Version(NamedTuple):
    server_epoch: str
    case_id: str
    number: int
    court: str


class _Entry(NamedTuple):
    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class Related:
    """`related` of one unit."""

    text: str
    sha256: str
    count: int


_kept: dict[_Version, _Entry] = {}


def related_units(case_ids: Collection[str], server_epoch: str) -> dict[str, Related]:
    """By case, where its debtors have others. One SELECT, and three more where one of those changed."""
    if not case_ids:
        return {}
    debtors: dict[str, set[str]] = defaultdict(set)
    versions: dict[str, _Version] = {}
    for hash_, case_id, number, court in _SAME_DEBTOR.rows(case_ids=[UUID(each) for each in case_ids]):
        debtors[hash_].add(case_id)
        versions[case_id] = _Version(server_epoch, case_id, number, court)
    others = _others(debtors.values(), set(case_ids))
    entries = _entries({versions[case_id] for named in others.values() for case_id in named})
    first = sorted(entries, key=lambda case_id: (entries[case_id].rank, case_id), reverse=True)
    places = {case_id: place for place, case_id in enumerate(first)}
    return {
        case_id: _related([entries[other].text for other in sorted(named, key=places.__getitem__)])
        for case_id, named in others.items()
    }


def forget_entries() -> None:
    """For whoever checks that content and version agree."""
    _kept.clear()


def _others(groups: Iterable[set[str]], held: set[str]) -> dict[str, set[str]]:
    others: dict[str, set[str]] = defaultdict(set)
    for cases in groups:
        for case_id in cases & held if len(cases) > 1 else ():
            others[case_id] |= cases - {case_id}
    return others


def _related(texts: list[str]) -> Related:
    told, left_out = texts[:MOST_CASES], len(texts[MOST_CASES:])
    more = f',"more":{left_out}' if left_out else ""
    text = f'{{"cases":[{",".join(told)}]{more}}}'
    return Related(text, sha256_hex(text.encode()), len(texts))


def _entries(versions: Collection[_Version]) -> dict[str, _Entry]:
    found = {version: entry for version in versions if (entry := _kept.get(version))}
    fresh = _read([version for version in versions if version not in found])
    if len(_kept) + len(fresh) > _MOST_KEPT:
        forget_entries()
    _kept.update(fresh)
    return {version.case_id: entry for version, entry in {**found, **fresh}.items()}


def _read(versions: Collection[_Version]) -> dict[_Version, _Entry]:
    by_id = {UUID(version.case_id): version for version in versions}
    if not by_id:
        return {}
    acts = acts_told(list(by_id))
    cases = with_stage_and_due(Case.objects.filter(pk__in=among(list(by_id))))
    return {by_id[case.pk]: _entry(case, by_id[case.pk].court, acts[case.pk]) for case in cases}


def _entry(case: Case, court: str, acts: ActsTold) -> _Entry:
    told: dict[str, Any] = {"case_no": case.case_no, "court": court, "status": case.status}
    further = {"stage": getattr(case, "stage", ""), **acts._asdict()}
    told |= {name: value for name, value in further.items() if value}
    rank = 2 if acts.resistance else 1 if acts.seals else 0
    return _Entry(rank, json_text(told))
