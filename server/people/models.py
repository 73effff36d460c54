"""Courts and their keys, teams, groups, officers with dated roles, devices and enrolment codes."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Court(models.Model):
    class Level(models.TextChoices):
        BASIC = "BASIC", _("Basic court")
        INTERMEDIATE = "INTERMEDIATE", _("Intermediate court")
        HIGH = "HIGH", _("High court")
        SUPREME = "SUPREME", _("Supreme court")
        SPECIAL = "SPECIAL", _("Special court")

    class AssignmentModel(models.TextChoices):
        LEAD_EXECUTOR = "LEAD_EXECUTOR", _("One group does the whole case")
        STAGED = "STAGED", _("Each stage by its team")
        MIXED = "MIXED", _("Either, case by case")

    class PausePolicy(models.TextChoices):
        LIST_2006 = "LIST_2006", _("The list of 2006")
        LIST_2000_PLUS_2006 = "LIST_2000_PLUS_2006", _("The lists of 2000 and 2006")

    class Reach(models.TextChoices):
        HERE = "HERE", _("A court of this server")
        PEER = "PEER", _("A court with a Zhixing server of its own")
        PACKAGE = "PACKAGE", _("A court without Zhixing, reached by packages")

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=20, unique=True)
    """Opaque (法院代字): never computed from an address; an old code may outlive its county."""
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=20, choices=Level)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="lower_courts")
    kind_rules = models.JSONField(default=dict)
    """This court's overrides of completeness rules: {rule code: "block" | "warn" | "off"}."""
    assignment_model = models.CharField(max_length=20, choices=AssignmentModel, default=AssignmentModel.MIXED)
    """Whether one group keeps a case to its end (执行员负责制) or teams hand it on by stages (分段集约)."""
    handover_days = models.PositiveSmallIntegerField(default=3)
    """How many days a handover may wait to be taken over."""
    pause_policy = models.CharField(max_length=30, choices=PausePolicy, default=PausePolicy.LIST_2000_PLUS_2006)
    """Which reasons stop the clocks of its cases (法发〔2006〕35号 art 13 alone, or 法释〔2000〕29号 art 9 as well)."""
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.HERE)
    """A court elsewhere has no keys, people or ledger here: it is known by name, and told things."""

    def __str__(self) -> str:
        return self.name


class CourtKey(models.Model):
    """Public keys are kept for ever; a private key is sealed under the deployment's SECRET_KEY."""

    class Purpose(models.TextChoices):
        ROOT = "ROOT"
        SIGNING = "SIGNING"
        ESCROW = "ESCROW"

    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="keys")
    kid = models.CharField(max_length=20)
    purpose = models.CharField(max_length=10, choices=Purpose)
    public_key = models.BinaryField()
    sealed_private_key = models.BinaryField()
    statement = models.TextField(default="")
    """A signing key's key statement, signed by the root (the certificate chain's link)."""
    valid_from = models.DateTimeField(default=now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "kid"], name="court_kid_once")]


