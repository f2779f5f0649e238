"""The pipelines of docs/ci.md, run as runners would, with tokens of GitHub's and GitLab's shape."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, vending
from tests.cloud.conftest import Apply
from tests.support.pages import ROOT
from tests.support.pipelines.github import Job
from tests.support.pipelines.gitlab import Runner, jobs, mirrored
from tests.support.pipelines.hosts import Host, github
from tests.support.pipelines.pages import documents, pipeline, workflow

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

URL = "https://vend.example.com/v1"  # the service's, on the page
AUDIENCE = "https://vend.example.com"
OWNER = "pipelines"
CLAIMS = ("repository_id", "environment", "event_name", "project_id", "ref_protected")
RELEASE = {"environment": "release", "ref": "refs/tags/v1", "sub": "repo:octo-org@65432/app@123456789:environment:release"}  # fmt: skip
FIXTURE = f"s3://{BUCKET}/fixtures/*"
MAKEFILE = """\
test:
	grep -q 42 fixtures/2026.csv && touch tested
dist:
	mkdir -p dist && echo built > dist/app.tar
"""
REPORT = f"""\
import boto3
body = boto3.client("s3").get_object(Bucket="{BUCKET}", Key="fixtures/2026.csv")["Body"].read()
print("the report has", body.decode().split(",")[1])
"""
TRY_TO_WRITE = f"""\
import boto3
boto3.client("s3").put_object(Bucket="{BUCKET}", Key="fixtures/new.csv", Body=b"x")
"""
PYTHON = str(ROOT / ".venv/bin")


@pytest.fixture(scope="module", autouse=True)
def granted(cloud: Cloud, stack: Stack, apply: Apply, s3: "S3Client") -> Iterator[None]:
    """What the page grants, to callers of the local issuer in place of GitHub and GitLab."""
    [issuer] = [one for one in vending(cloud.issuer.url)["issuers"] if one["issuer"] == cloud.issuer.url]  # fmt: skip
    grants: list[Any] = []
    for url, document in documents().items():
        text = json.dumps(document["grants"]).replace(url, cloud.issuer.url)
        grants += [{**one, "owner": OWNER} for one in json.loads(text)]
    more = {**issuer, "claims": [*issuer["claims"], *CLAIMS]}
    apply({"version": 1, "issuers": [more], "grants": grants})
    s3.put_object(Bucket=BUCKET, Key="fixtures/2026.csv", Body=b"answer,42,\n")
    yield
    apply({"version": 1, "owner": OWNER, "prune": True, "grants": []})
    apply({"version": 1, "issuers": [issuer]})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with what the page's pipelines call."""
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "Makefile").write_text(MAKEFILE)
    (directory / "report.py").write_text(REPORT)
    return directory


def claims(name: str, changed: Mapping[str, object] | None = None) -> dict[str, object]:
    """The claims of a job of the recipes, but those that the local issuer fills in."""
    recipe = json.loads((ROOT / f"tests/recipes/{name}.json").read_text())["payload"]
    left_out = ("iss", "iat", "nbf", "exp")
    return {one: value for one, value in {**recipe, **(changed or {})}.items() if one not in left_out}  # fmt: skip


@contextmanager
def on_github(
    cloud: Cloud, project: Path, changed: Mapping[str, object] | None = None, **more: Any
) -> Iterator[tuple[Job, Host]]:
    """A job on GitHub with the claims of the recipe."""
    with github(claims("github-actions", changed), cloud.issuer.token) as host:
        settings = {"AWS_ENDPOINT_URL": cloud.endpoint, "GITHUB_REF_NAME": "v1"}
        job = Job(project.parent / "runner", project, host, more=settings, **more)
        job.environment["PATH"] = f"{PYTHON}:{job.environment['PATH']}"
        yield job, host


def here(found: Any, stack: Stack) -> Any:
    """The same with the address of the service that is here."""
    return json.loads(json.dumps(found).replace(URL, stack.url))


def secrets_of(text: str) -> list[str]:
    """What looks like an access key or a token in a text."""
    return [one for one in ("ASIA", "AKIA", "eyJ") if one in text]


def test_test_files_are_read_in_a_pipeline(cloud: Cloud, stack: Stack, project: Path) -> None:
    with on_github(cloud, project) as (job, host):
        assert job.run(here(workflow("test"), stack)["jobs"]["test"]) == 0, job.log
        assert (project / "tested").exists()
        assert {*host.audiences} == {AUDIENCE}
        assert secrets_of(job.raw) == []


def test_a_program_gets_credentials_and_no_other_step_does(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, _):
        assert job.run(here(workflow("report"), stack)["jobs"]["report"]) == 0, job.log
        assert "the report has 42" in job.log
        assert not [one for one in job.environment if one.startswith("AWS_") and "ENDPOINT" not in one and "METADATA" not in one]  # fmt: skip
        assert secrets_of(job.raw) == []


