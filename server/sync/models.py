"""Each device's log as it arrived, its head, what it holds, and what a person must look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class DeviceLog(models.Model):
    """The acknowledged end of a device's log: the first row locked by every push."""

    device = models.OneToOneField("people.Device", primary_key=True, on_delete=models.PROTECT, related_name="log")
    incarnation = models.PositiveIntegerField(default=1)
    acked_seq = models.BigIntegerField(default=0)
    acked_hash = models.CharField(max_length=64)
    safe_seq = models.BigIntegerField(default=0)
    safe_hash = models.CharField(max_length=64, default="", blank=True)
    """What a verified copy elsewhere holds of it (policies `backup`, `standby`); empty at 0, which is h_0."""
    is_forked = models.BooleanField(default=False)
    """Another history of it is in the fork table: what comes waits for a person."""


class LostRange(models.Model):
    """Operations a device had let go of on our signed word, and a restore to before that word has taken from us."""

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="lost_ranges")
    incarnation = models.PositiveIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    prev_hash = models.CharField(max_length=64)
    last_hash = models.CharField(max_length=64)
    proof = models.TextField()
    """The statement of ours that called them safe."""
    found_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "incarnation", "first_seq"], name="lost_range_once")]


class IssuedStatement(models.Model):
    """When we signed what a device may later name as the last it had heard: an act recorded after it came after it."""

    hash = models.CharField(primary_key=True, max_length=64)
    device = models.ForeignKey("people.Device", on_delete=models.CASCADE, related_name="statements")
    issued_at = models.DateTimeField()


class Operation(models.Model):
    """One operation, verbatim. Only its outcome may gain a later life, by ratification or replay."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied")
        SUPERSEDED = "superseded", _("Superseded")
        PARKED = "parked", _("Parked for review")
        QUARANTINED = "quarantined", _("Quarantined")

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="operations")
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    body = models.BinaryField()
    hash = models.CharField(max_length=64, db_index=True)
    signature = models.BinaryField()
    claimed_id = models.CharField(max_length=64, default="", db_index=True)
    """`id` inside the body: a claim, never a key of the log."""
    received_at = models.DateTimeField(default=now)
    earliest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    clock_verdict = models.CharField(max_length=12, default="unbounded")
    status = models.CharField(max_length=12, choices=Status)
    result = models.TextField()
    """The answer as given, remembered in the transaction of its effect."""
    trace_id = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "incarnation", "seq"], name="operation_once")]


class ForkedOperation(models.Model):
    """A second signed content for a seq already acknowledged: kept, never applied."""

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT)
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    body = models.BinaryField()
    signature = models.BinaryField()
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "incarnation", "seq", "hash"], name="fork_once")]


class Fork(models.Model):
    """A device has signed two heads for one number: from there on nothing of its log takes effect by itself."""

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="forks")
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    """The first difference known."""
    kept_hash = models.CharField(max_length=64)
    other_hash = models.CharField(max_length=64)
    found_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "incarnation"], name="fork_known_once")]


class DamagedOperation(models.Model):
    """What a device sent whose chain does not hold together: kept as it came, believed by nobody."""

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+")
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    body_sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    signature = models.BinaryField()
    reason = models.CharField(max_length=40)
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "incarnation", "seq", "hash", "body_sha256"], name="damaged_operation_once"
            )
        ]


class Review(models.Model):
    """One for each operation not applied, until a person decides."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        RATIFIED = "ratified", _("Ratified")
        ANNULLED = "annulled", _("Annulled")
        REPLAYED = "replayed", _("Applied after repair")

    id = models.UUIDField(primary_key=True, default=new_id)
    operation = models.OneToOneField(Operation, on_delete=models.PROTECT, related_name="review")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT)
    subject_id = models.UUIDField(null=True)
    cause = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.BigIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["court", "state", "cause"], name="review_by_cause")]


