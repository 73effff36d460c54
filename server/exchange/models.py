"""Peers, and per matter what was said to each and heard from it. A message is never changed once it is written."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now


class Peer(models.Model):
    """A court on another server, known by the root key on the card that people carried here."""

    court = models.OneToOneField("people.Court", on_delete=models.PROTECT, related_name="peer")
    remote_id = models.UUIDField(unique=True)
    """Its id at home, by which messages name it."""
    root_public = models.BinaryField()
    chain = models.JSONField(default=list)
    """Key statements of its signing keys that we know, each vouched for by its root; the last is the one it uses."""
    url = models.CharField(max_length=300, default="", blank=True)
    """Of its server; empty where files are carried instead."""
    enrolled_at = models.DateTimeField(default=now)
    cut_off_at = models.DateTimeField(null=True, blank=True)
    cut_off_reason = models.CharField(max_length=300, default="", blank=True)
    failures = models.PositiveIntegerField(default=0)
    """Attempts in a row that reached nobody."""
    next_attempt_at = models.DateTimeField(default=now)
    queued_at = models.DateTimeField(null=True, blank=True)
    """When the worker was told of it; a task not run soon was lost, and another is made."""
    busy_until = models.DateTimeField(null=True, blank=True)
    """One worker delivers to it at a time; whoever died is overtaken then."""
    last_contact_at = models.DateTimeField(null=True, blank=True)
    last_fault = models.CharField(max_length=300, default="", blank=True)

    def __str__(self) -> str:
        return self.court.name


class Thread(models.Model):
    """One matter between a court of this server and a peer: which number each side has come to."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="threads")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Of this server."""
    matter_id = models.UUIDField()
    said = models.PositiveIntegerField(default=0)
    """The last number given to a message of ours."""
    heard = models.PositiveIntegerField(default=0)
    """The last number of theirs that took effect, or was refused: the next one has its turn."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "court", "matter_id"], name="thread_once")]
        indexes = [models.Index(fields=["matter_id"], name="thread_by_matter")]


class OutMessage(models.Model):
    """What we say, written in the transaction of what it tells."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting to be delivered")
        DELIVERED = "DELIVERED", _("Delivered")
        DEAD = "DEAD", _("Not taken")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="out_messages")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    move = models.CharField(max_length=20, default="", blank=True)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    written_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    refusals = models.PositiveSmallIntegerField(default=0)
    """How often the other side would not even keep it."""
    code = models.CharField(max_length=40, default="", blank=True)
    """Why it was not taken, or had no effect."""
    receipt = models.TextField(default="", blank=True)
    """What the other side signed for it."""
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="out_message_once")]
        indexes = [
            models.Index(fields=["state", "thread"], name="out_message_by_state"),
            models.Index(fields=["hash"], name="out_message_by_hash"),
        ]


class InMessage(models.Model):
    """What we were told, as it was signed, with the answer that it got: told again it is answered alike."""

    class State(models.TextChoices):
        WAITS = "WAITS", _("Waiting for its turn")
        APPLIED = "APPLIED", _("In effect")
        REFUSED = "REFUSED", _("Without effect")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="in_messages")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITS)
    code = models.CharField(max_length=40, default="", blank=True)
    receipt = models.TextField(default="", blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    faults = models.PositiveSmallIntegerField(default=0)
    """How often our own handler failed on it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="in_message_once")]
        indexes = [models.Index(fields=["state", "thread"], name="in_message_by_state")]


class SeenNonce(models.Model):
    """Of a request that was signed a moment ago: signed bytes are good once."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "nonce"], name="nonce_once_per_peer")]
        indexes = [models.Index(fields=["seen_at"], name="nonce_by_time")]


class LastBatch(models.Model):
    """What the newest batch said that a peer had carried here; the next one to it answers that."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="last_batches")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Of this server."""
    made_at = models.DateTimeField(null=True)
    """By the peer's clock; what comes later and was made earlier changes nothing here."""
    receipts = models.JSONField(default=list)
    """For each message in it, as we signed them."""
    wants = models.JSONField(default=dict)
    """Files that it waits for, by hash: from which byte on."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "court"], name="last_batch_once")]


class SentFile(models.Model):
    """A file that a message of ours names: the peer may fetch it as long as the matter lasts for it."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="sent_files")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    area = models.CharField(max_length=10)
    """Where it lies in storage: `papers` or `originals`."""
    named_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "sha256", "area"], name="sent_file_once")]
        indexes = [models.Index(fields=["sha256"], name="sent_file_by_hash")]


class WantedFile(models.Model):
    """A file that a message of theirs names: fetched piece by piece, and counted once its bytes hash to its name."""

    class Part(models.TextChoices):
        REQUEST = "REQUEST", _("Paper of the request")
        RESULT = "RESULT", _("Paper of the result")
        ACT = "ACT", _("Evidence of an act")

    class State(models.TextChoices):
        WANTED = "WANTED", _("On its way")
        ARRIVED = "ARRIVED", _("Arrived")
        REFUSED = "REFUSED", _("Not given")

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="wanted_files")
    part = models.CharField(max_length=10, choices=Part)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    told = models.JSONField(default=dict)
    """What the message says of it: slot and title of a paper, act, shot and time of a photograph."""
    told_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    offset = models.BigIntegerField(default=0)
    parts = models.JSONField(default=list)
    """Names of the stored pieces up to `offset`, in order."""
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=60, default="", blank=True)
    next_attempt_at = models.DateTimeField(default=now)
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "sha256", "part"], name="wanted_file_once")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="wanted_file_by_state")]
