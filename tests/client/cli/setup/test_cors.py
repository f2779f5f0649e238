"""`doctor --origin`: whether pages can use the service and the bucket, and what to change."""

import itertools
from collections.abc import Callable

import pytest

from tests.client.cli.setup.test_doctor import WELL, levels, service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering, problem, typed

APP = "https://app.example.com"
SHARED = {"Access-Control-Allow-Origin": APP}
LEAVE = {
    **SHARED,
    "Access-Control-Allow-Methods": "GET,POST",
    "Access-Control-Allow-Headers": "authorization,content-type",
}
ALL = {
    **SHARED,
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE",
    "Access-Control-Expose-Headers": "ETag, x-amz-request-id",
}

Rule = Callable[[str, str], "dict[str, str] | None"]

pytestmark = pytest.mark.usefixtures("nobody")


def whole(_: str, sent: str) -> "dict[str, str] | None":
    return ALL | {"Access-Control-Allow-Headers": sent}


def only(*methods: str) -> Rule:
    def rule(method: str, sent: str) -> "dict[str, str] | None":
        return whole(method, sent) if method in methods else None

    return rule


def without_headers(method: str, sent: str) -> "dict[str, str] | None":
    return None if sent else whole(method, sent)


def without_etag(method: str, sent: str) -> "dict[str, str] | None":
    return {**(whole(method, sent) or {}), "Access-Control-Expose-Headers": "x-amz-request-id"}


def bucket(at: Serve, rule: Rule, granted: "tuple[str, ...]" = ("GET", "PUT")) -> None:
    """A service with a bucket at the same address, which has this rule."""
    here: list[str] = []

    def presigned(asked: Asked) -> Reply:
        method = asked.json["requests"][0]["method"]  # type: ignore[index]
        if method not in granted:
            return problem(403, "AccessDenied")
        url = {"method": method, "url": f"{here[0]}/b/k?X-Amz-Signature=s"}
        end = {
            "headers": {"Content-Type": "text/csv", "Host": "h"},
            "expiresAt": "2099-01-01T00:00:00Z",
        }
        return 200, {}, {"urls": [url | end]}

    def preflight(asked: Asked) -> Reply:
        assert "?" not in asked.path
        assert "authorization" not in asked.headers
        sent = asked.headers.get("access-control-request-headers", "")
        assert sent == ",".join(sorted(sent.split(",")))
        found = rule(asked.headers["access-control-request-method"], sent)
        return (403, {}, b"") if found is None else (200, found, b"")

    def explained(asked: Asked) -> Reply:
        return 200, {}, {"decision": "granted", "reason": "Granted"}

    answers: dict[str, object] = {
        "POST /presigned-urls": presigned,
        "POST /explanations": explained,
        "OPTIONS /b/k": preflight,
        **api(LEAVE, SHARED, SHARED),
    }
    here.append(at(answering(service(answers))).url)


def api(
    leave: "dict[str, str] | None", answers: "dict[str, str]", refusals: "dict[str, str]"
) -> "dict[str, object]":
    def preflight(asked: Asked) -> Reply:
        assert asked.headers["access-control-request-headers"] == "authorization,content-type"
        assert "authorization" not in asked.headers
        return (403, {}, b"") if leave is None else (204, leave, b"")

    def known(asked: Asked) -> Reply:
        if "authorization" not in asked.headers:
            return 401, refusals, {"code": "NotAuthenticated", "detail": "No."}
        shared = answers if asked.headers.get("origin") == APP else {}
        return 200, shared, WELL

    return {
        "OPTIONS /grants": preflight,
        "OPTIONS /presigned-urls": preflight,
        "GET /identity": known,
    }


def lines(out: str, check: str) -> "list[str]":
    return [f"{line}\n{after}" for line, after in pairs(out) if f" {check}:" in line]


def pairs(out: str) -> "list[tuple[str, str]]":
    split = [*out.splitlines(), ""]
    return list(itertools.pairwise(split))


def test_where_pages_may_do_all_both_lines_say_ok(at: Serve) -> None:
    bucket(at, whole)
    ended = typed("doctor", "s3://b/k", "--origin", APP)
    assert (ended.code, ended.out.count("warn")) == (0, 0)
    assert [line.partition("\n")[0] for line in lines(ended.out, "cors-bucket")] == [
        f"ok    cors-bucket: the bucket allows {methods} from pages of {APP}"
        for methods in ("GET, HEAD", "PUT, POST, DELETE")
    ]
    assert levels(ended.out)["cors-api"] == "ok"


