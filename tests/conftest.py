"""Fixtures for every folder: the real servers, and nothing of the trade."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings

from server.config.locale_compile import compile_stale_catalogues
from tests import backends
from tests.backends import migrated

_LONG = ("bench", "browser", "chaos", "journeys", "simulation")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "on_postgres: what PostgreSQL alone can show")
    config.addinivalue_line("markers", "database_free: the same whatever database the suite runs on, so run once")
    compile_stale_catalogues()
    settings.register_profile("zhixing", deadline=None)  # time is measured in bench/, never in a test
    settings.load_profile("zhixing")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of one half of the suite is none that was skipped in the other. The longest begin."""
    other_half = "database_free" if connection.vendor == "postgresql" else "on_postgres"
    elsewhere = [item for item in items if item.get_closest_marker(other_half)]
    items[:] = sorted((item for item in items if not item.get_closest_marker(other_half)), key=_is_short)
    config.hook.pytest_deselected(items=elsewhere)


def _is_short(item: pytest.Item) -> bool:
    """Those with servers of their own are long; what uses this process's database stays in the order it needs."""
    uses_database = item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ())
    return bool(uses_database) or item.path.parent.name not in _LONG


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a skipped test is a failure: there, everything a test may need can be had."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.section("CI=true: nothing may be skipped")
        for report in reporter.stats["skipped"]:
            reporter.line(f"{report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite's file is a copy of one that was migrated; PostgreSQL makes such a copy itself."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    migrated.begin_test_database()


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
