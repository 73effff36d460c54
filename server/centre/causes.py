"""Why an act waits for a person, in words; and how a review looks."""

from django.utils.translation import gettext as _

from server.centre.states import Look, action_look


def cause_name(cause: str) -> str:
    return {
        "not_assigned": _("Reassigned before the act"),
        "subject_unknown": _("Not a case of this officer"),
        "grant_ended": _("The right to the case had ended"),
        "case_closed": _("The case was closed"),
        "officer_suspended": _("The officer was suspended"),
        "officer_mismatch": _("Recorded under another name"),
        "correction_unfounded": _("Corrects another's record"),
        "parallel": _("Two acts on one node"),
        "body_invalid": _("Cannot be read"),
        "id_reuse": _("Its id was used before"),
        "kind_unknown": _("Unknown kind of act"),
        "handler_fault": _("A fault of this server"),
        "log_forked": _("The device's log has two versions"),
        "act_annulled": _("Its act was annulled"),
        "found_void": _("Found void after it had counted"),
        "node_unknown": _("No such node"),
        "node_ending_unclear": _("How the node ended is not said"),
        "node_by_deed": _("The node ends with a deed, not a word"),
        "node_not_started": _("The node had not begun"),
        "node_of_another": _("The node is another's to end"),
        "node_needs_act": _("The node wants an act on site"),
        "node_too_early": _("Before its earliest day"),
        "property_held": _("A third party claims the property"),
        "handover_decided": _("The handover was decided before"),
        "not_receiver": _("The handover was offered to others"),
        "reason_missing": _("Sent back without a reason"),
        "task_moved": _("The task was moved before"),
        "task_of_another": _("The task was given to another"),
        "urge_answered": _("The urge was answered before"),
        "reply_missing": _("A reply without words"),
        "request_unclear": _("A request that does not say what or why"),
    }.get(cause, cause)


def cause_reason(cause: str) -> str:
    """What happened, and what that means for whoever decides."""
    return {
        "not_assigned": _(
            "The case had been given to others before this arrived. The device may have been offline and unaware."
        ),
        "subject_unknown": _("The officer never held the case he names, or there is none of that number here."),
        "grant_ended": _("The officer's right to this case had ended before this arrived."),
        "case_closed": _("The case had been closed before this arrived."),
        "officer_suspended": _("The officer was, or may have been, suspended when this was done."),
        "officer_mismatch": _("The record names another officer than the one this device belongs to."),
        "correction_unfounded": _("It corrects a record that is neither this officer's own nor one of the same act."),
        "parallel": _("Another officer's act had finished this node already. Both are kept; the first one moved it."),
        "body_invalid": _("The record does not have the form of a record. Its bytes are kept as they came."),
        "id_reuse": _("Another record bears the same id. Nothing was overwritten; ratified, it is an act of its own."),
        "kind_unknown": _("This release does not know such an act. A later one may; the record is kept."),
        "handler_fault": _(
            "Our own code failed on this record; the officer did nothing wrong. Once it is mended, replay."
        ),
        "act_annulled": _("It adds to an act that was annulled. Ratified, the act counts by what this says."),
        "found_void": _("It had counted, and was annulled later with the reason below. Record and photos stay."),
        "node_unknown": _("The case has no node of that name. Nothing can be ratified; the officer records it anew."),
        "node_ending_unclear": _(
            "The node ends in one of several ways, and the record names none of them. The officer records it anew."
        ),
        "node_by_deed": _("This node ends when the thing itself is done here: filing, assigning, closing, a handover."),
        "node_not_started": _("What begins this node is not on record. Ratified, its end counts once it has begun."),
        "node_of_another": _(
            "The node belongs to the filing office, the command centre or a leader. Ratify it for them."
        ),
        "node_needs_act": _("The evidence of an act on site ends this node. Ratified, his word stands for it."),
        "handover_decided": _(
            "Somebody had taken the stage over, or sent it back, before this arrived. What was decided first stands."
        ),
        "not_receiver": _("The stage was offered to another officer or team. Ratified, he takes it over all the same."),
        "reason_missing": _("A handover is sent back with a reason. The officer records it anew, or the desk decides."),
        "task_moved": _("It had been done, given back or withdrawn before this arrived. What was said first stands."),
        "task_of_another": _("Whoever a task is given to says that it is done. Have him say so, or withdraw it."),
        "urge_answered": _("Somebody had replied before this arrived. The first reply stands; this one is kept."),
        "request_unclear": _("It names nothing that is approved here, or gives no reason. The officer asks anew."),
        "reply_missing": _("An urge is answered in words. The officer replies anew, or the desk does."),
        "property_held": _("A third party's claim to it was examined that day. It may count once that is decided."),
        "node_too_early": _("The law or the flow sets an earliest day, and this was done before it."),
        "log_forked": _("This device's log was continued in two ways: a copied or restored phone. Both are kept."),
    }.get(cause, "")


def review_look(state: str, status: str) -> Look:
    if state == "ratified":
        return Look("done", "green", _("Ratified"))
    if state == "annulled":
        return Look("superseded", "grey", _("Annulled"))
    if state == "replayed":
        return Look("done", "green", _("Applied after repair"))
    return action_look(status, True, 0) if status != "applied" else Look("parked", "violet", _("Parked for review"))


def refusal_text(code: str) -> str:
    """Why a decision was not taken, by the code of its error."""
    return {
        "review_not_found": _("There is no such review among those you may read."),
        "role_required": _("The director or the president decides this, or the leader of the team that acted."),
        "own_act": _("You did this yourself. Another leader of your court decides."),
        "review_decided": _("This has been decided already. Look again."),
        "review_not_ratifiable": _(
            "This act names nothing here that could be ratified. Ask for a supplement, or annul it."
        ),
        "handler_fault_stands": _(
            "A fault of the server stands in the way. It must be mended first; nothing was changed."
        ),
        "note_required": _("Give a reason: the officer is told, and it stays on record."),
        "note_too_long": _("The reason is too long."),
        "case_not_found": _("There is no such case of your court."),
        "number_not_in_question": _("This act names no such number that is still in question."),
        "act_elsewhere": _("This act stands in no case of your court. The court whose case it is decides."),
    }.get(code, code)
