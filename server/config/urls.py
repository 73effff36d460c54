from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    # before the rest of /api/: tus answers with its own headers
    path("api/v1/uploads/", include("server.evidence.urls")),
]
