"""`/api/v1/uploads/…`; stands before the rest of `/api/`."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from server.evidence import tus


class Sha256Converter(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("", tus.uploads, name="uploads"),
    path("<sha256:sha256>", tus.upload, name="upload"),
    path("<sha256:sha256>/receipt", tus.receipt, name="upload-receipt"),
]
