"""Generates ``openapi.yaml`` from the template, the models, the errors and ``written.yaml``."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from local.stack import template
from tools.openapi import schemas
from tools.openapi.shapes import SHAPES, ref
from tools.reference import page as reference
from tools.reference import record
from tools.reference.routes import ROUTES
from vending.aws.api import sts_answer
from vending.bodies import body
from vending.credentials import request
from vending.documents import document
from vending.drafts import request as drafts_request
from vending.errors import VendingError
from vending.questions import request as questions_request
from vending.revocations import request as revocations_request
from vending.shares.owners import request as shares_request
from vending.shares.uploading import request as links_request
from vending.staging import request as staging_request
from vending.uploads import request as uploads_request
from vending.urls import compact
from vending.urls import request as urls_request

ROOT = reference.ROOT
PATH = ROOT / "openapi.yaml"
WRITTEN = ROOT / "tools/openapi/written.yaml"
BODIES: list[type[body.Body]] = [
    request.CredentialsRequest,
    urls_request.UrlsRequest,
    *compact.COMPACT.values(),
    uploads_request.UploadRequest,
    uploads_request.PartsRequest,
    uploads_request.CompletionRequest,
    uploads_request.AbortRequest,
    document.ChangesRequest,
    questions_request.ReachRequest,
    questions_request.ExplanationRequest,
    revocations_request.RevocationRequest,
    staging_request.StagedRequest,
    drafts_request.PartRequest,
    staging_request.CommitRequest,
    shares_request.ShareRequest,
    *links_request.BODIES.values(),
]
MODELS = {one.__name__: one for one in BODIES}
ALWAYS = (
    *("InvalidRequest", "NotAuthenticated", "TooLarge"),
    *("ServiceRefused", "Unavailable", "InternalError"),
)
# What a page may say beside its own refusals; API Gateway's own answers are as at every route.
PAGES = (*ALWAYS[:1], "TooLarge", "Unavailable", "InternalError")
TITLES = {
    "400": "The request is not valid; `code` says how.",
    "401": "The token was not accepted.",
    "403": "Refused, or not authenticated.",
    "404": "Not found, or not the caller's.",
    "409": "A staged change is being written; `detail` has its id.",
    "410": "The link is over.",
    "412": "The revision is not the current one: somebody else has made changes.",
    "413": "The body, or the answer to it, is too large; `detail` says what fits.",
    "424": "A service of AWS refuses what this service asks of it: trying again does not help.",
    "429": "Too many requests, at the same time or in a minute.",
    "500": "An error in the service.",
    "503": "Nothing was granted: a service behind this one fails, or access was just revoked.",
}
LATER = ("429", "503")
FORM = "application/x-www-form-urlencoded"

type Members = dict[str, Any]


def contract() -> Members:
    """Return the whole contract."""
    written = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))
    source = template.read(ROOT / "template.yaml")
    operations = written["operations"]
    responses: Members = {}
    paths: Members = {}
    for method, path in routes(source):
        door = path.split("/")[1]
        both = path.replace(f"/{door}/", "/{door}/", 1)
        told = operations.get(f"{method} {path}") or operations[f"{method} {both}"]
        place = paths.setdefault(path, {})
        place[method.lower()] = operation(method, path, told, written, source, responses)
    return {
        "openapi": "3.1.0",
        "info": written["info"],
        "servers": written["servers"],
        "tags": written["tags"],
        "paths": paths,
        "components": {
            "securitySchemes": written["securitySchemes"],
            "parameters": written["parameters"],
            "headers": written["headers"],
            "responses": dict(sorted(responses.items())),
            "schemas": {
                **written["schemas"],
                "AuditRecord": audit_record(),
                **SHAPES,
                **schemas.all_of(MODELS),
            },
        },
    }


def audit_record() -> Members:
    """Return the schema of audit records, without the members of a separate document."""
    return {
        name: told for name, told in record.schema().items() if name not in ("$schema", "title")
    }


def routes(source: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the method and path of each event in the template, without browsers' preflights."""
    for function in reference.resources(source, "AWS::Serverless::Function"):
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api" and event["Properties"]["Method"] != "OPTIONS":
                yield event["Properties"]["Method"], event["Properties"]["Path"]