class Team(models.Model):
    class Kind(models.TextChoices):
        INVESTIGATION = "INVESTIGATION", _("Investigation team")
        DISPOSAL = "DISPOSAL", _("Disposal team")
        FUNDS = "FUNDS", _("Funds team")
        FAST_TRACK = "FAST_TRACK", _("Fast-track team")
        REVIEW = "REVIEW", _("Review panel")
        COMMAND_CENTRE = "COMMAND_CENTRE", _("Command centre")

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="teams")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """执行小组: an executor and an assistant. An assignment to the group covers every member of that day."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="groups")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> "Officer":
        return self.get(staff_no=username)


class Officer(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=new_id)
    staff_no = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="officers")
    credential_no = models.CharField(max_length=60, default="", blank=True)
    is_active = models.BooleanField(default=True)
    suspended_from = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    version = models.BigIntegerField(default=1)
    """Version of this officer's `profile` unit."""
    is_wall = models.BooleanField(default=False)
    """A screen in a hall, nobody's: it has no role, and opens its court's wall and nothing else."""

    USERNAME_FIELD = "staff_no"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = OfficerManager()

    def __str__(self) -> str:
        return self.name

    # Django's admin asks these; everything there is read-only.
    @property
    def is_staff(self) -> bool:
        held = self.role_rows.filter(role=Role.SYSADMIN, valid_from__lte=now())
        return self.is_active and held.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=now())).exists()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return "view_" in perm and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Role(models.TextChoices):
    OFFICER = "officer", _("Enforcement officer")
    ASSISTANT = "assistant", _("Assistant")
    JUDGE = "judge", _("Enforcement judge")
    BAILIFF = "bailiff", _("Judicial police")
    TEAM_LEADER = "team_leader", _("Team leader")
    DIRECTOR = "director", _("Director of the enforcement bureau")
    COMMAND_CENTRE = "command_centre", _("Command centre")
    PRESIDENT = "president", _("President")
    FILING = "filing", _("Case filing")
    FINANCE = "finance", _("Finance")
    REVIEW_PANEL = "review_panel", _("Review panel")
    INSPECTION = "inspection", _("Inspection")
    SUPERIOR_SUPERVISOR = "superior_supervisor", _("Supervisor of a superior court")
    TRIAL_MANAGEMENT = "trial_management", _("Trial management")
    AUDITOR = "auditor", _("Auditor")
    SYSADMIN = "sysadmin", _("System administrator")


class OfficerRole(models.Model):
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField(max_length=30, choices=Role)
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True, blank=True)


class GroupMember(models.Model):
    class Part(models.TextChoices):
        EXECUTOR = "EXECUTOR", _("Executor")
        ASSISTANT = "ASSISTANT", _("Assistant")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="memberships")
    part = models.CharField(max_length=20, choices=Part)
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True, blank=True)


class Device(models.Model):
    """One enrolment of one officer's phone: one store, one signing key."""

    id = models.UUIDField(primary_key=True)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="devices")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="devices")
    incarnation = models.PositiveIntegerField(default=1)
    alg = models.CharField(max_length=10, default="ed25519")
    public_key = models.BinaryField()
    certificate = models.TextField()
    continues = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="continued_by")
    """The device, a copy of it perhaps, whose log this one goes on from after a fork or a repair."""
    name = models.CharField(max_length=100, default="")
    enrolled_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, default="")
    recovered_at = models.DateTimeField(null=True)
    """Known again by its certificate alone, after a restore to before its enrolment."""
    confirmed_at = models.DateTimeField(null=True)
    """A recovered device may read once somebody at the desk has looked."""
    last_contact_at = models.DateTimeField(null=True)
    last_status = models.JSONField(default=dict)
    """What it last said it held: unsent operations, bytes, free space, app."""
    is_doubted = models.BooleanField(default=False)
    """A further device of its officer, of which he has not said yet whether it was he who enrolled it."""

    def __str__(self) -> str:
        return f"{self.name or self.id}"


class TwoPersonAct(models.Model):
    """What one person asks for and another allows: letting go what was sealed, opening a store with the escrow key."""

    class Kind(models.TextChoices):
        RELEASE = "release", _("Release what a revoked device sent")
        ESCROW = "escrow", _("Open a device with the court's escrow key")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for the second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="two_person_acts")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=200)
    asked = models.JSONField(default=dict)
    """Of an escrow use: the sealed key, and the public key to hand it over to."""
    outcome = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    requested_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["court", "state"], name="two_person_act_waiting")]


class EnrolmentCode(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey(Court, on_delete=models.PROTECT)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="enrolment_codes")
    secret_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    device = models.OneToOneField(Device, null=True, on_delete=models.PROTECT, related_name="code")


class EnrolmentAttempt(models.Model):
    """Failed tries by address, for the throttle."""

    address = models.CharField(max_length=64)
    failed_at = models.DateTimeField(default=now, db_index=True)
