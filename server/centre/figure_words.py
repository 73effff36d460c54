"""What the figures of a day are called, what their rows say, and a daily report's first draft."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.centre.case_page import kind_names
from server.centre.causes import cause_name
from server.centre.desk import flow_names
from server.centre.shots import shot_names
from server.centre.states import Look, level_look
from server.duty.figures import FIGURES, OF_DAY, STANDING, Line, Noun


def figure_name(key: str) -> str:
    names = {
        "filed": _("Cases filed"),
        "closed": _("Cases closed"),
        "done": _("Acts done"),
        "arrived": _("Acts that arrived"),
        "late": _("of these brought in late"),
        "proved": _("Files proved"),
        "decided": _("Reviews decided"),
        "urged": _("Urged"),
        "open": _("Open cases"),
        "reviews": _("Acts to review"),
        "files": _("Files not here"),
        "urges": _("Urges without a reply"),
        "handovers": _("Handovers waiting"),
        "compelled": _("Compelled to appear"),
    }
    return names.get(key) or str(level_look(Level(key.upper())).text)


def figure_look(key: str) -> Look | None:
    """Of a level."""
    return level_look(Level(key.upper())) if key.upper() in list(Level) else None


def spoken(noun: Noun, lines: list[Line]) -> list[tuple[Line, str]]:
    """Each with what its code names."""
    if noun is Noun.NODE:
        names = {key: name for flow in flow_names().values() for key, name in flow.nodes.items()}
    elif noun is Noun.STAGE:
        names = {key: name for flow in flow_names().values() for key, name in flow.stages.items()}
    else:
        names = {Noun.ACT: kind_names, Noun.FILE: shot_names}.get(noun, dict)()
    if noun is Noun.REVIEW:
        return [(line, cause_name(line.code)) for line in lines]
    return [(line, names.get(line.code, line.code or "")) for line in lines]


def first_draft(court: str, day: date, figures: Mapping[str, int]) -> str:
    """In sentences, from the figures alone; whoever signs it changes what it does not know."""
    said = {key: str(figures.get(key, 0)) for key in FIGURES}
    parts = [
        _("%(court)s, %(day)s.") % {"court": court, "day": day.isoformat()},
        _("%(filed)s cases were filed and %(closed)s closed; %(open)s are open.") % said,
        _("%(done)s acts were done; %(arrived)s arrived, %(late)s of them late; %(proved)s files were proved.") % said,
        _("%(severe)s limits are severely overdue, %(overdue)s overdue, %(due)s due today.") % said,
        _("%(reviews)s acts wait for review, %(decided)s were decided; %(files)s files are not here.") % said,
        _("%(urges)s urges wait for a reply, %(handovers)s handovers to be taken over.") % said,
    ]
    return "\n".join(parts)


DAY_KEYS, STANDING_KEYS = tuple(OF_DAY), tuple(STANDING)
