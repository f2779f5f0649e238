"""Generates ``docs/reference.md`` from the code, so that its diff is the security review."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from local.stack import template
from tools.reference import members, session_policies
from tools.reference import record as audit_record
from tools.reference.routes import ROUTES
from vending import answers, kept
from vending.aws.services import issuers, logs
from vending.bodies import content_fields, fields
from vending.bodies.parse import BODY_BYTES
from vending.callers import issuer, issuer_keys, token, web_identity
from vending.callers.grantee_keys import MOST_KEYS
from vending.catalogue import batches
from vending.credentials import request
from vending.decision import wanted
from vending.documents import document as documents_document
from vending.documents import expectation, grant, grantee, location
from vending.documents import issuer as documents_issuer
from vending.drafts import groups
from vending.drafts import request as drafts_request
from vending.errors import FAULTS, VendingError
from vending.grants.keys import KEY_BYTES
from vending.questions import caller as questions_caller
from vending.questions import request as questions_request
from vending.revocations import request as revocations_request
from vending.sessions import signing_sessions
from vending.sessions.durations import LONGEST, LONGEST_URL, SHORTEST
from vending.sessions.policy import POLICY_CHARACTERS
from vending.shares.owners import request as shares_request
from vending.shares.uploading import request as asking
from vending.staging import request as staging_request
from vending.staging import stage, staged
from vending.trail import sessions_out
from vending.uploads import request as uploads_request
from vending.uploads import running, upload
from vending.urls import compact, listing
from vending.urls import request as urls_request
from vending.urls.compact import COMPACT_BYTES

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "docs/reference.md"

STRICT = (
    "JSON, with members in camelCase. Unknown members, duplicate members, `null` and wrong types "
    "are refused, and the answer names each."
)


def text() -> str:
    """Return the whole page."""
    source = template.read(ROOT / "template.yaml")
    parts = [
        "# Reference",
        "Generated from the code by `make format`; do not edit. `make check` compares.",
        "## Routes",
        *routes(source),
        "## Request members",
        STRICT,
        *members.model(
            request.CredentialsRequest, "`POST /{door}/credentials`, `POST /{door}/explanations`"
        ),
        *members.model(request.TargetPermission, "one of `targets`"),
        *members.model(urls_request.UrlsRequest, "`POST /{door}/presigned-urls`"),
        *members.model(urls_request.ReadingUrl, "one of `requests`"),
        *members.model(listing.ListingUrl, "one of `requests`"),
        *members.model(urls_request.UploadUrl, "one of `requests`"),
        *members.model(urls_request.DeletionUrl, "one of `requests`"),
        *members.model(urls_request.FormUrl, "one of `requests`"),
        *members.model(compact.CompactReading, "`POST /{door}/presigned-urls`"),
        *members.model(compact.CompactUpload, "`POST /{door}/presigned-urls`"),
        *members.model(compact.CompactDeletion, "`POST /{door}/presigned-urls`"),
        *members.model(uploads_request.UploadRequest, "`POST /{door}/multipart-uploads`"),
        *members.model(uploads_request.PartsRequest, "`POST /{door}/multipart-uploads/{id}/parts`"),
        *members.model(
            uploads_request.CompletionRequest, "`POST /{door}/multipart-uploads/{id}/completion`"
        ),
        *members.model(uploads_request.AbortRequest, "`POST /{door}/multipart-uploads/{id}/abort`"),
        *members.model(questions_request.ReachRequest, "`POST /admin/reach`"),
        *members.model(questions_request.ExplanationRequest, "`POST /admin/explanations`"),
        *members.model(questions_caller.CallerBody, "the member `as` of a question"),
        *members.model(revocations_request.RevocationRequest, "`POST /admin/revocations`"),
        *members.model(revocations_request.RevokedCaller, "the `caller` of a revocation"),
        *members.model(staging_request.StagedRequest, "`POST /admin/staged`"),
        *members.model(staging_request.EntriesBody, "the `entries` of a staged document"),
        *members.model(drafts_request.PartRequest, "`PUT /admin/staged/{id}/parts/{number}`"),
        *members.model(staging_request.CommitRequest, "`POST /admin/staged/{id}/commit`"),
        *members.model(shares_request.ShareRequest, "`POST /{door}/shares`"),
        *members.model(asking.PutRequest, "`POST /s/{token}` as JSON, for a file in one piece"),
        *members.model(asking.PlanRequest, "`POST /s/{token}` as JSON, for a file in parts"),
        *members.model(asking.SharePartsRequest, "`POST /s/{token}` as JSON, for some parts"),
        *members.model(asking.CompleteRequest, "`POST /s/{token}` as JSON, to join the parts"),
        *members.model(asking.StopRequest, "`POST /s/{token}` as JSON, to abort an upload"),
        "## vending.yaml",
        *members.model(
            documents_document.ChangesRequest, "`POST /admin/changes`: `vending.yaml` as JSON"
        ),
        *members.model(grant.GrantBody, "one of `grants`"),
        *members.model(grantee.GranteeBody, "the `grantee` of a grant"),
        *members.model(grantee.RateLimitBody, "the `rateLimit` of a grant"),
        *members.model(documents_issuer.IssuerBody, "one of `issuers`"),
        *members.model(location.LocationBody, "one of `locations`"),
        *members.model(expectation.ExpectationBody, "one of `tests`"),
        *members.model(expectation.ExpectedCallersBody, "the callers of a test (`as`)"),
        *members.model(expectation.AccessBody, "what a test's callers reach, or are refused"),
        "## Limits",
        *limits(),
        "## Errors",
        *errors(source),
        "## Session policies",
        *session_policies.shown(),
        "## The audit record",
        *record(),
        "## Stack parameters",
        *parameters(source),
    ]
    return "\n\n".join(parts) + "\n"


def routes(source: Mapping[str, Any]) -> Iterator[str]:
    """Return a table of every route in the template."""
    rows = []
    for function in resources(source, "AWS::Serverless::Function"):
        module = function["Handler"].split(".")[0]
        for event in function.get("Events", {}).values():
            if event["Type"] != "Api":
                continue
            route = f"{event['Properties']['Method']} {event['Properties']['Path']}"
            if event["Properties"]["Method"] == "OPTIONS":
                continue  # in a sentence below
            does, body, answer = ROUTES[route]
            takes = f"[{body}](#{body.lower()})" if body.isidentifier() else body
            members_answered = ", ".join(f"`{member}`" for member in answer)
            rows.append((f"`{route}`", does, takes, members_answered, f"`{module}`"))
    yield members.table(("route", "does", "takes", "answers", "function"), rows)
    yield (
        "Where `AllowedOrigins` is set, `OPTIONS` at each path of `/web-identity` answers "
        "browsers' preflights ([web pages](deploying.md#web-pages)); the function is `preflights`."
    )
    yield (
        "Lists are returned page by page: `limit` and `nextToken` are query parameters, and the "
        "last page has no `nextToken`. Durations in answers are in seconds, and times in UTC. "
        "`expiration` and `expiresAt` say when the credentials and URLs actually expire."
    )


def limits() -> Iterator[str]:
    """Return a table of every limit that a request can reach."""
    rows = [
        ("credentials", f"{SHORTEST} to {LONGEST} s"),
        ("presigned URLs", f"1 to {LONGEST_URL} s"),
        ("a request body", f"{BODY_BYTES:,} bytes"),
        (
            "an answer",
            f"{answers.ANSWER_BYTES:,} bytes, checked before STS is called or anything is written",
        ),
        ("`targets` of a credentials request", f"{request.TARGETS}"),
        ("a request body in the compact form", f"{COMPACT_BYTES:,} bytes"),
        ("`requests` of a batch of URLs", f"{urls_request.REQUESTS:,}"),
        ("`keys` of the compact form", f"{compact.KEYS:,}"),
        ("one object, one form or one part", f"{content_fields.LARGEST_PUT:,} bytes"),
        (
            "a multipart upload",
            f"{upload.PARTS:,} parts, {upload.PART_BYTES[0]:,} bytes or more each",
        ),
        (
            "parts that one answer signs",
            f"{uploads_request.PAGE:,}; the start of an upload signs the first {running.FIRST}",
        ),
        ("how long an upload's plan is kept", f"{upload.KEPT_SECONDS // 86_400} days"),
        ("a key", f"{KEY_BYTES:,} bytes in UTF-8"),
        ("a session policy", f"{POLICY_CHARACTERS:,} characters, counted as STS does"),
        ("the grants of one grantee in one bucket", f"{batches.ITEM_BYTES:,} bytes as JSON"),
        ("`sourceIp`", f"{fields.ADDRESS_BLOCKS} CIDR blocks"),
        ("a page of a list", f"{answers.USUAL} entries; `limit` from 1 to {answers.MOST:,}"),
        ("faults listed in a problem", f"{FAULTS}"),
        ("targets listed in an audit record", f"{wanted.LISTED_TARGETS}"),
        ("bucket and grantee pairs that an environment keeps", f"{kept.CAPACITY:,}"),
        ("signing sessions that an environment keeps", f"{signing_sessions.CAPACITY:,}"),
        ("a token", f"{token.TOKEN_BYTES:,} bytes"),
        ("a token's lifetime", f"{issuer.LIFETIME:,} s, unless the issuer's entry says otherwise"),
        ("an issuer's clock", f"at most {issuer.SKEW} s ahead of ours"),
        ("subject and claims of a caller", f"{web_identity.CONTEXT_BYTES:,} bytes as JSON"),
        ("grantee keys of a caller", f"{MOST_KEYS}"),
        ("issuers", f"{documents_document.ISSUERS}"),
        ("fetching an issuer's discovery document and JWKS", f"{issuers.SECONDS} s together"),
        ("each of these two documents", f"{issuers.DOCUMENT_BYTES:,} bytes"),
        (
            "how long an issuer's keys are kept",
            (
                f"its `max-age`, but {issuer_keys.FRESH[0]:,} to {issuer_keys.FRESH[-1]:,} s; "
                f"{issuer_keys.USUAL} s without one"
            ),
        ),
        ("requests to one issuer", f"one in {issuer_keys.PAUSE.seconds} s from each environment"),
        ("changes written in one transaction", f"{batches.BATCH_WRITES} items"),
        (
            "a [staged document](operations.md#large-changes)",
            (
                f"{documents_document.ENTRIES:,} grants in {staging_request.PARTS} parts of "
                f"{staging_request.PART_BYTES:,} bytes; at a time {stage.OWN} of an "
                f"administrator, whose oldest gives way to another one, and {stage.STAGED} in all"
            ),
        ),
        ("how long a staged document is kept", f"{staged.KEPT.days} day"),
        (
            "the changes of one grantee in a staged document",
            f"{groups.WRITES} buckets and {groups.BYTES:,} bytes",
        ),
        (
            "one search of the audit trail",
            (
                f"{logs.CALLS} calls to CloudWatch Logs, started within {logs.SECONDS:.0f} s; "
                "`nextToken` continues the search"
            ),
        ),
        ("vends that a session lists", f"the last {sessions_out.LISTED_VENDS}"),
    ]
    yield members.table(("of", "limit"), rows)


def errors(source: Mapping[str, Any]) -> Iterator[str]:
    """Return our problems, then those that API Gateway answers on its own."""
    yield (
        "Every error is `application/problem+json` ([RFC 9457]"
        "(https://www.rfc-editor.org/rfc/rfc9457)): `type`, `title`, `status`, `detail`, `code`, "
        "`requestId`, and `errors` with a JSON pointer and a detail for each fault. `code` is "
        "stable; `title` and `detail` are for people."
    )
    rows = [
        (
            f"`{error.code}`",
            str(error.status),
            error.title,
            plain((error.__doc__ or "").strip().rstrip(".")),
            "" if error.retry_after is None else f"{error.retry_after} s",
        )
        for error in leaves(VendingError)
    ]
    yield members.table(("code", "status", "title", "when", "Retry-After"), rows)
    yield "API Gateway answers these on its own, in the same shape:"
    by_gateway: list[Iterable[str]] = []
    for response in template.gateway_responses(source, {}):
        # The text is folded YAML; its only variable stands inside a string.
        problem = json.loads(next(iter(response.templates.values())))
        later = response.parameters.get("gatewayresponse.header.Retry-After", "").strip("'")
        shown = (f"`{response.kind}`", f"`{problem['code']}`", response.status, problem["detail"])
        by_gateway.append((*shown, f"{later} s" if later else ""))
    yield members.table(("response type", "code", "status", "detail", "Retry-After"), by_gateway)


def leaves(error: type[VendingError]) -> Iterator[type[VendingError]]:
    """Return the errors that have a code of their own, in the order of the source."""
    if hasattr(error, "code"):
        yield error
    for below in error.__subclasses__():
        yield from leaves(below)


def record() -> Iterator[str]:
    """Return the members of the audit record, as its schema lists them."""
    yield (
        "Each decision and each change writes one line of JSON to the function's standard output. "
        "[The audit trail](audit.md) says how to read these records. The "
        "[JSON Schema](audit-record.json) says which members are always there; a member that is "
        "unknown or does not apply is absent."
    )
    yield members.table(("member", "is", "means"), audit_record.rows())


def parameters(source: Mapping[str, Any]) -> Iterator[str]:
    """Return the stack's parameters, and the SSM parameters that it writes."""
    rows = []
    for name, parameter in source["Parameters"].items():
        allowed = ", ".join(f"`{value}`" for value in parameter.get("AllowedValues", ()))
        default = f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"
        rows.append((f"`{name}`", default, allowed, plain(parameter.get("Description", ""))))
    yield members.table(("parameter", "default", "one of", "what it is"), rows)
    yield "The stack writes these SSM parameters for other stacks and tools:"
    names = [one["Name"]["Fn::Sub"] for one in resources(source, "AWS::SSM::Parameter")]
    yield "\n".join(f"- `{name.replace('${AWS::StackName}', 'STACK')}`" for name in names)


def resources(source: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the properties of all resources of a type."""
    return [one["Properties"] for one in source["Resources"].values() if one["Type"] == kind]


def plain(text: str) -> str:
    """Return a docstring's text on one line, in Markdown."""
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()
