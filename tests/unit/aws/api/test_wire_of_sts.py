"""STS's format: the form that SDKs send, and answers and errors that botocore's parser reads."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from vending import errors
from vending.aws.api import sts_answer
from vending.aws.api.gateway import Request
from vending.aws.api.sts_answer import STS
from vending.aws.api.sts_request import FORM_BYTES, RoleRequest
from vending.errors import InvalidRequest, TokenRefused, TooLarge, Unavailable, VendingError

ROLE = "arn:aws:iam::123456789012:role/AllowedAssumeS3Role"
GIVEN = {
    "Action": "AssumeRoleWithWebIdentity",
    "Version": "2011-06-15",
    "RoleArn": ROLE,
    "RoleSessionName": "a-name",
    "WebIdentityToken": "a.b.c",
}
FORM = "application/x-www-form-urlencoded"
MODEL = ServiceModel(Loader().load_service_model("sts", "service-2"))
OPERATION = MODEL.operation_model("AssumeRoleWithWebIdentity")


def request(body: str = "", content_type: str | list[str] = FORM, **event: Any) -> Request:
    types = [content_type] if isinstance(content_type, str) else content_type
    return Request({"multiValueHeaders": {"content-type": types}, "body": body} | event)


def read(*without: str, **members: str) -> RoleRequest:
    given = {name: value for name, value in GIVEN.items() if name not in without} | members
    return RoleRequest.read(request(urlencode(given)), traced=False)


def refused(asked: Request) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as error:
        RoleRequest.read(asked, traced=False)
    return error.value


def test_what_sdks_send_is_read() -> None:
    assert read() == RoleRequest(ROLE, "a.b.c", None)
    assert read(DurationSeconds="1800").duration_seconds == 1800
    for content_type in (f"{FORM}; charset=utf-8", f"{FORM};charset=UTF-8", FORM.upper()):
        assert (
            RoleRequest.read(request(urlencode(GIVEN), content_type), traced=False).token == "a.b.c"
        )


def test_what_sts_lends_where_nothing_is_asked_is_as_if_nothing_was_asked() -> None:
    """The Rust crate object_store and GitHub's configure-aws-credentials always send 3600."""
    assert read(DurationSeconds="3600").duration_seconds is None
    assert [read(DurationSeconds=one).duration_seconds for one in ("3599", "3601")] == [3599, 3601]


def test_a_body_in_base64_is_read_as_api_gateway_hands_binary_ones_on() -> None:
    body = b64encode(urlencode(GIVEN).encode()).decode()
    assert RoleRequest.read(request(body, isBase64Encoded=True), traced=False).role_arn == ROLE


def test_a_token_shows_up_in_no_representation() -> None:
    assert "a.b.c" not in repr(read())


@pytest.mark.parametrize(
    ("action", "version", "reason"),
    [
        ("AssumeRole", "2011-06-15", "InvalidAction"),
        ("GetCallerIdentity", "2011-06-15", "InvalidAction"),
        ("AssumeRoleWithSAML", "2011-06-15", "InvalidAction"),
        ("assumerolewithwebidentity", "2011-06-15", "InvalidAction"),
        ("AssumeRoleWithWebIdentity", "2012-01-01", "InvalidAction"),
        ("AssumeRoleWithWebIdentity", "", "InvalidAction"),
        ("", "2011-06-15", "MissingAction"),
    ],
)
def test_there_is_one_operation(action: str, version: str, reason: str) -> None:
    error = refused(request(urlencode(GIVEN | {"Action": action, "Version": version})))
    assert error.reason == reason
    assert "AssumeRoleWithWebIdentity for version 2011-06-15" in error.detail


