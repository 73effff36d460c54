"""What a move does beside moving: files and closes cases, takes seals along, tells the other court."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from server.cases.models import Case
from server.cases.parties import PartyDraft
from server.cases.queries import flow_of
from server.cases.services.assigning import write_assignment
from server.cases.services.entries import case_draft
from server.cases.services.filing import newest_flow, write_filing
from server.cases.services.status import CANCELLED_MODE, write_closing, write_reopening
from server.common.clock import local_date, now
from server.common.ids import new_id
from server.delegation.models import CaseDelegation, DelegationMove, DelegationPaper
from server.delegation.services.drafting import Asked, Target, next_number, targets_of, write_draft
from server.delegation.services.entries import moved_draft
from server.delegation.services.seals import bring_back, take_along
from server.delegation.services.snapshots import last_of, tell_answer, tell_request, told, told_target
from server.delegation.states import Move, State
from server.evidence.models import Paper
from server.evidence.services.papers import insert_paper, paper_view
from server.ledger.services import Draft
from server.people.models import Court, Officer

Relation = CaseDelegation.Relation
_PAPER = ("kind", "title", "document_no", "issued_on", "signer", "sha256", "sm3", "size", "media_type")
_COPIED = ("from_court", "case", "paper_list", "is_none_here", "statement", "targets", "people", "contact", "record_no")


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a move; which of it counts is the move's."""

    words: str = ""
    record_no: str = ""
    case_no: str = ""
    handler: UUID | None = None
    handler_phone: str = ""
    told_applicant_on: date | None = None
    properties: Sequence[Target] = ()
    deadline_on: date | None = None
    applicant_asked_on: date | None = None
    to_court: UUID | None = None


@dataclass(slots=True)
class Done:
    """A move that was made, with what follows from it."""

    delegation: CaseDelegation
    handler: Officer | None = None
    """As named with the move, of the court that is to have the case."""
    court: Court | None = None
    """That court, where it is another than before."""
    following: CaseDelegation | None = None
    """The delegation it brought about."""
    drafts: list[Draft] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def _sent(done: Done, by: Officer | None, said: Said) -> None:
    delegation = done.delegation
    delegation.sent_at, delegation.record_no = now(), said.record_no.strip()[:100]
    done.facts["record_no"] = delegation.record_no
    tell_request(delegation)


def _completed(done: Done, by: Officer | None, said: Said) -> None:
    done.facts["changed"] = tell_request(done.delegation)


