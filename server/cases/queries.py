"""Reads of cases: the state decisions need, in one SELECT per table, and what pages show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from server.cases.calendars import calendar_version, work_calendar
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.flow import CASE_CLOCK, FlowDefinition, NodeDefinition
from server.cases.flow_file import read_flow
from server.cases.held_rows import Moving, Rights, debtors_of, moving_of, rights_of
from server.cases.models import Assignment, Case, FlowVersion, Node, Party
from server.cases.rulings import Rulings
from server.cases.states import JOINED, CaseState
from server.common.hashing import canonical_json
from server.common.statements import GivenMany, Statement


def case_rows() -> QuerySet[Case]:
    """Cases with what decisions ask of their flow and calendar, in the order in which they are locked."""
    rows = Case.objects.select_related("flow").defer("flow__document").order_by("pk")
    return rows.annotate(calendar_version=calendar_version(), pause_policy=F("court__pause_policy"))


def _cases() -> QuerySet[Case]:
    return case_rows().filter(pk__in=GivenMany("case_ids"))


_CASES = Statement(_cases)
_CASES_HELD = Statement(lambda: _cases().select_for_update(of=("self",), no_key=True))
_FLOWS = Statement(lambda: FlowVersion.objects.defer("document").order_by("key", "version"))


def case_states(
    case_ids: Collection[UUID],
    officer_id: UUID | None,
    *,
    lock: bool = False,
    told: Collection[str] | None = None,
    named: Collection[str] = (),
) -> dict[UUID, CaseState]:
    """The cases that exist, by id, each with its nodes, events, assignments and this officer's grants.

    Three SELECTs whatever their number. `told` spares what these events cannot touch: other nodes, but for those
    `named` by id, and events that tell nothing to the nodes at hand. `lock` holds the case rows, taken in the order of
    their ids, to the end of the transaction: authority judged on them cannot change before the commit.
    """
    rows = _case_rows(case_ids, lock) if case_ids else []
    if not rows:
        return {}
    rights = rights_of([row.pk for row in rows], officer_id)
    return {key: _with_rights(state, rights[key]) for key, state in moving_states(rows, told=told, named=named).items()}


def _with_rights(state: CaseState, rights: Rights) -> CaseState:
    return replace(state, grants=tuple(rights.grants), loans=tuple(rights.loans), assignments=tuple(rights.assignments))


def moving_states(
    rows: Sequence[Case], *, told: Collection[str] | None, named: Collection[str] = ()
) -> dict[UUID, CaseState]:
    """Of cases at hand what events move, and nobody's rights: one SELECT, and one where a flow repeats for each debtor.

    `told` and `named` as in `case_states`.
    """
    ids = [row.pk for row in rows]
    flows = {row.flow.pk: flow_of(row.flow) for row in rows}
    touched, telling = (None, set()) if told is None else touched_by(told, tuple(flows.values()))
    moving = moving_of(ids, touched=touched, telling=telling, named=named)
    debtors = debtors_of([row.pk for row in rows if flows[row.flow.pk].has_debtor_chains])
    return {
        row.pk: CaseState(
            id=row.pk,
            court_id=row.court_id,
            case_no=row.case_no,
            status=row.status,
            closed_at=row.closed_at,
            assignment_no=row.assignment_no,
            version=row.version,
            flow=flows[row.flow.pk],
            flow_facts=row.flow_facts,
            chain_facts=row.chain_facts,
            is_urgent=row.priority == Case.Priority.HIGH,
            calendar=work_calendar(getattr(row, "calendar_version", None)),
            nodes=moving[row.pk].nodes,
            events=tuple(moving[row.pk].events),
            rulings=_rulings(row, moving[row.pk]),
            debtors=frozenset(debtors.get(row.pk, ())),
        )
        for row in rows
    }


def _rulings(row: Case, moving: Moving) -> Rulings:
    policy = getattr(row, "pause_policy", None) or row.court.pause_policy
    return Rulings(policy, tuple(moving.pauses), tuple(moving.extensions), tuple(moving.holds))


def hold_cases(case_ids: Collection[UUID]) -> None:
    """To the end of the transaction, in the order of their ids."""
    if case_ids:
        _CASES_HELD.rows(case_ids=case_ids)


def case_ids_by_no(case_nos: Iterable[str]) -> dict[str, UUID]:
    """Ids by canonical case number, for those there are."""
    return dict(Case.objects.filter(case_no__in=set(case_nos)).values_list("case_no", "pk"))


def flow_of(version: FlowVersion) -> FlowDefinition:
    """The definition a case was filed under; `version` may have its document deferred."""
    return flow_by_sha256(version.sha256)


@lru_cache(maxsize=1024)
def former_node(flow_key: str, key: str) -> NodeDefinition:
    """A node of a case that was moved to a flow which knows it no more, as the newest version that had it says."""
    versions = FlowVersion.objects.filter(key=flow_key).defer("document").order_by("-pk")
    return next(flow.tracked[key] for flow in map(flow_of, versions) if key in flow.tracked)


def node_definition(flow: FlowDefinition, key: str) -> NodeDefinition:
    """Of any node there is a row of, whether the case's flow knows it still or not."""
    return flow.tracked.get(key) or former_node(flow.key, key)


