"""Flow files into the database, where cases are filed under them."""

import yaml
from django.db import transaction

from server.cases.flow_file import FLOWS, read_flow
from server.cases.located_yaml import SafeLoader
from server.cases.models import FlowVersion
from server.common.hashing import sha256_hex


class FlowChanged(RuntimeError):
    """A flow file was edited although cases were filed under it: a change is a new file with a new version."""


@transaction.atomic
def load_flows() -> list[FlowVersion]:
    """Load every flow file of this release; those already loaded stay as they are.

    Raises DataFileError for a file with mistakes, FlowChanged for an edited one that cases rely on.
    """
    return [_load(path.read_text(encoding="utf-8")) for path in sorted(FLOWS.glob("*.yaml"))]


def _load(text: str) -> FlowVersion:
    flow, sha256 = read_flow(text), sha256_hex(text.encode())
    version = FlowVersion.objects.filter(key=flow.key, version=flow.version).first()
    if version is None:
        version = FlowVersion(key=flow.key, version=flow.version)
    elif version.sha256 == sha256:
        return version
    elif version.case_set.exists():
        raise FlowChanged(f"{flow.id} was edited, but cases are filed under it")
    version.sha256, version.document = sha256, yaml.load(text, SafeLoader)
    version.save()
    return version
