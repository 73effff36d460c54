"""Fixtures for every folder: the real servers, and nothing of the trade."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings

from server.config.locale_compile import compile_stale_catalogues
from tests import backends


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "on_postgres: what PostgreSQL alone can show")
    compile_stale_catalogues()
    settings.register_profile("zhixing", deadline=None)  # time is measured in bench/, never in a test
    settings.load_profile("zhixing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of one database is none that was skipped in the half of the suite that runs on the other."""
    if connection.vendor == "postgresql":
        return
    elsewhere = [item for item in items if item.get_closest_marker("on_postgres")]
    items[:] = [item for item in items if item not in elsewhere]
    config.hook.pytest_deselected(items=elsewhere)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a skipped test is a failure: there, everything a test may need can be had."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.section("CI=true: nothing may be skipped")
        for report in reporter.stats["skipped"]:
            reporter.line(f"{report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a real PostgreSQL, whatever database the suite itself runs on."""
    with backends.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """URL of a real Valkey."""
    with backends.valkey_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3() -> Iterator[backends.Bucket]:
    """A bucket on a real S3 server."""
    with backends.s3_server() as bucket:
        yield bucket
