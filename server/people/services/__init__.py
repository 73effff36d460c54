"""The only writers of people: courts and their keys, staff and roles, devices."""

from server.people.services.courts import (
    create_court,
    create_group,
    create_partner,
    create_team,
    rename_court,
    rotate_signing_key,
    set_kind_rule,
    set_pause_policy,
    set_way_of_working,
)
from server.people.services.devices import (
    Applicant,
    Before,
    continue_device,
    enrol_device,
    forget_failed_enrolments,
    issue_enrolment_code,
    note_failed_enrolment,
    revoke_device,
)
from server.people.services.doubts import answer_doubt
from server.people.services.erasing import erase_entry_facts
from server.people.services.recovery import confirm_device, name_recovered_officer, recover_device, require_confirmed
from server.people.services.roster import RosterReport, import_roster
from server.people.services.staff import (
    add_group_member,
    change_officer,
    create_officer,
    end_group_membership,
    end_role,
    grant_role,
    reinstate_officer,
    set_password,
    suspend_officer,
)
from server.people.services.two_persons import ask_two_persons, decide_as_second, note_outcome
from server.people.services.walls import create_wall, revoke_wall

__all__ = [
    "Applicant",
    "Before",
    "RosterReport",
    "add_group_member",
    "answer_doubt",
    "ask_two_persons",
    "change_officer",
    "confirm_device",
    "continue_device",
    "create_court",
    "create_group",
    "create_officer",
    "create_partner",
    "create_team",
    "create_wall",
    "decide_as_second",
    "end_group_membership",
    "end_role",
    "enrol_device",
    "erase_entry_facts",
    "forget_failed_enrolments",
    "grant_role",
    "import_roster",
    "issue_enrolment_code",
    "name_recovered_officer",
    "note_failed_enrolment",
    "note_outcome",
    "recover_device",
    "reinstate_officer",
    "rename_court",
    "require_confirmed",
    "revoke_device",
    "revoke_wall",
    "rotate_signing_key",
    "set_kind_rule",
    "set_password",
    "set_pause_policy",
    "set_way_of_working",
    "suspend_officer",
]
