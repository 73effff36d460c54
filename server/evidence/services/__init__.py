"""The only writers of evidence: promises, bytes on their way, verification with receipts, previews."""

from server.evidence.bearer import device_of_bearer, issue_bearer
from server.evidence.queries import wanted_by
from server.evidence.services.previews import make_pending_previews, make_preview, store_thumbnails
from server.evidence.services.promises import PromiseDraft, fault_of, promise_files
from server.evidence.services.reading import open_range, record_access, record_glance, record_refusal, require_readable
from server.evidence.services.receipts import issue_missing_receipts, receipts_after
from server.evidence.services.replica import replicate_files
from server.evidence.services.scrubbing import scrub_all, scrub_turn
from server.evidence.services.upkeep import count_late_promises, enqueue_overdue_previews, sweep_parts
from server.evidence.services.uploads import append_chunk, end_upload, open_upload, upload_for, upload_of
from server.evidence.services.wanting import stop_wanting_file, want_file

__all__ = [
    "PromiseDraft",
    "append_chunk",
    "count_late_promises",
    "device_of_bearer",
    "end_upload",
    "enqueue_overdue_previews",
    "fault_of",
    "issue_bearer",
    "issue_missing_receipts",
    "make_pending_previews",
    "make_preview",
    "open_range",
    "open_upload",
    "promise_files",
    "receipts_after",
    "record_access",
    "record_glance",
    "record_refusal",
    "replicate_files",
    "require_readable",
    "scrub_all",
    "scrub_turn",
    "stop_wanting_file",
    "store_thumbnails",
    "sweep_parts",
    "upload_for",
    "upload_of",
    "want_file",
    "wanted_by",
]
