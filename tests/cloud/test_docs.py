"""Every command and snippet of the pages runs, as whoever follows the page would run it.

A section's blocks are one bash script, stopped by the first failure: `sh` as it stands, `python` in
an interpreter of its own, a block with a title saved under that name. What a `json` or `text` block
shows is compared with what the block before it printed; `…` stands for anything.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from local.cloud import aws, environments
from local.cloud.client import Call, Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import ROOT, Cloud, free_port, running
from local.stack.build import built
from local.stack.deploy import Stack
from local.stack.seed import BUCKET
from tests.cloud.conftest import Apply
from tests.support.contract import members
from tests.support.documents import in_parts
from tests.support.events import TESTS
from tests.support.pages import Block, pages
from tools.openapi.contract import FORM
from tools.reference.routes import ROUTES

PAGES = pages()
RUN = ("sh", "python")
SHOWN = ("json", "text")
SECONDS = 300
LEFT_OUT = (
    ".git",
    ".venv",
    ".venv-backends",
    ".venv-mutation",
    ".venv-bench",
    ".venv-ci",
    ".venv-client_tools",
    "node_modules",
    ".venv-fuzz",
    ".venv-docs",
    ".venv-release",
    "dist",
    ".site",
    ".tools",
    ".aws-sam",
    ".image",
    ".local",
    "__pycache__",
    ".*_cache",
    "*.egg-info",
)

# Lines of `sh` blocks that do not run here, and why.
NOT_RUN = {
    "make demo": "tests/cloud/test_acceptance.py runs it and looks at its table",
    "make test": "it is what runs this",
    "make test-unit": "make test runs the same",
    "make check": "make test runs it first",
    "make format": "it writes; make check compares",
    "s3vend exec 's3://hogehoge-bucket/reports/*' -- aws s3 sync s3://hogehoge-bucket/reports/ reports/": (
        "it needs the AWS CLI; tests/clients/test_readme.py runs it"
    ),
}
# Sections that repeat another's blocks to the letter.
REPEATED = {("README.ja.md", "AWS にデプロイする"): ("README.md", "Deploy to AWS")}
# Sections for whoever has an AWS account: it is a local cloud of its own, entered as root.
OPERATORS = {("README.md", "Deploy to AWS")}
# Roles that a section takes for granted.
ROLES = ("ReportReader", "Platform")
YES = "y\n"  # to `sam deploy`, which asks before it changes production


class Section(NamedTuple):
    """Blocks of one page that are typed into one shell."""

    page: str
    title: str  # empty: all of the page but the operators' sections
    blocks: list[Block]

    def __str__(self) -> str:
        return f"{self.page} {self.title}".strip()


def sections() -> Iterator[Section]:
    for name, page in PAGES.items():
        typed = [one for one in page.blocks if one.language in RUN + SHOWN or one.title]
        mine = [one for one in typed if (name, one.section) not in OPERATORS | REPEATED.keys()]
        if any(one.language in RUN for one in mine):
            yield Section(name, "", mine)
        for title in dict.fromkeys(one.section for one in typed):
            if (name, title) in OPERATORS:
                yield Section(name, title, [one for one in typed if one.section == title])


SECTIONS = {str(one): one for one in sections()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A fresh copy of the project; the environment and what SAM has built are shared."""
    copy = tmp_path / "s3vend"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in (".venv", ".tools"):
        if (ROOT / name).exists():
            (copy / name).symlink_to(ROOT / name)
    built()
    (copy / ".aws-sam").mkdir()
    (copy / ".aws-sam/local").symlink_to(ROOT / ".aws-sam/local")
    return copy


def outside(settings: Mapping[str, str]) -> dict[str, str]:
    """The same without the environment that runs the tests: the page says when to enter it."""
    path = [one for one in settings["PATH"].split(":") if not one.endswith(".venv/bin")]
    kept = {name: value for name, value in settings.items() if name != "VIRTUAL_ENV"}
    return {**kept, "PATH": ":".join(path)}


def newcomer(tree: Path) -> dict[str, str]:
    """The environment of somebody who has nothing but the project's directory."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    port = {"S3VEND_LOCAL_PORT": str(free_port()), "NO_PROXY": "127.0.0.1"}
    return outside({**own, **environments.NO_SETTINGS, "CURL_HOME": str(tree), **port})


def script(section: Section, outputs: Path) -> str:
    """The section as one bash script; each block's output goes to a file of its own."""
    lines = ["set -eu -o pipefail"]
    for position, block in enumerate(section.blocks):
        if block.language in SHOWN and not block.title:
            continue
        lines.append(f"exec >'{outputs}/{position}' 2>&1; echo {position} >'{outputs}/last'")
        if block.title:
            lines.append(f"cat >{block.title} <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK")
        elif block.language == "python":
            lines.append(f"python - <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK")
        else:
            typed = block.text.splitlines()
            lines += [":" if line.strip() in NOT_RUN else line for line in typed]
    return "\n".join(lines) + "\n"


