"""Cases with parties, assignments and dated grants; flow nodes and the events that move them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.cases.clock_models import ClockPause, Extension
from server.cases.matter_models import MatterSubject
from server.cases.property_models import Clue, Property, PropertyHold
from server.common.clock import now
from server.common.ids import new_id

__all__ = [
    "Assignment",
    "CalendarDay",
    "CalendarEdit",
    "CalendarYear",
    "Case",
    "CaseEvent",
    "ClockPause",
    "Clue",
    "Extension",
    "FlowVersion",
    "Grant",
    "MatterSubject",
    "Node",
    "Party",
    "Property",
    "PropertyHold",
    "SubjectType",
]

NEXT_LEVEL_KNOWN = models.Q(next_level_at__isnull=False)


class SubjectType(models.TextChoices):
    CASE = "case"
    MATTER = "matter"


class FlowVersion(models.Model):
    """A flow file as loaded; a case keeps the version it was filed under."""

    key = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    document = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="flow_version_once")]


class Case(models.Model):
    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        SUSPENDED = "SUSPENDED", _("Suspended")
        CLOSED = "CLOSED", _("Closed")

    class Priority(models.TextChoices):
        NORMAL = "NORMAL", _("Normal")
        HIGH = "HIGH", _("Urgent")

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="cases")
    case_no = models.CharField(max_length=60, unique=True)
    """Canonical key, e.g. `（2026）闽9821执123号`; never issued by a device."""
    cause = models.CharField(max_length=100, default="")
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    closing_mode = models.CharField(max_length=30, default="", blank=True)
    filed_on = models.DateField()
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    claim_amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    recovered_amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    flow = models.ForeignKey(FlowVersion, on_delete=models.PROTECT)
    flow_facts = models.JSONField(default=dict)
    """What the flow's conditions ask: basis, claim_kind, track."""
    chain_facts = models.JSONField(default=dict)
    """The same of what it holds several of, by chain: the kind of a property."""
    assignment_no = models.PositiveIntegerField(default=0)
    version = models.BigIntegerField(default=1)
    """Version of this case's sync unit: bumped in every transaction that touches it."""

    def __str__(self) -> str:
        return self.case_no


class Party(models.Model):
    class Part(models.TextChoices):
        APPLICANT = "applicant", _("Applicant")
        DEBTOR = "debtor", _("Debtor")
        THIRD_PARTY = "third_party", _("Third party")

    class Kind(models.TextChoices):
        PERSON = "PERSON", _("Natural person")
        ENTITY = "ENTITY", _("Legal entity")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    part = models.CharField(max_length=20, choices=Part)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON)
    name = models.CharField(max_length=200)
    id_no = models.CharField(max_length=40, default="", blank=True)
    identity_hash = models.CharField(max_length=80, default="", blank=True, db_index=True)
    """Keyed, of the normalised number (`identity.py`): finds the same debtor in other cases."""
    phone = models.CharField(max_length=40, default="", blank=True)
    address = models.CharField(max_length=300, default="", blank=True)


class Assignment(models.Model):
    """Who holds a subject, numbered, so that authority can be judged as of the act."""

    id = models.UUIDField(primary_key=True, default=new_id)
    subject_type = models.CharField(max_length=10, choices=SubjectType, default=SubjectType.CASE)
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField()
    group = models.ForeignKey("people.Group", null=True, on_delete=models.PROTECT)
    officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, default="")
    assigned_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "number"], name="assignment_number_once"),
            models.CheckConstraint(
                condition=models.Q(group__isnull=False) | models.Q(officer__isnull=False),
                name="assignment_names_somebody",
            ),
        ]


class Grant(models.Model):
    """A court's or an officer's dated right to a subject, with its reason. Open-ended where `valid_to` is null."""

    class Reason(models.TextChoices):
        ASSIGNED = "ASSIGNED"
        ASSISTING = "ASSISTING"
        DELEGATED = "DELEGATED"
        STAGE = "STAGE"
        """Does the stage the case is in, and acts in it."""
        RECEIVING = "RECEIVING"
        """Is offered the case and looks into it first, on site too."""
        FORMER_TEAM = "FORMER_TEAM"
        """Has handed the case on: reads and urges, and acts no more."""

    id = models.UUIDField(primary_key=True, default=new_id)
    subject_type = models.CharField(max_length=10, choices=SubjectType, default=SubjectType.CASE)
    subject_id = models.UUIDField()
    court = models.ForeignKey("people.Court", null=True, on_delete=models.PROTECT)
    officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=20, choices=Reason)
    assignment_no = models.PositiveIntegerField(null=True)
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["officer", "subject_type"], name="grant_by_officer"),
            models.Index(fields=["subject_id"], name="grant_by_subject"),
        ]


