"""`doctor --browser`: the CORS rule for the pages of links, and whether a bucket has it."""

import json

import pytest

from s3vend.cli.setup.links import origin_of, rule_for
from tests.client.cli.setup.test_cors import Rule, bucket, only, whole, without_etag
from tests.client.conftest import Serve
from tests.client.typed import typed

pytestmark = pytest.mark.usefixtures("nobody")

ADDRESS = "http://127.0.0.1:"


def of_any(rule: Rule) -> Rule:
    """The same rule for pages of any origin, such as those of the service."""

    def found(method: str, sent: str) -> "dict[str, str] | None":
        headers = rule(method, sent)
        return headers and {**headers, "Access-Control-Allow-Origin": "*"}

    return found


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.execute-api.eu-west-1.amazonaws.com/v1", "https://a.execute-api.eu-west-1.amazonaws.com"),
        ("https://Vend.Example.com:443/v1/", "https://vend.example.com"),
        ("https://vend.example.com:8443", "https://vend.example.com:8443"),
        ("http://127.0.0.1:4566/v1", "http://127.0.0.1:4566"),
        ("http://[::1]:80/v1", "http://[::1]"),
    ],
)  # fmt: skip
def test_the_origin_is_the_service_s_as_browsers_send_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_the_rule_is_printed_with_what_works_without_it(at: Serve) -> None:
    bucket(at, whole)
    ended = typed("doctor", "--browser")
    assert ended.code == 0
    line, _, rule = ended.out.partition("ok    links: ")[2].partition("\n{")
    assert "Without the rule downloads work, and so do uploads by a form" in line
    assert "replaces all rules of the bucket" in line
    assert json.loads(f"{{{rule}")["AllowedMethods"] == ["PUT", "POST", "DELETE"]


def test_the_rule_is_for_the_address_of_the_service(at: Serve) -> None:
    bucket(at, whole)
    [*_, check] = typed("doctor", "--browser", "-o", "json").json["checks"]
    origin = check["rule"]["AllowedOrigins"][0]
    assert origin.startswith(ADDRESS)
    assert check["rule"] == rule_for(origin)
    assert check["rule"]["ExposeHeaders"] == ["ETag"]


@pytest.mark.parametrize("rule", [only(), only("PUT", "POST"), without_etag])
def test_a_bucket_without_the_rule_is_a_warning(rule: Rule, at: Serve) -> None:
    bucket(at, of_any(rule))
    ended = typed("doctor", "s3://b/k", "--browser", "-o", "json")
    levels = {check["check"]: check["level"] for check in ended.json["checks"]}
    assert levels["links"] == "warn"
    assert ended.code == 0


def test_a_bucket_with_the_rule_is_fine_and_needs_no_other(at: Serve) -> None:
    bucket(at, of_any(only("PUT", "POST", "DELETE")))
    [*_, check] = typed("doctor", "s3://b/k", "--browser", "-o", "json").json["checks"]
    assert (check["level"], "rule" in check) == ("ok", False)
    assert "can upload with scripts" in check["detail"]


def test_a_caller_who_may_not_upload_is_shown_the_rule(at: Serve) -> None:
    bucket(at, whole, granted=("GET",))
    [*_, check] = typed("doctor", "s3://b/k", "--browser", "-o", "json").json["checks"]
    assert (check["level"], "rule" in check) == ("ok", True)


def test_without_the_option_nothing_is_said_of_links(at: Serve) -> None:
    bucket(at, whole)
    assert "links" not in typed("doctor", "s3://b/k").out
