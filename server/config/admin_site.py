"""Django's admin as a window: it reads, and every change goes through services, the API or a command."""

from typing import Any, NoReturn

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse


class ReadOnlySite(admin.AdminSite):
    """One door: who is not signed in goes to the command centre's page, with its lockout."""

    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        # Rights come from dated roles; Django's own groups have no table row and no meaning here.
        if model_or_iterable not in ([Group], Group):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            raise Http404
        return redirect_to_login("/admin/", settings.LOGIN_URL)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        raise Http404
