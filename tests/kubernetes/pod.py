"""A pod of the manifests, as its containers see it: their commands, environment and files."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "kubernetes"
SHAPE = ROOT / "tests/recipes/eks.json"
URL, ENDPOINT = "https://vend.example.com/v1", "127.0.0.1:9811"

type Json = dict[str, Any]


def documents(name: str) -> list[Json]:
    """The documents of a manifest."""
    text = (MANIFESTS / f"{name}.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load_all(text))


def of_kind(name: str, kind: str) -> Json:
    """The one document of a manifest that is of this kind."""
    [found] = [one for one in documents(name) if one["kind"] == kind]
    return found


@dataclass(frozen=True)
class Container:
    """A container as its manifest has it."""

    pod: Json
    name: str

    @property
    def manifest(self) -> Json:
        spec = self.pod["spec"]
        [found] = [
            one
            for one in [*spec.get("initContainers", []), *spec["containers"]]
            if one["name"] == self.name
        ]
        return dict(found)

    @property
    def security(self) -> Json:
        """Its security context, with what the pod's says where its own says nothing."""
        return {**self.pod["spec"].get("securityContext", {}), **self.manifest["securityContext"]}

    @property
    def mounts(self) -> dict[str, str]:
        """Where it mounts each volume."""
        return {one["name"]: one["mountPath"] for one in self.manifest["volumeMounts"]}

    def environment(self, values: Mapping[str, str]) -> dict[str, str]:
        """Its variables, with some texts of the manifest replaced."""
        return {one["name"]: filled(one["value"], values) for one in self.manifest["env"]}

    def arguments(self, values: Mapping[str, str]) -> list[str]:
        return [filled(one, values) for one in self.manifest["args"]]

    def probe(self, values: Mapping[str, str]) -> list[str]:
        """The command that says whether it has started."""
        return [filled(one, values) for one in self.manifest["startupProbe"]["exec"]["command"]]


def filled(text: str, values: Mapping[str, str]) -> str:
    for old, new in values.items():
        text = text.replace(old, new)
    return text


def container(manifest: str, name: str) -> Container:
    return Container(of_kind(manifest, "Pod"), name)


def projected(pod: Json) -> Json:
    """The projection of the pod's token."""
    [found] = [
        source["serviceAccountToken"]
        for volume in pod["spec"]["volumes"]
        for source in volume.get("projected", {}).get("sources", [])
    ]
    return dict(found)


def claims(pod: Json) -> Json:
    """The claims of the token that EKS would project into the pod; `iat` and `exp` are missing."""
    shape: Json = json.loads(SHAPE.read_text(encoding="utf-8"))["payload"]
    namespace, account = pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"]
    inner = shape["kubernetes.io"]
    return shape | {
        "aud": [projected(pod)["audience"]],
        "sub": f"system:serviceaccount:{namespace}:{account}",
        "kubernetes.io": inner
        | {
            "namespace": namespace,
            "pod": inner["pod"] | {"name": pod["metadata"]["name"]},
            "serviceaccount": inner["serviceaccount"] | {"name": account},
        },
    }


def project(directory: Path, token: str, name: str = "token") -> None:
    """Write a token as the kubelet does: a link to a link, which is replaced at once."""
    kept = sorted(directory.glob("..2*"))
    new = directory / f"..2026_11_29_{len(kept)}"
    new.mkdir(parents=True)
    (new / name).write_text(token)
    (directory / "..new").symlink_to(new.name)
    (directory / "..new").replace(directory / "..data")
    if not (directory / name).is_symlink():
        (directory / name).symlink_to(f"..data/{name}")
    for old in kept:
        shutil.rmtree(old)