def test_the_program_sees_neither_the_jobs_token_nor_keys(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, _):
        assert job.act(url=stack.url, audience=AUDIENCE, read=FIXTURE, run="env; exit 7") == 7
        shown = {line.partition("=")[0] for line in job.raw.splitlines()}
        assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in shown
        hidden = ("ACTIONS_ID_TOKEN", "INPUT_", "AWS_ACCESS", "AWS_SECRET", "AWS_SESSION")
        assert not [one for one in shown if one.startswith(hidden)]


def test_a_release_is_not_published_without_its_environment(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, _):
        assert job.run(here(workflow("release"), stack)["jobs"]["publish"]) != 0
        assert "AccessDenied" in job.log


def test_a_release_is_published_from_its_environment(
    cloud: Cloud, stack: Stack, project: Path, s3: "S3Client"
) -> None:
    with on_github(cloud, project, RELEASE) as (job, _):
        assert job.run(here(workflow("release"), stack)["jobs"]["publish"]) == 0, job.log
    body = s3.get_object(Bucket=BUCKET, Key="releases/app/v1/app.tar")["Body"].read()
    assert body == b"built\n"


def test_later_steps_get_credentials_that_the_log_does_not_show(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, _):
        inputs = {"url": stack.url, "audience": AUDIENCE, "read": FIXTURE, "duration": "15m"}
        assert job.act(**inputs) == 0, job.log
        assert job.outputs["region"] == "ap-northeast-1"
        assert job.outputs["expiration"].endswith("Z")
        assert job.environment["AWS_REGION"] == "ap-northeast-1"
        code, _ = job.step("python report.py; env | grep ^AWS_", {})
        assert code == 0
        assert "the report has 42" in job.log
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        assert not [one for one in names if job.environment[one] in job.log]
        # The second use proves the repository again, not the session that it lent before.
        assert job.act(**inputs, run="true") == 0, job.log


def test_no_other_identity_of_the_job_is_tried(cloud: Cloud, stack: Stack, project: Path) -> None:
    with on_github(cloud, project) as (job, host):
        job.environment |= {"AWS_PROFILE": "nobody", "S3VEND_TOKEN": "x", "S3VEND_PROFILE": "other"}
        assert job.act(url=stack.url, audience=AUDIENCE, read=FIXTURE, run="true") == 0, job.log
        assert host.audiences == [AUDIENCE]


def test_what_was_not_granted_is_refused_before_and_by_s3(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, _):
        inputs = {"url": stack.url, "audience": AUDIENCE}
        assert job.act(**inputs, read="s3://hogehoge-bucket/secret/*", run="touch ran") == 1
        assert "None of your grants allows READ" in job.log
        (project / "write.py").write_text(TRY_TO_WRITE)
        assert job.act(**inputs, read=FIXTURE, run="python write.py; touch ran") == 1
        assert "AccessDenied" in job.log
        assert not (project / "ran").exists()


def test_a_token_for_another_audience_is_not_sent(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    with on_github(cloud, project) as (job, host):
        assert job.act(url=stack.url, audience="sts.amazonaws.com", read=FIXTURE, run="true") != 0
        assert secrets_of(job.raw) == []
        assert host.audiences == []


def test_without_an_audience_the_token_is_for_the_services_address(
    cloud: Cloud, stack: Stack, project: Path
) -> None:
    """Which this issuer's entry does not list."""
    with on_github(cloud, project) as (job, host):
        assert job.act(url=stack.url, read=FIXTURE, run="true") == 3
        assert "NotAuthenticated" in job.log
        assert {*host.audiences} == {stack.url.rstrip("/")}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A server's directory that has this project, and its commit."""
    directory = tmp_path_factory.mktemp("servers")
    return directory, mirrored(directory)


@pytest.mark.parametrize(
    ("name", "protected", "code"),
    [("test", "false", 0), ("report", "false", 0), ("publish", "true", 0), ("publish", "false", 1)],
)
def test_gitlabs_jobs_get_what_their_branch_is_granted(
    name: str,
    protected: str,
    code: int,
    cloud: Cloud,
    stack: Stack,
    project: Path,
    mirror: tuple[Path, str],
) -> None:
    servers, sha = mirror
    variables = {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "CI_COMMIT_TAG": f"v-{protected}",
        "PATH": f"{project.parent}/runner/shims:{PYTHON}:/usr/bin:/bin",
    }
    own = claims("gitlab", {"ref_protected": protected})
    runner = Runner(project.parent / "runner", project, servers, variables, own, cloud.issuer.token)
    job = jobs(here(pipeline(), stack), sha)[name]
    assert runner.run(job) == code, runner.log
    assert secrets_of(runner.log) == []
    assert ("AccessDenied" in runner.log) is bool(code)
