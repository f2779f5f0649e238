"""The command `s3vend` as a process of its own, against the real service and the local cloud."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from local.cloud.client import Call, Credentials
from local.cloud.environments import ACCOUNT, NO_SETTINGS, REGION
from local.cloud.ministack import ROOT, Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS
from tests.cloud.conftest import NewCaller
from tests.support.troubles import Trouble, proxied

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

COMMAND = (sys.executable, "-m", "s3vend.cli")
REPORTS, REPORT = f"s3://{BUCKET}/reports/*", "reports/2026.csv"
TARGET = f"s3://{BUCKET}/{REPORT}"
EXPORTER = "104857600123456789012"
SOON = 30.0  # seconds; far more than it takes


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


type Typed = Callable[..., Ended]


@pytest.fixture
def typed(stack: Stack, seeded: object, cloud: Cloud, tmp_path: Path) -> Typed:
    """`typed(*words, who=…, stdin=…, url=…)`: who is an IAM user's keys, or a token."""

    def run(
        *words: str,
        who: Credentials | str,
        stdin: str = "",
        url: str = stack.url,
        more: dict[str, str] | None = None,
    ) -> Ended:
        keys = (
            {"S3VEND_TOKEN": who}
            if isinstance(who, str)
            else {
                "AWS_ACCESS_KEY_ID": who.access_key_id,
                "AWS_SECRET_ACCESS_KEY": who.secret_access_key,
            }
        )
        settings = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "client/src"),
            "HOME": str(tmp_path),
            "S3VEND_URL": url,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": cloud.endpoint,
            **NO_SETTINGS,
            **keys,
            **(more or {}),
        }
        ended = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *words],
            env=settings,
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def token(cloud: Cloud) -> str:
    return cloud.issuer.token({"sub": EXPORTER})


def test_everybody_sees_who_they_are_and_what_they_may_reach(
    typed: Typed, user: Credentials, token: str
) -> None:
    assert "identity  S3VEND_TOKEN" in typed("whoami", who=token).out
    assert typed("whoami", "-o", "json", who=user).json["arn"].endswith("user/AssumeS3User")
    assert "assume-s3-user-writes-uploads  WRITE       s3://" in typed("ls", who=user).out
    everything = "s3vend exec, s3vend credentials, s3vend cp and s3vend url work here.\n"
    assert typed("explain", TARGET, who=user).out.startswith(everything)
    refused = typed("explain", f"s3://{BUCKET}/hoge.zip", who=user)
    assert refused.code == 1
    assert refused.out.startswith("Nothing works here: None of your grants allows READ on s3://")


def test_a_refusal_says_what_to_do_and_ends_by_its_kind(typed: Typed, user: Credentials) -> None:
    denied = typed("credentials", f"s3://{BUCKET}/hoge.zip", who=user)
    assert (denied.code, denied.out) == (1, "")
    assert "Ask the service's operator for a grant" in denied.err
    assert typed("ls", who="a.b.c").code == 3


def test_a_credential_process_feeds_an_sdk(
    typed: Typed, user: Credentials, cloud: Cloud, tmp_path: Path
) -> None:
    process = shlex.join([*COMMAND, "credentials", REPORTS, "--format", "process"])
    settings = {
        "PYTHONPATH": str(ROOT / "client/src"),
        "S3VEND_TOKEN": cloud.issuer.token({"sub": EXPORTER}),
        "S3VEND_URL": typed("whoami", who=user).out.split("service   ")[1].strip(),
    }
    (tmp_path / "aws").write_text(f"[profile x]\ncredential_process = {process}\n")
    program = (
        "import boto3; s3 = boto3.Session(profile_name='x').client('s3');"
        f"print(s3.get_object(Bucket='{BUCKET}', Key='{REPORT}')['Body'].read())"
    )
    own = {"AWS_CONFIG_FILE": str(tmp_path / "aws"), "AWS_ENDPOINT_URL": cloud.endpoint}
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "AWS_REGION": REGION, **own, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == repr(OBJECTS[REPORT])


