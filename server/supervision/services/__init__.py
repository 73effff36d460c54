"""The only writers of supervision: the pass over the levels, findings, urges."""

from server.supervision.services.findings import conclude_finding, explain_finding
from server.supervision.services.releasing import release_compelled
from server.supervision.services.ringing import ring_hour_clocks
from server.supervision.services.urging import answer_urge, tell_of_late_replies, urge
from server.supervision.services.watching import Looked, watch_levels

__all__ = [
    "Looked",
    "answer_urge",
    "conclude_finding",
    "explain_finding",
    "release_compelled",
    "ring_hour_clocks",
    "tell_of_late_replies",
    "urge",
    "watch_levels",
]