def _explained(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.explained_at = now()


def _papers_asked(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.explained_at = None


def _sent_back(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.papers_back_at = now()


def _filed(done: Done, by: Officer | None, said: Said) -> None:
    """By what the snapshot says, whatever stands in the other court's file by now."""
    assert done.handler
    delegation = done.delegation
    request = told(last_of(delegation, delegation.from_court_id))
    case = _file(done, delegation.to_court, request, said, by)
    delegation.received_case, delegation.handler = case, done.handler
    delegation.handler_phone = said.handler_phone.strip()[:40]
    done.facts["case_no"] = case.case_no
    tell_answer(delegation)


def _file(done: Done, court: Court, request: Mapping[str, Any], said: Said, by: Officer | None) -> Case:
    case, filed = write_filing(
        court=court,
        case_no=said.case_no,
        cause=request.get("cause", ""),
        filed_on=local_date(now()),
        parties=[PartyDraft(**person) for person in request.get("people", ())],
        claim_amount=request.get("claim_amount", 0),
        flow_facts=_facts_known(request.get("flow_facts", {})),
        by=by,
    )
    _assignment, assigned = write_assignment(case=case, officer=done.handler, reason="DELEGATED", by=by)
    done.drafts += [filed, assigned, *_copy_papers(done.delegation, case, by)]
    case.refresh_from_db()
    return case


def _facts_known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """As the newest flow knows them; the track is for the rules of the court that files it."""
    known = flow_of(newest_flow()).facts
    return {name: value for name, value in facts.items() if name != "track" and value in known.get(name, ())}


def _copy_papers(delegation: CaseDelegation, case: Case, by: Officer | None) -> list[Draft]:
    """The papers as they came, on the case there: so they are on the devices of whoever handles it."""
    rows = DelegationPaper.objects.filter(delegation=delegation, paper__superseded_by=None).order_by("pk")
    drafts = []
    for row in rows.select_related("paper"):
        columns = {name: getattr(row.paper, name) for name in _PAPER}
        paper = Paper(pk=new_id(), subject_id=case.pk, added_by=by, **columns)
        insert_paper(paper)
        drafts.append(case_draft(case, "paper_added", {"paper": paper_view(paper, None)}, by=by, title=paper.title))
    return drafts


def _taken_over(done: Done, by: Officer | None, said: Said) -> None:
    delegation = done.delegation
    assert delegation.received_case
    delegation.told_applicant_on = said.told_applicant_on
    done.drafts += take_along(delegation, delegation.case, delegation.received_case, by)
    closed, _change, draft = write_closing(case=delegation.case, closing_mode=CANCELLED_MODE, by=by)
    delegation.case, delegation.is_cancelled_here = closed, True
    done.drafts.append(draft)
    done.facts["changed"] = tell_request(delegation)


def _answered(done: Done, by: Officer | None, said: Said) -> None:
    done.facts["changed"] = tell_answer(done.delegation)


def _property_told(done: Done, by: Officer | None, said: Said) -> None:
    new = targets_of(done.delegation.case, said.properties)
    done.delegation.targets = [*done.delegation.targets, *new]
    done.facts["properties"] = [told_target(each) for each in new]
    done.facts["changed"] = tell_request(done.delegation)


def _consented(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.consented_at = now()


def _return_asked(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.consented_at = None


def _returned(done: Done, by: Officer | None, said: Said) -> None:
    """The case there is cancelled, the one here goes on, with what was renewed there."""
    delegation = done.delegation
    if delegation.is_cancelled_here:
        assert delegation.received_case
        delegation.case, reopened = write_reopening(case=delegation.case, reason=said.words.strip()[:500], by=by)
        done.drafts.append(reopened)
        done.drafts += bring_back(delegation.received_case, delegation.case, by)
        delegation.is_cancelled_here = False
    _cancel_there(done, by)
    done.facts["changed"] = tell_answer(delegation)


def _cancel_there(done: Done, by: Officer | None) -> None:
    case = done.delegation.received_case
    if case and case.status != Case.Status.CLOSED:
        done.delegation.received_case, _change, draft = write_closing(case=case, closing_mode=CANCELLED_MODE, by=by)
        done.drafts.append(draft)


def _again(done: Done, by: Officer | None, said: Said) -> None:
    """A new draft of the same case, with its papers; its court may be named anew."""
    assert by
    old = done.delegation
    targets = [_again_target(each) for each in old.targets]
    asked = Asked(old.is_none_here, old.statement, targets, old.contact)
    following, draft = write_draft(case=old.case, to_court=old.to_court, asked=asked, by=by, again=old)
    _follow(done, following)
    done.drafts.append(draft)


def _again_target(target: Mapping[str, str]) -> Target:
    known = UUID(target["property"]) if target.get("property") else None
    return Target(target["place"], known, target["kind"], target["name"], target["ref"])


def _follow(done: Done, following: CaseDelegation) -> None:
    rows = done.delegation.papers.filter(paper__superseded_by=None).order_by("pk")
    for row in rows:
        DelegationPaper.objects.create(delegation=following, paper_id=row.paper_id, slot=row.slot)
    done.following = following
    done.facts["following"] = str(following.pk)


def _deadline_set(done: Done, by: Officer | None, said: Said) -> None:
    done.delegation.deadline_on = said.deadline_on
    _asked_by_applicant(done, said)


def _asked_by_applicant(done: Done, said: Said) -> None:
    assert said.applicant_asked_on
    done.facts["applicant_asked_on"] = said.applicant_asked_on.isoformat()


def _lifted(done: Done, by: Officer | None, said: Said) -> None:
    _give_on(done, by, said, Relation.LIFTED)


def _appointed(done: Done, by: Officer | None, said: Said) -> None:
    _give_on(done, by, said, Relation.APPOINTED)


def _give_on(done: Done, by: Officer | None, said: Said, relation: CaseDelegation.Relation) -> None:
    """Another court has the case from now on, with a case of its own and the seals; the one that had it, none."""
    old, court = done.delegation, done.court
    assert court
    assert old.received_case
    case = _file(done, court, told(last_of(old, old.from_court_id)), said, by)
    following = CaseDelegation.objects.create(
        **{name: getattr(old, name) for name in _COPIED},
        number=next_number(old.from_court),
        to_court=court,
        received_case=case,
        state=State.TAKEN_OVER,
        handler=done.handler,
        handler_phone=said.handler_phone.strip()[:40],
        told_applicant_on=old.told_applicant_on,
        is_cancelled_here=old.is_cancelled_here,
        previous=old,
        relation=relation.value,
        drafted_by=old.drafted_by,
        sent_at=now(),
    )
    _follow(done, following)
    done.drafts += take_along(following, old.received_case, case, by)
    _cancel_there(done, by)
    _asked_by_applicant(done, said)
    _begin(done, following, relation, by)


def _begin(done: Done, following: CaseDelegation, relation: CaseDelegation.Relation, by: Officer | None) -> None:
    assert by
    move = Move.LIFT if relation is Relation.LIFTED else Move.APPOINT
    row = DelegationMove.objects.create(
        delegation=following, number=1, move=move.value, target=State.TAKEN_OVER, by=by, court_id=by.court_id
    )
    tell_request(following)
    tell_answer(following)
    done.drafts.append(moved_draft(following, row, previous=str(done.delegation.pk)))


EFFECTS: Mapping[Move, Callable[[Done, Officer | None, Said], None]] = {
    Move.SEND: _sent,
    Move.ASK_PAPERS: _papers_asked,
    Move.COMPLETE: _completed,
    Move.EXPLAIN: _explained,
    Move.SEND_BACK: _sent_back,
    Move.FILE: _filed,
    Move.TAKE_OVER: _taken_over,
    Move.START: _answered,
    Move.REPORT: _answered,
    Move.CLOSE: _answered,
    Move.TELL_PROPERTY: _property_told,
    Move.ASK_RETURN: _return_asked,
    Move.CONSENT: _consented,
    Move.RETURN: _returned,
    Move.AGAIN: _again,
    Move.SET_DEADLINE: _deadline_set,
    Move.LIFT: _lifted,
    Move.APPOINT: _appointed,
}