@pytest.mark.parametrize(
    ("rule", "told", "advice"),
    [
        (only("GET", "HEAD", "PUT", "POST"), "does not allow DELETE", "DELETE (aborted uploads) to the AllowedMethods"),
        (only("GET", "PUT", "POST", "DELETE"), "does not allow HEAD", "add HEAD to the AllowedMethods"),
        (only("GET"), "does not allow PUT, POST, DELETE", "POST (forms and the end of uploads in parts)"),
        (only(), "does not allow GET, HEAD", "docs/cli.md"),
        (without_headers, "allows PUT from pages of https://app.example.com, but not with all headers", "content-type, x-amz-checksum-sha256, to the AllowedHeaders"),
        (without_etag, "cannot read the header ETag", "add ETag to the ExposeHeaders"),
    ],
)  # fmt: skip
def test_what_the_bucket_s_rule_lacks_is_said_with_what_to_add(
    rule: Rule, told: str, advice: str, at: Serve
) -> None:
    bucket(at, rule)
    ended = typed("doctor", "s3://b/k", "--origin", APP)
    assert ended.code == 0
    warned = [one for one in lines(ended.out, "cors-bucket") if one.startswith("warn")]
    assert [one for one in warned if told in one and advice in one], ended.out


def test_only_what_the_grant_gives_is_asked_for(at: Serve) -> None:
    bucket(at, only("GET", "HEAD"), granted=("GET",))
    ended = typed("doctor", "s3://b/k", "--origin", APP)
    assert [one.partition("\n")[0] for one in lines(ended.out, "cors-bucket")] == [
        f"ok    cors-bucket: the bucket allows GET, HEAD from pages of {APP}"
    ]


@pytest.mark.parametrize(
    ("leave", "answers", "refusals", "level", "told"),
    [
        (LEAVE, SHARED, SHARED, "ok", "lets pages of https://app.example.com call it"),
        (LEAVE, SHARED, {"Access-Control-Allow-Origin": "*"}, "ok", "call it with a token"),
        (None, SHARED, SHARED, "warn", "does not let pages of https://app.example.com send GET and POST"),
        ({**LEAVE, "Access-Control-Allow-Methods": "GET"}, SHARED, SHARED, "warn", "send POST"),
        ({**LEAVE, "Access-Control-Allow-Headers": "content-type"}, SHARED, SHARED, "warn", "AllowedOrigins"),
        (LEAVE, {}, SHARED, "warn", "cannot read its answers"),
        (LEAVE, SHARED, {}, "warn", "cannot read its refusals"),
        (LEAVE, {}, {"Access-Control-Allow-Origin": "https://other"}, "warn", "answers and refusals"),
    ],
)  # fmt: skip
def test_what_pages_may_do_at_the_service_is_tried(
    leave: "dict[str, str] | None",
    answers: "dict[str, str]",
    refusals: "dict[str, str]",
    level: str,
    told: str,
    at: Serve,
) -> None:
    at(answering(service(api(leave, answers, refusals))))
    ended = typed("doctor", "--origin", APP)
    [line] = lines(ended.out, "cors-api")
    assert (ended.code, levels(ended.out)["cors-api"]) == (0, level)
    assert told in line
    assert "cors-bucket" not in ended.out  # no target


def test_a_caller_that_signs_has_only_a_refusal_to_look_at(
    at: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(answering(service(api(LEAVE, {}, SHARED) | {"GET /iam/grants": {"grants": []}})))
    monkeypatch.delenv("S3VEND_TOKEN")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    assert levels(typed("doctor", "--origin", APP).out)["cors-api"] == "ok"


def test_without_an_origin_no_page_is_asked_about(at: Serve) -> None:
    bucket(at, only())
    assert "cors" not in typed("doctor", "s3://b/k").out


@pytest.mark.parametrize("origin", [f"{APP}/", "app.example.com", "null", ""])
def test_an_origin_that_browsers_spell_differently_is_refused(origin: str, at: Serve) -> None:
    at(answering(service()))
    ended = typed("doctor", "--origin", origin)
    assert (ended.code, ended.out) == (2, "")
    assert "is not an origin" in ended.err
