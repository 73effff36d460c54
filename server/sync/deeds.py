"""What follows once two persons agree. Repeating it goes on where it was cut."""

from dataclasses import asdict

from server.people.models import TwoPersonAct
from server.people.services import note_outcome
from server.sync.release import release_sealed


def carry_out(act: TwoPersonAct) -> TwoPersonAct:
    """Raises what the push raises; then nothing is lost and it may be allowed again."""
    if act.kind == TwoPersonAct.Kind.RELEASE:
        note_outcome(act=act, outcome=asdict(release_sealed(device=act.device)))
    return act
