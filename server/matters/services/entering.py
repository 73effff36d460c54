"""What a court without Zhixing answered, entered on its behalf from the file it sent back, by the table of moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.counting import as_moment
from server.cases.models import SubjectType
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.common.marking import gettext_noop
from server.evidence.models import Paper
from server.evidence.services.papers import insert_paper, paper_of_bytes
from server.ledger.services import Draft, append
from server.matters.access import require_side
from server.matters.decide import Actor, Refused, Saying, decide
from server.matters.kinds import catalogue
from server.matters.models import Matter, MatterIntake, MatterPaper, MatterResult, MatterTalk
from server.matters.package import require_by_package
from server.matters.queries import facts_of
from server.matters.result_form import FormFault, Person, Result, ResultForm, Step, Talk
from server.matters.returned_files import Returned, read_returned
from server.matters.services.entries import matter_draft
from server.matters.services.moving import held_matter
from server.matters.services.results import Outcome, require_possible
from server.matters.services.rights import mark_subject
from server.matters.services.snapshots import result_view
from server.matters.services.steps import Done, Who, finish_step, take_step
from server.matters.states import Move, Part, Side, State
from server.matters.wording import refusal
from server.people.models import Officer

_PARTNER = Actor(frozenset({Side.DOING}), frozenset({Part.CENTRE, Part.HANDLER}))
_NOON = timedelta(hours=12)


def enter_result(*, matter: Matter, name: str, content: bytes, by: Officer) -> MatterIntake:
    """The file is kept first, whatever it says; then all of it is entered, or nothing. The same file twice is once.

    Raises DomainError 403 `matter_not_in_charge`; 409 `matter_not_by_package`; 422 `matter_result_unreadable` with the
    `faults`; what stands against a step, as for any move; as `add_paper`; StoreUnavailable.
    """
    require_side(by, matter, Part.APPROVER)
    require_by_package(matter)
    intake = _kept(matter, name, content, by)
    if intake.state == MatterIntake.State.ENTERED:
        return intake
    try:
        return _enter(intake, content, by)
    except DomainError as refused:
        _note(intake, refused)
        raise


def _kept(matter: Matter, name: str, content: bytes, by: Officer) -> MatterIntake:
    title = "".join(sign for sign in name if sign.isprintable()).strip()[:200] or "result"
    paper = paper_of_bytes(
        BytesIO(content),
        subject_id=matter.pk,
        subject_type=SubjectType.MATTER,
        kind=Paper.Kind.OTHER,
        title=title,
        by=by,
    )
    with transaction.atomic():
        held_matter(matter.pk)
        known = Paper.objects.filter(subject_id=matter.pk, sha256=paper.sha256).order_by("pk").first()
        if known is None:
            insert_paper(paper)
        intake, is_new = MatterIntake.objects.get_or_create(matter=matter, paper=known or paper, defaults={"by": by})
        if is_new:
            view = {"file": {"sha256": paper.sha256, "size": paper.size}}
            only = matter.from_court_id
            append([matter_draft(matter, "matter_file_received", by=by, facts={"name": title}, only=only, **view)])
    return intake


@transaction.atomic
def _enter(intake: MatterIntake, content: bytes, by: Officer) -> MatterIntake:
    matter = held_matter(intake.matter_id)
    intake = MatterIntake.objects.select_related("paper").get(pk=intake.pk)  # another may have been faster
    if intake.state == MatterIntake.State.ENTERED:
        return intake
    returned = _read(matter, content)
    intake.state, intake.by, intake.filled_by = MatterIntake.State.ENTERED.value, by, returned.form.by.name
    intake.code, intake.faults = "", []
    intake.save()
    append(list(_Entering(matter, returned, intake).drafts()))
    return intake


def _read(matter: Matter, content: bytes) -> Returned:
    try:
        returned = read_returned(content)
    except FormFault as fault:
        raise _unreadable(fault.faults) from None
    form = returned.form
    if form.matter != matter.pk:
        raise _unreadable([{"place": "matter", "reason": gettext_noop("is the id of another errand")}])
    if not (form.talks or form.steps or form.results or form.papers):
        raise _unreadable([{"place": "steps", "reason": gettext_noop("says nothing that could be entered")}])
    return returned


def _unreadable(faults: list[dict[str, str]]) -> DomainError:
    said = [{"place": each["place"], "reason": _(each["reason"])} for each in faults]
    message = _("Nothing was entered: this file is not filled in as the form wants it. It is kept as it came.")
    return DomainError("matter_result_unreadable", 422, message, {"faults": said})


def _note(intake: MatterIntake, refused: DomainError) -> None:
    faults = refused.details.get("faults") or [{"place": "", "reason": str(refused.message)}]
    standing = MatterIntake.objects.filter(pk=intake.pk).exclude(state=MatterIntake.State.ENTERED)
    standing.update(state=MatterIntake.State.REFUSED, code=refused.code, faults=faults)


@dataclass(slots=True)
class _Entering:
    matter: Matter
    returned: Returned
    intake: MatterIntake

    @property
    def form(self) -> ResultForm:
        return self.returned.form

    @property
    def facts(self) -> dict[str, Any]:
        """Who said it there, who entered it here for which court, from which file."""
        entered = {"by": str(self.intake.by_id), "for": str(self.matter.to_court_id), "file": self.intake.paper.sha256}
        return {"by_name": self.form.by.name, "entered": entered}

    def drafts(self) -> Iterator[Draft]:
        """What was talked of, then the steps in their order; what came of it before it is fed back."""
        for talk in self.form.talks:
            yield self._talk(talk)
        is_said = False
        for number, step in enumerate(self.form.steps):
            if step.step == "feed_back":
                is_said = True
                yield from self._came_of_it()
            yield from self._step(number, step)
        if not is_said:
            yield from self._came_of_it()

    def _talk(self, talk: Talk) -> Draft:
        row = MatterTalk.objects.create(
            matter=self.matter,
            court_id=self.matter.to_court_id,
            by_name=self.form.by.name,
            intake=self.intake,
            spoke_with=talk.name,
            phone=talk.phone,
            text=talk.text,
        )
        facts = {"text": row.text, "spoke_with": row.spoke_with, "phone": row.phone, **self.facts}
        return matter_draft(self.matter, "matter_talked", by=None, facts=facts, court=str(row.court_id))

    def _step(self, number: int, step: Step) -> list[Draft]:
        matter, move, place = self.matter, Move(step.step), f"steps.{number}.{step.step}"
        if step.reason and step.reason not in catalogue(matter.catalogue).names["reasons"]:
            raise _unreadable([{"place": place, "reason": gettext_noop("names no reason of a return")}])
        saying = Saying(step.text, step.reason, is_handler_fit=step.handler is not None)
        decided = decide(move, facts_of(matter), _PARTNER, saying)
        if isinstance(decided, Refused):
            error = refusal(decided)
            raise DomainError(error.code, error.status, str(error.message), {**error.details, "place": place})
        who = Who(None, self.form.by.name, self._moment(place, step.on))
        row = take_step(matter, decided, who, words=step.text, reason=step.reason)
        row.intake = self.intake
        row.save(update_fields=["intake"])
        if step.handler:
            self._give_to(step.handler)
        done = Done(matter, facts={"entered": self.facts["entered"]})
        finish_step(done, row)
        return done.drafts

    def _give_to(self, handler: Person) -> None:
        self.matter.handler_name, self.matter.handler_phone = handler.name, handler.phone

    def _moment(self, place: str, on: date | None) -> datetime:
        """The day it was done there, never before the step before it; now without one."""
        if on is None:
            return now()
        assert self.matter.sent_at
        if not local_date(self.matter.sent_at) <= on <= local_date(now()):
            raise _unreadable([{"place": place, "reason": gettext_noop("is before it was sent, or still to come")}])
        last = self.matter.moves.order_by("-number").values_list("at", flat=True)[0]
        return min(now(), max(as_moment(on) + _NOON, last))

    def _came_of_it(self) -> Iterator[Draft]:
        if (self.form.results or self.form.papers) and self.matter.state != State.IN_PROGRESS:
            message = _("As this matter stands, that cannot be done. Look again.")
            raise DomainError("matter_not_in_state", 409, message, {"state": self.matter.state, "move": "result"})
        for result in self.form.results:
            yield self._result(result)
        for paper in self.form.papers:
            yield self._paper(paper.file, paper.slot, paper.title or paper.file)
        mark_subject(self.matter)

    def _result(self, result: Result) -> Draft:
        said = result.model_dump()
        require_possible(self.matter, Outcome(**said))
        row = MatterResult.objects.create(
            matter=self.matter,
            number=self.matter.results.count() + 1,
            by_name=self.form.by.name,
            intake=self.intake,
            **said,
        )
        view = {name: value for name, value in result_view(row).items() if name not in ("text", "at")}
        return matter_draft(self.matter, "matter_result", by=None, facts={"text": row.text, **self.facts}, result=view)

    def _paper(self, file: str, slot: str, title: str) -> Draft:
        if slot not in catalogue(self.matter.catalogue).names["result_papers"]:
            raise _unreadable([{"place": file, "reason": gettext_noop("is of no kind that comes back")}])
        paper = paper_of_bytes(
            BytesIO(self.returned.files[file]),
            subject_id=self.matter.pk,
            subject_type=SubjectType.MATTER,
            kind=Paper.Kind.OTHER,
            title=title[:200],
            by=self.intake.by,
        )
        insert_paper(paper)
        MatterPaper.objects.create(matter=self.matter, paper=paper, slot=slot, is_result=True)
        said = {"id": str(paper.pk), "slot": slot, "sha256": paper.sha256, "is_result": True}
        facts = {"title": paper.title, **self.facts}
        return matter_draft(self.matter, "matter_paper_added", by=None, facts=facts, paper=said)
