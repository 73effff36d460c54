"""The track of a case in words, with the reasons it was given for."""

from django.utils.translation import gettext as _

from server.cases.models import Case, Triage
from server.cases.triage_file import triage_rules
from server.centre.language import content_language


def track_words(case: Case) -> str:
    """Empty where its flow knows no tracks."""
    track = case.flow_facts.get("track")
    if track not in Triage.Track:
        return ""
    label = str(Triage.Track(track).label)
    last = Triage.objects.filter(case=case).order_by("-at", "-pk").first()
    if last is None:
        return label
    if last.source == Triage.Source.OVERRIDE:
        return _("%(track)s, set by a person: %(why)s") % {"track": label, "why": last.reason}
    names = triage_rules().names(content_language())
    why = "；".join(names.get(code, code) for code in last.reasons)
    return f"{label} ({why})" if why else label
