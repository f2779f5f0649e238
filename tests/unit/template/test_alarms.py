"""Alarms and the dashboard: each looks at what there is, and says what to do."""

import json
from collections.abc import Iterable
from typing import Any, Final

import pytest

from tests.support.stack.filter_patterns import matches, parsed
from tests.support.stack.policies import ACCOUNT, DEV, PROD, REGION, Stack, configuration, stack
from tests.support.stack.watched import NAMESPACE, Series, actions, fault, of_alarm, of_dashboard

TOPIC: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:operators"
WATCHED: Final = stack(
    **configuration("prod"), CloudTrailLogGroup="trail", AllowedOrigins="https://app.example.com"
)
ALARMS: Final = WATCHED.of_type("AWS::CloudWatch::Alarm")
(DASHBOARD,) = WATCHED.of_type("AWS::CloudWatch::Dashboard").values()
BODY: Final[str] = DASHBOARD["DashboardBody"]
WIDGETS: Final[list[dict[str, Any]]] = json.loads(BODY)["widgets"]

every_alarm = pytest.mark.parametrize("name", ALARMS)


def faults(asked: Iterable[Series]) -> list[str]:
    found = [fault(one, WATCHED.resources) for one in asked]
    assert found
    return [one for one in found if one]


@every_alarm
def test_an_alarm_looks_at_what_the_code_or_aws_makes(name: str) -> None:
    assert faults(of_alarm(ALARMS[name])) == []


def test_the_dashboard_shows_what_the_code_or_aws_makes() -> None:
    assert faults(of_dashboard(BODY)) == []


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("durationMs", "duration"),
        ("stsThrottles", "stsThrottled"),
        ("outcome", "ending"),
        ('"granted"', '"allowed"'),
        ("InternalError", "InternalFault"),
        ('"authentication"', '"authorisation"'),
        (NAMESPACE, "s3vend/another"),
        ("5XXError", "5xxError"),
        ("AWS/Lambda", "AWS/Lambdas"),
        ("FunctionName", "Function"),
        ("ReadThrottleEvents", "ReadThrottles"),
        ('"Table"', '"Tables"'),
        ("AccessFunction", "Access"),
        ("revokedSessionDenials", "revokedSessionsDenied"),
    ],
)
def test_a_name_that_is_wrong_in_an_alarm_or_in_the_dashboard_is_seen(
    there: str, instead: str
) -> None:
    broken: dict[str, Any] = json.loads(json.dumps(ALARMS).replace(there, instead))
    of_alarms = [fault for one in broken.values() for fault in faults(of_alarm(one))]
    assert of_alarms
    if there in BODY.replace('\\"', '"'):
        assert faults(of_dashboard(BODY.replace(there, instead)))


@pytest.mark.parametrize(
    "expression",
    [
        "SEARCH('{\"s3vend/s3vend\",codes} MetricName=\"durationMs\"', 'SampleCount')",
        "SEARCH('{\"s3vend/s3vend\",code} MetricName=\"duration\"', 'SampleCount')",
        "SEARCH('{\"s3vend/s3vend\",code} MetricName=\"stsCalls\"', 'SampleCount')",
    ],
)
def test_a_search_for_what_nobody_makes_is_seen(expression: str) -> None:
    widget = {"properties": {"metrics": [[{"expression": expression}]]}}
    assert faults(of_dashboard(json.dumps({"widgets": [widget]})))


@every_alarm
def test_an_alarm_says_what_it_means_and_where_its_runbook_is(name: str) -> None:
    sentence, _, runbook = ALARMS[name]["AlarmDescription"].partition(" Runbook: ")
    assert name.endswith("Alarm")
    assert runbook == f"docs/operations.md#{name.lower()}"
    assert sentence.endswith(".")
    assert len(sentence) > 60
    assert len(ALARMS[name]["AlarmDescription"]) <= 1024


