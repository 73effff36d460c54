"""What a refused move says to people, by its code; the same words stand beside a button that is not to be pressed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from server.common.errors import DomainError
from server.delegation.decide import Refused
from server.delegation.states import Clock

REFUSALS: Mapping[str, DomainError] = {
    each.code: each
    for each in (
        DomainError("delegation_applicant_untold", 422, gettext_noop("Say on which day the applicant was told.")),
        DomainError(
            "delegation_case_closed", 409, gettext_noop("The case here is closed; it is not delegated any more.")
        ),
        DomainError(
            "delegation_case_no_unfit", 422, gettext_noop("Give the number under which this court files the case.")
        ),
        DomainError("delegation_case_open", 409, gettext_noop("Close the case that was filed for it first.")),
        DomainError(
            "delegation_consent_needed",
            409,
            gettext_noop("The high court of the receiving court has not consented yet."),
        ),
        DomainError("delegation_consented", 409, gettext_noop("The high court consented before.")),
        DomainError("delegation_court_unfit", 422, gettext_noop("Name another court that this may go to.")),
        DomainError("delegation_deadline_needed", 422, gettext_noop("Name a day to come as the deadline.")),
        DomainError("delegation_explained", 409, gettext_noop("It was explained in writing why the papers are late.")),
        DomainError("delegation_handler_unfit", 409, gettext_noop("Name an officer who works in that court now.")),
        DomainError(
            "delegation_high_court_unknown",
            409,
            gettext_noop("No high court is known above one of the two courts: ask the administrator."),
        ),
        DomainError("delegation_made_again", 409, gettext_noop("It was delegated again before.")),
        DomainError(
            "delegation_no_property_elsewhere", 409, gettext_noop("Say which property lies in the other province.")
        ),
        DomainError("delegation_not_asked", 422, gettext_noop("The superior acts when the applicant asks for it.")),
        DomainError(
            "delegation_not_idle", 409, gettext_noop("The other court is at work, or its fifteen days are not over.")
        ),
        DomainError(
            "delegation_not_in_charge", 403, gettext_noop("Whoever is in charge of it in your court does this.")
        ),
        DomainError(
            "delegation_not_in_state", 409, gettext_noop("As this delegation stands, that cannot be done. Look again.")
        ),
        DomainError("delegation_of_other_court", 403, gettext_noop("The other court does this.")),
        DomainError(
            "delegation_on_paper", 409, gettext_noop("Nobody of that court works here: send the papers by post.")
        ),
        DomainError(
            "delegation_onward", 409, gettext_noop("This case was delegated to this court: it goes no further.")
        ),
        DomainError("delegation_open_already", 409, gettext_noop("This case is delegated already.")),
        DomainError("delegation_papers_back", 409, gettext_noop("The papers were sent back before.")),
        DomainError("delegation_papers_missing", 409, gettext_noop("Of the eight papers some are missing.")),
        DomainError("delegation_paper_unknown", 422, gettext_noop("That is none of the eight papers.")),
        DomainError(
            "delegation_phone_needed", 422, gettext_noop("Tell the other court the telephone of whoever handles it.")
        ),
        DomainError(
            "delegation_property_here",
            409,
            gettext_noop("A case is delegated where there is no property here: say so, and where each property lies."),
        ),
        DomainError("delegation_property_needed", 422, gettext_noop("Say which property was found, and where.")),
        DomainError("delegation_reason_needed", 422, gettext_noop("Say why in a few words.")),
        DomainError(
            "delegation_record_needed",
            422,
            gettext_noop("Report it to your high court and give the number of the record."),
        ),
        DomainError("delegation_request_invalid", 422, gettext_noop("What is said of the case cannot be kept so.")),
        DomainError(
            "delegation_same_province",
            409,
            gettext_noop("The other court is in the same province: a whole case goes to another province."),
        ),
        DomainError(
            "delegation_seals_short",
            409,
            gettext_noop("Seals or freezes with less than a month left are renewed first."),
        ),
        DomainError("delegation_too_early", 409, gettext_noop("The time for this has not come yet.")),
    )
}


def refusal(refused: Refused) -> DomainError:
    return refused_as(refused.code, **refused.details)


def refused_as(code: str, **details: Any) -> DomainError:
    known = REFUSALS[code]
    return DomainError(known.code, known.status, _(known.message), details)


def move_name(move: str) -> str:
    """As a button says it, and the log."""
    return {
        "draft": _("Draft"),
        "check": _("Check the conditions"),
        "reject": _("Back to the draft"),
        "send": _("Approve and send"),
        "withdraw": _("Withdraw what was asked"),
        "file": _("File the case"),
        "ask_papers": _("Ask for papers"),
        "complete": _("Papers are complete"),
        "explain": _("Explain why papers are late"),
        "deem_withdrawn": _("Counted as withdrawn"),
        "send_back": _("Send the papers back"),
        "take_over": _("Tell the applicant and cancel the case here"),
        "start": _("Begin enforcement"),
        "report": _("Report how it stands"),
        "tell_property": _("Tell of new property"),
        "ask_superior": _("Ask the receiver's superior"),
        "urge": _("Urge"),
        "close": _("Closed there"),
        "ask_return": _("Ask to send it back"),
        "consent": _("Consent to the return"),
        "refuse_return": _("Refuse the return"),
        "return": _("Send it back"),
        "again": _("Delegate again"),
        "pass_six_months": _("Six months have passed"),
        "set_deadline": _("Set a deadline"),
        "lift": _("Take it up"),
        "appoint": _("Appoint another court"),
    }[move]


def clock_name(clock: str) -> str:
    return {
        Clock.FILE: _("Filing there"),
        Clock.COMPLETE: _("Papers to be completed"),
        Clock.TELL: _("Telling the applicant"),
        Clock.START: _("Beginning of enforcement"),
        Clock.REPORT: _("Report if unfinished"),
        Clock.RETURN: _("Sending back"),
        Clock.SIX_MONTHS: _("Six months"),
        Clock.DEADLINE: _("Deadline of the superior"),
    }[Clock(clock)]
