"""A party as it is given, before there is a row."""

from dataclasses import dataclass

from server.cases.models import Party


@dataclass(frozen=True, slots=True)
class PartyDraft:
    part: str
    name: str
    kind: str = Party.Kind.PERSON
    id_no: str = ""
    phone: str = ""
    address: str = ""
