"""An explanation in words: the same steps for a page, the API, a device and the command `due`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from server.cases.explanation import Due, Step
from server.common.clock import SHANGHAI

_TEXTS: Mapping[str, str] = {
    "start_event": gettext_noop("Started by the event %(event)s."),
    "not_started": gettext_noop("Not started: the event it counts from has not occurred."),
    "started": gettext_noop("Counted from %(at)s; the starting day or hour is not counted."),
    "variant": gettext_noop("What counts here is the limit for: %(variant_said)s."),
    "no_period": gettext_noop("There is no period: it is tracked without a date."),
    "limit": gettext_noop("The limit is %(length)s."),
    "limit_back": gettext_noop("The limit is %(length)s before that day, counted back."),
    "raw_end": gettext_noop("Counted out, it ends on %(at)s."),
    "paused": gettext_noop("Pause from %(began)s to %(ended)s%(for_reason)s: %(length)s not counted."),
    "pause_ignored": gettext_noop("Pause from %(began)s to %(ended)s%(for_reason)s: excludes nothing, %(why)s."),
    "not_running": gettext_noop("The clock stands still since %(began)s%(for_reason)s: no date until it goes on."),
    "excluded": gettext_noop("Excluded in all: %(length)s; the end moves to %(to)s."),
    "rolled": gettext_noop("%(from_day)s is no working day: moved on to %(to_day)s, over %(over)s."),
    "rolled_back": gettext_noop("%(from_day)s is no working day: moved back to %(to_day)s, over %(over)s."),
    "no_roll": gettext_noop("It never moves: %(day)s stands, on a day off too."),
    "no_roll_needed": gettext_noop("%(day)s is a working day: it does not move."),
    "passed_over": gettext_noop("Days off are not counted: %(over)s."),
    "provisional": gettext_noop("Provisional: the notice for %(years)s is not loaded; weekends were assumed."),
    "ends": gettext_noop("It ends with %(at)s, at 23:59:59 Beijing time."),
    "ends_at": gettext_noop("It ends at %(at)s Beijing time."),
    "opens": gettext_noop("No deadline of the court's: it opens a way, and that from %(day)s on."),
    "earliest": gettext_noop("It may not be done before %(day)s."),
    "told_late": gettext_noop(
        "The event %(event)s of %(occurred_at)s arrived late, on %(received_at)s: it counts from when it occurred."
    ),
    "moved": gettext_noop("That moved %(what)s from %(was)s to %(became_said)s."),
    "stands": gettext_noop("It was computed with %(version)s as %(day)s, and stands so."),
    "calendar": gettext_noop("Calendar of working days: %(version)s."),
    "flow": gettext_noop("Flow: %(version)s."),
    "not_in_flow": gettext_noop(
        "The flow of this case, %(flow)s, knows this step no more: it stands as it stood when the case was moved."
    ),
    "basis": gettext_noop("Basis: %(cited)s (%(kind_said)s, grade %(grade)s)."),
    "basis_by_version": gettext_noop(
        "Basis: %(cited)s, Civil Procedure Law of %(law_version)s (%(kind_said)s, grade %(grade)s)."
    ),
    "by": gettext_noop("This is the date of the further limit (%(name)s), which counts from the event %(event)s."),
    "earlier_of_two": gettext_noop("Of two limits the earlier counts; the other ends on %(other)s."),
    "recurrence": gettext_noop("It recurs; this is number %(number)d."),
    "round_done": gettext_noop("What was due last was done on %(day)s; each date counts from the same start."),
    "recurred_for_the_last_time": gettext_noop("It has recurred for the last time."),
    "extended": gettext_noop("Extended to %(to_day)s, asked on %(asked_on)s, approved by %(approved_by)s."),
    "held": gettext_noop(
        "Blocked since %(since)s: a third party claims this property (%(document)s). "
        "It may not be disposed of before that is decided."
    ),
    "renewal_waits": gettext_noop(
        "A renewal of %(day)s names no seal or freeze, and several are in force: it waits for a person to say which."
    ),
    "nothing_runs": gettext_noop("No such clock runs in this case."),
    "not_extendable": gettext_noop("The limit of this node cannot be extended."),
    "nothing_to_extend": gettext_noop("There is no date to extend."),
    "asked_too_late": gettext_noop("Asked on %(asked_on)s; it must be asked five days before, by %(latest)s."),
    "nobody_approved": gettext_noop("Nobody approved it."),
    "level_unknown": gettext_noop("%(level)s cannot approve an extension."),
    "not_later": gettext_noop("The new date %(new_due)s is not after %(due_on)s."),
    "too_long": gettext_noop("The new date %(new_due)s is more than three months later; %(longest)s is the last one."),
    "too_often": gettext_noop("This limit may be extended %(times)d times only."),
    "needs_higher_level": gettext_noop("A further extension needs a higher level than the last."),
}
_REASONS: Mapping[str, str] = {
    "PUBLIC_NOTICE": gettext_noop("service by public notice"),
    "STAYED": gettext_noop("stay of enforcement"),
    "STAYED_BY_SUPERIOR": gettext_noop("stay ordered by a higher court"),
    "SUSPENDED": gettext_noop("suspension"),
    "CONSULT_SUPERIOR": gettext_noop("question of law put to a higher court"),
    "DISPUTE_COORDINATION": gettext_noop("dispute between courts"),
    "AUDIT_VALUATION": gettext_noop("audit or valuation"),
    "AUCTION_SALE": gettext_noop("auction or sale"),
    "JURISDICTION": gettext_noop("dispute over jurisdiction"),
    "THIRD_PARTY_OBJECTION": gettext_noop("third party's claim to this property"),
}
_IGNORED: Mapping[str, str] = {
    "never_pauses": gettext_noop("this clock never pauses"),
    "counts_back": gettext_noop("a limit counted back is not moved by pauses"),
    "not_in_policy": gettext_noop("this reason does not stop this clock"),
    "before_start": gettext_noop("it was over before the clock started"),
    "after_stop": gettext_noop("the clock had been stopped"),
    "after_end": gettext_noop("the limit had run out"),
}
_KINDS: Mapping[str, str] = {
    "statutory": gettext_noop("statutory"),
    "regulatory": gettext_noop("regulatory"),
    "internal": gettext_noop("internal"),
}
_VARIANTS: Mapping[str, str] = {
    "NEGOTIATED": gettext_noop("Agreed between the parties"),
    "DIRECTED_INQUIRY": gettext_noop("Inquiry at an authority"),
    "NETWORK_INQUIRY": gettext_noop("Inquiry with online appraisers"),
    "APPRAISAL": gettext_noop("Appraisal"),
    "PROPERTY_TO_DISPOSE": gettext_noop("Property to dispose of"),
    "FINAL_ROUND": gettext_noop("Ending this round of enforcement (final round)"),
}
_MOVED: Mapping[str, str] = {
    "started_on": gettext_noop("the start"),
    "due_on": gettext_noop("the due date"),
    "due_at": gettext_noop("the hour it is due"),
    "earliest_on": gettext_noop("the earliest day"),
    "finished_on": gettext_noop("the end"),
}
HOLIDAYS = (
    gettext_noop("Weekend"),
    gettext_noop("New Year's Day"),
    gettext_noop("Spring Festival"),
    gettext_noop("Tomb-sweeping Day"),
    gettext_noop("Labour Day"),
    gettext_noop("Dragon Boat Festival"),
    gettext_noop("National Day"),
    gettext_noop("Mid-autumn Festival"),
    gettext_noop("Anti-Fascist 70th Day"),
)
"""As the library names them; what an operator wrote is shown as it stands."""


def explained(found: Due) -> list[str]:
    return [worded(each) for each in found.steps]


def worded(step: Step) -> str:
    """One step as a sentence, in the language of the moment. Raises KeyError for a code nobody worded."""
    return _(_TEXTS[_variant(step)]) % _said(step.values)


def _variant(step: Step) -> str:
    if step.code == "ends" and isinstance(step.values["at"], datetime):
        return "ends_at"
    return "basis_by_version" if step.code == "basis" and step.values["law_version"] else step.code


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: _value(value) for name, value in values.items()}
    if "unit" in values:
        said["length"] = length(values["n"], values["unit"])
    if "began" in values:
        said["ended"] = said["ended"] or _("open")
        said["for_reason"] = _(" (%s)") % _("; ").join(_grounds(values)) if values["reason"] else ""
    if "because" in values:
        said["why"] = _(_IGNORED[values["because"]])
    if "member" in values:
        said["what"], said["became_said"] = _(_MOVED[values["member"]]), said["became"] or _("no date")
    if "variant" in values:
        said["variant_said"] = _(_VARIANTS[values["variant"]])
    if "kind" in values:
        said["kind_said"] = _(_KINDS[values["kind"]])
    if "over" in values:
        said["over"] = _("; ").join(_spans(values["over"]))
    if "years" in values:
        said["years"] = ", ".join(map(str, values["years"]))
    return said


def _grounds(values: Mapping[str, Any]) -> Iterator[str]:
    yield _(_REASONS.get(values["reason"], values["reason"]))
    if "document" in values:
        yield _("%(document)s, approved by %(approved_by)s") % values
        if values["is_entered_late"]:
            yield _("entered late")


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


def length(n: float, unit: str) -> str:
    number = int(n)
    texts = {
        "h": ngettext("%(n)s hour", "%(n)s hours", number),
        "d": ngettext("%(n)s day", "%(n)s days", number),
        "wd": ngettext("%(n)s working day", "%(n)s working days", number),
        "m": ngettext("%(n)s month", "%(n)s months", number),
        "y": ngettext("%(n)s year", "%(n)s years", number),
    }
    return texts[unit] % {"n": n}


def _spans(over: Iterable[Mapping[str, Any]]) -> list[str]:
    """Days off in a row that are off for the same reason, as one span."""
    spans: list[tuple[date, date, str]] = []
    for each in over:
        if spans and spans[-1][2] == each["why"] and (each["day"] - spans[-1][1]).days == 1:
            spans[-1] = (spans[-1][0], each["day"], each["why"])
        else:
            spans.append((each["day"], each["day"], each["why"]))
    return [_span(*span) for span in spans]


def _span(first: date, last: date, why: str) -> str:
    days = first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"
    return f"{days} {_(why)}"
