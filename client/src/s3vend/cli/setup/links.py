"""The check of `s3vend doctor --browser`: whether a bucket lets the pages of links upload to it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from s3vend.cli.setup.cors import UPLOADS, check_bucket
from s3vend.cli.setup.findings import Finding

if TYPE_CHECKING:
    from s3vend.service.connect import Service

WITHOUT = (
    "Without the rule downloads work, and so do uploads by a form: one file at a time, at most 5 "
    "GiB, without progress. With it, the pages send several files at once, also large ones, and "
    "go on after a connection breaks."
)
ADVICE = (
    "Add this rule to each bucket to which upload links lead. aws s3api put-bucket-cors --bucket "
    "BUCKET --cors-configuration '{\"CORSRules\": [RULE]}' replaces all rules of the bucket, so "
    "keep those that it has in the list. If links begin with another address, AllowedOrigins has "
    "that."
)


def origin_of(url: str) -> str:
    """Return the origin of the pages of links, as browsers send it, by the service's address."""
    scheme, place = urlsplit(url.lower())[:2]
    usual = {"https": ":443", "http": ":80"}[scheme]
    return f"{scheme}://{place.removesuffix(usual)}"


def rule_for(origin: str) -> dict[str, Any]:
    """Return the CORS rule with which the pages of links upload to a bucket."""
    return {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }


def check_links(service: "Service", target: str | None) -> Iterator[Finding]:
    """Check whether the bucket of the target has the rule; show the rule unless it has it."""
    origin = origin_of(service.settings.url)
    findings = list(check_bucket(service, target, origin, UPLOADS)) if target else []
    yield from findings
    if findings and all(finding.level == "ok" for finding in findings):
        yield Finding("ok", "links", f"the pages of links, at {origin}, can upload with scripts")
        return
    level = "warn" if findings else "ok"
    detail = f"the pages of links, at {origin}, upload with scripts to buckets that have a rule"
    yield Finding(level, "links", f"{detail}. {WITHOUT}", ADVICE, rule=rule_for(origin))
