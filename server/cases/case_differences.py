"""What a line of a list says otherwise than the case here: what may be corrected from it, and what may not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.case_file import CaseRow
from server.cases.models import Case, Party
from server.cases.parties import PartyDraft
from server.common.spreadsheet import RowFault
from server.people.models import Court

_CORRECTED = ("phone", "address")


@dataclass(frozen=True, slots=True)
class PartyChange:
    id: UUID
    part: str
    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Difference:
    case: Case
    claim_amount: Decimal | None
    """The new one; None where it stays."""
    parties: tuple[PartyChange, ...]

    @property
    def is_empty(self) -> bool:
        return self.claim_amount is None and not self.parties


def difference_of(case: Case, row: CaseRow, court: Court) -> Difference:
    """What the line corrects; what it leaves empty stays, and who holds the case is not asked.

    `case` has its parties at hand, in the order of their ids. Raises RowFault where the line contradicts what no list
    changes.
    """
    said = {"court": court.pk, "cause": row.cause, "filed_on": row.filed_on}
    standing = {"court": case.court_id, "cause": case.cause, "filed_on": case.filed_on}
    for name in (*said, *row.facts):
        if {**said, **row.facts}[name] != {**case.flow_facts, **standing}.get(name):
            raise _conflict(name)
    amount = None if row.claim_amount in (None, case.claim_amount) else row.claim_amount
    difference = Difference(case, amount, tuple(_party_changes(list(case.parties.all()), row.parties)))
    if not difference.is_empty and case.status == Case.Status.CLOSED:
        raise RowFault("", _("This case is closed; it can no longer be assigned or changed."))
    return difference


def _party_changes(standing: Sequence[Party], given: Sequence[PartyDraft]) -> Iterator[PartyChange]:
    waiting: dict[tuple[str, str], list[Party]] = defaultdict(list)
    for party in standing:
        waiting[party.part, party.name].append(party)
    for number, draft in _numbered(given):
        if not waiting[draft.part, draft.name]:
            raise _conflict(f"{draft.part}_{number}_name")
        yield from _party_change(waiting[draft.part, draft.name].pop(0), draft, number)
    named = {draft.part for draft in given}
    left = next((part for (part, _name), parties in waiting.items() if parties and part in named), None)
    if left:
        raise RowFault(f"{left}_1_name", _("The file names fewer of them than are recorded; an import removes nobody."))


def _party_change(party: Party, draft: PartyDraft, number: int) -> Iterator[PartyChange]:
    for name in ("kind", "id_no"):
        if getattr(draft, name) not in ("", getattr(party, name)):
            raise _conflict(f"{draft.part}_{number}_{name}")
    phone, address = (getattr(draft, name) or getattr(party, name) for name in _CORRECTED)
    if (phone, address) != (party.phone, party.address):
        yield PartyChange(party.pk, party.part, party.name, phone, address)


def _numbered(given: Sequence[PartyDraft]) -> Iterator[tuple[int, PartyDraft]]:
    counts: dict[str, int] = defaultdict(int)
    for draft in given:
        counts[draft.part] += 1
        yield counts[draft.part], draft


def _conflict(name: str) -> RowFault:
    return RowFault(name, _("Differs from what is recorded; an import does not change this."))
