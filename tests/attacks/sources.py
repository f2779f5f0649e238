"""Where the attempts come from. ``rule N`` is of docs/architecture.md.

What was looked up on 2026-11-24, and what could not be:

- Apache Polaris: its advisory, through the pull request that published it. The hole is a name put
  into the policy without escaping ``*``.
- Unity Catalog: the pull request that mends it; no CVE was found.
- SeaweedFS: the review of the pull request that brought it (an unescaped prefix, and an empty one
  that opens the bucket); no CVE was found.
- METR's hawk: the pull requests of its token broker, in METR/inspect-action. No advisory was
  found, so that the hole is told from the issue that named it: an unescaped or unbounded prefix.
"""

POLARIS = "CVE-2026-42810 https://github.com/apache/polaris/pull/4349"
POLARIS_LOCATION = (
    "CVE-2026-42809 https://www.sentinelone.com/vulnerability-database/cve-2026-42809/"
)
POLARIS_SETTING = "CVE-2026-42812 https://cve.akaoma.com/cve-2026-42812"
UNITY = "https://github.com/unitycatalog/unitycatalog/pull/1713"
UNITY_ACTIONS = "https://github.com/unitycatalog/unitycatalog/pull/1817"
SEAWEEDFS = "https://github.com/seaweedfs/seaweedfs/pull/10777"
HAWK = "https://github.com/METR/inspect-action/pull/794 (no advisory found)"
HAWK_IDS = "https://github.com/METR/inspect-action/pull/854 (no advisory found)"
ICEBERG = "https://github.com/apache/iceberg/issues/17003"
BUCKET_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
BUCKET_SQUATTING = "https://news.routley.io/posts/bucketsquatting-is-finally-dead.html"
KEY_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"
VARIABLES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"
IDENTIFIERS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"
DEPUTY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
FORMS = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html"
EMPTY_STARTS_WITH = "https://www.systeminvariant.dev/docs/challenge/cases/bcm-764243"
COPY = "https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectCOPY.html"
ACL_IN_URL = "https://manongdao.com/article-2283988.html"
VAULT = "CVE-2020-16250"
MISCONFIGURED = "https://bipi.in/blog/cors-misconfiguration-deep-dive"
FETCH = "https://fetch.spec.whatwg.org/#origin-header"
TWICE = "CVE-2022-2385"
AUDIENCE = "GHSA-7m6v-q233-q9j9"
KEY_IN_TOKEN = "CVE-2026-27962"
CRITICAL = "CVE-2026-32597"
HMAC = "CVE-2026-48526"


def rule(number: int) -> str:
    """A rule of ours."""
    return f"rule {number}"
