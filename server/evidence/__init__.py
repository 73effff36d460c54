"""Files promised by hash for a subject: promises, bytes, verification, thumbnails, papers.

Knows subjects, never actions: `holder_id` is opaque here; whoever owns it registers to hear of verified bytes.
"""
