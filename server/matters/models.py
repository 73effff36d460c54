"""Matters with their moves, talks, papers, results and snapshots. What was moved, said or sent is never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.cases.levels import Level
from server.common.clock import now
from server.common.ids import new_id

LEVELS = [(level.value, level.value) for level in Level]


class Matter(models.Model):
    """委托事项: one errand asked of another court. Its id is that of its subject in `cases` once it is sent."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PENDING_APPROVAL = "PENDING_APPROVAL", _("Waiting for approval")
        SENT = "SENT", _("Waiting to be signed for")
        SUPPLEMENT_WAIT = "SUPPLEMENT_WAIT", _("Waiting for papers")
        RETURN_ALLOWED = "RETURN_ALLOWED", _("Papers did not come")
        ACCEPTED = "ACCEPTED", _("Signed for")
        IN_PROGRESS = "IN_PROGRESS", _("Being done")
        FED_BACK = "FED_BACK", _("Waiting to be confirmed")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        RETURNED = "RETURNED", _("Returned")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn errand")

    class Relation(models.TextChoices):
        NONE = "", ""
        RESENT = "RESENT", _("Sent again")
        RELEASE = "RELEASE", _("Releases what was taken")

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    """委托事项编号; no case number: it is not filed as a case (法释〔2011〕11号 art 2)."""
    kind = models.CharField(max_length=30)
    catalogue = models.CharField(max_length=40)
    from_court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="matters_asked")
    to_court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="matters_done")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="matters")
    """Null where it was asked from another server: its case number stands in what was told."""
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    came_from = models.CharField(max_length=20, default="", blank=True)
    """Where it was when papers were asked for."""
    request = models.JSONField(default=dict)
    """What is asked, by the members of its kind; `text` in words."""
    people = models.JSONField(default=list)
    """The parties that are needed for it: [{"part", "kind", "name", "id_no"}]."""
    contact = models.JSONField(default=dict)
    """Of the asking court: {"name", "phone"}."""
    limit_days = models.PositiveSmallIntegerField(null=True)
    """As the asking court states it."""
    valid_until = models.DateField(null=True)
    """The last day on which the other court may act for it."""
    is_urgent = models.BooleanField(default=False)
    duty_phone = models.CharField(max_length=40, default="", blank=True)
    papers_due_on = models.DateField(null=True)
    """Of an urgent one: by when its papers follow."""
    property_key = models.CharField(max_length=64, default="", blank=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.NONE, blank=True)
    handler = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    handler_name = models.CharField(max_length=100, default="", blank=True)
    """Of one who is no officer of this server, as his court names him."""
    handler_phone = models.CharField(max_length=40, default="", blank=True)
    drafted_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_clock = models.CharField(max_length=12, default="", blank=True)
    due_on = models.DateField(null=True)
    """Of the clock that runs now; null while it is paused."""
    calendar = models.CharField(max_length=60, default="", blank=True)
    """Version of the calendar its date was counted by."""
    level = models.CharField(max_length=10, choices=LEVELS, default=Level.NORMAL.value)
    """How near that date is, as of the last pass over the levels."""
    next_level_at = models.DateTimeField(null=True)
    """When it is looked at again; null where nothing more can change."""
    urged = models.PositiveSmallIntegerField(default=0)
    """How often the court whose turn it was has been urged."""
    is_supervised = models.BooleanField(default=False)
    """督办: a superior watches over it until it has ended."""
    disputes = models.PositiveSmallIntegerField(default=0)
    is_confirmed_by_time = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_text = models.CharField(max_length=500, default="", blank=True)
    complaint = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["to_court", "state", "due_on"], name="matter_inbox"),
            models.Index(fields=["from_court", "state", "due_on"], name="matter_outbox"),
            models.Index(fields=["state", "due_on"], name="matter_by_due"),
            models.Index(
                fields=["next_level_at"], name="matter_level_turns", condition=models.Q(next_level_at__isnull=False)
            ),
            models.Index(fields=["calendar"], name="matter_by_calendar", condition=models.Q(due_on__isnull=False)),
            models.Index(fields=["property_key"], name="matter_by_property", condition=~models.Q(property_key="")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def handled_by(self) -> str:
        """The name of whoever does it, of this server or not."""
        return self.handler.name if self.handler else self.handler_name


class Spoken(models.Model):
    """Something that somebody of either court did or said: an officer of this server, or one whom his court names."""

    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100, default="", blank=True)
    """Of one who is no officer of this server."""
    intake = models.ForeignKey("matters.MatterIntake", null=True, on_delete=models.PROTECT, related_name="+")
    """Entered on behalf of a court without Zhixing: the file it stands in, which names who entered it."""

    class Meta:
        abstract = True

    @property
    def said_by(self) -> str:
        """His name; empty where nobody did it and a limit had passed."""
        return self.by.name if self.by else self.by_name


