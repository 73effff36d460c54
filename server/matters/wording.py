"""What a refused move says to people, by its code; the same words stand beside a button that is not to be pressed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from server.common.errors import DomainError
from server.matters.decide import Refused

REFUSALS: Mapping[str, DomainError] = {
    each.code: each
    for each in (
        DomainError(
            "matter_act_missing",
            409,
            gettext_noop("It was done on site: the act of whoever was there has not arrived."),
        ),
        DomainError("matter_case_closed", 409, gettext_noop("The case is closed; nothing more is asked for it.")),
        DomainError("matter_complained", 409, gettext_noop("A complaint was made before.")),
        DomainError("matter_handler_unfit", 409, gettext_noop("Name an officer who works in your court now.")),
        DomainError("matter_irreversible", 409, gettext_noop("What was done cannot be taken back.")),
        DomainError("matter_measures_stand", 409, gettext_noop("Something was done already: feed it back instead.")),
        DomainError("matter_no_contact", 409, gettext_noop("Talk with the other court first, and log the talk.")),
        DomainError("matter_not_in_charge", 403, gettext_noop("Whoever is in charge of it in your court does this.")),
        DomainError(
            "matter_not_in_state", 409, gettext_noop("As this matter stands, that cannot be done. Look again.")
        ),
        DomainError("matter_of_other_court", 403, gettext_noop("The other court does this.")),
        DomainError("matter_papers_missing", 409, gettext_noop("Papers are missing that this kind of matter needs.")),
        DomainError("matter_rated", 409, gettext_noop("It was rated before.")),
        DomainError("matter_reason_needed", 422, gettext_noop("Say why in a few words.")),
        DomainError("matter_receipt_missing", 409, gettext_noop("Add the receipt first.")),
        DomainError(
            "matter_release_needed", 409, gettext_noop("A measure stands: ask for its release with the withdrawal.")
        ),
        DomainError("matter_request_incomplete", 409, gettext_noop("What is asked is not complete yet.")),
        DomainError("matter_resent", 409, gettext_noop("It was sent again before.")),
        DomainError("matter_result_missing", 409, gettext_noop("Say first what came of it.")),
        DomainError(
            "matter_withdrawal_asked",
            409,
            gettext_noop("Its withdrawal was asked; the other court has not answered yet."),
        ),
        DomainError(
            "matter_return_unfounded",
            409,
            gettext_noop("Ask for what is missing first; only what is no errand of yours goes back at once."),
        ),
    )
}


def refusal(refused: Refused) -> DomainError:
    known = REFUSALS[refused.code]
    return DomainError(known.code, known.status, _(known.message), dict(refused.details))


def move_name(move: str) -> str:
    """As a button says it, and the log."""
    return {
        "draft": _("Draft"),
        "submit": _("Submit for approval"),
        "approve": _("Approve and send"),
        "reject": _("Back to the draft"),
        "sign_for": _("Sign for"),
        "ask_supplement": _("Ask for papers"),
        "supplement": _("Papers are complete"),
        "time_out": _("Papers did not come in time"),
        "return": _("Return"),
        "assign": _("Assign an officer"),
        "reassign": _("Assign another officer"),
        "feed_back": _("Feed back"),
        "confirm": _("Confirm"),
        "confirm_by_time": _("Confirmed as the time passed"),
        "dispute": _("Not accepted"),
        "withdraw": _("Withdraw what was asked"),
        "rate": _("Rate"),
        "complain": _("Complain"),
        "resend": _("Send again"),
    }[move]


def clock_name(clock: str) -> str:
    """What is late, as a cause of alarms."""
    return {
        "sign": _("To be signed for"),
        "do": _("To be done for another court"),
        "supplement": _("Papers to be supplied"),
        "confirm": _("Result to be confirmed"),
    }[clock]


def step_name(told: str) -> str:
    """Of whatever crossed to the other court: a move, or a talk, result or new papers."""
    others = {"talk": _("Talk"), "result": _("Result"), "snapshot": _("Papers")}
    return others.get(told) or move_name(told)


def reason_told(code: str) -> str:
    """Why the other court's server did not take a step, by the code it answered with."""
    others = {
        "exchange_kind_unknown": _("The other server does not know this yet."),
        "exchange_matter_unknown": _("The other server has no such matter."),
        "matter_kind_unknown": _("The other server does not have this kind of matter yet."),
    }
    known = REFUSALS.get(code)
    return others.get(code) or (_(known.message) if known else code)
