"""What people write into the forms of errands, as the API takes the same."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from server.centre.written import written
from server.matters.schemas import Moving, ResultDraft
from server.matters.services import Outcome, Said
from server.matters.states import Move


def move_typed(request: HttpRequest) -> tuple[Move, Said]:
    """Raises DomainError 422 `validation_failed`."""
    typed = request.POST
    names = ("move", "words", "reason", "handler", "handler_phone", "rating")
    flags = {name: name in typed for name in ("was_on_site", "asks_release")}
    body = written(Moving, _("Fill in what this step asks for."), **{n: typed.get(n, "") for n in names}, **flags)
    return body.move, Said(**body.dict(exclude={"move"}))


def outcome_typed(request: HttpRequest) -> Outcome:
    """Raises DomainError 422 `validation_failed`."""
    names = ("code", "amount", "rank", "expires_on", "text")
    wanted = _("Say what came of it: amounts in yuan, days as days.")
    body = written(ResultDraft, wanted, **{name: request.POST.get(name, "") for name in names})
    return Outcome(**body.dict())
