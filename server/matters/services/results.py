"""What came of a matter, one measure or answer at a time: amount, rank in waiting, expiry."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import append
from server.matters.access import require_side
from server.matters.crossing import tell_across
from server.matters.kinds import catalogue
from server.matters.models import Matter, MatterResult
from server.matters.queries import kind_of
from server.matters.services.entries import matter_draft
from server.matters.services.moving import held_matter
from server.matters.services.rights import mark_subject
from server.matters.services.snapshots import result_view
from server.matters.states import Part, State
from server.people.models import Officer

LARGEST_AMOUNT = Decimal("99999999999999.99")


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str
    amount: Decimal | None = None
    rank: int | None = None
    expires_on: date | None = None
    text: str = ""
    id: UUID | None = None
    """Made by whoever says it: said twice it is one."""


@transaction.atomic
def add_result(*, matter: Matter, outcome: Outcome, by: Officer) -> MatterResult:
    """While it is being done; the court that asked hears of it at once. Raises DomainError 403 `matter_not_in_charge`;
    409 `matter_not_in_state`; 422 `matter_result_invalid` with the `fields` at fault."""
    matter = held_matter(matter.pk)
    require_side(by, matter, Part.HANDLER, Part.CENTRE)
    standing = MatterResult.objects.filter(pk=outcome.id).first() if outcome.id else None
    if standing and standing.matter_id == matter.pk:
        return standing
    if matter.state != State.IN_PROGRESS:
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "result"})
    _require_valid(["id"] if standing else [])
    require_possible(matter, outcome)
    row = MatterResult.objects.create(
        id=outcome.id or new_id(),
        matter=matter,
        number=matter.results.count() + 1,
        code=outcome.code,
        amount=outcome.amount,
        rank=outcome.rank,
        expires_on=outcome.expires_on,
        text=outcome.text.strip(),
        by=by,
    )
    mark_subject(matter)
    tell_across(matter, "result", {"id": str(row.pk), **result_view(row)}, by=by, at=row.at)
    said = {name: value for name, value in result_view(row).items() if name not in ("text", "at")}
    append([matter_draft(matter, "matter_result", by=by, facts={"text": row.text}, result=said)])
    return row


def require_possible(matter: Matter, outcome: Outcome) -> None:
    """Raises DomainError 422 `matter_result_invalid`."""
    _require_valid(_faults(matter, outcome))


def _require_valid(wrong: list[str]) -> None:
    if wrong:
        message = _("This result is not one of this kind of matter, or lacks what it must say.")
        raise DomainError("matter_result_invalid", 422, message, {"fields": wrong})


def _is_sum(amount: Decimal) -> bool:
    """In yuan and fen, nothing finer: what is signed is what is stored."""
    return amount.is_finite() and 0 <= amount <= LARGEST_AMOUNT and amount == round(amount, 2)


def _faults(matter: Matter, outcome: Outcome) -> list[str]:
    if outcome.code not in kind_of(matter).results:
        return ["code"]
    needs = catalogue(matter.catalogue).results[outcome.code].needs
    wrong = [name for name in needs if getattr(outcome, name) is None]
    amount, rank = outcome.amount, outcome.rank
    if amount is not None and not _is_sum(amount):
        wrong.append("amount")
    if rank is not None and not 1 <= rank <= 1000:
        wrong.append("rank")
    if len(outcome.text) > 1000 or "\0" in outcome.text:
        wrong.append("text")
    return wrong
