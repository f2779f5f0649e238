"""The line of a record contains its metrics: which ones CloudWatch reads from it."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.make import NOW, ROLE_ARN
from tests.support.stack import embedded
from tests.support.stack.embedded import Sample, faults, samples
from vending.audit import metrics
from vending.audit.meter import Meter
from vending.audit.metrics import METRICS
from vending.audit.record import as_json, audit_record
from vending.aws.api import responses
from vending.aws.services import client as services_client
from vending.aws.services import deadline, s3, sts
from vending.aws.services import issuers as services_issuers
from vending.aws.services.measuring import METER
from vending.aws.table import counters, grants, issuers, uploads
from vending.errors import AccessDenied, TokenRefused, Unavailable

ROOT = Path(__file__).parents[3]
SPACE = "s3vend/a-stack"


def line(action: str, fails: Exception | None = None, **members: object) -> str:
    """Return the line of a request that notes these members."""
    lines: list[str] = []
    times = iter((0.0, 0.0042))

    def ends() -> None:
        with audit_record(
            lines.append,
            action,
            ids={"requestId": "r"},
            vend_id="v",
            time=NOW,
            meter=Meter(lambda: next(times)),
            namespace=SPACE,
        ) as record:
            record.add(members)
            if fails:
                raise fails

    if fails:
        with pytest.raises(type(fails)):
            ends()
    else:
        ends()
    (one,) = lines
    assert "\n" not in one
    return one


def requests(text: str) -> set[str]:
    """Return the series that count this request."""
    found = [one for one in samples(text) if one.metric == "durationMs"]
    assert {one.value for one in found} == {4.2}
    assert {(one.namespace, one.unit) for one in found} == {(SPACE, "Milliseconds")}
    return {" ".join(f"{name}={value}" for name, value in one.dimensions) for one in found}


@pytest.mark.parametrize(
    ("action", "fails", "series"),
    [
        ("credentials", None, {"action=credentials outcome=granted", "outcome=granted"}),
        ("credentials", AccessDenied("no", reason="NoGrant"), {"action=credentials outcome=refused", "outcome=refused", "code=AccessDenied"}),
        ("presigned-urls", Unavailable("Throttling"), {"action=presigned-urls outcome=failed", "outcome=failed", "code=Unavailable"}),
        ("presigned-urls", ZeroDivisionError("a"), {"action=presigned-urls outcome=failed", "outcome=failed", "code=InternalError"}),
        ("authentication", TokenRefused("Expired"), {"action=authentication outcome=refused", "action=authentication reason=Expired"}),
        ("explanations", None, {"action=explanations outcome=granted"}),
    ],
)  # fmt: skip
def test_a_request_is_counted_by_how_it_ended(
    action: str, fails: Exception | None, series: set[str]
) -> None:
    assert requests(line(action, fails)) == series


def test_a_refusal_that_was_only_explained_is_no_refusal() -> None:
    text = line("explanations", outcome="refused", code="AccessDenied", reason="NoGrant")
    assert requests(text) == {"action=explanations outcome=refused"}


def test_an_authorizer_that_could_not_say_is_no_series_for_each_cause() -> None:
    text = line("authentication", Unavailable("IssuerUnreachable: TimeoutError"))
    assert requests(text) == {
        "action=authentication outcome=failed",
        "action=authentication code=Unavailable",
    }


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_taken_from_a_line_that_keeps_to_the_format(name: str) -> None:
    text = line("presigned-urls", None, **{} if name == "durationMs" else {name: 7})
    assert faults(text) == []
    found = [one for one in samples(text) if one.metric == name]
    assert found
    assert {one.unit for one in found} == {METRICS[name].unit}
    assert {one.value for one in found} == {4.2 if name == "durationMs" else 7}


def test_what_did_not_happen_is_no_metric() -> None:
    assert {one.metric for one in samples(line("credentials"))} == {"durationMs"}


def test_phases_are_told_apart_by_action_and_totals_by_nothing() -> None:
    text = line("credentials", stsMs=12.5, stsCalls=2)
    assert Sample(SPACE, "stsMs", "Milliseconds", (("action", "credentials"),), 12.5) in samples(
        text
    )
    assert [one.dimensions for one in samples(text) if one.metric == "stsCalls"] == [()]


def test_the_time_is_the_requests_in_milliseconds() -> None:
    assert json.loads(line("credentials"))["_aws"]["Timestamp"] == NOW.timestamp() * 1000


@pytest.mark.invariant(10)
def test_what_a_caller_chooses_is_no_metric_and_no_dimension() -> None:
    evil = '","_aws":{"CloudWatchMetrics":[]},"outcome":"granted"}\n{"_aws":1}'
    text = line("credentials", AccessDenied("no"), targets=[evil], _caller=evil)
    assert faults(text) == []
    assert requests(text) == requests(line("credentials", AccessDenied("no")))


@pytest.mark.invariant(10)
def test_dimensions_are_few_words_of_ours() -> None:
    sets = [one for metric in METRICS.values() for one in metric.sets or ()]
    sets += [*metrics.BY_CODE, *(one for some in metrics.APART.values() for one in some)]
    assert {name for one in sets for name in one} == {"action", "outcome", "code", "reason"}
    with_reasons = [one for one in sets if "reason" in one]
    assert set(with_reasons) == {("action", "reason")}
    assert [ending for ending, some in metrics.APART.items() if with_reasons[0] in some] == [
        ("authentication", "refused"),
        ("share-open", "refused"),  # of links that there are not
    ]


@pytest.mark.invariant(10)
def test_why_a_token_is_refused_is_a_word_that_stands_in_the_code() -> None:
    """Otherwise anybody who sends tokens could create any number of series."""
    found, more = [], []
    for path in sorted((ROOT / "layers/vending").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "TokenRefused":
                found.append(node.args[0])
                more += [path.stem] if node.args[1:] else []
    assert len(found) > 20
    assert all(isinstance(one, ast.Constant) and str(one.value).isalpha() for one in found)
    assert more == ["issuer_keys"], "a trusted issuer's answer, which nobody with a token chooses"


def test_a_line_of_the_longest_request_is_short_enough() -> None:
    targets = [f"s3://bucket/{'é' * 500}{number}" for number in range(20)]
    members: dict[str, Any] = dict.fromkeys(METRICS, 7) | {"targets": targets}
    del members["durationMs"]
    assert faults(line("presigned-urls", AccessDenied("no"), **members)) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (lambda members: members.pop("durationMs"), "durationMs is no number"),
        (lambda members: members.update(durationMs="4"), "durationMs is no number"),
        (lambda members: members.update(durationMs=True), "durationMs is no number"),
        (lambda members: members.update(outcome=""), "outcome is no text"),
        (lambda members: members.update(outcome="é"), "outcome is not ASCII"),
        (lambda members: members.pop("action"), "action is no text"),
        (lambda members: members["_aws"].pop("Timestamp"), "'Timestamp' is a required"),
        (lambda members: members["_aws"].update(Timestamp=1.5), "is not of type 'integer'"),
        (lambda members: members["_aws"].update(more=1), "Additional properties"),
        (lambda members: members["_aws"]["CloudWatchMetrics"][0].update(Namespace="AWS/x"), "does not match"),
        (lambda members: members["_aws"]["CloudWatchMetrics"][0]["Metrics"][0].update(Unit="ms"), "is not one of"),
        (lambda members: members["_aws"]["CloudWatchMetrics"].append(members["_aws"]["CloudWatchMetrics"][0]), "twice"),
    ],
)  # fmt: skip
def test_the_check_of_the_format_sees(broken: Any, fault: str) -> None:
    members = json.loads(line("credentials"))
    broken(members)
    assert fault in " ".join(faults(json.dumps(members)))


def test_the_units_are_cloudwatchs() -> None:
    units = embedded.SCHEMA["properties"]["_aws"]["properties"]["CloudWatchMetrics"]["items"]  # type: ignore[index]
    listed = units["properties"]["Metrics"]["items"]["properties"]["Unit"]["enum"]
    assert set(listed) <= embedded.units_of_cloudwatch()


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(),
            lambda some: st.lists(some) | st.dictionaries(st.text(), some),
            max_leaves=5,
        ),
    )
)
@example({"a": "\x7f", "b": "é\u2028", "c": "\ud800", "d": 2**70, "e": "\x00\n"})
def test_a_line_in_a_tenth_of_the_time_says_the_same_in_ascii(members: dict[str, Any]) -> None:
    text = responses.line(members)
    assert json.loads(text) == json.loads(as_json(members))
    assert text.isascii()
    assert text.isprintable()


def test_texts_are_written_as_the_standard_encoder_writes_them() -> None:
    """Queries find records by the text of their lines."""
    members = {"a": "".join(map(chr, range(0x180))), "b": "/<>&'\"\\", "c": True, "d": 1.5, "e": []}
    for name, value in members.items():
        assert responses.line({name: value}) == as_json({name: value})


@pytest.mark.parametrize(
    ("call", "phase"),
    [
        (grants.load, "grants"),
        (issuers.issuers, "issuers"),
        (uploads.save_upload, "table"),
        (uploads.load_upload, "table"),
        (counters.add, "rate"),
        (sts.assume_role, "sts"),
        (s3.start_upload, "s3"),
        (s3.abort_upload, "s3"),
        (services_issuers.fetch, "keys"),
    ],
)
def test_a_call_of_the_edge_is_of_its_phase_whatever_comes_of_it(
    call: Callable[..., object], phase: str
) -> None:
    METER.begin()
    with pytest.raises(TypeError):
        call()
    assert METER.taken.keys() == {phase}


def test_a_call_to_sts_for_which_no_time_was_left_is_not_counted() -> None:
    METER.begin()
    client = services_client.client("sts", "ap-northeast-1", "http://127.0.0.1:1")
    with deadline.lasting(0), pytest.raises(Unavailable, match="cannot complete this request"):
        client.assume_role_with_web_identity(
            RoleArn=ROLE_ARN, RoleSessionName="nobody", WebIdentityToken="a-token"
        )
    assert METER.counted == {}
