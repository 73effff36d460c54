from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from server.config.api import api
from server.config.errors_page import errors_page
from server.config.health import healthz, readyz

urlpatterns = [
    path("", RedirectView.as_view(url="/centre/")),
    path("healthz", healthz),
    path("readyz", readyz),
    # before the rest of /api/: tus answers with its own headers
    path("api/v1/uploads/", include("server.evidence.urls")),
    path("api/errors", errors_page),
    path("api/", api.urls),
    path("centre/", include("server.centre.urls")),
    path("admin/", admin.site.urls),
]
