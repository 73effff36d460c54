"""Promises, uploads in progress and verified files."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class StoredFile(models.Model):
    """Verified original bytes, one row a content; byte-exact for ever."""

    class Preview(models.TextChoices):
        PENDING = "pending", _("Preview being made")
        READY = "ready", _("Preview ready")
        UNAVAILABLE = "unavailable", _("No preview")

    sha256 = models.CharField(primary_key=True, max_length=64)
    sm3 = models.CharField(max_length=64, default="")
    size = models.BigIntegerField()
    detected_type = models.CharField(max_length=60, default="application/octet-stream")
    stored_at = models.DateTimeField(default=now)
    preview = models.CharField(max_length=20, choices=Preview, default=Preview.PENDING)
    preview_reason = models.CharField(max_length=60, default="", blank=True)
    thumbnail_sha256 = models.CharField(max_length=64, default="", blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    exif = models.JSONField(default=dict)
    """What the file itself states: taken_at, position, orientation, maker, model. A claim, not proof."""
    dhash_1 = models.CharField(max_length=4, default="", blank=True, db_index=True)
    dhash_2 = models.CharField(max_length=4, default="", blank=True, db_index=True)
    dhash_3 = models.CharField(max_length=4, default="", blank=True, db_index=True)
    dhash_4 = models.CharField(max_length=4, default="", blank=True, db_index=True)
    """What the picture looks like, in bands: two that look alike have at least one in common (`likeness.py`)."""
    replicated_at = models.DateTimeField(null=True)
    """When the second copy was read back whole, where one is kept."""

    @property
    def dhash(self) -> str:
        return self.dhash_1 + self.dhash_2 + self.dhash_3 + self.dhash_4

    @dhash.setter
    def dhash(self, mark: str) -> None:
        self.dhash_1, self.dhash_2, self.dhash_3, self.dhash_4 = (mark[place : place + 4] for place in (0, 4, 8, 12))


class ProvisionalThumbnail(models.Model):
    """The device's own preview, re-encoded by us, until the original's is made; shown for that device's promises."""

    device = models.ForeignKey("people.Device", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    """Hash of the bytes the device sent."""
    received_at = models.DateTimeField(default=now)
    received = models.BinaryField(default=b"")
    """Those bytes, never served, until a limited process has made our own picture of them."""
    stored_sha256 = models.CharField(max_length=64, default="", blank=True)
    """Hash of our re-encoding: the name it is stored under."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "sha256"], name="thumbnail_once_per_device")]


class Promise(models.Model):
    """A file named by an operation: promised, delivered by that device, verified by us."""

    class State(models.TextChoices):
        PROMISED = "promised", _("Promised")
        PARTIAL = "partial", _("Arriving")
        STORED = "stored", _("Stored")
        VERIFIED = "verified", _("Verified")
        MISSING = "missing", _("Declared missing")

    id = models.UUIDField(primary_key=True, default=new_id)
    evidence_id = models.CharField(max_length=64, default="")
    """The device's claim; never a key."""
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="promises")
    incarnation = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    operation_hash = models.CharField(max_length=64)
    holder_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=10, default="", blank=True)
    subject_id = models.UUIDField(null=True)
    other_subjects = models.JSONField(default=list)
    """What else the act is about, where it serves several cases of one debtor: [{"type", "id"}]."""
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    """As the device stated it; the hash outranks it."""
    media_type = models.CharField(max_length=100, default="")
    origin = models.CharField(max_length=10, default="CAMERA")
    shot_code = models.CharField(max_length=30, default="OTHER")
    recorded_at = models.DateTimeField(null=True)
    thumbnail_sha256 = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROMISED)
    promised_at = models.DateTimeField(default=now)
    verified_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=30, default="", blank=True)
    """Why these bytes can never arrive as promised, e.g. `empty_file`."""
    receipt = models.TextField(default="", blank=True)
    receipt_epoch = models.CharField(max_length=40, default="", blank=True)
    """The server epoch it was signed in; after a restore it is signed again."""
    receipt_position = models.BigIntegerField(default=0)
    priority = models.PositiveSmallIntegerField(default=0)
    wanted_at = models.DateTimeField(null=True)
    """Since when the court wants it before everything else; ends with its verification."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "operation_hash", "sha256"], name="promise_once_per_operation")
        ]
        indexes = [
            models.Index(fields=["device", "sha256"], name="promise_by_device_hash"),
            models.Index(fields=["holder_id"], name="promise_by_holder"),
            models.Index(fields=["subject_id"], name="promise_by_subject"),
            models.Index(fields=["sha256"], name="promise_by_hash"),
        ]


class Recording(models.Model):
    """A film of a body camera, brought in at the station: evidence of its own, matched to an act by camera and time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    name = models.CharField(max_length=200)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    """By the camera's clock, as its name or header says; None where neither does."""
    action_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    candidates = models.JSONField(default=list)
    """Ids of acts, where several name this camera at this time: a person chooses."""
    imported_at = models.DateTimeField(default=now)
    imported_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "sha256"], name="recording_once_per_court")]
        indexes = [
            models.Index(fields=["sha256"], name="recording_by_hash"),
            models.Index(fields=["action_id"], name="recording_by_action"),
        ]

    @property
    def state(self) -> str:
        return "matched" if self.action_id else "ambiguous" if self.candidates else "unmatched"