def flow_versions() -> list[FlowVersion]:
    """Every flow version there is, without the documents."""
    return _FLOWS.rows()


def keys_outliving() -> frozenset[str]:
    """Of nodes that go on in a closed case, by any flow there is."""
    return frozenset[str]().union(*(flow_of(version).outliving for version in flow_versions()))


@lru_cache(maxsize=64)
def flow_by_sha256(sha256: str) -> FlowDefinition:
    # JSON is YAML, so the frozen document is read by the reader of the file it came from.
    return read_flow(canonical_json(FlowVersion.objects.filter(sha256=sha256)[0].document).decode())


def _case_rows(case_ids: Collection[UUID], lock: bool) -> list[Case]:
    rows = (_CASES_HELD if lock else _CASES).rows(case_ids=case_ids)
    if lock and len(rows) < len(set(case_ids)):
        # PostgreSQL leaves out a case that was moved to another flow while we waited for it: it was joined before.
        rows = _CASES_HELD.rows(case_ids=case_ids)
    return rows


def touched_by(told: Collection[str], flows: Collection[FlowDefinition]) -> tuple[set[str], set[str]]:
    """Keys of the nodes that these events start, stop or date, and of all events that do so to one of those."""
    touched = [node for flow in flows for key in told for node in flow.touched_by(key)]
    joined = {JOINED} if any(flow.has_debtor_chains for flow in flows) else set[str]()
    return {node.key for node in touched}, joined.union(told, *(node.moved_by for node in touched))


def with_stage_and_due(cases: QuerySet[Case]) -> QuerySet[Case, Any]:
    """Adds `stage` (of the earliest running node, else of the last one done) and `due_on` (the next one)."""
    nodes = Node.objects.filter(case=OuterRef("pk")).exclude(stage=CASE_CLOCK)
    running = nodes.filter(state=Node.State.RUNNING)
    done = nodes.filter(state=Node.State.DONE).order_by("-ordinal")
    due = running.filter(due_on__isnull=False).order_by("due_on")
    return cases.annotate(
        stage=Coalesce(
            Subquery(running.order_by("ordinal").values("stage")[:1]), Subquery(done.values("stage")[:1]), Value("")
        ),
        due_on=Subquery(due.values("due_on")[:1]),
    )


def cases_found(cases: QuerySet[Case], *, stage: str = "", status: str = "", words: str = "") -> QuerySet[Case, Any]:
    """Those of `cases` in this stage and status, whose number or a party's name has these words.

    With `stage` and `due_on`. A case number may be typed in any form it is written in.
    """
    if status:
        cases = cases.filter(status=status)
    if words:
        named = Party.objects.filter(name__contains=words).values("case_id")
        cases = cases.filter(Q(case_no__contains=_as_written(words)) | Q(pk__in=named))
    found = with_stage_and_due(cases)
    return found.filter(Q(stage=stage)) if stage else found


def _as_written(words: str) -> str:
    try:
        return parse_case_no(words).canonical
    except CaseNoError:
        return words


def nodes_shown(case: Case) -> QuerySet[Node]:
    """In the order of the flow, without what never started and is in the case's flow no more."""
    rows = Node.objects.filter(Q(key__in=flow_of(case.flow).tracked) | ~Q(state=Node.State.NOT_STARTED), case=case)
    return rows.order_by("ordinal", "chain")


def assignments_of(case_id: UUID) -> list[Assignment]:
    """Who held the case, in order, each with its group or officer."""
    return list(Assignment.objects.filter(subject_id=case_id).select_related("group", "officer").order_by("number"))


def holders_of(case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of the groups or officers that hold these cases now."""
    standing = Assignment.objects.filter(subject_id__in=case_ids, ended_at=None)
    names = standing.values_list("subject_id", "group__name", "officer__name")
    return {case_id: group or officer or "" for case_id, group, officer in names}
