"""The server's own settings; with CHAOS_MAX_PAGES its SQLite file may grow to so many pages and no further."""

import os

from server.config.settings import *  # noqa: F403
from server.config.settings import DATABASES

if pages := os.environ.get("CHAOS_MAX_PAGES"):
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] += f"; PRAGMA max_page_count={int(pages)}"