@pytest.mark.parametrize(
    "name",
    [
        *("Policy", "PolicyArns.member.1.arn", "ProviderId", "PolicyArns"),
        *("Tags.member.1.Key", "TransitiveTagKeys.member.1", "Policy.x"),
    ],
)
@pytest.mark.parametrize("value", ["", "x"])
def test_what_would_choose_the_session_is_refused_even_if_empty(name: str, value: str) -> None:
    error = refused(request(urlencode(GIVEN | {name: value})))
    assert error.reason == "ValidationError"
    assert f"{name} must be left out" in error.detail


@pytest.mark.parametrize(
    "name", ["SourceIdentity", "ExternalId", "MinimumSessionTokenSize", "rolearn", " RoleArn", "x"]
)
def test_a_parameter_that_no_sdk_sends_unasked_is_refused(name: str) -> None:
    error = refused(request(urlencode(GIVEN | {name: "x"})))
    assert f"{name} is not a parameter of this operation" in error.detail


@pytest.mark.parametrize("name", ["RoleArn", "RoleSessionName", "WebIdentityToken"])
@pytest.mark.parametrize("empty", [True, False])
def test_what_sts_requires_is_required(name: str, empty: bool) -> None:
    given = {one: value for one, value in GIVEN.items() if one != name}
    error = refused(request(urlencode(given | ({name: ""} if empty else {}))))
    assert error.detail == f"{name} is required."


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_what_is_there_twice_is_refused_also_in_another_spelling(name: str) -> None:
    for again in (name, quote(name).replace("o", "%6f").replace("R", "%52")):
        body = f"{urlencode(GIVEN)}&{again}={quote(GIVEN[name], safe='')}"
        assert refused(request(body)).detail == f"{name} is given more than once."


@pytest.mark.parametrize("seconds", ["", "-900", "+900", "900.0", "1e3", "٩٠٠", " 900", "9" * 10])
def test_a_duration_is_digits(seconds: str) -> None:
    error = refused(request(urlencode(GIVEN | {"DurationSeconds": seconds})))
    assert error.detail == "DurationSeconds must be a number of seconds."


@pytest.mark.parametrize("name", ["x", "a b", "a/b", "ä" * 3, "x" * 65, "a\n", "*"])
def test_a_session_name_is_one_that_sts_takes(name: str) -> None:
    assert refused(request(urlencode(GIVEN | {"RoleSessionName": name}))).detail in (
        "RoleSessionName is required.",
        "RoleSessionName must be 2 to 64 letters, digits or any of _+=,.@-.",
    )


@pytest.mark.parametrize(
    ("sentence", "body"),
    [
        ("empty", ""),
        ("JSON", '{"Action": "AssumeRoleWithWebIdentity"}'),
        ("a name without a value", urlencode(GIVEN) + "&x"),
        ("an empty pair", urlencode(GIVEN) + "&&"),
        ("a broken escape", urlencode(GIVEN) + "%zz"),
        ("half an escape", urlencode(GIVEN) + "%4"),
        ("bytes that are no text", urlencode(GIVEN).replace("a-name", "%ff%fe")),
        ("a lone surrogate", urlencode(GIVEN).replace("a-name", "%ed%a0%80")),
        ("text that is not encoded", urlencode(GIVEN).replace("a-name", "näme")),
        ("many parameters", urlencode(GIVEN) + "".join(f"&p{one}=" for one in range(20))),
        ("several in one, by semicolons", urlencode(GIVEN).replace("&", ";")),
    ],
)
def test_a_body_that_is_no_form_is_refused(sentence: str, body: str) -> None:
    assert refused(request(body)).reason in ("ValidationError", "MissingAction", "InvalidAction")


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            [],
            [FORM, FORM],
            "",
            "application/json",
            "multipart/form-data",
            f"{FORM}; charset=utf-16",
        ),
        *(f"{FORM}x", f"{FORM}, text/plain", "text/plain"),
    ],
)
def test_a_body_of_another_type_is_refused(content_type: str | list[str]) -> None:
    assert "Content-Type" in refused(request(urlencode(GIVEN), content_type)).detail


