"""The one API: every app's router, one shape of errors, an OpenAPI description that works without a network."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import NinjaAPI, Router, Schema, Swagger
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from server.backfill.api import router as backfill
from server.bundle.api import router as bundles
from server.cases.api import router as cases
from server.cases.clock_api import router as clocks
from server.cases.clue_api import router as clues
from server.cases.debtor_api import router as debtors
from server.cases.flow_api import router as flows
from server.cases.property_api import router as properties
from server.cases.renewal_api import router as renewals
from server.cases.triage_api import router as tracks
from server.common.clock import now, to_wire
from server.config.problems import answer
from server.config.version import VERSION
from server.custody.api import router as custody
from server.delegation.api import router as delegations
from server.duty.api import router as duty
from server.evidence.api import router as evidence
from server.evidence.papers_api import router as papers
from server.evidence.wanted_api import router as wanted
from server.exchange.api import router as exchange
from server.field.api import router as field
from server.field.films_api import router as films
from server.field.life_api import router as lives
from server.field.papers_api import router as act_papers
from server.ledger.queries import current_server_epoch
from server.matters.api import router as matters
from server.matters.figure_api import router as matter_figures
from server.matters.package_api import router as matter_packages
from server.notices.api import router as notices
from server.people.api import router as people
from server.realtime.api import router as live
from server.safety.api import router as safety
from server.supervision.api import router as supervision
from server.sync.api import router as sync
from server.sync.call_api import router as calls
from server.sync.device_api import router as lost_devices
from server.sync.doubt_api import router as doubts
from server.sync.enrol_api import router as enrolment
from server.sync.envelope import PROTOCOL_MAX, PROTOCOL_MIN
from server.sync.held_api import router as held_files
from server.sync.parcel_api import router as parcels
from server.sync.pull_api import router as pull
from server.sync.review_api import router as reviews
from server.sync.two_persons_api import router as two_persons
from server.teamwork.api import router as teamwork
from server.teamwork.approval_api import router as approvals
from server.teamwork.meeting_api import router as meetings
from server.teamwork.task_api import router as tasks

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "code", "detail", "request_id")},
        "status": {"type": "integer"},
    },
}


class DescribedAPI(NinjaAPI):
    """Says of every operation that anything but its own answer is a problem document."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = {"description": "A problem (RFC 9457)", "content": content}
        return schema


api = DescribedAPI(
    title="Zhixing",
    version=VERSION,
    description="Enforcement in the field. Errors are problem documents (RFC 9457) with a stable `code`; `/api/errors` "
    "lists them. Two addresses speak protocols of their own: uploads tus 1.0.0 at `/api/v1/uploads/`, the live feed "
    "`zhixing.live.v1` at `/ws/v1/live`.",
    urls_namespace="api",
    docs=Swagger(settings={"persistAuthorization": False, "validatorUrl": None}),
)
public = Router(tags=["server"])


class ProtocolRange(Schema):
    min: int
    max: int


class Hello(Schema):
    product: str
    version: str
    protocol: ProtocolRange
    server_epoch: str
    server_time: str


@public.get("/hello", response=Hello)
def hello(request: HttpRequest) -> Hello:
    """Who answers here, and which protocol it speaks. What it says proves nothing: only statements are signed."""
    return Hello(
        product="zhixing",
        version=VERSION,
        protocol=ProtocolRange(min=PROTOCOL_MIN, max=PROTOCOL_MAX),
        server_epoch=current_server_epoch(),
        server_time=to_wire(now()),
    )


for router in (
    public,
    people,
    doubts,
    lost_devices,
    two_persons,
    held_files,
    parcels,
    cases,
    tracks,
    teamwork,
    clocks,
    flows,
    clues,
    debtors,
    tasks,
    approvals,
    meetings,
    matters,
    matter_figures,
    delegations,
    exchange,
    matter_packages,
    properties,
    renewals,
    enrolment,
    sync,
    calls,
    reviews,
    pull,
    evidence,
    custody,
    wanted,
    papers,
    bundles,
    act_papers,
    field,
    lives,
    films,
    live,
    safety,
    supervision,
    duty,
    backfill,
    notices,
):
    api.add_router("/v1", router)

_handled: Any = (Exception, Http404, HttpError, ValidationError)
for kind in _handled:
    api.add_exception_handler(kind, answer)
