"""botocore's data in the layer is trimmed: what is left says the same as the whole."""

import ast
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.regions import EndpointResolver
from botocore.session import Session, get_session

from service_models import OPERATIONS, Missing, trim, trimmed_endpoints, trimmed_model

ROOT = Path(__file__).parents[3]
WHOLE = Path(botocore.__file__).with_name("data")
REGION = "ap-northeast-1"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
VALUES = {":n": {"N": "1"}}
LENT = """<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2026-11-28T13:00:00Z</Expiration></Credentials><PackedPolicySize>7</PackedPolicySize>
<AssumedRoleUser><Arn>a</Arn><AssumedRoleId>i</AssumedRoleId></AssumedRoleUser></AssumeRoleResult>
</AssumeRoleResponse>"""
POLICY = """<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName>
<PolicyName>p</PolicyName><PolicyDocument>%7B%22Version%22%3A%221%22%7D</PolicyDocument>
</GetRolePolicyResult></GetRolePolicyResponse>"""
CALLS: dict[tuple[str, str], tuple[dict[str, Any], str]] = {  # with what, and an answer
    ("dynamodb", "BatchGetItem"): (
        {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}},
        json.dumps({"Responses": {"t": [KEY]}, "UnprocessedKeys": {"t": {"Keys": [KEY]}}}),
    ),
    ("dynamodb", "GetItem"): (
        {"TableName": "t", "Key": KEY, "ConsistentRead": True},
        json.dumps({"Item": KEY}),
    ),
    ("dynamodb", "PutItem"): (
        {
            "TableName": "t",
            "Item": KEY,
            "ConditionExpression": "c",
            "ExpressionAttributeValues": VALUES,
        },
        "{}",
    ),
    ("dynamodb", "Query"): (
        {
            "TableName": "t",
            "KeyConditionExpression": "c",
            "ExpressionAttributeValues": VALUES,
            "ExclusiveStartKey": KEY,
        },
        json.dumps({"Items": [KEY], "LastEvaluatedKey": KEY}),
    ),
    ("dynamodb", "TransactWriteItems"): (
        {
            "TransactItems": [
                {"Put": {"TableName": "t", "Item": KEY, "ConditionExpression": "c"}},
                {"Delete": {"TableName": "t", "Key": KEY}},
            ]
        },
        "{}",
    ),
    ("dynamodb", "UpdateItem"): (
        {
            "TableName": "t",
            "Key": KEY,
            "UpdateExpression": "u",
            "ExpressionAttributeNames": {"#t": "ttl"},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        json.dumps({"Attributes": KEY}),
    ),
    ("iam", "GetRolePolicy"): ({"RoleName": "r", "PolicyName": "p"}, POLICY),
    ("iam", "PutRolePolicy"): (
        {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"},
        "<PutRolePolicyResponse></PutRolePolicyResponse>",
    ),
    ("logs", "FilterLogEvents"): (
        {"logGroupName": "g", "filterPattern": '"audit"', "startTime": 1, "endTime": 2},
        json.dumps({"events": [{"message": "m", "timestamp": 1}], "nextToken": "n"}),
    ),
    ("ssm", "GetParameter"): ({"Name": "p"}, json.dumps({"Parameter": {"Value": "a,b"}})),
    ("sts", "AssumeRole"): (
        {
            "RoleArn": "arn:aws:iam::123456789012:role/r",
            "RoleSessionName": "name",
            "SourceIdentity": "source",
            "Policy": "{}",
            "DurationSeconds": 900,
            "ExternalId": "external",
        },
        LENT,
    ),
}
SILENT = {"PutItem", "PutRolePolicy", "TransactWriteItems"}  # the answer says nothing more


def failed(code: str, **members: object) -> str:
    """An answer of DynamoDB, Logs or SSM."""
    return json.dumps({"__type": f"com.amazonaws#{code}", "message": "m", **members})


def failed_query(code: str) -> str:
    """An answer of STS or IAM."""
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>"


ERRORS = [  # with members that the model names, of other operations, of no model
    (
        "dynamodb",
        "TransactWriteItems",
        failed("TransactionCanceledException", CancellationReasons=[{"Code": "None", "Item": KEY}]),
    ),
    ("dynamodb", "UpdateItem", failed("ConditionalCheckFailedException", Item=KEY)),
    ("dynamodb", "Query", failed("BackupInUseException")),
    ("dynamodb", "GetItem", failed("ThrottlingException")),
    ("iam", "GetRolePolicy", failed_query("NoSuchEntity")),
    ("iam", "PutRolePolicy", failed_query("DeleteConflict")),
    ("logs", "FilterLogEvents", failed("DataAlreadyAcceptedException", expectedSequenceToken="1")),
    ("ssm", "GetParameter", failed("ParameterNotFound")),
    ("sts", "AssumeRole", failed_query("PackedPolicyTooLarge")),
    ("sts", "AssumeRole", failed_query("InvalidIdentityToken")),
    ("sts", "AssumeRole", failed_query("NeverHeardOf")),
]


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """botocore's data directory as `sam build` leaves it."""
    data = tmp_path_factory.mktemp("botocore") / "data"
    for source in [*WHOLE.glob("*.json"), *(WHOLE / service for service in [*OPERATIONS, "ec2"])]:
        copy: Any = shutil.copytree if source.is_dir() else shutil.copyfile
        data.mkdir(exist_ok=True)
        copy(source, data / source.name)
    trim(data)
    return data


def loader(data: Path) -> Loader:
    """Of this directory alone, as if it were botocore's own: for another one, botocore makes
    the endpoints in another way, which is why the layer's data is trimmed where it lies.
    """
    made = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    made.BUILTIN_DATA_PATH = str(data)
    return made


@cache
def session(data: Path, account: str | None = None) -> Session:
    made = get_session()
    made.register_component("data_loader", loader(data))
    made.set_credentials("AKIA", "secret", "token", account_id=account)
    return made


def call(
    data: Path, service: str, operation: str, answer: str, account: str | None = None
) -> tuple[str, Any]:
    """What botocore sends, byte for byte, and what it makes of the answer."""
    sent: list[AWSPreparedRequest] = []

    class Raw:
        def stream(self, *_: object, **__: object) -> Iterator[bytes]:
            yield answer.encode()

    def reply(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request)
        status = 400 if "Error" in answer or "__type" in answer else 200
        headers: Any = HeadersDict()
        return AWSResponse(request.url, status, headers, Raw())

    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    client: Any = session(data, account).create_client(service, region_name=REGION, config=config)
    client.meta.events.register("before-send", reply)
    try:
        parsed = getattr(client, xform_name(operation))(**CALLS[service, operation][0])
    except ClientError as error:
        parsed = [cls.__name__ for cls in type(error).__mro__], error.response
    (request,) = sent
    head = [f"{request.method} {request.url}"]
    head += sorted(f"{name}: {text(value)}" for name, value in request.headers.items())
    return "\n".join([*head, "", text(request.body)]), parsed


def text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.fixture(autouse=True)
def same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two calls differ in nothing but the data: one time, one id."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
    monkeypatch.setattr("botocore.endpoint.uuid.uuid4", lambda: "an-id")


def test_every_operation_has_a_call_here() -> None:
    assert set(CALLS) == {(service, name) for service in OPERATIONS for name in OPERATIONS[service]}


@pytest.mark.parametrize("account", [None, "123456789012"])
@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_a_call_is_the_same_with_the_whole_data(
    trimmed: Path, service: str, operation: str, account: str | None
) -> None:
    answer = CALLS[service, operation][1]
    sent, parsed = call(trimmed, service, operation, answer, account)
    assert (sent, parsed) == call(WHOLE, service, operation, answer, account)
    assert "AKIA" in sent
    assert set(parsed) > {"ResponseMetadata"} or operation in SILENT


@pytest.mark.parametrize(("service", "operation", "answer"), ERRORS)
def test_an_error_is_the_same_with_the_whole_data(
    trimmed: Path, service: str, operation: str, answer: str
) -> None:
    assert call(trimmed, service, operation, answer) == call(WHOLE, service, operation, answer)


def shapes(operation: OperationModel) -> Iterator[Shape]:
    """Every shape that botocore can come to from an operation."""
    roots = [operation.input_shape, operation.output_shape, *operation.error_shapes]
    pending: list[Any] = [shape for shape in roots if shape is not None]
    seen = set()
    while pending:
        shape = pending.pop()
        if shape.name in seen:
            continue
        seen.add(shape.name)
        yield shape
        pending += getattr(shape, "members", {}).values()
        pending += [
            getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)
        ]