def queried(body: str | None = None, more: Mapping[str, list[str]] | None = None) -> Request:
    given = {name: [value] for name, value in GIVEN.items()} | dict(more or {})
    return Request({"multiValueQueryStringParameters": given, "body": body})


def test_a_query_counts_where_there_is_no_body() -> None:
    for body in (None, ""):
        assert RoleRequest.read(queried(body), traced=False) == read()


def test_a_query_beside_a_form_is_refused() -> None:
    assert "not in both" in refused(queried(urlencode(GIVEN))).detail
    one = {"Version": ["2011-06-15"]}
    refused(request(urlencode(GIVEN), multiValueQueryStringParameters=one))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Policy": ["{}"]}, "Policy must be left out"),
        ({"x": ["1"]}, "x is not a parameter"),
        ({"RoleArn": [ROLE, ROLE]}, "more than once"),
        ({"WebIdentityToken": [""]}, "WebIdentityToken is required"),
        ({"Action": ["AssumeRole"]}, "Could not find operation AssumeRole"),
        ({"DurationSeconds": ["1h"]}, "DurationSeconds"),
    ],
)
def test_a_query_is_taken_as_strictly(more: dict[str, list[str]], words: str) -> None:
    assert words in refused(queried(more=more)).detail


@pytest.mark.invariant(10)
def test_a_query_is_refused_where_a_trace_could_keep_it() -> None:
    with pytest.raises(InvalidRequest, match="traced"):
        RoleRequest.read(queried(), traced=True)
    assert RoleRequest.read(request(urlencode(GIVEN)), traced=True) == read()


def test_a_query_has_the_size_of_a_form() -> None:
    with pytest.raises(TooLarge):
        RoleRequest.read(queried(more={"WebIdentityToken": ["x" * FORM_BYTES]}), traced=False)


def test_a_form_has_a_size() -> None:
    body = urlencode(GIVEN | {"WebIdentityToken": ""})
    fitting = body + "x" * (FORM_BYTES - len(body))
    assert RoleRequest.read(request(fitting), traced=False).token.startswith("x")
    with pytest.raises(TooLarge):
        RoleRequest.read(request(fitting + "x"), traced=False)


