"""Settings come from the environment as the template sets it; records go to stdout, line by line."""

import json
import re
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from vending.audit.record import Record
from vending.aws.environment.runtime import Settings, new_id, now, request_record, step_record
from vending.errors import AccessDenied, Unavailable
from vending.grants.rate_limit import RateLimit

ENVIRONMENT = {
    "AWS_REGION": "ap-northeast-1",
    "TABLE_NAME": "s3vend",
    "ROLE_ARN": "arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
    "GRANTS_CACHE_SECONDS": "10",
    "S3_ENDPOINT": "",
    "STS_ENDPOINT": "",
    "ALLOW_LOCAL_ISSUERS": "false",
    "RATE_LIMIT_REQUESTS": "0",
    "RATE_LIMIT_URLS": "0",
    "RATE_LIMIT_FAILURE": "refuse",
    "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
    "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
    "METRICS_NAMESPACE": "s3vend/s3vend",
    "SHARING": "false",
}
SETTINGS = Settings(
    region="ap-northeast-1",
    table="s3vend",
    role_arn="arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
    grants_cache_seconds=10,
    s3_endpoint="",
    sts_endpoint="",
    allow_local_issuers=False,
    assumable_roles_parameter="/s3vend/s3vend/assumable-role-arns",
    never_lent_parameter="/s3vend/s3vend/never-lent-buckets",
    rate_limit=RateLimit(),
    vends_uncounted=False,
    metrics_namespace="s3vend/s3vend",
    sharing=False,
)


def test_settings_are_read_from_the_environment_and_nothing_else_is() -> None:
    assert Settings.read(ENVIRONMENT | {"AWS_SECRET_ACCESS_KEY": "unread"}) == SETTINGS


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_variable_that_is_missing_is_named(name: str) -> None:
    environment = {one: value for one, value in ENVIRONMENT.items() if one != name}
    with pytest.raises(KeyError, match=f"^'{name}'$"):
        Settings.read(environment)


@pytest.mark.parametrize("name", ["GRANTS_CACHE_SECONDS", "RATE_LIMIT_REQUESTS", "RATE_LIMIT_URLS"])
@pytest.mark.parametrize("value", ["", "ten", "1.5", "10s"])
def test_a_number_that_is_none_ends_the_start(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="invalid literal for int"):
        Settings.read(ENVIRONMENT | {name: value})


def test_a_limit_of_zero_is_no_limit_and_any_other_is_taken() -> None:
    assert not Settings.read(ENVIRONMENT).rate_limit
    environment = ENVIRONMENT | {"RATE_LIMIT_REQUESTS": "60", "RATE_LIMIT_URLS": "9000"}
    assert Settings.read(environment).rate_limit == RateLimit(requests=60, urls=9000)


@pytest.mark.parametrize(
    ("value", "allowed"),
    [("true", True), ("false", False), ("True", False), ("1", False), ("yes", False), ("", False)],
)
def test_only_true_allows_issuers_on_this_machine(value: str, allowed: bool) -> None:
    environment = ENVIRONMENT | {"ALLOW_LOCAL_ISSUERS": value}
    assert Settings.read(environment).allow_local_issuers is allowed


@pytest.mark.parametrize(
    ("value", "uncounted"),
    [("allow", True), ("refuse", False), ("Allow", False), ("true", False), ("", False)],
)
def test_only_allow_vends_what_cannot_be_counted(value: str, uncounted: bool) -> None:
    environment = ENVIRONMENT | {"RATE_LIMIT_FAILURE": value}
    assert Settings.read(environment).vends_uncounted is uncounted


def test_the_time_is_in_utc_and_an_id_is_never_the_same() -> None:
    assert now().tzinfo is UTC
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[a-z2-7]{16}", one) for one in ids)


REQUEST = partial(request_record, "s3vend/s3vend", "credentials", {"requestId": "request-1"})
STEP = partial(step_record, "change", {"requestId": "request-1"})


def emitted(
    record: AbstractContextManager[Record],
    capsys: pytest.CaptureFixture[str],
    fails: Exception | None,
) -> list[dict[str, object]]:
    """The lines that a block leaves on stdout."""
    with suppress(AccessDenied, Unavailable, ZeroDivisionError), record as open_record:
        open_record.note(detail="two\nlines, ünd more")
        assert capsys.readouterr().out == ""
        if fails:
            raise fails
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.endswith("\n") or not out
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("make", [REQUEST, STEP], ids=["a request", "a step"])
@pytest.mark.parametrize(
    ("fails", "members"),
    [
        (None, {"outcome": "granted"}),
        (AccessDenied("No."), {"outcome": "refused", "code": "AccessDenied"}),
        (Unavailable("Later."), {"outcome": "failed", "code": "Unavailable"}),
        (ZeroDivisionError(), {"outcome": "failed", "code": "InternalError"}),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_record_is_one_line_however_the_block_ends(
    make: partial[AbstractContextManager[Record]],
    fails: Exception | None,
    members: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    [line] = emitted(make(), capsys, fails)
    assert line.items() >= {"requestId": "request-1", "detail": "two\nlines, ünd more"}.items()
    assert line.items() >= members.items()
    assert re.fullmatch("[a-z2-7]{16}", str(line["vendId"]))


@pytest.mark.parametrize(
    ("fails", "lines"), [(None, 0), (AccessDenied("No."), 1), (Unavailable("Later."), 1)]
)
def test_a_record_of_failures_only_leaves_no_line_where_all_is_well(
    fails: Exception | None, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(emitted(REQUEST(failures_only=True), capsys, fails)) == lines


def test_only_the_record_of_a_request_has_durations_and_metrics(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [request] = emitted(REQUEST(), capsys, None)
    [step] = emitted(STEP(), capsys, None)
    assert request["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "s3vend/s3vend"  # type: ignore[index]
    assert "durationMs" in request
    assert not step.keys() & {"_aws", "durationMs"}
