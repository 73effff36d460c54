"""The version as packaged; pyproject.toml says it once."""

import tomllib
from importlib.metadata import PackageNotFoundError, version

from server.config.environment import ROOT


def _version() -> str:
    try:
        return version("zhixing-server")
    except PackageNotFoundError:  # run from a clone, not installed
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])


VERSION = _version()