def parsed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The response as botocore parses it."""
    raw = {
        "body": answer["body"].encode(),
        "headers": answer["headers"],
        "status_code": answer["statusCode"],
    }
    found = cast("Any", create_parser("query")).parse(raw, OPERATION.output_shape)
    return dict(found)


RESULT: dict[str, object] = {
    "SubjectFromWebIdentityToken": 'a<b>&"c"',
    "Audience": "https://vend.example.com",
    "AssumedRoleUser": {"Arn": "arn:aws:sts::1:assumed-role/R/s", "AssumedRoleId": "AROA:s"},
    "Credentials": {
        "AccessKeyId": "ASIA",
        "SecretAccessKey": "a+/=",
        "SessionToken": "t//+",
        "Expiration": "2026-11-23T13:00:00Z",
    },
    "Provider": "https://login.example.com",
    "PackedPolicySize": 7,
    "SourceIdentity": "alice-1",
}


def test_botocore_reads_an_answer_as_one_of_sts() -> None:
    answer = STS.write_answer(RESULT, "r-1")
    headers = cast("dict[str, str]", answer["headers"])
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("text/xml", "no-store")
    assert headers["x-amzn-RequestId"] == "r-1"
    found = parsed(answer)
    metadata = found.pop("ResponseMetadata")
    assert (metadata["RequestId"], metadata["HTTPStatusCode"]) == ("r-1", 200)
    assert found.pop("Credentials") == {
        **cast("dict[str, str]", RESULT["Credentials"]),
        "Expiration": datetime(2026, 11, 23, 13, tzinfo=UTC),
    }
    assert found == {name: value for name, value in RESULT.items() if name != "Credentials"}


def test_an_answer_has_members_of_the_model_alone() -> None:
    shape = cast("Any", OPERATION.output_shape)
    assert RESULT.keys() <= shape.members.keys()


@pytest.mark.parametrize(
    ("error", "status", "kind", "code", "words"),
    [
        (TokenRefused("SignatureWrong"), 400, "Sender", "InvalidIdentityToken", "could not be validated"),
        (TokenRefused("Expired"), 400, "Sender", "ExpiredTokenException", "has expired"),
        (errors.NotAuthenticated("By the stage."), 403, "Sender", "AccessDenied", "Not authorized"),
        (errors.AccessDenied("Tells the target."), 403, "Sender", "AccessDenied", "Not authorized"),
        (errors.PresignOnly("Ask for URLs."), 403, "Sender", "AccessDenied", ": Ask for URLs."),
        (errors.TooManyClaims("91 keys."), 403, "Sender", "AccessDenied", ": 91 keys."),
        (errors.DurationNotAllowed("durationSeconds is 9; the most here is 3."), 400, "Sender", "ValidationError", "DurationSeconds is 9; the most here is 3."),
        (errors.PolicyTooLarge("Too long."), 400, "Sender", "PackedPolicyTooLarge", "Too long."),
        (InvalidRequest("No.", reason="InvalidAction"), 400, "Sender", "InvalidAction", "No."),
        (InvalidRequest("No.", reason="MissingAction"), 400, "Sender", "MissingAction", "No."),
        (InvalidRequest("No."), 400, "Sender", "ValidationError", "No."),
        (TooLarge("Too long."), 413, "Sender", "RequestEntityTooLarge", "Too long."),
        (Unavailable("IssuerUnreachable: IssuerTooSlow"), 400, "Sender", "IDPCommunicationError", "could not be reached"),
        (Unavailable("Throttling"), 400, "Sender", "Throttling", "Rate exceeded"),
        (Unavailable("InternalServerError"), 503, "Receiver", "ServiceUnavailable", "Try again"),
        (errors.JustRevoked(3), 503, "Receiver", "ServiceUnavailable", "Try again in 3 seconds"),
        (errors.InternalError("Wrong here."), 500, "Receiver", "InternalFailure", "Wrong here."),
    ],
)  # fmt: skip
def test_botocore_reads_an_error_as_one_of_sts(
    error: VendingError, status: int, kind: str, code: str, words: str
) -> None:
    answer = STS.write_error(error, "r-1")
    found = parsed(answer)
    assert (answer["statusCode"], found["Error"]["Type"], found["Error"]["Code"]) == (
        status,
        kind,
        code,
    )
    assert words in found["Error"]["Message"]
    assert found["ResponseMetadata"]["RequestId"] == "r-1"
    assert (code, status) in sts_answer.codes()


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1b", "\ufffe", "\ud800"])
def test_what_xml_cannot_say_makes_no_answer_that_cannot_be_read(character: str) -> None:
    error = InvalidRequest(f"Could not find operation <{character}>.", reason="InvalidAction")
    message = parsed(STS.write_error(error, "an-id"))["Error"]["Message"]
    assert message == "Could not find operation <\ufffd>."


def test_the_errors_that_the_operation_has_in_the_model_have_its_statuses() -> None:
    modelled = {
        shape.metadata["error"]["code"]: shape.metadata["error"]["httpStatusCode"]
        for shape in OPERATION.error_shapes
    }
    ours = dict(sts_answer.codes())
    shared = modelled.keys() & ours.keys()
    assert len(shared) == 4
    assert all(ours[code] == modelled[code] for code in shared)


@pytest.mark.invariant(10)
def test_no_refusal_of_access_says_more_than_another() -> None:
    denied = [
        STS.write_error(errors.AccessDenied(detail, reason=reason), "r")
        for detail, reason in (("No such grant.", "NoGrant"), ("s3://secret", "Blocked"), ("", "x"))
    ]
    assert all(one == denied[0] for one in denied)
