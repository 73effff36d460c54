"""Puts our own site in the place of Django's; loaded before any model, hence apart from it."""

from django.contrib.admin.apps import AdminConfig


class ReadOnlyAdmin(AdminConfig):
    default_site = "server.config.admin_site.ReadOnlySite"
