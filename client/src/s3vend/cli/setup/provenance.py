"""`s3vend doctor --provenance`: whether a stack runs the code of a release."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3vend.cli.setup.findings import Finding
from s3vend.cli.terminal.refusal import REFUSED, Refusal

if TYPE_CHECKING:
    from s3vend.cli.setup.deployed import Code

STACK = "s3vend"  # as in samconfig.toml
TYPES = ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
PARTS = 4  # code and layer, for two architectures
_PART = re.compile(r"s3vend-stack-.+-(arm64|x86_64)\.zip!/(functions|layer)\.zip")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Variables with which Lambda, the shell that starts Python, Python or its libraries run code of
# somebody's choice: bash runs a command in the value of BASH_ENV, or of PS4 where it traces.
_LOADING = re.compile(
    r"AWS_LAMBDA_EXEC_WRAPPER|LAMBDA_TASK_ROOT|PS4|SHELLOPTS|(BASH|GCONV|LD|OPENSSL|PYTHON).*"
)
_HANDLER = re.compile(r"[a-z_]+\.handler")  # of each function; any other may run what it is sent
REDEPLOY = (
    "Somebody changed it, or the stack is of another release or was built from the sources. "
    "CloudTrail has who called UpdateFunctionCode, PublishLayerVersion or "
    "UpdateFunctionConfiguration; deploying the release again restores it (docs/releases.md)."
)


@dataclass(frozen=True, slots=True)
class Release:
    """What a provenance says: the hashes of code and layer, for each architecture."""

    version: str
    commit: str
    parts: "Mapping[tuple[str, str], str]"  # by architecture, and `functions` or `layer`


def release(path: Path) -> Release:
    """Read a provenance.

    Raises:
        Refusal: the file cannot be read, or is not the provenance of a release of s3vend.
    """
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError) as error:
        why = {KeyError: f"it has no {error}", json.JSONDecodeError: "it is not JSON"}.get(
            type(error), error
        )
        raise Refusal(
            f"{path} is not the provenance of a release, such as s3vend-0.1.0.intoto.json: {why}"
        ) from None


def _parsed(said: Any) -> Release:
    if (said["_type"], said["predicateType"]) != TYPES:
        raise ValueError(f"its type is {said['predicateType']!r}")
    definition = said["predicate"]["buildDefinition"]
    found = {one["name"]: str(one["digest"]["sha256"]) for one in said["subject"]}
    parts = {(m[1], m[2]): found[m[0]] for m in map(_PART.fullmatch, found) if m is not None}
    if len(parts) != PARTS or not all(map(_SHA256.fullmatch, parts.values())):
        raise ValueError("it does not name code and layer of both architectures")
    commit = str(definition["resolvedDependencies"][0]["digest"]["gitCommit"])
    return Release(str(definition["internalParameters"]["version"]), commit, parts)


def check_provenance(
    expected: Release, stack: str, client: Callable[[str], Any]
) -> Iterator[Finding]:
    """Yield a finding for each version of a function that the stack runs."""
    from s3vend.cli.setup.deployed import deployed

    said = f"{expected.version}, of commit {expected.commit[:12]}"
    yield Finding("ok", "release", f"{said}; this command does not check the file's signature")
    empty = True
    for code in deployed(stack, client):
        empty = False
        yield compared(code, expected)
    if empty:
        yield Finding("fail", "functions", f"the stack {stack} has none", REDEPLOY, REFUSED)


def compared(code: "Code", expected: Release) -> Finding:
    """Return how a version of a function differs from the release, or that it does not."""
    differing = list(_differing(code, expected))
    runs = f"version {code.version}"
    if not differing:
        return Finding("ok", code.function, f"{runs} runs the code and the layer of the release")
    return Finding("fail", code.function, f"{runs} {'; '.join(differing)}", REDEPLOY, REFUSED)


def _differing(code: "Code", expected: Release) -> Iterator[str]:
    known = {part: expected.parts.get((code.architecture, part)) for part in ("functions", "layer")}
    if code.sha256 != known["functions"]:
        yield f"runs other code (sha256 {code.sha256})"
    if not code.layers:
        yield "has no layer"
    for layer in code.layers:
        if layer.sha256 != known["layer"]:
            yield f"has another layer, {layer.arn} (sha256 {layer.sha256})"
    for name in sorted(filter(_LOADING.fullmatch, code.variables)):
        yield f"may load other code by the environment variable {name}"
    if not _HANDLER.fullmatch(code.handler):
        yield f"starts at {code.handler or 'no handler'}"
    if code.has_files:
        yield "mounts a file system"
