"""Where the backends read a session policy in another way than AWS: all that is known.

Each row is a rule that is exact: with the rows of its backend, every answer is foretold. So a
difference that is gone, or that reaches further than the row says, fails as a new one does.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from tests.proof.attempts import Has
from tests.proof.granted import DrawnKeys
from tests.proof.trials import Tried

LOCAL_CLOUD, SEAWEEDFS = "the local cloud", "SeaweedFS"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/"


class Difference(NamedTuple):
    """What a backend does, and the page that says that AWS does not."""

    backend: str
    name: str
    does: str
    page: str


DIFFERENCES = (
    Difference(LOCAL_CLOUD, "escapes", "takes ${*} for ${, anything, and }", IAM + "reference_policies_variables.html"),
    Difference(LOCAL_CLOUD, "empty segments", "decides as if a key had no empty segments", S3 + "userguide/object-keys.html"),
    Difference(SEAWEEDFS, "escapes", "takes ${*} for ${, anything, and }", IAM + "reference_policies_variables.html"),
    Difference(SEAWEEDFS, "stars", "ends a wildcard at once where the key has a * just there", IAM + "reference_policies_elements_resource.html"),
    Difference(SEAWEEDFS, "slashes", "takes a backslash for a slash, and several slashes for one", S3 + "userguide/object-keys.html"),
    Difference(SEAWEEDFS, "case", "does not tell capitals from small letters in keys", IAM + "reference_policies_elements_resource.html"),
    Difference(SEAWEEDFS, "forms", "does not know the keys of sessions in a form", S3 + "API/sigv4-HTTPPOSTForms.html"),
    Difference(SEAWEEDFS, "clock", "knows no aws:CurrentTime, and denies", IAM + "reference_policies_condition-keys.html"),
)  # fmt: skip
_WILD = {"*": ".*", "?": "."}


def names(backend: str) -> frozenset[str]:
    """Of its differences."""
    return frozenset(one.name for one in DIFFERENCES if one.backend == backend)


def surprises(backend: str, tried: Iterable[Tried]) -> list[str]:
    """Every answer that neither AWS nor a known difference explains."""
    known = names(backend)
    return [
        f"{one}, where the grant says {said(one.opened.allows(one.attempt))}"
        for one in tried
        if one.got != said(foretold(one, known))
    ]


def shows(difference: Difference, tried: Iterable[Tried]) -> bool:
    """Whether some answer can only be explained by it."""
    known = names(difference.backend)
    return any(one.got != said(foretold(one, known - {difference.name})) for one in tried)


def said(allowed: bool) -> str:
    """As a backend's answer is written."""
    return "allow" if allowed else "deny"


def foretold(tried: Tried, differences: frozenset[str]) -> bool:
    """Whether a backend with these differences, and no others, allows it."""
    if "clock" in differences and tried.opened.timed:
        return False
    if "forms" in differences and tried.way == "form":
        return False
    opened = replace(
        tried.opened,
        key=_has(differences, lambda key: _seen(key, differences)),
        source=_has(differences, lambda key: _seen(key, differences - {"empty segments"})),
        prefix=_has(differences - {"case"}, lambda key: key),
    )
    return opened.allows(tried.attempt)


def _has(differences: frozenset[str], seen: Callable[[str], str]) -> Has:
    flags = re.DOTALL | (re.IGNORECASE if "case" in differences else re.NOFLAG)

    def has(keys: DrawnKeys, bucket: str, key: str) -> bool:
        pattern = "".join(_spelled(one, differences) for one in keys.text)
        if keys.is_prefix:
            halting = "stars" in differences and "*" not in keys.text
            pattern += r"(?:\*|[^*].*)?" if halting else ".*"
        return keys.bucket == bucket and bool(re.fullmatch(pattern, seen(key), flags))

    return has


def _seen(key: str, differences: frozenset[str]) -> str:
    if "slashes" in differences:
        return re.sub("/+", "/", key.replace("\\", "/")).removeprefix("/")
    if "empty segments" in differences:
        return "/".join(one for one in key.split("/") if one)
    return key


def _spelled(character: str, differences: frozenset[str]) -> str:
    if character in "*?$" and "escapes" in differences:
        return r"\$\{" + _WILD.get(character, r"\$") + r"\}"
    return re.escape(character)