class Node(models.Model):
    class State(models.TextChoices):
        NOT_STARTED = "NOT_STARTED", _("Not started")
        RUNNING = "RUNNING", _("In progress")
        DONE = "DONE", _("Done")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="nodes")
    key = models.CharField(max_length=60)
    chain = models.CharField(max_length=60, default="", blank=True)
    """What a repeated node is about (a property, a clue); empty for the case itself."""
    stage = models.CharField(max_length=40)
    ordinal = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.NOT_STARTED)
    started_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    """Of a limit in hours; `due_on` is its day."""
    earliest_on = models.DateField(null=True)
    """Not before this day: a minimum, or the day after a party's window, which has no `due_on`."""
    is_provisional = models.BooleanField(default=False)
    computed_with = models.CharField(max_length=180, default="", blank=True)
    """The flow and the calendar with which its dates last came out otherwise."""
    is_paused = models.BooleanField(default=False)
    """Its clock stands still: it has no date until it goes on."""
    start_event = models.ForeignKey("CaseEvent", null=True, on_delete=models.SET_NULL, related_name="+")
    stop_event = models.ForeignKey("CaseEvent", null=True, on_delete=models.SET_NULL, related_name="+")
    """Of one that recurs and still runs: what ended its last round."""
    version = models.BigIntegerField(default=1)
    """Counts every move of this node, whoever makes it."""
    level = models.CharField(max_length=10, db_default="NORMAL")
    """Warning level, as it was found at `level_version`."""
    level_version = models.BigIntegerField(db_default=0)
    """The `version` for which the level was last found: another one asks for a look, and whoever moves a node need
    not think of it."""
    next_level_at = models.DateTimeField(null=True)
    """When the level next rises if nothing moves."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key", "chain"], name="node_once_per_chain")]
        indexes = [
            models.Index(fields=["state", "due_on"], name="node_by_due"),
            models.Index(fields=["case", "state", "due_on"], name="node_by_case_state"),
            models.Index(
                fields=["case"], name="node_to_look_at", condition=~models.Q(level_version=models.F("version"))
            ),
            models.Index(fields=["next_level_at"], name="node_by_next_level", condition=NEXT_LEVEL_KNOWN),
        ]


class CaseEvent(models.Model):
    """What starts or stops a node's clock, as the flow file names it; `occurred_at` is field time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    source_type = models.CharField(max_length=20)
    """`desk`, `operation`, `claim`, `import`, `handover`, or `assigned` of what a person says an act renews."""
    source_id = models.CharField(max_length=64, default="")
    chain = models.CharField(max_length=60, default="", blank=True)
    acted_on = models.DateField(null=True)
    """The day of the act that told it, of what lies ahead of its act."""
    voided_at = models.DateTimeField(null=True)
    """Its act was annulled: kept for the record, and folded no more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "source_type", "source_id"],
                condition=models.Q(voided_at=None),
                name="event_once_per_source",
            )
        ]


class Triage(models.Model):
    """One judgement of which track a case takes. The newest counts; none is changed."""

    class Track(models.TextChoices):
        FAST = "FAST", _("Fast track")
        NORMAL = "NORMAL", _("Usual track")
        HARD = "HARD", _("Hard case")

    class Source(models.TextChoices):
        RULES = "RULES", _("By the rules")
        OVERRIDE = "OVERRIDE", _("By a person")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="triages")
    track = models.CharField(max_length=10, choices=Track)
    source = models.CharField(max_length=10, choices=Source, default=Source.RULES)
    reasons = models.JSONField(default=list)
    """Keys of the rules that hold."""
    facts = models.JSONField(default=dict)
    """What the desk had said of the case by then."""
    rules = models.CharField(max_length=100, default="", blank=True)
    """The file of rules and its version."""
    reason = models.CharField(max_length=500, default="", blank=True)
    """In a person's words, where the rules are overridden."""
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="triage_by_case")]


class CalendarYear(models.Model):
    """A year whose notice is loaded. For others weekends are assumed, and dates in them are provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)
    is_edited = models.BooleanField(default=False)
    """By a person, so that no release seeds it again."""


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day worked (调休)."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    name = models.CharField(max_length=100, default="", blank=True)


class CalendarEdit(models.Model):
    """Who changed the calendar of working days, when, why and to what; the last one's version is the calendar's."""

    number = models.PositiveIntegerField(primary_key=True)
    version = models.CharField(max_length=60)
    """Names the edit and, by the beginning of its SHA-256, the content after it: `CN_STATE_COUNCIL@3-1f3a9c0b`."""
    edited_at = models.DateTimeField(default=now)
    edited_by = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    changed = models.JSONField()
    """The days as they stand after it, `{"2027-02-12": "off"}`, null where a day is as its weekday again."""
