"""The server's settings for the suite: data in a folder that ends with the run, durability off, one named database.

`TEST_DATABASE=postgres` starts a PostgreSQL for the run (or takes the one in DATABASE_URL); `sqlite` is the default.
REDIS_URL and S3_ENDPOINT_URL, when set, hold for the whole suite, as they would for a server.
pytest-xdist's workers inherit all of it from the process that started them.
"""

import atexit
import contextlib
import os
from pathlib import Path

from tests.backends import migrated, postgres_server
from tests.backends.folders import temporary_folder

_FOLDER = "ZHIXING_TEST_FOLDER"
_DATABASE = os.environ.get("TEST_DATABASE", "sqlite")

if _FOLDER not in os.environ:
    os.environ[_FOLDER] = str(temporary_folder("run"))
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", os.environ[_FOLDER])  # pytest's own folders go with the run too
    if _DATABASE == "postgres":
        server = contextlib.ExitStack()
        os.environ["DATABASE_URL"] = server.enter_context(postgres_server())
        atexit.register(server.close)
        atexit.register(migrated.drop_template, os.environ["DATABASE_URL"])
    elif _DATABASE == "sqlite":
        os.environ["DATABASE_URL"] = ""
    else:
        raise SystemExit(f"TEST_DATABASE is sqlite or postgres, not {_DATABASE!r}")

# Each worker has its own files: two of them may store the same photograph at the same time.
_data = Path(os.environ[_FOLDER]) / os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ.update(DATA_DIR=str(_data), SECRET_KEY="of the tests only " * 3)

from server.config.settings import *  # noqa: E402, F403
from server.config.settings import DATABASES  # noqa: E402

if _DATABASE == "sqlite":
    # A file, since threads and sockets share it: SQLite in memory locks whole tables between connections.
    DATABASES["default"]["TEST"] = {"NAME": str(_data / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each of Django's test clients has a middleware of its own, and that would read every static file there is first.
WHITENOISE_AUTOREFRESH = True
