"""The manifests of docs/kubernetes.md: shown as they are, accepted strictly, and careful."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator

from s3vend.cli.use import serve
from s3vend.cli.use.endpoint import CREDENTIALS
from tests.kubernetes import bundle
from tests.kubernetes.pod import MANIFESTS, SHAPE, Container, documents, of_kind, projected
from tests.support.make import NOW, ROLE_ARN
from tests.support.pages import ROOT, pages
from vending.bodies.parse import parse
from vending.callers.web_identity import has_keys
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.documents.document import ChangesRequest

PAGE = pages()["docs/kubernetes.md"]
FILES = sorted(MANIFESTS.glob("*.yaml"))
NAMES = [path.stem for path in FILES if path.stem != "vending"]
SCHEMAS = json.loads(bundle.SCHEMAS.read_text(encoding="utf-8"))
OPERATOR = json.loads((ROOT / "tests/kubernetes/external_secrets.json").read_text(encoding="utf-8"))
PRIVILEGED = {("mountpoint", "mountpoint")}  # FUSE; the page says so
GRANTED = yaml.safe_load((MANIFESTS / "vending.yaml").read_text(encoding="utf-8"))
AUDIENCE = GRANTED["issuers"][0]["audience"]

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_manifest = pytest.mark.parametrize("name", NAMES)


def validator(document: dict[str, Any]) -> Draft202012Validator:
    kind = f"{document['apiVersion']} {document['kind']}"
    if kind in bundle.KINDS:
        return Draft202012Validator({**SCHEMAS, "$ref": f"#/$defs/{bundle.KINDS[kind]}"})
    return Draft202012Validator({**OPERATOR, "$ref": f"#/$defs/{kind.replace('/', '~1')}"})


def faults(document: dict[str, Any]) -> list[str]:
    return [error.message for error in validator(document).iter_errors(document)]


def containers(name: str) -> Iterator[Container]:
    pods = [one for one in documents(name) if one["kind"] == "Pod"]
    for job in [one for one in documents(name) if one["kind"] == "CronJob"]:
        template = job["spec"]["jobTemplate"]["spec"]["template"]
        pods.append({**template, "metadata": job["metadata"]})
    for pod in pods:
        for one in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
            yield Container(pod, one["name"])


@every_file
def test_the_page_shows_each_file_as_it_is(path: Path) -> None:
    shown = [one.text for one in PAGE.blocks if one.language == "yaml"]
    assert path.read_text(encoding="utf-8") in shown
    assert f"../kubernetes/{path.name}" in PAGE.links


def test_the_page_shows_no_other_manifest() -> None:
    files = {path.read_text(encoding="utf-8") for path in FILES}
    assert {one.text for one in PAGE.blocks if one.language == "yaml"} == files


@every_manifest
def test_a_manifest_has_what_its_schemas_know_and_nothing_else(name: str) -> None:
    for document in documents(name):
        assert faults(document) == []


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        (name, document["kind"], path)
        for name in NAMES
        for document in documents(name)
        for path in ([], ["spec"], ["metadata"])
        if path != ["spec"] or "spec" in document
    ],
)
def test_an_unknown_member_would_be_refused(name: str, kind: str, path: list[str]) -> None:
    document = of_kind(name, kind)
    inner = document
    for step in path:
        inner = inner[step]
    inner["audiance"] = "https://vend.example.com"
    assert len(faults(document)) == 1


def test_a_misspelt_member_deep_in_a_pod_would_be_refused() -> None:
    pod = of_kind("token", "Pod")
    projected_source = pod["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    projected_source["expiration"] = projected_source.pop("expirationSeconds")
    assert faults(pod) == [
        "Additional properties are not allowed ('expiration' was unexpected)",
    ]


@every_manifest
def test_every_volume_that_is_mounted_is_there_and_the_other_way_round(name: str) -> None:
    mounted: dict[str, set[str]] = {}
    there: dict[str, set[str]] = {}
    for one in containers(name):
        pod = one.pod["metadata"]["name"]
        mounted.setdefault(pod, set()).update(one.mounts)
        there[pod] = {volume["name"] for volume in one.pod["spec"]["volumes"]}
    assert mounted == there


@every_manifest
def test_a_container_can_do_no_more_than_it_needs(name: str) -> None:
    for one in containers(name):
        security = one.security
        assert security["readOnlyRootFilesystem"] is True
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        if (name, one.name) in PRIVILEGED:
            continue
        assert security["runAsNonRoot"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in security


@every_manifest
def test_a_pod_gets_a_token_for_s3vend_alone(name: str) -> None:
    for one in containers(name):
        token = projected(one.pod)
        assert token == {"path": "token", "audience": AUDIENCE, "expirationSeconds": 3600}
        uses_the_api = one.name == "kubectl"
        assert one.pod["spec"].get("automountServiceAccountToken", True) is uses_the_api
        account = f"{one.pod['metadata']['namespace']}:{one.pod['spec']['serviceAccountName']}"
        subject = GRANTED["grants"][0]["grantee"]["subject"]
        assert subject == f"system:serviceaccount:{account}"


@pytest.mark.parametrize("name", ["sidecar", "mountpoint"])
def test_who_uses_the_endpoint_names_its_address_and_its_file(name: str) -> None:
    endpoint = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{serve.PORT}{CREDENTIALS}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/run/s3vend/endpoint/token",
    }
    option = "--authorization-file=/run/s3vend/endpoint/token"
    by_name = {one.name: one for one in containers(name)}
    sidecar, user = by_name["s3vend"], by_name["app" if name == "sidecar" else "mountpoint"]
    assert option in sidecar.arguments({})
    assert option in sidecar.probe({})
    assert user.environment({}).items() >= endpoint.items()
    assert sidecar.manifest["restartPolicy"] == "Always"
    assert sidecar.mounts["endpoint"] == user.mounts["endpoint"] == "/run/s3vend"
    assert "token" not in user.mounts, "the program needs no token of the pod"


def test_the_program_and_the_sidecar_are_one_user_so_that_the_program_can_read_the_token() -> None:
    users = {one.security["runAsUser"] for one in containers("sidecar")}
    assert len(users) == 1
    dockerfile = (MANIFESTS / "Dockerfile").read_text(encoding="utf-8")
    assert f"\nUSER {users.pop()}:" in dockerfile


@pytest.mark.parametrize("name", ["token", "external-secrets"])
def test_a_url_asks_for_what_the_first_grant_gives(name: str) -> None:
    if name == "token":
        url = next(containers(name)).environment({})["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    else:
        url = of_kind(name, "Webhook")["spec"]["url"]
    assert urlsplit(url).scheme == "https"
    grant = GRANTED["grants"][0]
    assert parse_qs(urlsplit(url).query) == {
        "target": [grant["scope"]],
        "permission": [grant["permission"]],
    }


def test_the_job_may_change_one_secret_and_nothing_else() -> None:
    [rule] = of_kind("external-secrets", "Role")["rules"]
    secret = of_kind("external-secrets", "Secret")["metadata"]
    assert rule == {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": [secret["name"]],
        "verbs": ["get", "patch"],
    }
    assert secret["labels"] == {"external-secrets.io/type": "webhook"}
    [source] = of_kind("external-secrets", "Webhook")["spec"]["secrets"]
    assert source["secretRef"] == {"name": secret["name"]}


def test_the_job_puts_the_token_under_the_name_that_the_webhook_reads() -> None:
    [job] = containers("external-secrets")
    path = f"{job.mounts['s3vend']}/{projected(job.pod)['path']}"
    *_, script = job.manifest["command"]
    assert f" --from-file={path} " in script
    header = of_kind("external-secrets", "Webhook")["spec"]["headers"]["Authorization"]
    assert header == "Bearer {{ .s3vend.token }}"


def test_each_claim_of_the_page_is_in_a_token_of_the_cluster_and_accepted_in_a_grant() -> None:
    table = PAGE.text.partition("| claim of the token |")[2].partition("\n\n")[0]
    paths = [found.split(", ") for found in re.findall(r"path: \[([^\]]+)\]", table)]
    assert len(paths) == 4
    for path in paths:
        value: Any = json.loads(SHAPE.read_text(encoding="utf-8"))["payload"]
        for step in path:
            value = value[step]
        assert isinstance(value, str)
    issuer = GRANTED["issuers"][0]
    named = [{"name": f"claim{number}", "path": path} for number, path in enumerate(paths)]
    grant = GRANTED["grants"][1]
    claims = {one["name"]: "x" for one in named}
    document = GRANTED | {
        "issuers": [issuer | {"claims": named}],
        "grants": [
            grant
            | {
                "grantee": {"issuer": issuer["issuer"], "claims": claims},
                "scope": "s3://hogehoge-bucket/pods/${claim.claim2}/*",
            }
        ],
    }
    request = parse(ChangesRequest, json.dumps(document))
    setting = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)
    assert len(plan(request, Stored({}, {}, {}), setting).changes) == 3


def test_the_bundled_schemas_name_their_source() -> None:
    source = SCHEMAS["source"]
    assert re.fullmatch(r"v1\.\d+\.0", source["kubernetes"])
    assert source["file"].endswith("-local-strict/_definitions.json")
    assert re.fullmatch(r"[0-9a-f]{64}", source["wheel"])
    assert source["package"].partition(" ")[0] in PAGE.text
    assert OPERATOR["source"]["package"].partition(" ")[0] in PAGE.text


def test_the_image_has_the_locked_versions_of_the_project() -> None:
    pin = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
    ours, locked = (
        dict(pin.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("kubernetes/requirements.txt", "requirements.txt")
    )
    assert {"botocore", "typer", "urllib3"} <= ours.keys()
    assert ours.items() <= locked.items()


def test_the_image_imports_nothing_from_the_directory_in_which_it_is_started(
    tmp_path: Path,
) -> None:
    """A pod may start it in a volume that another container writes."""
    text = (MANIFESTS / "Dockerfile").read_text(encoding="utf-8")
    [line] = re.findall(r"^ENV (.*)$", text, re.MULTILINE)
    variables = dict(one.split("=", 1) for one in line.split()) | {"PYTHONPATH": ""}
    (tmp_path / "json.py").write_text("raise SystemExit('taken')\n")
    done = subprocess.run(
        [sys.executable, "-m", "s3vend", "version"],
        cwd=tmp_path,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
