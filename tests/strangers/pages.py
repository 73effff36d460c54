"""Pages of the command centre: what each is, and what it is asked for."""

from tests.strangers.act_papers import FORM

PAGES = {
    "": "/centre/",
    "cases/<uuid:case_id>": "/centre/cases/{case_id}",
    "cases/<uuid:case_id>/urges": "/centre/cases/{case_id}/urges",
    "cases/<uuid:case_id>/clocks": "/centre/cases/{case_id}/clocks",
    "cases/<uuid:case_id>/work": "/centre/cases/{case_id}/work",
    "actions/<uuid:action_id>": "/centre/actions/{action_id}",
    "reviews": "/centre/reviews",
    "reviews/<uuid:review_id>": "/centre/reviews/{review_id}",
    "warnings": "/centre/warnings",
    "findings": "/centre/findings",
    "meetings": "/centre/meetings",
    "matters": "/centre/matters",
    "matters/<uuid:matter_id>": "/centre/matters/{matter_id}",
    "cases/<uuid:case_id>/matters": "/centre/cases/{case_id}/matters",
    "evidence/<str:sha256>": "/centre/evidence/{sha256}",
    "cases/<uuid:case_id>/print": "/centre/cases/{case_id}/print",
    "mutes": "/centre/mutes",
    "shifts": "/centre/shifts",
    "shifts/<uuid:shift_id>": "/centre/shifts/{shift_id}",
    "reports": "/centre/reports",
    "reports/<str:day>": "/centre/reports/{day}",
    "figures": "/centre/figures",
    "map": "/centre/map",
    "figures/<str:key>": "/centre/figures/open",
}
"""By their route."""
LISTS_FOR_ALL = {"/centre/", "/centre/warnings", "/centre/findings", "/centre/meetings", "/centre/matters"}
"""Each sees his own there, and may see none."""
PAGES_FOR_ALL = {"sign-in", "sign-out", "choose"}
FORMS = {
    "cases/<uuid:case_id>/bundle",
    "cases/<uuid:case_id>/renewals",
    "cases/<uuid:case_id>/valuations",
    "cases/<uuid:case_id>/releases",
    "cases/<uuid:case_id>/plan",
    "cases/<uuid:case_id>/notes",
    "cases/<uuid:case_id>/tasks",
    "cases/<uuid:case_id>/handovers",
    "tasks/<uuid:task_id>/done",
    "tasks/<uuid:task_id>/return",
    "tasks/<uuid:task_id>/again",
    "tasks/<uuid:task_id>/withdraw",
    "handovers/<uuid:handover_id>/accept",
    "handovers/<uuid:handover_id>/reject",
    "urges/<uuid:urge_id>/reply",
    "findings/<uuid:finding_id>",
    "findings/<uuid:finding_id>/explain",
    "findings/<uuid:finding_id>/conclude",
    "meetings/<uuid:meeting_id>",
    "meetings/<uuid:meeting_id>/minutes",
    "meetings/<uuid:meeting_id>/close",
    "matters/<uuid:matter_id>/<str:word>",
    FORM,
    "evidence/<str:sha256>/verify",
    "mutes/<uuid:mute_id>/end",
    "shifts/<uuid:shift_id>/line",
    "shifts/<uuid:shift_id>/hand-over",
    "shifts/<uuid:shift_id>/take-over",
    "reports/<str:day>/print",
    "parcels",
    "devices/<uuid:device_id>/escrow",
    "actions/<uuid:action_id>/annul",
    "actions/<uuid:action_id>/reinstate",
    "reviews/<uuid:review_id>/belongs",
    "reviews/decide",
    "films",
    "films/<uuid:film_id>/give",
    "devices/sheet",
    "accounts",
    "accounts/walls",
    "accounts/walls/<uuid:wall_id>/revoke",
    "devices/<uuid:device_id>/revoke",
    "devices/<uuid:device_id>/release",
    "devices/<uuid:device_id>/answer",
    "two-person-acts/<uuid:act_id>/approve",
    "two-person-acts/<uuid:act_id>/refuse",
    "actions/<uuid:action_id>/files/<str:sha256>/want",
    "actions/<uuid:action_id>/files/<str:sha256>/leave",
}
"""Asked in tests of their own."""
ODD_PAGES = {"odd-readings", "odd-readings/<uuid:odd_id>/look"}
"""For inspection and the auditor: asked in tests of their own."""
DEVICE_PAGES = {"devices": "/centre/devices", "devices/<uuid:device_id>": "/centre/devices/{device_id}"}
"""For all, each with his own; the administrator sees devices, and is told of no case."""