def operation(
    method: str,
    path: str,
    told: Members,
    written: Members,
    source: Mapping[str, Any],
    responses: Members,
) -> Members:
    """Return one route: its parameters, body and answers."""
    door = path.split("/")[1]
    summary = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", ROUTES[f"{method} {path}"][0])
    parameters = [
        *told.get("paths", [told["path"]] if "path" in told else []),
        *told.get("query", ()),
    ]
    security = written["doors"][door].get("security")
    made: Members = {
        "operationId": told["id"] + written["doors"][door]["suffix"],
        "tags": [door],
        "summary": summary,
        "security": [{security: []}] if security else [],
    }
    if parameters:
        made["parameters"] = [{"$ref": f"#/components/parameters/{one}"} for one in parameters]
    if models := told.get("bodies") or [told[one] for one in ("body", "form") if one in told]:
        examples = {name: {"value": value} for name, value in told["examples"].items()}
        content = {"schema": any_of(models), "examples": examples}
        kind = FORM if "form" in told else "application/json"
        made["requestBody"] = {"required": True, "content": {kind: content}}
    if told.get("page"):
        return made | of_page(told, made, responses)
    answer = any_of(told.get("answers") or [told["answer"]])
    made["responses"] = {
        "200": {
            "description": "Success.",
            "headers": headers("200"),
            "content": {"text/xml" if told.get("sts") else "application/json": {"schema": answer}},
        }
    }
    if told.get("sts"):
        made["responses"] |= {
            **of_sts(),
            "429": {"$ref": "#/components/responses/429.TooManyRequests"},
        }
        return made
    for status, codes in sorted(refusals(told, door, source).items()):
        name = f"{status}.{'.'.join(codes)}{'.Sdk' if told.get('sdk') else ''}"
        responses[name] = response(status, codes, sdk=told.get("sdk", False))
        made["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return made


def of_page(told: Members, made: Members, responses: Members) -> Members:
    """Return the answers of a route that people open, and that scripts of its pages ask."""
    html: Members = {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
    answered: Members = {"description": "Success.", "headers": headers("200"), "content": {**html}}
    found: Members = {"200": answered}
    if scripts := told.get("scripts"):
        examples = {name: {"value": value} for name, value in told["scriptExamples"].items()}
        asked = {"schema": any_of(scripts), "examples": examples}
        made["requestBody"]["content"]["application/json"] = asked
        answered["content"]["application/json"] = {"schema": any_of(told["answers"])}
        to_s3 = {"Location": {"schema": {"type": "string"}, "description": "S3, for 60 seconds."}}
        found["303"] = {"description": "The file.", "headers": to_s3 | headers("303")}
    by_status: dict[str, list[str]] = {}
    for error in reference.leaves(VendingError):
        if error.code in {*told["refuses"], *PAGES}:
            by_status.setdefault(str(error.status), []).append(error.code)
    for status, codes in sorted(by_status.items()):
        name = f"{status}.{'.'.join(codes)}.Page"
        responses[name] = response(status, codes, sdk=False)
        responses[name]["content"] |= html
        found[status] = {"$ref": f"#/components/responses/{name}"}
    return {"responses": found}


def of_sts() -> Members:
    """Return the refusals of the route with STS's protocol, by status."""
    found: dict[str, list[str]] = {}
    for code, status in sorted(sts_answer.codes()):
        found.setdefault(str(status), []).append(code)
    return {
        status: {
            "description": TITLES[status],
            "headers": headers("200"),
            "content": {
                "text/xml": {"schema": {**ref("StsError"), "properties": {"Code": {"enum": codes}}}}
            },
        }
        for status, codes in sorted(found.items())
    }


def any_of(names: list[str]) -> Members:
    """Return a schema for any one of these schemas."""
    return ref(names[0]) if len(names) == 1 else {"oneOf": [ref(name) for name in names]}


def refusals(told: Members, door: str, source: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the codes that the route, or API Gateway before it, may answer, by status."""
    found: dict[str, list[str]] = {}
    for error in reference.leaves(VendingError):
        if error.code in (*ALWAYS, *told.get("refuses", ())):
            found.setdefault(str(error.status), []).append(error.code)
    for kind in template.gateway_responses(source, {}):
        found.setdefault(kind.status, []).append(gateway_code(kind))
    if door != "web-identity":
        found.pop("401")  # this door has no tokens
    if "NotFound" not in told.get("refuses", ()):
        found.pop("404")  # the route exists
    return {status: list(dict.fromkeys(codes)) for status, codes in found.items()}


def gateway_code(answer: template.GatewayResponse) -> str:
    """Return the code in one of API Gateway's own answers."""
    return str(json.loads(next(iter(answer.templates.values())))["code"])


def response(status: str, codes: Iterable[str], *, sdk: bool) -> Members:
    """Return a refusal with one of these codes."""
    code = {"code": {"enum": list(codes)}}
    narrowed = {**ref("Problem"), "properties": {**code, "status": {"const": int(status)}}}
    content: Members = {"application/problem+json": {"schema": narrowed}}
    if sdk and status != "401":
        content["application/json"] = {"schema": {**ref("SdkError"), "properties": code}}
    return {"description": TITLES[status], "headers": headers(status), "content": content}


def headers(status: str) -> Members:
    """Return the headers of every answer, and those of this status."""
    names = [
        "Cache-Control",
        *(["Retry-After"] if status in LATER else []),
        *(["WWW-Authenticate"] if status == "401" else []),
    ]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


class _Dumper(yaml.SafeDumper):
    """Writes YAML without anchors, and text of several lines as a block."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_str(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_str)


def text() -> str:
    """Return the contract as YAML."""
    head = "# Generated from the code by `make format`; do not edit. `make check` compares.\n"
    told = contract()
    return head + yaml.dump(told, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
