"""Courts with their keys and streams, teams and groups."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from server.common.clock import now
from server.common.ids import new_id
from server.ledger.services import append, open_stream
from server.people.keys import ROOT_KID, first_keys, next_signing_key, private_key_of
from server.people.models import Court, CourtKey, Group, Officer, Team
from server.people.services.entries import court_entry
from server.people.streams import court_stream, inspection_stream


@transaction.atomic
def create_court(
    *,
    code: str,
    name: str,
    level: str,
    parent: Court | None = None,
    valid_from: date | None = None,
    by: Officer | None = None,
) -> Court:
    """A court with its root, signing and escrow keys and its two ledger streams open."""
    court = Court.objects.create(code=code, name=name, level=level, parent=parent, valid_from=valid_from)
    CourtKey.objects.bulk_create(first_keys(court))
    open_stream(court_stream(court.pk))
    open_stream(inspection_stream(court.pk))
    append([court_entry(court.pk, "court_created", {"level": level}, by=by, code=code, name=name)])
    return court


@transaction.atomic
def create_partner(
    *, code: str, name: str, level: str, reach: str, parent: Court | None = None, court_id: UUID | None = None
) -> Court:
    """A court elsewhere, to be asked for things: nothing of its own is kept here, no keys, people or ledger.

    `court_id`: its id on its own server, if that is known.
    Raises ValueError for a court of this server.
    """
    if Court.Reach(reach) is Court.Reach.HERE:
        raise ValueError("a court of this server is created with its keys and ledgers")
    return Court.objects.create(id=court_id or new_id(), code=code, name=name, level=level, parent=parent, reach=reach)


@transaction.atomic
def create_team(*, court: Court, kind: str, name: str, by: Officer | None = None) -> Team:
    team = Team.objects.create(court=court, kind=kind, name=name)
    append([court_entry(court.pk, "team_created", {"team": str(team.pk), "team_kind": kind}, by=by, name=name)])
    return team


@transaction.atomic
def create_group(*, court: Court, name: str, team: Team | None = None, by: Officer | None = None) -> Group:
    """An 执行小组; its members are added one by one."""
    if team is not None and team.court_id != court.pk:
        raise ValueError("a group's team belongs to the group's court")
    group = Group.objects.create(court=court, name=name, team=team)
    view = {"group": str(group.pk), "team": str(team.pk) if team else None}
    append([court_entry(court.pk, "group_created", view, by=by, name=name)])
    return group


@transaction.atomic
def rotate_signing_key(*, court: Court, by: Officer | None = None) -> CourtKey:
    """A new signing key vouched for by the root. The old public key stays for ever; its private key is forgotten."""
    court = Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    old = court.keys.filter(purpose=CourtKey.Purpose.SIGNING).order_by("id").last()
    assert old is not None, "every court is created with a signing key"
    moment = now()
    number = int(old.kid.removeprefix("s")) + 1
    root_private = private_key_of(court.keys.get(kid=ROOT_KID))
    fresh = next_signing_key(court, number=number, root_private=root_private, at=moment)
    old.retired_at, old.sealed_private_key = moment, b""
    old.save(update_fields=["retired_at", "sealed_private_key"])
    fresh.save()
    append([court_entry(court.pk, "signing_key_rotated", {"kid": fresh.kid, "retired": old.kid}, by=by)])
    return fresh


@transaction.atomic
def rename_court(*, court: Court, name: str, by: Officer | None = None) -> None:
    """The code stays for ever; officers' devices show the new name from their next pull."""
    court.name = name
    court.save(update_fields=["name"])
    Officer.objects.filter(court=court).update(version=F("version") + 1)
    append([court_entry(court.pk, "court_renamed", {}, by=by, name=name)])


@transaction.atomic
def set_way_of_working(*, court: Court, assignment_model: str, handover_days: int, by: Officer | None = None) -> None:
    """Whether cases pass on by stages, and how long a handover may wait; of handovers made from now on.

    Raises ValueError for another model than there are.
    """
    court.assignment_model, court.handover_days = Court.AssignmentModel(assignment_model), handover_days
    court.save(update_fields=["assignment_model", "handover_days"])
    view = {"assignment_model": assignment_model, "handover_days": handover_days}
    append([court_entry(court.pk, "way_of_working_set", view, by=by)])


@transaction.atomic
def set_pause_policy(*, court: Court, policy: str, by: Officer | None = None) -> bool:
    """Which reasons stop the clocks of its cases; False where it is so already. `cases` counts their dates anew."""
    court = Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    if court.pause_policy == policy:
        return False
    court.pause_policy = Court.PausePolicy(policy)
    court.save(update_fields=["pause_policy"])
    append([court_entry(court.pk, "pause_policy_set", {"policy": policy}, by=by)])
    return True


@transaction.atomic
def set_kind_rule(*, court: Court, rule: str, level: str, catalogue: str, by: Officer | None = None) -> bool:
    """One rule of what acts must record, as this court has it from now on; without `level`, as the catalogue does.

    False where it is so already. Acts judged before stay as they were judged. That there is such a rule is the
    caller's to know, who names the catalogue that has it.
    """
    court = Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    rules = {**court.kind_rules, rule: level}
    rules = {name: rules[name] for name in sorted(rules) if rules[name]}
    if rules == court.kind_rules:
        return False
    before, court.kind_rules = court.kind_rules.get(rule), rules
    court.save(update_fields=["kind_rules"])
    view = {"rule": rule, "level": level or None, "before": before, "catalogue": catalogue, "rules": rules}
    append([court_entry(court.pk, "kind_rule_set", view, by=by)])
    return True
