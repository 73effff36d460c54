"""What a person wrote into a form of a page, checked as the API checks the same."""

from typing import Any, TypeVar

from ninja import Schema
from pydantic import ValidationError

from server.common.errors import DomainError

Body = TypeVar("Body", bound=Schema)


def written(body: type[Body], wanted: str, **members: Any) -> Body:
    """Raises DomainError 422 `validation_failed`, saying what is wanted."""
    try:
        return body(**{name: value for name, value in members.items() if value != ""})
    except ValidationError:
        raise DomainError("validation_failed", 422, wanted) from None
