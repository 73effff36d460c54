"""Delegations of whole cases: moves, papers, snapshots, the seals that went along. What was sent is never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class CaseDelegation(models.Model):
    """委托执行（全案）: a case of one court that another is to enforce. Never an errand."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        CHECKED = "CHECKED", _("Checked, waiting for approval")
        SENT = "SENT", _("Waiting to be filed there")
        INCOMPLETE = "INCOMPLETE", _("Papers wanted")
        FILED = "FILED", _("Filed there")
        TAKEN_OVER = "TAKEN_OVER", _("Taken over there")
        RUNNING = "RUNNING", _("Enforced there")
        ESCALATABLE = "ESCALATABLE", _("Six months past: the superior may be asked")
        RETURN_PENDING = "RETURN_PENDING", _("Return waits for consent")
        CLOSED = "CLOSED", _("Closed there")
        RETURNED = "RETURNED", _("Sent back")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn before it was sent")
        WITHDRAWN_DEEMED = "WITHDRAWN_DEEMED", _("Counts as withdrawn")
        LIFTED = "LIFTED", _("Taken up by the superior")
        APPOINTED = "APPOINTED", _("Another court was appointed")

    class Relation(models.TextChoices):
        NONE = "", ""
        AGAIN = "AGAIN", _("Delegated again")
        LIFTED = "LIFTED", _("Taken up by the superior")
        APPOINTED = "APPOINTED", _("Another court was appointed")

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    """Of the letter (委托执行函)."""
    paper_list = models.CharField(max_length=40)
    """Which list of the eight papers it was drafted by."""
    from_court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="delegations_out")
    to_court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="delegations_in")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="delegations")
    """The delegating court's."""
    received_case = models.OneToOneField(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="received_by_delegation"
    )
    """The receiving court's, once it is filed there."""
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    came_from = models.CharField(max_length=20, default="", blank=True)
    """Where it was when its return was asked for."""
    is_none_here = models.BooleanField(default=False)
    """The delegating court says that there is no property in its district (art 1)."""
    statement = models.CharField(max_length=2000, default="", blank=True)
    """The case in words: preservation, property, performance."""
    targets = models.JSONField(default=list)
    """Property elsewhere: [{"property"?, "kind", "name", "ref", "place"}]; `property` is that of the case."""
    people = models.JSONField(default=list)
    """The parties: [{"part", "kind", "name", "id_no", "phone", "address"}]."""
    contact = models.JSONField(default=dict)
    """Of the delegating court: {"name", "phone"}."""
    record_no = models.CharField(max_length=100, default="", blank=True)
    """Under which it is on record with the own high court (art 4)."""
    handler = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    handler_phone = models.CharField(max_length=40, default="", blank=True)
    told_applicant_on = models.DateField(null=True)
    is_cancelled_here = models.BooleanField(default=False)
    """Its case was closed as cancelled (销案) for it, and would go on if it came back."""
    explained_at = models.DateTimeField(null=True)
    papers_back_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(null=True)
    deadline_on = models.DateField(null=True)
    """Set by a superior."""
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.NONE, blank=True)
    drafted_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    """The letter is received at once."""
    ended_at = models.DateTimeField(null=True)
    due_clock = models.CharField(max_length=12, default="", blank=True)
    due_on = models.DateField(null=True)
    """The next of the dates that run now."""

    class Meta:
        indexes = [
            models.Index(fields=["to_court", "state", "due_on"], name="delegation_inbox"),
            models.Index(fields=["from_court", "state", "due_on"], name="delegation_outbox"),
            models.Index(fields=["state", "due_on"], name="delegation_by_due"),
        ]

    def __str__(self) -> str:
        return self.number


class DelegationMove(models.Model):
    """One step of its life, as the ledgers of both courts have it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    delegation = models.ForeignKey(CaseDelegation, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Null: a limit had passed."""
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Of whoever made it; of a limit that passed, the court whose it was."""
    at = models.DateTimeField(default=now)
    words = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "number"], name="delegation_move_once")]


class DelegationPaper(models.Model):
    """Which of the eight papers a paper of the case is."""

    id = models.UUIDField(primary_key=True, default=new_id)
    delegation = models.ForeignKey(CaseDelegation, on_delete=models.PROTECT, related_name="papers")
    paper = models.ForeignKey("evidence.Paper", on_delete=models.PROTECT, related_name="delegation_papers")
    slot = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "paper"], name="delegation_paper_once")]


class DelegatedMeasure(models.Model):
    """A seal or freeze that counts as the receiving court's from then on, with its rank and first day (art 6)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    delegation = models.ForeignKey(CaseDelegation, on_delete=models.PROTECT, related_name="measures")
    chain = models.CharField(max_length=60)
    """Of the renewals, alike in both cases."""
    kind = models.CharField(max_length=20, default="", blank=True)
    taken_on = models.DateField(null=True)
    """The first day: renewals and another court move it not."""
    rank = models.CharField(max_length=20, default="", blank=True)
    """`FIRST` (首封) or `WAITING` (轮候), as the act said it."""
    expires_on = models.DateField(null=True)
    property_class = models.CharField(max_length=40, default="", blank=True)
    refs = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "chain"], name="delegated_measure_once")]


class DelegationSnapshot(models.Model):
    """What one court told the other, signed: never a live link into its files."""

    id = models.UUIDField(primary_key=True, default=new_id)
    delegation = models.ForeignKey(CaseDelegation, on_delete=models.PROTECT, related_name="snapshots")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Who tells and signs."""
    version = models.PositiveIntegerField()
    text = models.TextField()
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delegation", "court", "version"], name="delegation_snapshot_once")
        ]


class DelegationCounter(models.Model):
    """The last number given in a year by a court."""

    court = models.ForeignKey("people.Court", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "year"], name="delegation_counter_once")]
