"""`doctor --provenance`, against a server that answers as CloudFormation and Lambda do."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import Ended, typed

ACCOUNT = "arn:aws:lambda:eu-central-1:123456789012"
LAYER = f"{ACCOUNT}:layer:s3vend-vending:3"
OTHER = f"{ACCOUNT}:layer:elsewhere:1"
ARCHIVE = "s3vend-stack-0.1.0-{}.zip!/{}.zip"


def sha256(text: str) -> "hashlib._Hash":
    return hashlib.sha256(text.encode())


def coded(text: str) -> str:
    """A hash as Lambda answers it."""
    return base64.b64encode(sha256(text).digest()).decode()


STATEMENT: "dict[str, Any]" = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [
        {
            "name": ARCHIVE.format(one, part),
            "digest": {"sha256": sha256(f"{part}{one}").hexdigest()},
        }
        for one in ("arm64", "x86_64")
        for part in ("functions", "layer")
    ],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {
            "internalParameters": {"version": "0.1.0"},
            "resolvedDependencies": [{"uri": "git+https://x", "digest": {"gitCommit": "c" * 40}}],
        }
    },
}
CONFIGURATION: "dict[str, object]" = {
    "FunctionArn": f"{ACCOUNT}:function:s3vend-Credentials:7",
    "Architectures": ["arm64"],
    "CodeSha256": coded("functionsarm64"),
    "Handler": "credentials.handler",
    "Layers": [{"Arn": LAYER}],
    "Environment": {"Variables": {"TABLE_NAME": "t"}},
}


def resources(page: int) -> bytes:
    """Two pages: what is no function, and one function."""
    kinds = {1: ("Table", "AWS::DynamoDB::Table"), 2: ("Credentials", "AWS::Lambda::Function")}
    name, kind = kinds[page]
    more = "<NextToken>2</NextToken>" if page == 1 else ""
    return (
        '<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
        "<ListStackResourcesResult><StackResourceSummaries><member>"
        f"<LogicalResourceId>{name}</LogicalResourceId><ResourceType>{kind}</ResourceType>"
        f"<PhysicalResourceId>s3vend-{name}</PhysicalResourceId></member></StackResourceSummaries>"
        f"{more}</ListStackResourcesResult></ListStackResourcesResponse>"
    ).encode()


def denied(status: int, code: str) -> Reply:
    return status, {"x-amzn-errortype": code}, {"message": "no"}


def aws(
    changed: "Mapping[str, object]" = {},  # noqa: B006 - it is not changed
    *,
    weights: "Mapping[str, float]" = {},  # noqa: B006
    answers: "Mapping[str, Reply]" = {},  # noqa: B006
) -> Callable[[Asked], Reply]:
    layers = {LAYER: coded("layerarm64"), OTHER: coded("something else")}

    def reply(asked: Asked) -> Reply:
        path = unquote(urlsplit(asked.path).path)
        query = parse_qs(urlsplit(asked.path).query)
        for part, answer in answers.items():
            if part in path or part in asked.body.decode():
                return answer
        if asked.method == "POST":
            return 200, {}, resources(2 if b"NextToken=2" in asked.body else 1)
        if path.endswith("/aliases/live"):
            routing = {"AdditionalVersionWeights": weights} if weights else {}
            return 200, {}, {"FunctionVersion": "7", "RoutingConfig": routing}
        if path.endswith("/configuration"):
            other = {**CONFIGURATION, **changed}
            mine = CONFIGURATION if query["Qualifier"] == ["7"] else other
            return 200, {}, mine if weights else other
        [arn] = query["Arn"]
        return 200, {}, {"LayerVersionArn": arn, "Content": {"CodeSha256": layers[arn]}}

    return reply


@pytest.fixture
def compare(alone: pytest.MonkeyPatch, tmp_path: Path, serve: Serve) -> "Callable[..., Ended]":
    """`s3vend doctor --provenance`, against a stack that answers like this."""
    alone.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    alone.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    alone.setenv("AWS_REGION", "eu-central-1")
    alone.setenv("AWS_MAX_ATTEMPTS", "1")
    path = tmp_path / "s3vend-0.1.0.intoto.json"
    path.write_text(json.dumps(STATEMENT))

    def run(reply: "Callable[[Asked], Reply]", *words: str) -> Ended:
        alone.setenv("AWS_ENDPOINT_URL", serve(reply).url)
        return typed("doctor", "--provenance", str(path), *words)

    return run


def test_a_stack_that_runs_the_release_is_ok(compare: "Callable[..., Ended]") -> None:
    ended = compare(aws(), "-o", "json")
    assert ended.code == 0, ended
    assert ended.json["checks"] == [
        {
            "level": "ok",
            "check": "release",
            "detail": "0.1.0, of commit cccccccccccc; this command does not check the file's signature",
        },
        {
            "level": "ok",
            "check": "Credentials",
            "detail": "version 7 runs the code and the layer of the release",
        },
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"CodeSha256": coded("tampered")}, f"runs other code (sha256 {sha256('tampered').hexdigest()})"),
        ({"CodeSha256": coded("functionsx86_64")}, "runs other code"),
        ({"Architectures": ["x86_64"]}, "has another layer"),
        ({"Layers": [{"Arn": OTHER}]}, f"has another layer, {OTHER}"),
        ({"Layers": [{"Arn": LAYER}, {"Arn": OTHER}]}, f"has another layer, {OTHER}"),
        ({"Layers": []}, "has no layer"),
        ({"Environment": {"Variables": {"PYTHONPATH": "/x"}}}, "environment variable PYTHONPATH"),
        ({"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/x"}}}, "AWS_LAMBDA_EXEC_WRAPPER"),
        ({"Environment": {"Variables": {"LD_PRELOAD": "/x"}}}, "LD_PRELOAD"),
        ({"Environment": {"Variables": {"BASH_ENV": "$(id)"}}}, "BASH_ENV"),
        ({"Environment": {"Variables": {"SHELLOPTS": "xtrace", "PS4": "$(id)"}}}, "PS4"),
        ({"Handler": "cProfile.run"}, "starts at cProfile.run"),
        ({"Handler": "credentials.handler.x"}, "starts at credentials.handler.x"),
        ({"FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/x"}]}, "mounts a file system"),
    ],
    ids=["code", "code of the other processor", "processor", "layer", "one layer more", "no layer", "path", "wrapper", "linker", "shell", "trace of the shell", "another handler", "a longer handler", "file system"],
)  # fmt: skip
def test_whatever_else_runs_is_found_and_said(
    changed: "dict[str, object]", sentence: str, compare: "Callable[..., Ended]"
) -> None:
    ended = compare(aws(changed))
    assert ended.code == 1
    assert sentence in " ".join(ended.out.split())
    assert "deploying the release again restores it" in " ".join(ended.out.split())


def test_a_second_version_behind_the_alias_is_compared_too(
    compare: "Callable[..., Ended]",
) -> None:
    ended = compare(aws({"CodeSha256": coded("tampered")}, weights={"8": 0.01}))
    assert ended.code == 1
    assert "version 7 runs the code and the layer" in ended.out
    assert "version 8 runs other code" in ended.out


@pytest.mark.parametrize(
    ("part", "answer", "sentence", "code"),
    [
        ("aliases", denied(403, "AccessDeniedException"), "lambda:GetAlias on s3vend-Credentials", 1),
        ("configuration", denied(403, "AccessDeniedException"), "lambda:GetFunctionConfiguration on", 1),
        ("layers", denied(403, "AccessDeniedException"), f"lambda:GetLayerVersion on {LAYER}", 1),
        ("configuration", (200, {}, CONFIGURATION | {"Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}}), "needs kms:Decrypt on the key of the stack", 1),
        ("aliases", denied(404, "ResourceNotFoundException"), "lambda:GetAlias: no", 2),
        ("aliases", denied(403, "ExpiredTokenException"), "ExpiredTokenException", 3),
        ("ListStackResources", (403, {}, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"), "cloudformation:ListStackResources on s3vend", 1),
        ("ListStackResources", (400, {}, b"<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id s3vend does not exist</Message></Error></ErrorResponse>"), "Stack with id s3vend does not exist in eu-central-1; name the stack with --stack", 2),
    ],
)  # fmt: skip
def test_a_permission_that_is_missing_is_named_and_nothing_is_called_good(
    part: str, answer: Reply, sentence: str, code: int, compare: "Callable[..., Ended]"
) -> None:
    ended = compare(aws(answers={part: answer}))
    assert ended.code == code
    assert sentence in " ".join(ended.err.split())
    assert "Credentials: " not in ended.out


def test_a_stack_without_functions_is_not_called_good(compare: "Callable[..., Ended]") -> None:
    nothing: Reply = (200, {}, resources(1).replace(b"<NextToken>2</NextToken>", b""))
    assert compare(aws(answers={"ListStackResources": nothing})).code == 1


def test_the_stack_and_the_region_are_those_that_are_named(
    compare: "Callable[..., Ended]", alone: pytest.MonkeyPatch
) -> None:
    asked: list[Asked] = []

    def heard(one: Asked) -> Reply:
        asked.append(one)
        return aws()(one)

    assert compare(heard, "--stack", "other", "--region", "us-east-1").code == 0
    assert b"StackName=other" in asked[0].body
    assert all("/us-east-1/" in one.headers["authorization"] for one in asked)
    alone.setenv("AWS_DEFAULT_REGION", "us-west-2")
    asked.clear()
    assert compare(heard).code == 0
    assert all("/eu-central-1/" in one.headers["authorization"] for one in asked)
    alone.delenv("AWS_DEFAULT_REGION")
    alone.delenv("AWS_REGION")
    assert "--region" in compare(heard).err


@pytest.mark.parametrize("region", ["tokyo", "eu central 1", "-"])
def test_a_region_that_aws_does_not_have_is_named(
    region: str, compare: "Callable[..., Ended]"
) -> None:
    ended = compare(aws(), "--region", region)
    assert (ended.code, ended.out) == (2, "")
    assert f"AWS has no region {region!r}; name the stack's" in " ".join(ended.err.split())


def test_without_aws_credentials_it_says_so(
    compare: "Callable[..., Ended]", alone: pytest.MonkeyPatch
) -> None:
    alone.delenv("AWS_ACCESS_KEY_ID")
    assert (compare(aws()).code, "--aws-profile" in compare(aws()).err) == (3, True)
    ended = compare(aws(), "--aws-profile", "nobody")
    assert (ended.code, "nobody" in ended.err) == (2, True)


def test_half_of_an_access_key_is_no_credential(
    compare: "Callable[..., Ended]", alone: pytest.MonkeyPatch
) -> None:
    alone.delenv("AWS_SECRET_ACCESS_KEY")
    ended = compare(aws())
    assert ended.code == 3
    assert "missing: AWS_SECRET_ACCESS_KEY; name a profile with --aws-profile" in " ".join(
        ended.err.split()
    )


def test_an_aws_that_does_not_answer_is_not_reachable(
    compare: "Callable[..., Ended]", alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compare(aws())
    alone.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    path = str(tmp_path / "s3vend-0.1.0.intoto.json")
    assert typed("doctor", "--provenance", path).code == 4


def without(*names: str) -> "dict[str, Any]":
    return {name: value for name, value in STATEMENT.items() if name not in names}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "not json",
        "\udcff",
        json.dumps(without("_type")),
        json.dumps(without("subject")),
        json.dumps(without("predicate")),
        json.dumps(STATEMENT | {"predicateType": "https://slsa.dev/provenance/v0.2"}),
        json.dumps(STATEMENT | {"subject": STATEMENT["subject"][1:]}),
        json.dumps(STATEMENT | {"subject": [{"name": "a"}]}),
        json.dumps(STATEMENT).replace(sha256("layerarm64").hexdigest(), "SHA"),
    ],
)
def test_a_file_that_is_no_provenance_is_refused(
    text: str, alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "statement.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    ended = typed("doctor", "--provenance", str(path))
    assert (ended.code, "is not the provenance of a release" in ended.err) == (2, True)
    assert "Expecting value" not in ended.err


def test_a_provenance_that_is_not_there_is_named_before_anything_is_asked(
    alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = typed("doctor", "--provenance", str(tmp_path / "none.json"))
    words = " ".join(ended.err.split())
    assert words.endswith("none.json cannot be read: No such file or directory")
    assert ended.code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--stack", "s3vend"),
        ("s3://b/k", "--provenance", "x"),
        ("--origin", "https://a.example", "--provenance", "x"),
    ],
)
def test_what_does_not_go_together_is_refused(words: "tuple[str, ...]") -> None:
    assert typed("doctor", *words).code == 2
