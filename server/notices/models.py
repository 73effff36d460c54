"""Notices with their readers, receivers of webhooks, and every attempt to reach one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Notice(models.Model):
    """Told to one officer, once: `key` says of what, and nothing is told him twice under one key."""

    id = models.UUIDField(primary_key=True, default=new_id)
    officer = models.ForeignKey("people.Officer", on_delete=models.CASCADE, related_name="notices")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    """In the language of this deployment."""
    view = models.JSONField(default=dict)
    """Codes, ids and dates, for programs."""
    subject_id = models.UUIDField(null=True)
    is_urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)
    waits_for_digest = models.BooleanField(default=False)
    """A line of the next digest, and in no inbox by itself."""
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="lines")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["officer", "id"], name="notice_in_inbox", condition=models.Q(waits_for_digest=False)),
            models.Index(
                fields=["officer"],
                name="notice_for_digest",
                condition=models.Q(waits_for_digest=True, digest__isnull=True),
            ),
        ]


class Webhook(models.Model):
    """Where a court has its notices sent as well. Written by the operator's command alone."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    kinds = models.JSONField(default=list)
    """Kinds of notices it wants; empty for all."""
    sealed_secret = models.BinaryField()
    sealed_former_secret = models.BinaryField(default=bytes)
    former_until = models.DateTimeField(null=True)
    """Until then what is sent is signed with the former secret as well."""
    created_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "name"], name="webhook_name_once")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One notice on its way to one receiver."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    id = models.UUIDField(primary_key=True, default=new_id)
    """The same in every attempt: a receiver drops doubles by it."""
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    """Not before this moment; an attempt under way pushes it further than it can last."""
    queued_at = models.DateTimeField(null=True)
    """Since when a task of the worker waits for it."""
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "notice"], name="delivery_once")]
        indexes = [models.Index(fields=["next_attempt_at"], name="delivery_due", condition=models.Q(state="waiting"))]


class DeliveryAttempt(models.Model):
    """The log: what became of each attempt."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    """Of the receiver's answer; none where there was no answer."""
    fault = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once")]