WORK = """
import json, sys, time, boto3
from botocore.exceptions import ClientError
session = boto3.Session()
keys, s3 = session.get_credentials(), session.client("s3")
bucket, key, other = sys.argv[1:]
seen, failed, until = set(), [], time.monotonic() + 60
while len(seen) < 2 and time.monotonic() < until:
    try:
        s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except Exception as error:
        failed.append(str(error))
    seen.add(keys.get_frozen_credentials().access_key)
    time.sleep(0.1)
try:
    s3.get_object(Bucket=bucket, Key=other)
    outside = "read"
except ClientError as error:
    outside = error.response["Error"]["Code"]
import os
lines = []
for one in filter(str.isdigit, os.listdir("/proc")):
    try:
        lines.append(open(f"/proc/{one}/cmdline", "rb").read())
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended meanwhile
secrets = [os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"].encode(), keys.secret_key.encode()]
print(json.dumps({
    "method": keys.method, "keys": len(seen), "failed": failed, "outside": outside,
    "listed": any(one in line for one in secrets for line in lines),
    "named": sorted(name for name in os.environ if name.startswith(("AWS_", "S3VEND_"))),
}))
sys.exit(7)
"""


def test_a_command_has_credentials_that_renew_themselves_and_open_the_grant_alone(
    typed: Typed, stack: Stack, cloud: Cloud, token: str
) -> None:
    def shortened(body: bytes) -> bytes:
        answer = json.loads(body)
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
        answer["credentials"]["expiration"] = end
        return json.dumps(answer).encode()

    with proxied(cloud.endpoint, rewrite=shortened) as proxy:
        url = stack.url.replace(cloud.endpoint, proxy.url)
        child = (sys.executable, "-c", WORK, BUCKET, REPORT, "reports-private/secret.csv")
        ended = typed("exec", REPORTS, "--", *child, who=token, url=url)
    assert (ended.code, ended.err) == (7, "")
    assert json.loads(ended.out) == {
        "method": "container-role",
        "keys": 2,
        "failed": [],
        "outside": "AccessDenied",
        "listed": False,
        "named": [
            "AWS_CONFIG_FILE",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CREDENTIAL_PROFILES_FILE",
            "AWS_DEFAULT_REGION",
            "AWS_EC2_METADATA_DISABLED",
            "AWS_ENDPOINT_URL",
            "AWS_REGION",
            "AWS_SHARED_CREDENTIALS_FILE",
            "S3VEND_URL",
        ],
    }
    assert proxy.requests >= 2


def test_files_go_up_and_down_and_through_pipes(
    typed: Typed, user: Credentials, token: str, s3: "S3Client", tmp_path: Path
) -> None:
    (tmp_path / "big").write_bytes(os.urandom(20 * 1024 * 1024))  # in parts
    uploads = f"s3://{BUCKET}/uploads/cli/"
    assert typed("cp", "big", uploads, who=user)[:2] == (0, "")
    there = s3.get_object(Bucket=BUCKET, Key="uploads/cli/big")["Body"].read()
    assert there == (tmp_path / "big").read_bytes()
    assert typed("cp", "-", f"{uploads}small", who=user, stdin="ab").code == 0
    assert s3.get_object(Bucket=BUCKET, Key="uploads/cli/small")["Body"].read() == b"ab"
    assert typed("cp", TARGET, ".", who=token)[:2] == (0, "")
    assert (tmp_path / "2026.csv").read_bytes() == OBJECTS[REPORT]
    assert typed("cp", TARGET, "-", who=token).out.encode() == OBJECTS[REPORT]
    refused = typed("cp", f"s3://{BUCKET}/reports-private/secret.csv", "new/", who=token)
    assert (refused.code, (tmp_path / "new").exists()) == (1, False)
    assert typed("cp", TARGET, "new/deep/", who=token)[:2] == (0, "")
    (tmp_path / "new/deep/2026.csv").write_text("mine")
    refused = typed("cp", TARGET, "new/deep/", who=token)
    assert (refused.code, "use --overwrite" in refused.err) == (1, True)
    assert typed("cp", TARGET, "new/deep/", "--overwrite", who=token)[:2] == (0, "")
    assert (tmp_path / "new/deep/2026.csv").read_bytes() == OBJECTS[REPORT]
    for name in ("big", "2026.csv"):
        (tmp_path / name).touch()
        typed("cp", name, uploads, who=user)
        refused = typed("cp", name, uploads, "--no-overwrite", who=user)
        assert (refused.code, refused.out) == (1, "")
        assert f"{uploads}{name}" in refused.err
        assert "already exists" in refused.err


