"""The checksums and the provenance of a release, and whether its files are those that they name.

The provenance is a statement of in-toto (https://github.com/in-toto/attestation/blob/main/spec/v1)
with a predicate of SLSA (https://slsa.dev/spec/v1.1/provenance). It names the code and the layer
inside the archives too, whose hashes AWS Lambda tells of what is deployed.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.release.source import Source

SUMS = "SHA256SUMS"
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
HOME = "https://s3vend.example"  # a reserved name: put your own here to publish
BUILD_TYPE = f"{HOME}/docs/releases#build-type-make-release-1"
LOCAL = f"{HOME}/docs/releases#builder-your-own-machine"
LOCKS = ("layers/requirements.txt", "tools/release/requirements.txt")


def name(version: str) -> str:
    """Return the name of the file with the provenance."""
    return f"s3vend-{version}.intoto.json"


def builder_uri(text: str) -> str:
    """Return who builds. Raises ``ValueError`` if it is not a URI, as SLSA demands."""
    if not re.match(r"[a-z][a-z0-9+.-]*:\S+$", text):
        raise ValueError(f"BUILDER={text} is not a URI, such as https://ci.example.com/release")
    return text


def provenance(
    release: Path,
    source: Source,
    locks: Mapping[str, str],
    builder: str,
    tools: Mapping[str, str],
) -> dict[str, Any]:
    """Return the statement about all files of a release.

    ``locks`` are hashes of the files that lock what was installed, by their paths.
    """
    repository = f"git+{HOME}/s3vend"
    ref = f"@refs/tags/{source.tag}" if source.tag else ""
    return {
        "_type": STATEMENT,
        "subject": [{"name": one, "digest": {"sha256": sum_}} for one, sum_ in sums(release)],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"repository": repository, "tag": source.tag or ""},
                "internalParameters": {
                    "SOURCE_DATE_EPOCH": source.time,
                    "version": source.version,
                },
                "resolvedDependencies": [
                    {"uri": f"{repository}{ref}", "digest": {"gitCommit": source.commit}},
                    *({"name": one, "digest": {"sha256": locks[one]}} for one in sorted(locks)),
                ],
            },
            "runDetails": {"builder": {"id": builder, "version": dict(sorted(tools.items()))}},
        },
    }


def text(statement: Mapping[str, Any]) -> str:
    """Return a statement as it is written."""
    return json.dumps(statement, indent=2, ensure_ascii=False) + "\n"


def sums(release: Path) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of each file, and of each zip inside a zip as ``archive!/name``."""
    for path in sorted(release.iterdir(), key=lambda path: path.name):
        yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for inner in sorted(archive.namelist()):
                    if inner.endswith(".zip"):
                        found = hashlib.sha256(archive.read(inner)).hexdigest()
                        yield f"{path.name}!/{inner.rpartition('/')[2]}", found


def checksums(release: Path) -> str:
    """Return the text of ``SHA256SUMS``, as `sha256sum --check` reads it."""
    return "".join(f"{found}  {one}\n" for one, found in sums(release) if "!/" not in one)


def faults(release: Path, version: str) -> Iterator[str]:
    """Yield how the files differ from the provenance beside them."""
    path = release / name(version)
    statement = json.loads(path.read_text(encoding="utf-8"))
    said = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    found = {one: sum_ for one, sum_ in sums(release) if one != path.name}
    for one in sorted(said.keys() - found.keys()):
        yield f"{one} is missing"
    for one in sorted(found.keys() - said.keys()):
        yield f"{one} is not of this release"
    for one in sorted(said.keys() & found.keys()):
        if said[one] != found[one]:
            yield f"{one} was changed"
    listed = "".join(f"{said[one]}  {one}\n" for one in said if one != SUMS and "!/" not in one)
    if SUMS in found and (release / SUMS).read_text(encoding="utf-8") != listed:
        yield f"{SUMS} differs from the provenance"
