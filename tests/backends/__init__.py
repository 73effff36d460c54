"""Real servers for the tests, from wheels: PostgreSQL, Valkey, S3. Nothing to install, no root, gone with the run.

Where DATABASE_URL, REDIS_URL or S3_ENDPOINT_URL is set, that one is used instead.
By hand: `python -m tests.backends postgres`, or `python -m tests.backends postgres valkey s3 -- COMMAND`.
"""

from tests.backends.postgres import postgres_server
from tests.backends.s3 import Bucket, s3_server
from tests.backends.valkey import valkey_server

__all__ = ["Bucket", "postgres_server", "s3_server", "valkey_server"]
