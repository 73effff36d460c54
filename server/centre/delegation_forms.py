"""What people write into the forms of delegated cases, as the API takes the same."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from server.centre.written import written
from server.delegation.schemas import Asking, Moving
from server.delegation.services import Asked, Said, Target
from server.delegation.states import Move
from server.delegation.wording import refused_as
from server.people.models import Court

FREE_ROWS = range(1, 4)
"""Properties in words, beside those of the case."""
_PLAIN = (
    *("move", "words", "record_no", "case_no", "handler", "handler_phone"),
    *("told_applicant_on", "deadline_on", "applicant_asked_on", "to_court"),
)


def move_typed(request: HttpRequest) -> tuple[Move, Said]:
    """Raises DomainError 422 `validation_failed`."""
    typed = request.POST
    found = _free(typed, "")
    members = {name: typed.get(name, "") for name in _PLAIN}
    body = written(Moving, _("Fill in what this step asks for."), **members, properties=[found] if found else [])
    said = body.dict(exclude={"move", "properties"})
    return body.move, Said(**said, properties=[Target(**each.dict()) for each in body.properties])


def draft_typed(request: HttpRequest, property_ids: list[str]) -> tuple[Court, Asked]:
    """Raises DomainError 422 `validation_failed`, `delegation_court_unfit`."""
    typed = request.POST
    known = [{"property": pk, "place": typed.get(f"place-{pk}", "").strip()} for pk in property_ids]
    free = [row for number in FREE_ROWS if (row := _free(typed, f"-{number}"))]
    contact = {name: typed.get(f"contact_{name}", "").strip() for name in ("name", "phone")}
    body = written(
        Asking,
        _("Choose a court, and say where each property lies."),
        to_court=typed.get("to_court", ""),
        is_none_here="is_none_here" in typed,
        statement=typed.get("statement", ""),
        targets=[*(each for each in known if each["place"]), *free],
        contact={name: value for name, value in contact.items() if value},
    )
    targets = [Target(**each.dict()) for each in body.targets]
    asked = Asked(**body.dict(exclude={"to_court", "id", "targets"}), targets=targets)
    return _court(body), asked


def _court(body: Asking) -> Court:
    court = Court.objects.filter(pk=body.to_court).first()
    if court is None:
        raise refused_as("delegation_court_unfit")
    return court


def _free(typed: QueryDict, mark: str) -> dict[str, Any]:
    """A property in words; nothing where nothing was written."""
    row = {name: typed.get(f"{name}{mark}", "").strip() for name in ("kind", "name", "ref", "place")}
    return row if row["name"] or row["place"] else {}
