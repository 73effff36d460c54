"""Originals given out, each reading with its entry; also who asked for what is not his."""

from server.cases.access import acts_in
from server.cases.services.reading import record_case_reading
from server.common.errors import DomainError
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.evidence import store
from server.evidence.access import Readable, require_can_read_file
from server.evidence.models import Promise, Recording
from server.evidence.store import Area, Blocks
from server.people.models import Officer


def open_range(sha256: str, start: int = 0, end: int | None = None) -> Blocks:
    """Bytes of a verified original from `start` up to but without `end`. Asks nobody: the caller judged access.

    Raises BlobMissing, StoreUnavailable at once.
    """
    return store.current_store().read(Area.ORIGINALS, sha256, start, end)


def require_readable(officer: Officer, sha256: str) -> Readable:
    """What `require_can_read_file` answers or raises; that he asked in vain is entered."""
    try:
        return require_can_read_file(officer, sha256)
    except DomainError:
        record_refusal(officer=officer, sha256=sha256)
        raise


def record_access(*, officer: Officer, sha256: str, purpose: str, readable: Readable, reason: str = "") -> None:
    """Enter with the inspection of each court concerned that this officer reads the file, and why."""
    case_id = min(readable.cases, default=None)
    record_reading(
        Read(
            officer=officer,
            thing=Reading.Thing.FILE,
            courts=readable.courts,
            purpose=purpose,
            sha256=sha256,
            case_id=case_id,
            reason=reason,
            in_hand=lambda: case_id is not None and acts_in(officer, case_id),
        )
    )


def record_glance(*, officer: Officer, sha256: str, readable: Readable) -> None:
    """A preview is a look at its case, sixty on a page are one; of a file for no known case it is one at the file."""
    if not readable.cases:
        record_access(officer=officer, sha256=sha256, purpose=Reading.Purpose.VIEW, readable=readable)
        return
    case_id = min(readable.cases)
    record_case_reading(officer=officer, case_id=case_id, court_id=readable.cases[case_id])


def record_refusal(*, officer: Officer, sha256: str) -> None:
    """He asked for a file that is not his: odd, since nobody guesses a hash. Its court and his own are told."""
    courts = set(Promise.objects.filter(sha256=sha256).values_list("device__court_id", flat=True))
    courts |= set(Recording.objects.filter(sha256=sha256).values_list("court_id", flat=True))
    if courts:
        refused = Reading.Purpose.REFUSED
        told = courts | {officer.court_id}
        record_reading(Read(officer, Reading.Thing.FILE, told, purpose=refused, sha256=sha256))
