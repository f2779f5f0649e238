"""Writes schemas.json: the part of Kubernetes' own JSON schemas that the manifests of the page need.

`python -m tests.kubernetes.bundle WHEEL`, with the wheel that `pip download --no-deps
kubernetes-validate` saves. The package has the schemas of each version of Kubernetes, also in a
strict form that refuses unknown members; only descriptions are left out here.
"""

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCHEMAS = HERE / "schemas.json"
KINDS = {
    "batch/v1 CronJob": "io.k8s.api.batch.v1.CronJob",
    "rbac.authorization.k8s.io/v1 Role": "io.k8s.api.rbac.v1.Role",
    "rbac.authorization.k8s.io/v1 RoleBinding": "io.k8s.api.rbac.v1.RoleBinding",
    "v1 Pod": "io.k8s.api.core.v1.Pod",
    "v1 Secret": "io.k8s.api.core.v1.Secret",
    "v1 ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
}
_VERSION = re.compile(r"kubernetes_validate-(\d+)\.(\d+)\.\d+-")


def main(wheel: Path) -> None:
    """Write the part of the newest version that the package has."""
    match = _VERSION.match(wheel.name)
    assert match, wheel.name
    version = f"v{match[1]}.{match[2]}.0"
    folder = f"kubernetes_validate/kubernetes-json-schema/{version}-local-strict"
    with zipfile.ZipFile(wheel) as archive:
        everything = json.loads(archive.read(f"{folder}/_definitions.json"))["$defs"]
    document = {
        "source": {
            "kubernetes": version,
            "package": f"kubernetes-validate {match[1]}.{match[2]} (PyPI), Apache-2.0",
            "file": f"{folder}/_definitions.json",
            "wheel": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        },
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted(needed(everything).items())),
    }
    SCHEMAS.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


def needed(everything: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definitions of the kinds, and those that they refer to."""
    found: dict[str, Any] = {}
    waiting = list(KINDS.values())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = plain(everything[name])
            waiting += references(found[name])
    return found


def plain(value: Any, *, is_map: bool = False) -> Any:
    """Return a schema without descriptions, and with references within one document.

    A ``is_map`` has names of members, which may be `description` too.
    """
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one.replace("/api/_definitions.json", "")
        if name == "$ref" and isinstance(one, str)
        else plain(one, is_map=name == "properties" and not is_map)
        for name, one in value.items()
        if is_map or name != "description"
    }


def references(value: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "$ref" and isinstance(one, str):
                yield one.rpartition("/")[2]
            else:
                yield from references(one)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