@every_alarm
def test_an_alarm_tells_when_it_begins_and_ends_and_what_silence_means(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == alarm["OKActions"] == ["AlarmTopic"]
    assert alarm["TreatMissingData"] in ("notBreaching", "breaching")
    assert alarm.get("DatapointsToAlarm", 1) <= alarm["EvaluationPeriods"]
    returned = [one["Id"] for one in alarm.get("Metrics", ()) if one["ReturnData"]]
    assert len(returned) == (1 if "Metrics" in alarm else 0)


def test_only_a_reconciler_that_is_silent_is_a_fault() -> None:
    silent = [name for name, one in ALARMS.items() if one["TreatMissingData"] == "breaching"]
    assert silent == ["ReconcilerAlarm"]
    alarm = ALARMS["ReconcilerAlarm"]
    (schedule,) = {
        one["ScheduleExpression"]
        for one in WATCHED.of_type("AWS::Events::Rule").values()
        if "ScheduleExpression" in one
    }
    assert schedule == f"rate({alarm['Period'] // 60} minutes)"  # else it would miss runs


@every_alarm
def test_no_alarm_counts_a_bad_token_as_an_error(name: str) -> None:
    asked = [one for one in of_alarm(ALARMS[name]) if one.metric == "Errors"]
    assert ("FunctionName", "AuthorizerFunction") not in {
        pair for one in asked for pair in one.dimensions
    }


@pytest.mark.parametrize(
    ("alarm", "metric", "but"),
    [
        ("FunctionErrorsAlarm", "Errors", {"AuthorizerFunction"}),
        ("FunctionThrottlesAlarm", "Throttles", set()),
    ],
)
def test_every_function_is_watched(alarm: str, metric: str, but: set[str]) -> None:
    """A new one is added to the two alarms, and to the dashboard."""
    functions = WATCHED.of_type("AWS::Lambda::Function").keys() - but
    expected = {Series("AWS/Lambda", metric, (("FunctionName", one),)) for one in functions}
    assert set(of_alarm(ALARMS[alarm])) == expected
    shown = {one for one in of_dashboard(BODY) if one.metric == metric}
    assert shown == expected
    assert len(expected) <= 10  # that an alarm takes


def watching(made: Stack) -> set[str]:
    """The resources that only watch the others."""
    kinds = ("AWS::CloudWatch::", "AWS::SNS::", "AWS::Logs::MetricFilter")
    return {name for name, one in made.resources.items() if one["Type"].startswith(kinds)}


def test_development_has_none_of_it_and_production_all_but_what_cloudtrail_tells() -> None:
    assert watching(DEV) == set()
    of_cloudtrail = {"RevokedSessionDenials", "RevokedSessionUsedAlarm"}
    assert watching(WATCHED) - watching(PROD) == of_cloudtrail


@pytest.mark.parametrize(
    ("parameters", "made"),
    [
        ({}, set()),
        ({"Alarms": "true"}, {"AlarmTopic", "AlarmTopicPolicy"}),
        ({"Alarms": "true", "AlarmTopicArn": TOPIC}, set()),
        ({"AlarmTopicArn": TOPIC}, set()),
        ({"CloudTrailLogGroup": "trail"}, {"RevokedSessionDenials"}),
        ({"Dashboard": "true"}, {"OperatorsDashboard"}),
    ],
    ids=str,
)
def test_each_part_is_there_where_it_is_asked_for(
    parameters: dict[str, str], made: set[str]
) -> None:
    there = stack(**parameters)
    assert watching(there) - ALARMS.keys() == made
    assert bool(watching(there) & ALARMS.keys()) is ("Alarms" in parameters)


def test_alarms_go_to_the_operators_own_topic_where_there_is_one() -> None:
    made = stack(Alarms="true", AlarmTopicArn=TOPIC)
    told = {str(one["AlarmActions"]) for one in made.of_type("AWS::CloudWatch::Alarm").values()}
    assert told == {str([TOPIC])}


def test_only_alarms_of_this_account_write_to_the_topic() -> None:
    (policy,) = WATCHED.of_type("AWS::SNS::TopicPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"},
    }


def denied(**changes: Any) -> dict[str, Any]:
    """An event as CloudTrail writes it where S3 denies."""
    role = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AllowedAssumeS3Role/alice-abc-def-ghi"
    return {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "errorCode": "AccessDenied",
        "errorMessage": (
            f'User: {session} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::'
            'bucket/key" with an explicit deny in an identity-based policy'
        ),
        "userIdentity": {
            "type": "AssumedRole",
            "arn": session,
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
        },
    } | changes


def pattern_of(made: Stack) -> str:
    (one,) = made.of_type("AWS::Logs::MetricFilter").values()
    assert one["LogGroupName"] == "trail"
    assert len(one["FilterPattern"]) <= 1024
    return str(one["FilterPattern"])


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, True),
        ({"eventName": "PutObject"}, True),
        ({"errorMessage": "… because no session policy allows the s3:GetObject action"}, False),
        ({"errorMessage": "… with an explicit deny in a resource-based policy"}, False),
        ({"errorCode": "NoSuchKey"}, False),
        ({"eventSource": "kms.amazonaws.com"}, False),
        ({"userIdentity": {"sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/Another"}}}}, False),
        ({"userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User"}}, False),
    ],
)  # fmt: skip
def test_what_s3_denies_a_revoked_session_is_counted_and_no_other_denial(
    changes: dict[str, Any], counted: bool
) -> None:
    assert matches(pattern_of(WATCHED), json.dumps(denied(**changes))) is counted


