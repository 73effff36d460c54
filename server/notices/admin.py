"""What an administrator may look at: receivers and what became of each delivery, and no word of any notice."""

from django.contrib import admin

from server.notices.models import Delivery, DeliveryAttempt, Webhook
from server.people.admin import ReadOnly


@admin.register(Webhook)
class WebhookAdmin(ReadOnly):
    list_display = ("court", "name", "url", "kinds", "created_at", "ended_at")
    fields = ("court", "name", "url", "kinds", "created_at", "former_until", "ended_at")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    court_lookup = "webhook__court_id"
    list_display = ("id", "webhook", "state", "attempts", "next_attempt_at", "delivered_at")
    list_filter = ("state",)
    fields = ("webhook", "state", "attempts", "next_attempt_at", "delivered_at")


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnly):
    court_lookup = "delivery__webhook__court_id"
    list_display = ("delivery", "number", "began_at", "ended_at", "status", "fault")
    fields = ("number", "began_at", "ended_at", "status", "fault")
