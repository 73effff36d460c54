"""What a case holds several of, each with a chain of nodes of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id

VALUATION_METHOD = "valuation_method"
"""The fact of a property that variants of its nodes go by, once somebody chose."""


class Property(models.Model):
    """A thing or a right of the debtor's; its id is the chain of its nodes."""

    class Kind(models.TextChoices):
        CASH = "CASH", _("Cash")
        DEPOSIT = "DEPOSIT", _("Deposit")
        REAL_ESTATE = "REAL_ESTATE", _("Real estate")
        VEHICLE = "VEHICLE", _("Vehicle")
        VESSEL = "VESSEL", _("Vessel")
        MOVABLE = "MOVABLE", _("Movable")
        SECURITIES = "SECURITIES", _("Securities")
        EQUITY = "EQUITY", _("Equity")
        RECEIVABLE = "RECEIVABLE", _("Receivable")
        IP = "IP", _("Intellectual property")
        INSURANCE = "INSURANCE", _("Insurance")
        NET_ACCOUNT = "NET_ACCOUNT", _("Net account")
        OTHER = "OTHER", _("Other")

    class Source(models.TextChoices):
        APPLICANT = "APPLICANT", _("Applicant")
        NETWORK = "NETWORK", _("Network inquiry")
        REPORT = "REPORT", _("Debtor's report")
        REWARD = "REWARD", _("Reward notice")
        THIRD_PARTY = "THIRD_PARTY", _("Third party")
        FIELD = "FIELD", _("Found on site")

    class Valuation(models.TextChoices):
        """The ways to find a reference price (参考价规定2)."""

        NEGOTIATED = "NEGOTIATED", _("Agreed between the parties")
        DIRECTED_INQUIRY = "DIRECTED_INQUIRY", _("Inquiry at an authority")
        NETWORK_INQUIRY = "NETWORK_INQUIRY", _("Inquiry with online appraisers")
        APPRAISAL = "APPRAISAL", _("Appraisal")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="properties")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    ref = models.CharField(max_length=100, default="", blank=True)
    """Its number in a register: title, plate, account."""
    source = models.CharField(max_length=20, choices=Source)
    added_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class Clue(models.Model):
    """A hint to property, given at the desk; its id is the chain of its verification. Those of phones are acts."""

    class Source(models.TextChoices):
        APPLICANT = "APPLICANT", _("Applicant")
        NETWORK = "NETWORK", _("Network inquiry")
        REPORT = "REPORT", _("Reported by somebody")
        REWARD = "REWARD", _("Reward notice")
        THIRD_PARTY = "THIRD_PARTY", _("Third party")
        OWN = "OWN", _("Found by the court")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="clues")
    source = models.CharField(max_length=20, choices=Source)
    text = models.CharField(max_length=500)
    submitted_on = models.DateField()
    entered_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.text


class PropertyHold(models.Model):
    """A third party claims the property (案外人异议): while that is examined it may not be disposed of (民诉法238)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="holds")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    document = models.CharField(max_length=40)
    """The objection, by its case number."""
    entered_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=now)
    lifted_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    lifted_document = models.CharField(max_length=40, default="", blank=True)
    """The ruling on the objection."""
