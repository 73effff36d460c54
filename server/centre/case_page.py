"""The desk's middle and right: one case with its nodes, its timeline, and the photos of one act."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.flow import CASE_CLOCK
from server.cases.guarding import blocked_nodes
from server.cases.lateness import is_late_upload, late_after
from server.cases.levels import Level
from server.cases.models import Case, Node, Party
from server.cases.moves import Late, told_late
from server.cases.queries import flow_of, holders_of, moving_states, nodes_shown
from server.cases.states import CaseState
from server.cases.why import why
from server.cases.wording import worded
from server.centre.act_times import moved_words, verdict_words
from server.centre.case_clock import (
    ClueLine,
    Decision,
    PropertyLine,
    chain_names,
    clue_lines,
    decisions,
    property_lines,
)
from server.centre.desk import FlowNames, flow_names, has_ended, level_of, since_of, worst_of
from server.centre.language import content_language
from server.centre.papers import PaperLine, paper_lines
from server.centre.shots import Shot, shot_labels, shots_of
from server.centre.states import (
    Look,
    action_look,
    done_look,
    ended_look,
    level_look,
    paused_look,
    pending_look,
    running_look,
)
from server.centre.track import track_words
from server.centre.work import Work, work_on
from server.evidence.models import Recording
from server.evidence.queries import proof_times
from server.field.authority import UNKNOWN
from server.field.case_acts import case_document
from server.field.claiming import claims_in
from server.field.kinds import kinds_document
from server.field.models import ActionSubject, FieldAction
from server.field.rules import document_of
from server.people.models import Officer
from server.supervision.models import Urge
from server.supervision.queries import open_urges

ACTS_AT_ONCE = 200


class Reason(NamedTuple):
    """Of one node, in words: why it is due when it is, and what its step still waits for; does it run by a claim?"""

    why: Sequence[str] = ()
    blocked: Sequence[str] = ()
    is_claimed: bool = False


Reasons = Mapping[UUID, Reason]


@dataclass(frozen=True, slots=True)
class NodeLine:
    id: UUID
    name: str
    started_on: date | None
    due_on: date | None
    look: Look
    is_pending: bool
    is_running: bool
    due_at: datetime | None = None
    earliest_on: date | None = None
    is_provisional: bool = False
    why: Sequence[str] = ()
    """How its date came about, step by step, where it runs."""
    blocked: Sequence[str] = ()
    """What is missing before its step may be taken."""
    is_claimed: bool = False
    """A clock that protects somebody; the act that started it does not count yet."""
    since: datetime | None = None
    """When it came to the level it wears."""


@dataclass(frozen=True, slots=True)
class StageLine:
    key: str
    name: str
    done: int
    total: int
    look: Look
    is_current: bool
    nodes: list[NodeLine]

    @property
    def is_untouched(self) -> bool:
        return all(node.is_pending for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Act:
    id: UUID
    kind: str
    officer: str
    device: str
    recorded_at: datetime
    received_at: datetime
    verified_at: datetime | None
    files_promised: int
    files_verified: int
    missing: list[str]
    warnings: list[str]
    holes: list[str]
    """Photos its kind asks for that were never taken: neither in `missing` nor in `warnings`."""
    look: Look
    status: str
    verdict: str
    """Of `recorded_at`, in words."""
    is_late: bool
    moved: Sequence[str]
    """What its late arrival moved, in words."""


@dataclass(slots=True)
class CasePage:
    case: Case
    look: Look | None
    """Of its worst running node; none where all is well."""
    holder: str
    applicants: list[str]
    debtors: list[str]
    stages: list[StageLine]
    clock: StageLine | None
    """Limits of the case as a whole, which stand in no stage."""
    acts: list[Act]
    has_older_acts: bool
    papers: list[PaperLine] = field(default_factory=list)
    issued: list[PaperLine] = field(default_factory=list)
    """Papers made of its acts."""
    work: Work | None = None
    decisions: list[Decision] = field(default_factory=list)
    """Pauses and extensions of its clocks."""
    urges: list[Urge] = field(default_factory=list)
    """Those that wait for a reply."""
    track: str = ""
    """Which one, by whom, and why: in words; empty where the flow knows none."""
    properties: list[PropertyLine] = field(default_factory=list)
    clues: list[ClueLine] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    films: list[Recording] = field(default_factory=list)
    shown_act: Act | None = None


def case_page(case: Case, reader: Officer, today: date, action_id: UUID | None = None) -> CasePage:
    running_on = flow_of(case.flow).outliving if case.status == Case.Status.CLOSED else None
    names = replace(flow_names()[case.flow_id], chains=chain_names(case), running_on=running_on)
    nodes = list(nodes_shown(case))
    state = moving_states([case], told=None)[case.pk]
    late = told_late(state, late_after())
    reasons = _reasons(state, today, late)
    parties: dict[str, list[str]] = defaultdict(list)
    for party in Party.objects.filter(case=case).order_by("id"):
        parties[party.part].append(party.name)
    acts, has_older_acts = acts_of(case.pk, action_id, moved_words(late, names.nodes))
    lines = paper_lines(case.pk)
    page = CasePage(
        case=case,
        look=_worst_look(nodes, names, today),
        holder=holders_of([case.pk]).get(case.pk, ""),
        applicants=parties[Party.Part.APPLICANT],
        debtors=parties[Party.Part.DEBTOR],
        stages=stage_lines(nodes, names, today, reasons),
        clock=_clock_line(nodes, names, today, reasons),
        acts=acts,
        has_older_acts=has_older_acts,
        papers=[line for line in lines if not line.action_id],
        issued=[line for line in lines if line.action_id],
        work=work_on(case, reader, today, names.stages),
        decisions=decisions(case, names.nodes),
        track=track_words(case),
        urges=open_urges([case.pk]).get(case.pk, []),
        properties=property_lines(case, state, names.stages),
        clues=clue_lines(state, names.chains, names.stages),
        films=list(Recording.objects.filter(case_id=case.pk).order_by("starts_at", "pk")),
    )
    page.shown_act = next((act for act in acts if act.id == action_id), acts[0] if acts and not action_id else None)
    if page.shown_act:
        page.shots = shots_of(page.shown_act.id, reader)
    return page


def _worst_look(nodes: Sequence[Node], names: FlowNames, today: date) -> Look | None:
    worst = worst_of(nodes, names, today)
    level = level_of(worst, names, today) if worst else Level.NORMAL
    return running_look(level, worst.due_on, today) if worst and level is not Level.NORMAL else None


def _reasons(state: CaseState, today: date, late: Sequence[Late]) -> Reasons:
    """Of every running node."""
    blocked = blocked_nodes(state, today)
    claimed = {node.pk for node in claims_in(state.id)}
    running = [node for node in state.nodes.values() if node.state == Node.State.RUNNING]
    return {
        node.id: Reason(
            [worded(each) for each in why(state, node, late)],
            [want["text"] for want in blocked.get(node.id, ())],
            node.id in claimed,
        )
        for node in running
    }


def stage_lines(
    nodes: Sequence[Node], names: FlowNames, today: date, reasons: Reasons = MappingProxyType({})
) -> list[StageLine]:
    by_stage: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        by_stage[node.stage].append(node)
    open_nodes = [node for node in nodes if node.state == Node.State.RUNNING and not has_ended(node, names)]
    running = [node.stage for node in open_nodes if node.stage in names.stages]
    current = running[0] if running else None
    return [
        _stage_line(key, name, by_stage[key], names, today, reasons, is_current=key == current)
        for key, name in names.stages.items()
        if by_stage.get(key)
    ]


def _clock_line(nodes: Sequence[Node], names: FlowNames, today: date, reasons: Reasons) -> StageLine | None:
    clocks = [node for node in nodes if node.stage == CASE_CLOCK]
    return _stage_line(CASE_CLOCK, _("The whole case"), clocks, names, today, reasons) if clocks else None


def _stage_line(
    key: str,
    name: str,
    nodes: list[Node],
    names: FlowNames,
    today: date,
    reasons: Reasons,
    *,
    is_current: bool = False,
) -> StageLine:
    done = sum(node.state == Node.State.DONE for node in nodes)
    worst = max((level_of(node, names, today) for node in nodes), key=lambda level: level.rank)
    is_running = any(node.state == Node.State.RUNNING and not has_ended(node, names) for node in nodes)
    if is_running:
        look = level_look(worst) if worst is not Level.NORMAL else Look("active", "blue", "")
    else:
        look = Look("done", "green", "") if done else pending_look()
    lines = [_node_line(node, names, today, reasons) for node in nodes]
    return StageLine(key, name, done, len(nodes), look, is_current, lines)


def _node_line(node: Node, names: FlowNames, today: date, reasons: Reasons) -> NodeLine:
    if node.state == Node.State.DONE:
        look = done_look(node.finished_on, node.due_on)
    elif node.state == Node.State.RUNNING and has_ended(node, names):
        look = ended_look()
    elif node.is_paused:
        look = paused_look()
    elif node.state == Node.State.RUNNING:
        look = running_look(level_of(node, names, today), node.due_on, today)
    else:
        look = pending_look()
    name = names.nodes.get(node.key, node.key)
    return NodeLine(
        node.pk,
        f"{name} · {names.chains.get(node.chain, node.chain)}" if node.chain else name,
        node.started_on,
        node.due_on,
        look,
        node.state == Node.State.NOT_STARTED,
        node.state == Node.State.RUNNING,
        node.due_at,
        node.earliest_on,
        node.is_provisional,
        *reasons.get(node.pk, Reason()),
        since_of(node, names) if node.state == Node.State.RUNNING and not has_ended(node, names) else None,
    )


def acts_of(
    case_id: UUID, asked_for: UUID | None = None, moved: Mapping[str, list[str]] = MappingProxyType({})
) -> tuple[list[Act], bool]:
    """Newest arrival first, one act once; and whether there are older ones.

    The act asked for is among them, however old it is. `moved`: by act, what its late arrival moved, in words.
    """
    known = ActionSubject.objects.filter(subject_id=case_id).exclude(code=UNKNOWN)
    stands = known.select_related("action__officer", "record__device")
    rows = list(stands.order_by("-action__received_at", "-action_id")[: ACTS_AT_ONCE + 1])
    has_older, rows = len(rows) > ACTS_AT_ONCE, rows[:ACTS_AT_ONCE]
    if has_older and asked_for and all(row.action_id != asked_for for row in rows):
        rows += stands.filter(action_id=asked_for)
    names = kind_names()
    proofs = proof_times([row.action_id for row in rows])
    acts: dict[UUID, Act] = {}
    for row in rows:
        of_act = (proofs.get(row.action_id), moved.get(str(row.action_id), []))
        acts.setdefault(row.action_id, _act(row, names, *of_act))
    return list(acts.values()), has_older


def _act(row: ActionSubject, names: dict[str, str], verified_at: datetime | None, moved: Sequence[str]) -> Act:
    action: FieldAction = row.action
    outstanding = action.files_promised - action.files_verified
    texts, labels = finding_texts(action.kind), shot_labels(action.kind)
    missing, warnings = [{code: said(code, texts) for code in codes} for codes in (action.missing, action.warnings)]
    return Act(
        id=action.pk,
        kind=names.get(action.kind, action.kind),
        officer=action.officer.name,
        device=row.record.device.name,
        recorded_at=action.recorded_at,
        received_at=action.received_at,
        verified_at=verified_at,
        files_promised=action.files_promised,
        files_verified=action.files_verified,
        missing=[text for code, text in missing.items() if not _is_shot(code)],
        warnings=[text for code, text in warnings.items() if not _is_shot(code)],
        holes=[labels.get(code, text) for code, text in (missing | warnings).items() if _is_shot(code)],
        look=action_look(row.status, action.is_complete, len(missing) + outstanding),
        status=row.status,
        verdict=verdict_words(row.record.clock_verdict),
        is_late=is_late_upload(action.recorded_at, action.received_at),
        moved=moved,
    )


def _is_shot(code: str) -> bool:
    return code.startswith("shot:")


def kind_names() -> dict[str, str]:
    language = content_language()
    return {kind["key"]: kind[language] for kind in [*kinds_document()["kinds"], *case_document()["kinds"]]}


def finding_texts(kind: str) -> dict[str, str]:
    """What the finding codes of this kind say to people; its own rules before the common ones."""
    document, language = document_of(kind), content_language()
    own: list[dict[str, Any]] = next((row["rules"] for row in document["kinds"] if row["key"] == kind), [])
    spoken = {rule["rule"]: rule for rule in [*document["rules"], *own]} | document["messages"]
    texts: dict[str, str] = {"shape": document["shape"][language]}
    for rule, row in spoken.items():
        owner, _dot, code = rule.partition(".")
        if owner in ("common", kind) and language in row:
            texts[code] = row[language]
    return texts


def said(code: str, texts: Mapping[str, str]) -> str:
    """A finding in words; of a member in a form nobody expected, which one it is."""
    rule, _colon, place = code.partition(":")
    return f"{place}: {texts['shape']}" if rule == "shape" else texts.get(code, code)
