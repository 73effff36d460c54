"""The keyed hashes of parties' identity numbers: made with each row, and anew where the key is another one."""

import hmac
from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from django.conf import settings

from server.cases.identity import identity_hash, key_id
from server.cases.models import Case, Party
from server.cases.parties import PartyDraft
from server.common.bulk import update_rows

_AT_ONCE = 1000


def current_key() -> bytes:
    """IDENTITY_KEY, or one made of SECRET_KEY for this purpose alone."""
    said = settings.IDENTITY_KEY or hmac.new(settings.SECRET_KEY.encode(), b"zhixing identity v1", "sha256").hexdigest()
    return str(said).encode()


def party_of(case: Case, draft: PartyDraft) -> Party:
    """The row of a party as it is given, with its hash; not saved."""
    return Party(case=case, **asdict(draft), identity_hash=hash_of(draft.kind, draft.id_no))


def hash_of(kind: str, id_no: str) -> str:
    return identity_hash(current_key(), kind, id_no)


def hash_identities() -> int:
    """Bring every party's hash to the key as it is; how many changed. It may be stopped and repeated."""
    return sum(_rehash(batch) for batch in _stale())


def _stale() -> Iterator[list[Party]]:
    key, last = key_id(current_key()), UUID(int=0)
    rows = Party.objects.exclude(id_no="").exclude(identity_hash__startswith=f"{key}:").order_by("pk")
    while batch := list(rows.filter(pk__gt=last).only("pk", "kind", "id_no", "identity_hash")[:_AT_ONCE]):
        yield batch
        last = batch[-1].pk


def _rehash(parties: list[Party]) -> int:
    found = [(party.pk, hash_of(party.kind, party.id_no)) for party in parties]
    changed = [(pk, hash_) for (pk, hash_), party in zip(found, parties, strict=True) if hash_ != party.identity_hash]
    update_rows(Party, "id", ("identity_hash",), changed)
    return len(changed)