class ReviewSubject(models.Model):
    """A case in which an act waits: whoever holds it now is told. None where the officer who acted is a stranger."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="subjects")
    subject_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "subject_id"], name="review_subject_once")]


class ReviewDecision(models.Model):
    """What a person said of a review, in the order it was said; a replay is said by the operator's command."""

    class Choice(models.TextChoices):
        RATIFY = "ratify", _("Ratify")
        ANNUL = "annul", _("Annul")
        SUPPLEMENT = "supplement", _("Ask for supplement")
        REPLAY = "replay", _("Replay")
        BELONGS = "belongs", _("Belongs to a case")

    id = models.UUIDField(primary_key=True, default=new_id)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="decisions")
    choice = models.CharField(max_length=10, choices=Choice)
    note = models.TextField(default="", blank=True)
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)


class DeviceView(models.Model):
    """What a device holds: the acknowledged answer's tags, and what the latest sent changes. Keys are `type:id`."""

    device = models.OneToOneField("people.Device", primary_key=True, on_delete=models.CASCADE, related_name="view")
    acked_cursor = models.CharField(max_length=40, default="")
    acked_tags = models.JSONField(default=dict)
    """All of them, as they were some answers ago: a large column, written whole now and then only."""
    acked_changes = models.JSONField(default=dict)
    """What answers acknowledged since then changed."""
    acked_position = models.BigIntegerField(default=0)
    """Receipts up to this position of its court's ledger have reached it."""
    sent_cursor = models.CharField(max_length=40, default="")
    sent_tags = models.JSONField(default=dict)
    """Only the difference: a new tag, or null for a unit removed."""
    sent_position = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    """Until when it may show what it holds without asking again, as it was last told."""
    heard_slots = models.JSONField(default=list)
    """In which ten minutes it asked, whatever that brought: numbers since 1970, the last few hours of them."""


class SealedOperation(models.Model):
    """What a revoked device pushed: framed as it came, no effects, until two persons release it."""

    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="sealed_operations")
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    body = models.BinaryField()
    signature = models.BinaryField()
    received_at = models.DateTimeField(default=now)
    released_at = models.DateTimeField(null=True)
    lost = models.TextField(default="", blank=True)
    """Our own statement of an earlier life, which explains the hole before this operation."""
    prev_hash = models.CharField(max_length=64, default="", blank=True)
    """With `lost`: what this operation goes on from, behind the hole."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "incarnation", "seq", "hash"], name="sealed_once")]


class HeldFile(models.Model):
    """Bytes kept apart from evidence: a revoked device's file, or a parcel. Named by their own hash."""

    class Purpose(models.TextChoices):
        SEALED = "sealed", _("From a revoked device")
        PARCEL = "parcel", _("Parcel")

    purpose = models.CharField(max_length=10, choices=Purpose)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("people.Device", null=True, on_delete=models.PROTECT, related_name="held_files")
    """Whoever sends the bytes; of a parcel its carrier."""
    officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Of a parcel handed in at a desk."""
    sha256 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    parts = models.JSONField(default=list)
    label = models.CharField(max_length=200, default="", blank=True)
    """Once whole and proved: where it lies in the quarantine of the store."""
    received_at = models.DateTimeField(default=now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "court", "device", "sha256"], name="held_file_once"),
            models.UniqueConstraint(
                fields=["purpose", "court", "sha256"], condition=models.Q(device=None), name="held_file_once_at_desk"
            ),
        ]


class Parcel(models.Model):
    """A device's work carried by another hand: pushed like its own, once nothing before it is missing."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for what comes before it")
        TAKEN = "taken", _("Taken")
        SEALED = "sealed", _("Sealed: its device was revoked")

    sha256 = models.CharField(primary_key=True, max_length=64)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="parcels")
    """Its author."""
    incarnation = models.PositiveIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    code = models.CharField(max_length=40, default="", blank=True)
    """Why it waits, where it is not for what comes before it."""
    files_waiting = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=now)
    taken_at = models.DateTimeField(null=True)
