"""Who is on site until when he must be heard of, calls for help, the alarms of both, orders, joint operations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Presence(models.Model):
    """One stay on site of one officer, from his first check-in to his check-out, or to the desk's explained close."""

    class Watch(models.TextChoices):
        ON_TIME = "ON_TIME", _("On site")
        DUE_SOON = "DUE_SOON", _("Check-in due")
        OVERDUE = "OVERDUE", _("Check-in overdue")
        ESCALATED = "ESCALATED", _("Check-in overdue, leaders told")

    class End(models.TextChoices):
        CHECKED_OUT = "CHECKED_OUT", _("Checked out")
        CLOSED = "CLOSED", _("Closed by the desk")

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="presences")
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.CharField(max_length=200, default="", blank=True)
    position = models.JSONField(null=True)
    """The last one stated, as it came, with its reference system."""
    interval_minutes = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField()
    """As he says; `received_at` is when we heard of it."""
    received_at = models.DateTimeField()
    last_said_at = models.DateTimeField()
    """His last sign of life, as he says, where that can be true."""
    last_heard_at = models.DateTimeField()
    """When we heard of it."""
    due_at = models.DateTimeField()
    watch = models.CharField(max_length=10, choices=Watch, default=Watch.ON_TIME)
    next_turn_at = models.DateTimeField(null=True)
    """When the beat looks at it again."""
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, choices=End, default="", blank=True)
    ended_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer"], condition=models.Q(ended_at=None), name="presence_one_standing_per_officer"
            )
        ]
        indexes = [
            models.Index(fields=["next_turn_at"], name="presence_by_turn", condition=models.Q(ended_at=None)),
            models.Index(fields=["court"], name="presence_standing", condition=models.Q(ended_at=None)),
        ]


class CheckIn(models.Model):
    """One word of somebody on site, as it came. Never changed."""

    class Word(models.TextChoices):
        IN = "IN", _("Checked in")
        OUT = "OUT", _("Checked out")

    id = models.UUIDField(primary_key=True, default=new_id)
    presence = models.ForeignKey(Presence, on_delete=models.CASCADE, related_name="check_ins")
    word = models.CharField(max_length=3, choices=Word)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    """It arrived when the alarm had been raised, or the stay was over: what was told then stays told."""
    operation = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=500, default="", blank=True)


class Order(models.Model):
    """A tip-off given to a team: where the debtor or a property is, to be answered at once."""

    class State(models.TextChoices):
        GIVEN = "GIVEN", _("Waiting for an answer")
        ACCEPTED = "ACCEPTED", _("On the way")
        ARRIVED = "ARRIVED", _("Arrived")
        DONE = "DONE", _("Done")
        DECLINED = "DECLINED", _("Declined")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class Source(models.TextChoices):
        HOTLINE = "HOTLINE", _("Tip-off by telephone")
        APPLICANT = "APPLICANT", _("From the applicant")
        POLICE = "POLICE", _("From the police")
        OTHER = "OTHER", _("Other")

    OPEN = (State.GIVEN, State.ACCEPTED, State.ARRIVED, State.DECLINED)

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="orders")
    source = models.CharField(max_length=10, choices=Source, default=Source.HOTLINE)
    text = models.CharField(max_length=1000)
    place = models.CharField(max_length=200)
    group = models.ForeignKey("people.Group", on_delete=models.PROTECT, related_name="orders")
    state = models.CharField(max_length=10, choices=State, default=State.GIVEN)
    given_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=now)
    answer_due_at = models.DateTimeField()
    moved_at = models.DateTimeField(default=now)
    """When it came to its state, as whoever moved it says."""

    class Meta:
        indexes = [models.Index(fields=["court", "state"], name="order_by_state")]


class OrderWord(models.Model):
    """What was said of an order, by a team in the field or by the desk. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=10)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    text = models.CharField(max_length=1000, default="", blank=True)
    operation = models.CharField(max_length=64, null=True, unique=True)


class Alarm(models.Model):
    """What asks for an answer of the desk until somebody gives it."""

    class Kind(models.TextChoices):
        SOS = "SOS", _("Call for help (SOS)")
        CHECK_IN = "CHECK_IN", _("Check-in overdue")
        ORDER = "ORDER", _("Order without an answer")

    class End(models.TextChoices):
        CHECKED_IN = "CHECKED_IN", _("Checked in")
        CHECKED_OUT = "CHECKED_OUT", _("Checked out")
        ANSWERED = "ANSWERED", _("Answered")
        CLOSED = "CLOSED", _("Closed by the desk")

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="alarms")
    """Whom it is about; none for an order."""
    device = models.ForeignKey("people.Device", null=True, on_delete=models.PROTECT, related_name="+")
    presence = models.ForeignKey(Presence, null=True, on_delete=models.PROTECT, related_name="alarms")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="alarms")
    raised_at = models.DateTimeField()
    """When the server raised it; what it is about has times of its own."""
    due_at = models.DateTimeField(null=True)
    position = models.JSONField(null=True)
    is_of_revoked = models.BooleanField(default=False)
    """The call came from a device that was revoked: its officer, or whoever has it."""
    escalates_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_with = models.CharField(max_length=1000, default="", blank=True)
    """What was done."""
    asks_since = models.DateTimeField()
    """When it was raised, called again or taken back: what the desk said before then answers it no more."""
    withdrawn_at = models.DateTimeField(null=True)
    """When we heard that whoever called takes it back; he may have been made to, so the desk has the last word."""
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, choices=End, default="", blank=True)
    ended_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "kind"],
                condition=models.Q(ended_at=None, officer__isnull=False),
                name="alarm_one_standing_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(ended_at=None, order__isnull=False),
                name="alarm_one_standing_per_order",
            ),
        ]
        indexes = [
            models.Index(fields=["court"], name="alarm_standing", condition=models.Q(ended_at=None)),
            models.Index(fields=["escalates_at"], name="alarm_by_escalation", condition=models.Q(ended_at=None)),
        ]

    @property
    def is_waiting(self) -> bool:
        """Nobody at the desk has answered it, or not since it last asked."""
        answered = self.acknowledged_at
        return self.ended_at is None and (answered is None or answered < self.asks_since)


class SosCall(models.Model):
    """One press of the button. Further ones, while the alarm stands, belong to it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="calls")
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+")
    named = models.CharField(max_length=64)
    """The id its device gave it."""
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    words = models.CharField(max_length=500, default="", blank=True)
    position = models.JSONField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When somebody at the desk said that he had seen it; who, and what he did."""
    seen_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    seen_with = models.CharField(max_length=1000, default="", blank=True)
    withdrawn_said_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "named"], name="sos_call_once")]


class FieldBrief(models.Model):
    """What an officer's devices are told of his safety and orders: written anew by whatever changes it."""

    officer = models.OneToOneField(
        "people.Officer", primary_key=True, on_delete=models.CASCADE, related_name="field_brief"
    )
    content = models.JSONField(default=dict)


class Campaign(models.Model):
    """集中执行行动: several teams out together under one commander."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    commander = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    groups = models.ManyToManyField("people.Group", related_name="+")
    cases = models.ManyToManyField("cases.Case", related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("begins_at")), name="campaign_ends_later")
        ]


class CampaignChange(models.Model):
    """Who changed roster or cases of a joint operation once it was opened, and why. Never changed itself."""

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="changes")
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    why = models.CharField(max_length=1000)
    added = models.JSONField(default=dict)
    """Ids of `groups` and of `cases`."""
    removed = models.JSONField(default=dict)
