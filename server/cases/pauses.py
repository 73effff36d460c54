"""What stops a clock, and which of it counts where. Pure.

Sources: 法发〔2006〕35号 art 13, 法释〔2000〕29号 art 9 (both from memory, grade B).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from server.common.clock import local_date

LIST_2006 = frozenset(
    {"PUBLIC_NOTICE", "STAYED", "STAYED_BY_SUPERIOR", "SUSPENDED", "CONSULT_SUPERIOR", "DISPUTE_COORDINATION"}
)
LIST_2000_PLUS_2006 = LIST_2006 | {"AUDIT_VALUATION", "AUCTION_SALE", "JURISDICTION"}
POLICIES = {"LIST_2006": LIST_2006, "LIST_2000_PLUS_2006": LIST_2000_PLUS_2006}
DEFAULT_POLICY = "LIST_2000_PLUS_2006"
REASONS = (
    "PUBLIC_NOTICE",
    "STAYED",
    "STAYED_BY_SUPERIOR",
    "SUSPENDED",
    "CONSULT_SUPERIOR",
    "DISPUTE_COORDINATION",
    "AUDIT_VALUATION",
    "AUCTION_SALE",
    "JURISDICTION",
)
HOLD = "THIRD_PARTY_OBJECTION"
"""Stops the nodes that dispose of one property, and no clock of the case; under either policy (民诉法238)."""
LATEST_ENTRY_DAYS = 3
"""A pause entered later than this after it began is flagged (C: anti-gaming)."""

Point = date | datetime


@dataclass(frozen=True)
class Pause:
    """A clock stands still from `began` up to, not including, `ended`; None: still open. Days, or moments for hours.

    `reason` empty: it counts under any policy, as when somebody checks arithmetic by hand.
    """

    began: Point
    ended: Point | None = None
    reason: str = ""
    document_id: str = ""
    approved_by: str = ""
    entered_on: date | None = None

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a pause must have before it may stop a clock: a document and an approver."""
        return tuple(name for name in ("document_id", "approved_by") if not getattr(self, name))

    @property
    def founding(self) -> dict[str, object]:
        """What stands behind it, where anything does."""
        if not self.document_id:
            return {}
        return {"document": self.document_id, "approved_by": self.approved_by, "is_entered_late": self.is_entered_late}

    @property
    def is_entered_late(self) -> bool:
        began = local_date(self.began) if isinstance(self.began, datetime) else self.began
        return self.entered_on is not None and (self.entered_on - began).days > LATEST_ENTRY_DAYS


def reasons_counted(listed: Iterable[str], policy: str = DEFAULT_POLICY) -> frozenset[str]:
    """Of the reasons a node lists, those that stop its clock under a court's policy."""
    return POLICIES[policy] & frozenset(listed)