def test_what_s3_keeps_with_an_object_is_what_was_said(
    typed: Typed, user: Credentials, s3: "S3Client", tmp_path: Path
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"packed")
    uploads = f"s3://{BUCKET}/uploads/cli/"
    assert typed("cp", "a.csv.gz", uploads, who=user)[:2] == (0, "")
    kept = s3.head_object(Bucket=BUCKET, Key="uploads/cli/a.csv.gz")
    assert kept["ContentType"] == "application/gzip"
    assert "ContentEncoding" not in kept
    words = ("--content-encoding", "gzip", "--content-disposition", 'inline; filename="b.csv"')
    assert typed("cp", "a.csv.gz", uploads, *words, "--sse", "AES256", who=user)[:2] == (0, "")
    kept = s3.head_object(Bucket=BUCKET, Key="uploads/cli/a.csv.gz")
    assert (kept["ContentType"], kept["ContentEncoding"]) == ("text/csv", "gzip")
    assert kept["ContentDisposition"] == 'inline; filename="b.csv"'
    refused = typed("cp", "a.csv.gz", uploads, "--metadata", "a=1", who=user)
    assert (refused.code, "is not allowed by the grant; it allows" in refused.err) == (1, True)


def test_stdin_goes_up_in_parts_without_a_copy_on_the_disk(
    typed: Typed, cloud: Cloud, s3: "S3Client", tmp_path: Path
) -> None:
    key, long = "tenants/acme/long", "0123456789abcdef" * 1024 * 1024
    tenant = cloud.issuer.token({"sub": "one", "groups": "tenants", "tenant_id": "acme"})
    words = ("cp", "-", f"s3://{BUCKET}/{key}", "--part-size", "5", "-o", "json")
    ended = typed(*words, who=tenant, stdin=long, more={"TMPDIR": str(tmp_path / "none")})
    assert (ended.json["size"], ended.json["remarks"]) == (len(long), [])
    stored = s3.get_object(Bucket=BUCKET, Key=key)
    assert stored["Body"].read() == long.encode()
    assert stored["ETag"].endswith('-4"')
    s3.delete_object(Bucket=BUCKET, Key=key)


def test_what_came_from_stdin_and_failed_leaves_no_parts_to_pay_for(
    typed: Typed, stack: Stack, cloud: Cloud, s3: "S3Client"
) -> None:
    def refused(method: str, path: str, number: int) -> Trouble | None:
        part = method == "PUT" and "partNumber=2" in path
        return Trouble(reply=(400, b"<Error><Code>BadDigest</Code></Error>")) if part else None

    key = "tenants/acme/failed"
    tenant = cloud.issuer.token({"sub": "one", "groups": "tenants", "tenant_id": "acme"})
    with proxied(cloud.endpoint, plan=refused) as proxy:
        url = stack.url.replace(cloud.endpoint, proxy.url)
        long = "x" * 20 * 1024 * 1024
        words = ("cp", "-", f"s3://{BUCKET}/{key}", "--part-size", "5")
        ended = typed(*words, who=tenant, stdin=long, url=url)
    assert (ended.code, "BadDigest" in ended.err) == (1, True), ended.err
    assert any(method == "POST" and path.endswith("/abort") for method, path in proxy.seen)
    left = s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [one["Key"] for one in left if one["Key"] == key] == []