def run(section: Section, tree: Path, settings: dict[str, str], typed: str = "") -> None:
    """Run a section and compare what it shows with what it printed."""
    outputs = tree.parent / "outputs"
    outputs.mkdir()
    ended = subprocess.run(  # noqa: S603 - runs what our own pages say
        ["bash", "-c", script(section, outputs)],  # noqa: S607 - any bash
        cwd=tree,
        env=settings,
        input=typed,
        timeout=SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    last = int((outputs / "last").read_text())
    said = (outputs / str(last)).read_text()
    assert ended.returncode == 0, f"{section.blocks[last]} failed:\n{said}\n{ended.stderr}"
    for position, block in enumerate(section.blocks):
        if block.language in SHOWN:
            compare(block, (outputs / str(position - 1)).read_text())


def compare(block: Block, printed: str) -> None:
    """Whether the output ends with what the block shows."""
    if block.language == "json":
        assert alike(json.loads(block.text), json.loads(printed[printed.index("{") :])), printed
    else:
        pattern = re.escape(block.text.strip()).replace("…", ".*")
        assert re.search(f"(?:^|\n){pattern}\\Z", printed.strip()), (
            f"{block} shows other than:\n{printed}"
        )


def alike(shown: object, found: object) -> bool:
    """Whether they are equal, but for `…` in texts."""
    if isinstance(shown, dict) and isinstance(found, dict):
        return shown.keys() == found.keys() and all(alike(shown[one], found[one]) for one in shown)
    if isinstance(shown, list) and isinstance(found, list):
        return len(shown) == len(found) and all(map(alike, shown, found))
    if isinstance(shown, str) and isinstance(found, str):
        return re.fullmatch(re.escape(shown).replace("…", ".+"), found) is not None
    return shown == found


@pytest.mark.parametrize("name", [one for one in SECTIONS if not SECTIONS[one].title])
def test_a_page_works_for_a_newcomer_and_leaves_nothing_running(
    name: str, tree: Path, left_running: Callable[..., list[str]]
) -> None:
    settings = newcomer(tree)
    try:
        run(SECTIONS[name], tree, settings)
        assert not (tree / ".local/env").exists(), "the page does not end its local cloud"
        assert left_running(str(tree)) == []
    finally:
        subprocess.run(["make", "local-stop"], cwd=tree, env=settings, check=True)  # noqa: S607 - any make


@pytest.mark.parametrize("name", [one for one in SECTIONS if SECTIONS[one].title])
def test_a_page_works_for_an_operator(name: str, tree: Path) -> None:
    settings = tree / "samconfig.toml"
    text = settings.read_text().replace('# "AllowedBuckets=', '"AllowedBuckets=')  # as README says
    # The local cloud refuses alarms that reckon.
    settings.write_text(text.replace('"Alarms=true"', '"Alarms=false"'))
    with running() as cloud:
        iam = aws.iam(cloud)
        for role in ROLES:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
        run(
            SECTIONS[name],
            tree,
            outside(environments.client(cloud.endpoint, cloud.directory, cloud.root)),
            typed=YES,
        )
        attached = [iam.list_attached_role_policies(RoleName=role) for role in ROLES]
        policies = [one["PolicyName"] for answer in attached for one in answer["AttachedPolicies"]]
        assert policies == ["S3VendCallers", "S3VendAdministrators"]


def test_what_does_not_run_is_on_a_page_and_what_repeats_is_the_same() -> None:
    typed = [one for page in PAGES.values() for one in page.blocks if one.language == "sh"]
    lines = {line.strip() for block in typed for line in block.text.splitlines()}
    assert NOT_RUN.keys() <= lines
    for repeated, first in REPEATED.items():
        texts = {
            place: [one.text for one in PAGES[place[0]].blocks if one.section == place[1]]
            for place in (repeated, first)
        }
        assert texts[repeated]
        assert set(texts[repeated]) <= set(texts[first])


def asked(route: str) -> object:
    """A body for each route that takes one."""
    target = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
    url = {"method": "GET", "target": f"s3://{BUCKET}/reports/2026.csv"}
    below = "uploads" if "/iam/" in route else "tenants/acme"
    shared = "reports" if "/iam/" in route else "by-link"
    link = {"target": f"s3://{BUCKET}/{shared}/*", "kind": "download", "expiresIn": "1h"}
    if route == "POST /admin/explanations":
        return target | {"as": {"iam": f"arn:aws:iam::{ACCOUNT}:user/Reader"}}
    if route.startswith("PUT"):
        grantee = {"grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:user/Reader"}}
        scope = {"scope": target["target"], "permission": "READ"}
        return {"grants": [{"id": "staged"} | grantee | scope]}
    return {
        "/reach": target,
        "/shares": link,
        "/credentials": target,
        "/explanations": target,
        "/presigned-urls": {"expiresIn": 60, "requests": [url]},
        "/multipart-uploads": {"target": f"s3://{BUCKET}/{below}/a", "parts": 1, "expiresIn": 60},
        "/parts": {"from": 1, "to": 1, "expiresIn": 60},
        "/completion": {"expiresIn": 60},
        "/abort": {"expiresIn": 60},
        "/staged": in_parts(),
        "/commit": {"dryRun": True},
        "/changes": {"version": 1, "dryRun": True},
        "/revocations": {"grantId": "nobodys", "kind": "block", "reason": "a test"},
        "/{grantId}": {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15"},
    }.get(route[route.rindex("/") :] if route.startswith("POST") else "")


@pytest.mark.parametrize("route", [one for one in ROUTES if "/s/" not in one])  # those are pages
def test_a_route_answers_the_members_that_the_reference_lists(
    route: str,
    call: Call,
    apply: Apply,
    cloud: Cloud,
    stack: Stack,
    user: Credentials,
    administrator: Credentials,
    logged_vend: str,
) -> None:
    method, path = route.split()
    keys = {"admin": administrator, "iam": user}.get(path.split("/")[1])
    tenant = {"groups": "tenants", "tenant_id": "acme"}
    token = cloud.issuer.token({"sub": "104857600123456789012", **tenant})
    headers = {} if keys else {"Authorization": f"Bearer {token}"}
    ids = {
        "grants": "assume-s3-user-reads-reports",
        "issuers": "accounts.google.com",
        "locations": BUCKET,
        "vends": logged_vend,
        "tests": "payroll",
    }
    if "tests/{id}" in path:
        apply(TESTS)
    if "multipart-uploads/{id}" in path:
        start = route.partition("/{id}")[0]
        started = call("POST", start.split()[1], asked(start), keys, headers=headers)
        ids["multipart-uploads"] = started.json["uploadId"]
    if "revocations/{id}" in path:
        start = "POST /admin/revocations"
        blocked = call("POST", "/admin/revocations", asked(start), administrator)
        ids["revocations"] = blocked.json["revocation"]["id"]
    if "staged/{id}" in path:
        parts = [asked(route)] if method == "PUT" else []
        staged = call("POST", "/admin/staged", in_parts(*parts), administrator).json["id"]
        if path.endswith("/changes"):
            planned = asked("POST /admin/staged/{id}/commit")
            call("POST", f"/admin/staged/{staged}/commit", planned, administrator)
        ids["staged"] = staged
    if "shares" in path:
        subject = {"issuer": cloud.issuer.url, "subject": "104857600123456789012"}
        sharer = {"id": "sharer", "grantee": subject, "permission": "READ", "sharing": True}
        apply({"version": 1, "grants": [sharer | {"scope": f"s3://{BUCKET}/by-link/*"}]})
    if "shares/{id}" in path:
        made_at = path.removesuffix("/{id}").replace("/admin/", "/iam/")
        owner = None if headers else user
        made = call("POST", made_at, asked(f"POST {made_at}"), owner, headers=headers)
        ids["shares"] = made.json["id"]
    path = path.replace("{id}", ids.get(path.split("/")[2], "")).replace("{number}", "0")
    if route == "GET /web-identity/credentials":
        path += f"?target=s3://{BUCKET}/reports/*&permission=READ"
    body = asked(route)
    if isinstance(body, dict) and "Action" in body:
        role = {"RoleArn": stack.outputs["RoleArn"], "RoleSessionName": "a-name"}
        body = urlencode(body | role | {"WebIdentityToken": token})
        path, headers = path.replace("{grantId}", "tenants"), {"Content-Type": FORM}
    answer = call(method, path, body, keys, headers=headers)
    assert answer.status == 200, answer.json
    listed = ROUTES[route][2]
    told = members(answer).keys()
    assert {name for name in listed if not name.endswith("?")} <= told
    assert told <= {name.rstrip("?") for name in listed}