@pytest.mark.parametrize("service", OPERATIONS)
def test_shapes_are_as_botocore_has_them_but_for_their_documentation(
    trimmed: Path, service: str
) -> None:
    model, whole = (
        ServiceModel(loader(data).load_service_model(service, "service-2"), service)
        for data in (trimmed, WHOLE)
    )
    assert model.metadata == whole.metadata
    assert [one.name for one in model.error_shapes] == [one.name for one in whole.error_shapes]
    discovery, of_whole = (one.endpoint_discovery_operation for one in (model, whole))
    assert getattr(discovery, "name", None) == getattr(of_whole, "name", None)
    for name in OPERATIONS[service]:
        found = {shape.name: described(shape) for shape in shapes(model.operation_model(name))}
        assert found == {
            shape.name: described(shape) for shape in shapes(whole.operation_model(name))
        }


def described(shape: Any) -> object:
    names = list(getattr(shape, "members", ()))
    return shape.type_name, shape.serialization, shape.metadata, names


@pytest.mark.parametrize("service", OPERATIONS)
def test_endpoints_are_the_same_in_every_region(trimmed: Path, service: str) -> None:
    of_all, ours = (loader(data).load_data("endpoints") for data in (WHOLE, trimmed))
    assert [one["partition"] for one in ours["partitions"]] == [
        one["partition"] for one in of_all["partitions"]
    ]
    resolver, whole = EndpointResolver(ours), EndpointResolver(of_all)
    regions = {region for one in of_all["partitions"] for region in one["regions"]}
    for region in [*regions, "aws-global", "eu-north-99", "local"]:
        for fips in (False, True):
            asked = {"region_name": region, "use_fips_endpoint": fips}
            found = whole.construct_endpoint(service, **asked)
            assert resolver.construct_endpoint(service, **asked) == found
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} <= regions