def test_urls_are_used_by_the_line_for_curl(
    typed: Typed, user: Credentials, token: str, s3: "S3Client", tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    line = typed(
        *("url", f"s3://{BUCKET}/uploads/cli/a.csv", "-X", "PUT", "--file", "a.csv", "--curl"),
        who=user,
    ).out
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)  # noqa: S603, S607 - any bash
    stored = s3.get_object(Bucket=BUCKET, Key="uploads/cli/a.csv")
    assert (stored["Body"].read(), stored["ContentType"]) == (b"a,b\n", "text/csv")
    for target in (f"s3://{BUCKET}/uploads/cli/*", f"s3://{BUCKET}/uploads/cli/a form's.csv"):
        words = ("url", target, "-X", "POST", "--file", "a.csv", "--curl", "--sse", "AES256")
        line = typed(*words, who=user).out
        s3.delete_object(Bucket=BUCKET, Key="uploads/cli/a.csv")
        subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)  # noqa: S603, S607 - any bash
        key = "uploads/cli/a.csv" if target.endswith("*") else "uploads/cli/a form's.csv"
        stored = s3.get_object(Bucket=BUCKET, Key=key)
        assert (stored["Body"].read(), stored["ContentType"]) == (b"a,b\n", "text/csv")
    many = typed("url", "-", who=token, stdin=f"{TARGET}\n{TARGET}\n").out.splitlines()
    assert len(many) == 2
    done = subprocess.run(["curl", "-sf", many[1]], capture_output=True, check=True)  # noqa: S603, S607 - any curl
    assert done.stdout == OBJECTS[REPORT]


GRANT = """\
version: 1
grants:
  - id: cli-one
    grantee: {{iam: "arn:aws:iam::{account}:user/{name}"}}
    scope: s3://{bucket}/{prefix}
    permission: READ
"""


def test_a_file_is_planned_applied_and_what_it_took_away_is_revoked(
    typed: Typed, administrator: Credentials, new_user: NewCaller, tmp_path: Path
) -> None:
    name, file = "CliReader", tmp_path / "vending.yaml"
    keys = new_user(name=name)
    form = {"account": ACCOUNT, "name": name, "bucket": BUCKET}

    file.write_text(GRANT.format(prefix="rep*", **form))
    bad = typed("plan", "vending.yaml", who=administrator)
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("s3vend: vending.yaml:5: /grants/0/scope: ")

    file.write_text(GRANT.format(prefix="reports/*", **form))
    planned = typed("plan", "vending.yaml", who=administrator)
    assert (planned.code, planned.out.splitlines()[0]) == (2, "+ grant cli-one  vending.yaml:3")
    asked = typed("apply", "vending.yaml", who=administrator)
    assert (asked.code, "use --yes" in asked.err) == (1, True)
    applied = typed("apply", "vending.yaml", "--yes", who=administrator)
    assert (applied.code, "Applied: revision" in applied.out) == (0, True), applied.err
    assert typed("plan", "vending.yaml", who=administrator).code == 0

    held = until(lambda: typed("url", TARGET, who=keys), lambda ended: ended.code == 0).out.strip()
    file.write_text(GRANT.format(prefix="reports/archive/*", **form))
    narrowed = typed("apply", "vending.yaml", "--yes", "--revoke", "-o", "json", who=administrator)
    [ended] = narrowed.json["revocations"]
    assert ended["revocation"]["grantId"] == "cli-one"
    assert ended["revocation"]["createdAt"] >= narrowed.json["environmentsBy"]
    assert until(lambda: status(held), lambda code: code == 403) == 403


OWNED = """\
version: 1
grants:
  - id: cli-owned
    owner: {owner}
    description: "reports: what #finance reads"
    grantee: {{iam: "arn:aws:iam::{account}:user/{name}"}}
    scope: s3://{bucket}/reports/*
    permission: READ
"""