class MatterMove(Spoken):
    """One step of its life, as the ledgers of both courts have it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """On whose side it was made."""
    at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=30, default="", blank=True)
    words = models.CharField(max_length=1000, default="", blank=True)
    was_late = models.BooleanField(null=True)
    """After the day of the clock that ran then; null where none ran."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "number"], name="matter_move_once")]
        indexes = [models.Index(fields=["move", "at"], name="matter_moves_of_a_time")]


class MatterAsked(Spoken):
    """A step that a court on another server was asked for, or would not take, with its answer."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="asked_across")
    move = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)
    words = models.CharField(max_length=1000, default="", blank=True)
    asks_release = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, default="", blank=True)
    """Why it was not taken; empty where it was, or as long as nobody answered."""
    details = models.JSONField(default=dict)


class MatterTalk(Spoken):
    """A talk between the courts about it, or a note that stays in the court that wrote it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="talks")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    is_note = models.BooleanField(default=False)
    """For the own court and its superiors alone."""
    spoke_with = models.CharField(max_length=100, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    text = models.CharField(max_length=1000)


class MatterPaper(models.Model):
    """Which of its papers one is: of what is asked, or of what came of it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="papers")
    paper = models.OneToOneField("evidence.Paper", on_delete=models.PROTECT, related_name="matter_paper")
    slot = models.CharField(max_length=30)
    is_result = models.BooleanField(default=False)


class MatterResult(Spoken):
    """What came of it so far: one measure, one answer. Later ones add to it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="results")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    rank = models.PositiveSmallIntegerField(null=True)
    """轮候顺位; null for one that waits behind nobody."""
    expires_on = models.DateField(null=True)
    text = models.CharField(max_length=1000, default="", blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "number"], name="matter_result_once")]


class MatterSnapshot(models.Model):
    """What one court told the other, signed: never a live link into its files."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="snapshots")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Who tells and signs."""
    version = models.PositiveIntegerField()
    text = models.TextField()
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "court", "version"], name="matter_snapshot_once")]


class MatterCounter(models.Model):
    """The last number given in a year by a court."""

    court = models.ForeignKey("people.Court", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "year"], name="matter_counter_once")]


class MatterWarning(models.Model):
    """A clock of a matter came to a level: said once for the clock, the level and the day it was due then."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="warnings")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Whose turn it was."""
    clock = models.CharField(max_length=12)
    level = models.CharField(max_length=10, choices=LEVELS)
    due_on = models.DateField()
    raised_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "clock", "level", "due_on"], name="matter_warning_once")
        ]


class MatterUrge(models.Model):
    """催办: a court that did not sign for it, do it or confirm it in time is urged, by its superior or by itself."""

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="urges")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """The one that is urged."""
    clock = models.CharField(max_length=12)
    due_on = models.DateField()
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Null: by itself, when the day had passed."""
    text = models.CharField(max_length=1000, default="", blank=True)
    is_supervision = models.BooleanField(default=False)
    """督办: it is watched over from now on."""
    asked_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)
    """When that court took its step."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "clock", "due_on"], condition=models.Q(by=None), name="automatic_matter_urge_once"
            )
        ]


class MatterIntake(models.Model):
    """A file that a court without Zhixing sent back, kept as it came: entered once, or refused with the reason."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ENTERED = "entered", _("Entered")
        REFUSED = "refused", _("Not entered")

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="intakes")
    paper = models.ForeignKey("evidence.Paper", on_delete=models.PROTECT, related_name="+")
    """The file, byte for byte."""
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    """Who entered it, of the asking court."""
    received_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    filled_by = models.CharField(max_length=100, default="", blank=True)
    """Whoever filled it in there, as the file names him."""
    code = models.CharField(max_length=40, default="", blank=True)
    faults = models.JSONField(default=list)
    """Where in the file, and what: [{"place", "reason"}]."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "paper"], name="matter_intake_once")]