class Upload(models.Model):
    """Bytes of one hash on their way from one device; gone once verified. The offset moves only after fsync."""

    device = models.ForeignKey("people.Device", on_delete=models.CASCADE, related_name="uploads")
    sha256 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    parts = models.JSONField(default=list)
    """Names of the stored chunks up to `offset`, in order: a chunk not named here never arrived."""
    attempt = models.PositiveIntegerField(default=0)
    """Rises with each mismatch or termination, so that late bytes of an older attempt have nowhere to land."""
    mismatches = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "sha256"], name="upload_once_per_device")]


class Paper(models.Model):
    """A ruling, warrant or notice of a case, shown by its officers on site; or the record of an act, set by us."""

    class Kind(models.TextChoices):
        RULING = "RULING", _("Ruling")
        WARRANT = "WARRANT", _("Search warrant")
        SUMMONS = "SUMMONS", _("Summons")
        NOTICE = "NOTICE", _("Written notice")
        ASSISTANCE = "ASSISTANCE", _("Request for assistance")
        DECISION = "DECISION", _("Decision")
        ANNOUNCEMENT = "ANNOUNCEMENT", _("Announcement")
        BASIS = "BASIS", _("Basis of enforcement")
        RECORD = "RECORD", _("Paper of an act")
        OTHER = "OTHER", _("Other paper")

    id = models.UUIDField(primary_key=True, default=new_id)
    subject_type = models.CharField(max_length=10, default="case")
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=200)
    document_no = models.CharField(max_length=100, default="", blank=True)
    """文书号, such as `（2026）闽9821执123号之一`."""
    issued_on = models.DateField(null=True)
    signer = models.CharField(max_length=60, default="", blank=True)
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64, default="", blank=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=60)
    """As its own first bytes prove."""
    added_at = models.DateTimeField(default=now)
    added_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="supersedes")
    """Only the newest of a line is on devices: nobody may show a ruling that was replaced."""
    holder_id = models.UUIDField(null=True)
    """The act it was made of; such a paper is on no device, which sets its own."""
    made_as = models.CharField(max_length=30, default="", blank=True)
    """Which of its papers, such as `SEARCH_RECORD`."""
    made_from = models.CharField(max_length=64, default="", blank=True)
    """SHA-256 of all that decided its bytes: the same state of the act is the same paper."""
    code = models.CharField(max_length=20, default="", blank=True)
    """On every page of it."""
    standing = models.CharField(max_length=10, default="", blank=True)
    """Of the act when it was made: `draft`, `signed`, `parked` or `annulled`."""
    replicated_at = models.DateTimeField(null=True)
    """When the second copy was read back whole, where one is kept."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_id", "sha256"], name="paper_once_per_subject")]
        indexes = [
            models.Index(fields=["sha256"], name="paper_by_hash"),
            models.Index(fields=["holder_id"], name="paper_by_holder", condition=~models.Q(holder_id=None)),
            models.Index(fields=["code"], name="paper_by_code", condition=~models.Q(code="")),
        ]

    def __str__(self) -> str:
        return self.title


class ScrubPass(models.Model):
    """One reading of every verified file and paper there is, in the order of their hashes, a little at a time."""

    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    total_bytes = models.BigIntegerField(default=0)
    """As it was when the pass began: how much there is to read at each turn."""
    cursor = models.CharField(max_length=64, default="", blank=True)
    """The last hash that was looked at."""
    files = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    absent = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)
    copies_mended = models.BigIntegerField(default=0)
    """Second copies that were absent or damaged, and were made anew."""
    is_halted = models.BooleanField(default=False)
    """So much was absent at once that storage itself is in doubt: a person looks before anything is demoted."""
