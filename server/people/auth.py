"""Who may hold a session: the backend behind sign-in, and the guard of every staff endpoint."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie
from ninja.utils import check_csrf

from server.common.errors import DomainError
from server.people.access import is_suspended
from server.people.models import Officer


class OfficerBackend(ModelBackend):
    """Also asked for every request of a session, so a suspension ends sessions at once."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        return isinstance(user, Officer) and user.is_active and not is_suspended(user)


class SignedIn(APIKeyCookie):
    """Session cookie; writes also need `X-CSRFToken`. `request.auth` and `request.user` are the Officer."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked below, after we know there is a session to protect

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not isinstance(request.user, Officer):
            raise DomainError("not_signed_in", 401, _("Sign in first."))
        if check_csrf(request) is not None:
            raise csrf_failed()
        return request.user


def csrf_failed() -> DomainError:
    message = _("This request did not come from our own page, or the page is too old. Load it again and retry.")
    return DomainError("csrf_failed", 403, message)