def test_what_stands_is_exported_and_planned_again_without_a_change(
    typed: Typed, administrator: Credentials, new_user: NewCaller, tmp_path: Path
) -> None:
    keys, file = new_user(name="CliOwned"), tmp_path / "vending.yaml"
    form = {"account": ACCOUNT, "name": "CliOwned", "bucket": BUCKET}
    file.write_text(OWNED.format(owner="team-data", **form))
    mine = ("--owner", "team-data")
    applied = typed("apply", "vending.yaml", *mine, "--yes", who=administrator)
    assert applied.out.splitlines()[0] == "+ grant cli-owned (team-data)  vending.yaml:3", (
        applied.err
    )

    for words in ((), ("-o", "json")):
        exported = typed("export", *words, who=administrator)
        assert exported.code == 0, exported.err
        again = typed("plan", "-", "--prune", who=administrator, stdin=exported.out)
        assert (again.code, again.out.split(":")[0]) == (0, "Nothing to apply"), again
    assert len(typed("export", "-o", "json", who=administrator).json["grants"]) > 5

    typed("export", *mine, "--out", "mine.yaml", who=administrator)
    assert (tmp_path / "mine.yaml").read_text() == (
        "version: 1\nowner: team-data\nlocations: []\nissuers: []\n"
        + OWNED.format(owner="team-data", **form).partition("\n")[2]
        + "tests: []\n"
    )
    assert typed("plan", "mine.yaml", "--prune", who=administrator).code == 0

    file.write_text(OWNED.format(owner="team-web", **form))
    taken = typed("apply", "vending.yaml", "--owner", "team-web", "--yes", who=administrator)
    assert taken.code == 1
    assert "'cli-owned' belongs to 'team-data' on the service" in taken.err

    seen = until(lambda: typed("ls", who=keys), lambda ended: "cli-owned" in ended.out).out
    assert "team-data  reports: what #finance reads" in seen
    file.write_text("version: 1\ngrants: []\n")
    emptied = typed("apply", "vending.yaml", *mine, "--prune", "--yes", who=administrator)
    assert (emptied.code, "removes every grant of team-data" in emptied.err) == (0, True)
    assert emptied.out.splitlines()[-2].startswith("0 to add, 0 to change, 1 to remove")
    recorded = typed(
        "audit", "--since", "10m", "--action", "apply", "-o", "json", who=administrator
    )
    assert recorded.json["records"][-1]["owner"] == "team-data"


def test_a_grant_for_urls_alone_is_explained_as_it_works(
    typed: Typed, administrator: Credentials, new_user: NewCaller, apply: Callable[..., None]
) -> None:
    name = "CliShort"
    keys, arn = new_user(name=name), f"arn:aws:iam::{ACCOUNT}:user/{name}"
    grant = {"id": "cli-short", "grantee": {"iam": arn}, "scope": REPORTS, "permission": "READ"}
    apply({"version": 1, "grants": [grant | {"maxDuration": "5m"}]})
    works = "s3vend cp and s3vend url work here; credentials do not, since the grant's maxDuration"
    explained = until(lambda: typed("explain", TARGET, who=keys), lambda ended: ended.code == 0)
    assert explained.out.startswith(f"{works} is 5m.\n")
    assert f"READ on {TARGET}: {works} is 5m." in typed("doctor", TARGET, who=keys).out
    assert typed("credentials", TARGET, who=keys).code == 1
    assert typed("cp", TARGET, "-", who=keys).out.encode() == OBJECTS[REPORT]
    long = typed("url", TARGET, "--expires-in", "1h", who=keys)
    assert "allows at most 300 seconds (5m)" in long.err


