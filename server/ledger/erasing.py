"""Erase the private part of entries for good; their place, their view and the chain stay."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.ledger import hashing
from server.ledger.models import Entry
from server.ledger.services import Draft, append
from server.ledger.verify import ERASED


@transaction.atomic
def erase_facts(
    *, stream: str, positions: Collection[int], view: Mapping[str, Any], facts: Mapping[str, Any]
) -> list[int]:
    """Empty the facts of these entries; an entry of its own keeps their hashes. Returns the positions erased now.

    `view` and `facts` say of that entry who and why. What is erased already is left alone. Raises DomainError 422
    `facts_not_erasable` for a position that is not there, or is an erasing itself.
    """
    entries = list(Entry.objects.filter(stream=stream, position__in=positions).order_by("position"))
    unfit = set(positions) - {entry.position for entry in entries if entry.kind != ERASED}
    if unfit:
        message = _("There is no entry here whose facts could be erased: %s.") % ", ".join(map(str, sorted(unfit)))
        raise DomainError("facts_not_erasable", 422, message, {"positions": sorted(unfit)})
    fresh = [entry for entry in entries if entry.salt]
    if fresh:
        erased = [{"position": entry.position, "facts_hash": _facts_hash(entry)} for entry in fresh]
        # The one way past the rule of immutable entries; the database's trigger lets this pass and nothing else.
        QuerySet(Entry).filter(pk__in=[entry.pk for entry in fresh]).update(facts="", salt=b"")
        append([Draft((stream,), ERASED, {**view, "erased": erased}, facts)])
    return [entry.position for entry in fresh]


def _facts_hash(entry: Entry) -> str:
    return hashing.facts_hash(bytes(entry.salt), entry.facts.encode()).hex()