SAID = "with an explicit deny in an identity-based policy"
ARN = "arn:aws:s3:::bucket/"
UNREVOKED = [
    # Keys, user agents and ids that callers choose, where a session policy denies, or nobody:
    ("a key with the words", f"{SAID}"),
    ("a key with the words at its end", f"x/{SAID}"),
    ("a key that closes its quotes", f'x" {SAID}'),
    ("a key that closes its quotes, with more after", f'x" {SAID} because'),
    ("a key of a whole message", f'User: x is not authorized to perform: s3:GetObject on resource: "{ARN}" {SAID}'),
    ("a key with a line feed", f'x"\n{SAID}'),
    ("a key of stars", "*" * 40),
]  # fmt: skip


@pytest.mark.invariant(16)
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
@pytest.mark.parametrize("key", [key for _, key in UNREVOKED], ids=[name for name, _ in UNREVOKED])
@pytest.mark.parametrize(
    "reason",
    [
        "because no session policy allows the {action} action",
        "because no identity-based policy allows the {action} action",
        "with an explicit deny in a resource-based policy",
        "with an explicit deny in a permissions boundary",  # a bucket that is never lent
        "with an explicit deny in a service control policy",
        "",  # as S3 says it of a bucket in another organisation
    ],
)
def test_no_name_of_a_key_rings_the_alarm(action: str, key: str, reason: str) -> None:
    session = denied()["userIdentity"]["arn"]
    message = f'User: {session} is not authorized to perform: {action} on resource: "{ARN}{key}" '
    made = denied(
        errorMessage=(message + reason.format(action=action)).rstrip(),
        userAgent=f"[{SAID}]",
        requestID=SAID,
        requestParameters={"bucketName": "bucket", "key": key},
    )
    assert not matches(pattern_of(WATCHED), json.dumps(made))
    revoked = made | {"errorMessage": message + SAID}
    assert matches(pattern_of(WATCHED), json.dumps(revoked))


@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    "changes",
    [
        {"userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::999999999999:role/AllowedAssumeS3Role"}}}},
        {"userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/x/AllowedAssumeS3Role"}}}},
        {"userIdentity": {"type": "AWSAccount", "accountId": SAID}},
        {"errorCode": None, "errorMessage": None},
        {"errorCode": f"NoSuchKey {SAID}"},
        {"errorMessage": {"text": SAID}},
    ],
)  # fmt: skip
def test_no_other_identity_rings_the_alarm(changes: dict[str, Any]) -> None:
    assert not matches(pattern_of(WATCHED), json.dumps(denied(**changes)))


@pytest.mark.invariant(16)
def test_every_pattern_of_the_template_compares_whole_values() -> None:
    """With one exception, in which what callers choose can never be the end."""
    patterns = [
        one["FilterPattern"]
        for made in (WATCHED, PROD, stack(AuditTrail="true", CloudTrailLogGroup="trail"))
        for kind in ("AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter")
        for one in made.of_type(kind).values()
    ]
    wild = {
        (".".join(one.path), one.wanted)
        for pattern in patterns
        for one in parsed(pattern).comparisons()
        if "*" in one.wanted
    }
    assert wild == {("errorMessage", f"* {SAID}")}
    assert all(not one.negated for pattern in patterns for one in parsed(pattern).comparisons())


@pytest.mark.invariant(16)
def test_only_an_audit_record_is_carried_to_the_trail() -> None:
    (pattern,) = {
        one["FilterPattern"]
        for one in stack(AuditTrail="true").of_type("AWS::Logs::SubscriptionFilter").values()
    }
    assert matches(pattern, '{"record": "audit", "targets": ["x"]}')
    for line in (
        '{"level": "ERROR", "message": "record = audit"}',
        '{"targets": [{"record": "audit"}]}',
        '{"record": {"record": "audit"}}',
        '{"record": "audit2"}',
        'START RequestId: {"record": "audit"}',
    ):
        assert not matches(pattern, line)


def test_widgets_lie_beside_each_other_and_say_what_they_show() -> None:
    places = [(one["x"], one["y"]) for one in WIDGETS]
    assert len(set(places)) == len(places)
    assert {(one["width"], one["height"]) for one in WIDGETS} == {(8, 6)}
    assert {one["x"] for one in WIDGETS} == {0, 8, 16}
    titles = [one["properties"]["title"] for one in WIDGETS]
    assert len(set(titles)) == len(titles)
    for one in WIDGETS:
        assert one["properties"]["region"] == REGION
        assert all(row[-1].get("label") is not None for row in one["properties"]["metrics"])


def test_the_dashboard_has_a_name_of_its_own_in_each_region() -> None:
    assert DASHBOARD["DashboardName"] == f"s3vend-{REGION}"


def test_actions_are_found_in_the_functions() -> None:
    assert actions() >= {
        *("credentials", "presigned-urls", "multipart-uploads", "multipart-uploads/parts"),
        *("authentication", "explanations", "changes"),
        *("revocation", "lift", "reconciliation"),
    }