def test_nothing_else_is_left_of_a_service(trimmed: Path) -> None:
    left = {path.relative_to(trimmed).parts for path in trimmed.rglob("*") if path.is_file()}
    of_services = {(parts[0], *parts[2:]) for parts in left if len(parts) > 1}
    rules = "endpoint-rule-set-1.json.gz"
    assert of_services == {
        (service, name) for service in OPERATIONS for name in ("service-2.json", rules)
    }
    kept = {path.name for path in WHOLE.glob("*.json")}
    assert {parts[0] for parts in left if len(parts) == 1} == kept


def test_trimming_again_changes_nothing(trimmed: Path, tmp_path: Path) -> None:
    again = tmp_path / "data"
    shutil.copytree(trimmed, again)
    trim(again)
    files = [path.relative_to(trimmed) for path in trimmed.rglob("*") if path.is_file()]
    assert all((again / name).read_bytes() == (trimmed / name).read_bytes() for name in files)


def test_every_operation_that_is_called_is_in_the_table_and_no_other() -> None:
    models = [
        ServiceModel(loader(WHOLE).load_service_model(one, "service-2")) for one in OPERATIONS
    ]
    known = {xform_name(name) for model in models for name in model.operation_names}
    code = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/vending/aws").rglob("*.py")]
    named = {
        node.attr
        for path in code
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert named & known == {
        xform_name(name) for service in OPERATIONS.values() for name in service
    }


def test_an_operation_that_botocore_does_not_have_stops_the_build() -> None:
    model = loader(WHOLE).load_service_model("sts", "service-2")
    with pytest.raises(Missing, match=r"STS has no operation \['LendRole'\]"):
        trimmed_model(model, {"AssumeRole", "LendRole"})


@pytest.mark.parametrize("path", ["sts/*/service-2.json.gz", "iam/*/endpoint-rule-set-1.json.gz"])
def test_a_service_that_botocore_does_not_have_stops_the_build(tmp_path: Path, path: str) -> None:
    for service in OPERATIONS:
        shutil.copytree(WHOLE / service, tmp_path / service)
    shutil.copyfile(WHOLE / "endpoints.json", tmp_path / "endpoints.json")
    for found in tmp_path.glob(path):
        found.unlink()
    with pytest.raises(Missing, match="no model or no endpoint rules"):
        trim(tmp_path)


def test_a_service_without_endpoints_stops_the_build() -> None:
    with pytest.raises(Missing, match=r"no endpoints of \['lending'\]"):
        trimmed_endpoints(loader(WHOLE).load_data("endpoints"), {"lending": "lending"})


def test_members_that_are_called_shape_or_documentation_stay() -> None:
    text = {"type": "string", "documentation": "<p>of a shape</p>"}
    members = {
        "shape": {"shape": "Text", "documentation": "<p>of a member</p>"},
        "documentation": {"shape": "Text"},
    }
    model = {
        "metadata": {"serviceId": "Forms"},
        "operations": {"Draw": {"input": {"shape": "Form"}}, "Erase": {"input": {"shape": "Rest"}}},
        "shapes": {"Form": {"type": "structure", "members": members}, "Text": text, "Rest": text},
    }
    assert trimmed_model(model, {"Draw"}) == {
        "metadata": {"serviceId": "Forms"},
        "operations": {"Draw": {"input": {"shape": "Form"}}},
        "shapes": {
            "Form": {
                "type": "structure",
                "members": {"shape": {"shape": "Text"}, "documentation": {"shape": "Text"}},
            },
            "Text": {"type": "string"},
        },
    }
