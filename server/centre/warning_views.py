"""The page of warnings: what is late or about to be, by level; whose it is, why, and whether that is certain."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.cases.levels import Level
from server.centre.language import chinese_first
from server.centre.states import Look, level_look
from server.centre.views import frame
from server.people.models import Officer
from server.supervision.compelled import compelled_views, running_clocks
from server.supervision.models import Finding
from server.supervision.queries import level_counts, worst_nodes
from server.supervision.schemas import FindingView, WarningView
from server.supervision.shown import warning_views

SHOWN_AT_MOST = 200
LEVELS = (Level.SEVERE, Level.OVERDUE, Level.DUE, Level.WARN, Level.NOTICE)


@dataclass(frozen=True, slots=True)
class Line:
    warning: WarningView
    person: str
    says: tuple[str, ...]
    """Of a limit that passed: cause, explanation, how far it is, which devices may still hold the act."""


@dataclass(frozen=True, slots=True)
class LevelGroup:
    look: Look
    total: int
    lines: list[Line]


@never_cache
@login_required
@chinese_first
@require_GET
def warnings_page(request: HttpRequest) -> HttpResponse:
    officer = request.user
    assert isinstance(officer, Officer)
    asked = request.GET.get("level", "")
    level = asked if asked in list(Level) else ""
    counts = level_counts(officer)
    tiles = [(each, level_look(each), counts[each]) for each in LEVELS]
    groups = _groups(officer, level, counts)
    shown = sum(len(group.lines) for group in groups)
    total = counts[level] if level else sum(counts.values())
    compelled = compelled_views(running_clocks(officer))
    context = frame(
        request, compelled=compelled, officer=officer, tiles=tiles, level=level, groups=groups, shown=shown, total=total
    )
    return render(request, "centre/warnings.html", context)


def _groups(officer: Officer, level: str, counts: dict[str, int]) -> list[LevelGroup]:
    warnings = warning_views(list(worst_nodes(officer, level=level)[:SHOWN_AT_MOST]))
    by_level = groupby(warnings, key=lambda warning: warning.level)
    return [LevelGroup(level_look(Level(key)), counts[key], list(map(_line, rows))) for key, rows in by_level]


def _line(warning: WarningView) -> Line:
    finding = warning.finding
    return Line(warning, finding.person if finding else "", tuple(_says(finding)) if finding else ())


def _says(finding: FindingView) -> list[str]:
    said = [str(Finding.State(finding.state).label)]
    if finding.cause:
        said.append(f"{Finding.Cause(finding.cause).label}: {finding.explanation}")
    if finding.conclusion:
        said.append(str(Finding.Conclusion(finding.conclusion).label))
    return [*said, *finding.silence]