def test_the_kill_switch_is_pulled_listed_and_lifted(
    typed: Typed, administrator: Credentials, new_user: NewCaller, apply: Callable[..., None]
) -> None:
    name = "CliRevoked"
    keys, arn = new_user(name=name), f"arn:aws:iam::{ACCOUNT}:user/{name}"
    grant = {"id": "cli-revoked", "grantee": {"iam": arn}, "scope": REPORTS, "permission": "READ"}
    apply({"version": 1, "grants": [grant]})
    held = until(lambda: typed("url", TARGET, who=keys), lambda ended: ended.code == 0).out.strip()
    assert status(held) == 200
    words = ("revoke", "--caller", arn, "--block", "--reason", "a test", "--yes", "-o", "json")
    revoked = typed(*words, who=administrator).json
    assert revoked["denialWritten"] is True
    assert until(lambda: status(held), lambda code: code == 403) == 403
    assert until(lambda: typed("url", TARGET, who=keys), lambda ended: ended.code == 1).code == 1
    id_ = revoked["revocation"]["id"]
    assert f"{id_}  in force" in typed("revoke", "list", who=administrator).out
    session = typed("audit", "sessions", "--caller", arn, "-o", "json", who=administrator)
    assert [one.get("revocation") for one in session.json["sessions"]] == ["denied"]
    lifted = typed("revoke", "lift", id_, who=administrator).out
    assert "New vends are allowed again" in lifted
    assert "deny what was vended before" in lifted
    assert f"{id_}  lifted" in typed("revoke", "list", who=administrator).out
    assert until(lambda: typed("url", TARGET, who=keys), lambda ended: ended.code == 0).code == 0
    assert typed("revoke", "lift", "0" * 16, who=administrator).code == 1
    spelling = ("revoke", "--caller", f"{arn}s", "--reason", "a test", "--yes")
    misspelt = typed(*spelling, who=administrator)
    assert (misspelt.code, "check the spelling" in misspelt.err) == (0, True)
    # API Gateway's own refusal, which the template would make NotAuthenticated: 3 on AWS.
    assert typed("revoke", "list", who=keys).code == 1


def test_what_was_asked_can_be_looked_up(
    typed: Typed, administrator: Credentials, logged_vend: str, call: Call
) -> None:
    found = typed("audit", "--vend", logged_vend, "-o", "json", who=administrator).json["records"]
    assert [one["vendId"] for one in found] == [logged_vend]
    assert logged_vend in typed("audit", "--since", "2h", who=administrator).out
    one = typed("audit", "vend", logged_vend, who=administrator).json
    assert one["session"]["sessionId"] in typed("audit", "sessions", who=administrator).out


def test_the_doctor_finds_all_well_and_what_pages_may_do(
    typed: Typed, token: str, user: Credentials, s3: "S3Client"
) -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    [rules] = [
        json.loads(block.partition("```")[0])
        for block in page.split("```console\n")
        if block.startswith('[{"AllowedOrigins"')
    ]
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": rules})
    try:
        for target, who in ((REPORTS, token), (f"s3://{BUCKET}/uploads/*", user)):
            words = ("doctor", target, "-o", "json", "--origin")
            well = typed(*words, "https://app.example.com", who=who).json["checks"]
            assert {one["check"]: one["level"] for one in well} == dict.fromkeys(
                (
                    *("settings", "endpoint", "clock", "identity", "authentication"),
                    *("version", "grants", "target", "cors-api", "cors-bucket"),
                ),
                "ok",
            )
            other = typed(*words, "https://other.example.com", who=who).json["checks"]
            wrong = {one["check"] for one in other if one["level"] != "ok"}
            assert wrong == {"cors-api", "cors-bucket"}
        rules[0]["AllowedMethods"].remove("DELETE")
        s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": rules})
        lacking = typed(*words, "https://app.example.com", who=user).json["checks"]
        [wrong] = [one["detail"] for one in lacking if one["level"] != "ok"]
        assert "does not allow DELETE" in wrong
    finally:
        s3.delete_bucket_cors(Bucket=BUCKET)


def test_the_canary_measures_how_long_a_url_outlives_its_revocation(
    typed: Typed, token: str, administrator: Credentials
) -> None:
    admin = {
        "AWS_ACCESS_KEY_ID": administrator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": administrator.secret_access_key,
        "XDG_CONFIG_HOME": "",
    }
    assert (
        typed("configure", "admin", "--door", "iam", "--url", "http://127.0.0.1:9", who=token).code
        == 0
    )
    words = ("canary", TARGET, "--admin-profile", "admin", "-o", "json")
    measured = typed(*words, who=token, more=admin).json
    assert measured["denialWritten"] is True
    assert 0 <= measured["deniedSeconds"] < SOON


def status(url: str) -> int:
    code = subprocess.run(  # noqa: S603 - any curl
        ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", url],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return int(code)


def until[T](ask: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """The first answer that holds: functions go on using grants for some seconds."""
    end = time.monotonic() + SOON
    while not holds(found := ask()) and time.monotonic() < end:
        time.sleep(0.2)
    return found
