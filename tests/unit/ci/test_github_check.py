"""The action's check of a pull request: what its log, summary and comment show, and to whom."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.pipelines.github import REPOSITORY, Job
from tests.support.pipelines.hosts import BOT, GITHUB_TOKEN, LONGEST, PERSONAL_TOKEN, Host, github
from tests.support.pipelines.repositories import PullRequest, commit, git, pull_request, shallow

HEAD = """\
version: 1
locations:
  - {scope: s3://hogehoge-bucket/*, region: ap-northeast-1}
"""
READS = """\
grants:
  - id: reads
    grantee: {iam: "arn:aws:iam::123456789012:role/Analyst"}
    scope: s3://hogehoge-bucket/reports/*
    permission: READ
"""
OLD = HEAD + READS
WIDER = OLD.replace("/reports/*", "/*")
FAULTY = OLD.replace("READ", "READ-ONLY")
FILE = "vending.yaml"
# It can begin a command of the runner, a mention, a picture and a page's script.
HOSTILE = "a`b``` ![x](https://evil.example/p.png) <img src=x onerror=alert(1)> @octo-org #1 <!-- c"

type Made = Mapping[str, str | Path | None]
type NewJob = Callable[..., Job]


@pytest.fixture
def host() -> Iterator[Host]:
    with github({}) as one:
        yield one


@pytest.fixture
def new_job(tmp_path: Path, host: Host) -> NewJob:
    """`new_job(old, new, …)`: the job of a pull request that changes old files into new ones."""

    def job(old: Made, new: Made, *, fork: bool = False, **more: Any) -> Job:
        request = pull_request(tmp_path / "repository", old, new, more.pop("branch", "change"))
        return of(request, tmp_path / "runner", host, fork=fork, **more)

    return job


def of(request: PullRequest, directory: Path, host: Host, *, fork: bool = False, workspace: Path | None = None, **more: Any) -> Job:  # fmt: skip
    head = {"sha": request.head, "repo": {"full_name": "mallory/app" if fork else REPOSITORY}}
    event = {"pull_request": {"number": 7, "head": head, "base": {"sha": request.base}}}
    kind = {"event_name": "pull_request", "token": False, "event": event, **more}
    return Job(directory, workspace or request.repository, host, **kind)


def test_who_reaches_more_is_in_the_log_the_summary_and_a_comment(
    new_job: NewJob, host: Host
) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE) == 0, job.log
    said = "+ role Analyst can now READ some of s3://hogehoge-bucket/*, for example"
    assert said in job.log
    assert said in job.summary
    [comment] = host.comments
    assert said in comment["body"]
    assert "**Access changes: 1 more.**" in comment["body"]
    assert job.outputs["gained"] == "1"
    assert job.outputs["lost"] == job.outputs["errors"] == "0"
    assert Path(job.outputs["report"]).read_text() in comment["body"]


def test_the_comment_is_updated_and_never_written_twice(
    tmp_path: Path, new_job: NewJob, host: Host
) -> None:
    first = new_job({FILE: OLD}, {FILE: WIDER})
    assert first.act(check=FILE) == 0
    assert first.act(check=FILE) == 0
    assert host.written() == ["POST"]
    again = pull_request(tmp_path / "again", {FILE: OLD}, {FILE: OLD + "# nothing else\n"})
    assert of(again, tmp_path / "second", host).act(check=FILE) == 0
    assert host.written() == ["POST", "PATCH"]
    [comment] = host.comments
    assert "Nobody reaches more or less." in comment["body"]


def test_a_change_about_which_there_is_nothing_to_say_gets_no_comment(
    new_job: NewJob, host: Host
) -> None:
    job = new_job({FILE: OLD}, {FILE: OLD + "# a remark\n"})
    assert job.act(check=FILE) == 0
    assert "Nobody reaches more or less." in job.log
    assert "Nobody reaches more or less." in job.summary
    assert host.comments == []


def test_each_check_of_a_pull_request_has_a_comment_of_its_own(new_job: NewJob, host: Host) -> None:
    job = new_job({FILE: OLD, "b/vending.yaml": OLD}, {FILE: WIDER, "b/vending.yaml": WIDER})
    assert job.act(check=FILE) == job.act(check="b/vending.yaml") == 0
    assert len(host.comments) == 2


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(
    new_job: NewJob, host: Host
) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE) == 0
    forged = {**host.comments[0], "user": {"login": "mallory", "type": "User"}, "id": 1}
    host.comments[:] = [forged]
    assert job.act(check=FILE) == 0
    assert host.written() == ["POST", "POST"]
    assert host.comments[0] == forged


def test_a_comment_with_the_token_of_a_person_is_updated_too(new_job: NewJob, host: Host) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE, github_token=PERSONAL_TOKEN) == 0, job.log
    assert job.act(check=FILE, github_token=PERSONAL_TOKEN) == 0
    assert host.written() == ["POST"]
    assert host.comments[0]["user"]["type"] == "User"


def test_our_comment_is_found_behind_a_hundred_others(new_job: NewJob, host: Host) -> None:
    others = [{"id": number, "body": None, "user": BOT} for number in range(200)]
    host.comments += others
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE) == job.act(check=FILE) == 0
    assert host.written() == ["POST"]


def test_a_fault_fails_the_job_and_is_shown_at_its_line(new_job: NewJob, host: Host) -> None:
    job = new_job({FILE: OLD}, {FILE: FAULTY})
    assert job.act(check=FILE) == 1
    [error] = [one for one in job.commands if one.startswith("error")]
    assert error.startswith("error file=vending.yaml,line=8,col=5,title=s3vend%3A InvalidRequest::")
    assert "must be 'READ', 'WRITE' or 'READWRITE'" in host.comments[0]["body"]


def test_the_findings_are_written_as_sarif_with_paths_from_the_root(new_job: NewJob) -> None:
    starred = OLD.replace("/reports/*", "/re*ports/*")
    job = new_job({"grants/a.yaml": OLD}, {"grants/a.yaml": starred})
    assert job.act(check="grants/*.yaml") == 0, job.log
    [run] = json.loads(Path(job.outputs["sarif"]).read_text())["runs"]
    [place] = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "grants/a.yaml"
    assert Path(job.outputs["sarif"]).is_relative_to(job.temp)


def test_a_new_file_is_compared_with_nothing(new_job: NewJob) -> None:
    job = new_job({"README.md": "x"}, {FILE: OLD})
    assert job.act(check=FILE) == 0, job.log
    assert job.outputs["gained"] == "1"


def test_several_files_are_one_document_on_both_sides(new_job: NewJob) -> None:
    job = new_job({"a/x.yaml": HEAD, "a/y.yaml": "version: 1\n" + READS}, {"a/y.yaml": None, "a/z.yaml": "version: 1\n" + READS})  # fmt: skip
    assert job.act(check="a/*.yaml") == 0, job.log
    assert "Nobody reaches more or less." in job.log


def test_a_broken_file_on_the_main_branch_can_be_mended(new_job: NewJob, host: Host) -> None:
    job = new_job({FILE: "version: [\n"}, {FILE: OLD})
    assert job.act(check=FILE) == 0, job.log
    assert "Not compared with what was granted before." in host.comments[0]["body"]
    assert "[NotADocument]" in host.comments[0]["body"]
    assert str(job.temp) not in host.comments[0]["body"]


def test_a_service_that_cannot_be_asked_is_no_comparison_that_was_left_out(
    new_job: NewJob, host: Host
) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER}, more={"S3VEND_RETRIES": "0"})
    job.environment |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    assert job.act(check=FILE, against="service", url="http://127.0.0.1:9/v1") == 1
    assert host.comments == []
    assert job.summary == ""


def test_what_others_choose_is_no_markdown_no_html_and_no_command(
    new_job: NewJob, host: Host
) -> None:
    key = HOSTILE.replace(":", "").replace("//", "/")
    new = (
        OLD
        + f"""\
  - id: hostile
    grantee: {{iam: "arn:aws:iam::123456789012:role/Analyst"}}
    scope: "s3://hogehoge-bucket/{key}/*"
    permission: WRITE
"""
    )
    job = new_job({FILE: OLD}, {FILE: new})
    assert job.act(check=FILE) == 0, job.log
    for text in (host.comments[0]["body"], job.summary):
        outside = without_code(text)
        assert "<img" in text
        assert not any(one in outside for one in ("<img", "](", "@octo-org", "#1", "b/*"))


def test_a_name_of_a_file_is_no_command_of_the_runner(new_job: NewJob) -> None:
    name = "::error title=x,file=y::%0A##[warning]z.yaml"
    job = new_job({"README.md": "x"}, {name: OLD.replace("/reports/*", "/re*ports/*")})
    assert job.act(check="*.yaml") == 0, job.log
    kinds = {one.split()[0].partition("::")[0] for one in job.commands}
    assert kinds == {"warning"}
    [warning] = job.commands
    assert "title=s3vend%3A WildcardInScope" in warning
    assert "file=%3A%3Aerror title=x%2Cfile=y%3A%3A%250A##[warning]z.yaml," in warning


def test_invisible_characters_are_shown_as_what_they_are(new_job: NewJob, host: Host) -> None:
    new = OLD.replace("/reports/*", "/a\u202eb\u200b/*")
    job = new_job({FILE: OLD}, {FILE: new})
    assert job.act(check=FILE) == 0, job.log
    assert "a\\u202eb\\u200b" in host.comments[0]["body"]
    assert not any("\u200b" in text for text in (job.log, job.summary, host.comments[0]["body"]))


def test_a_comment_that_would_be_too_long_says_what_is_missing(new_job: NewJob, host: Host) -> None:
    grants = "".join(
        f'  - {{id: g{one}, grantee: {{iam: "arn:aws:iam::123456789012:role/R{one}"}}, '
        f"scope: s3://hogehoge-bucket/{'é' * 300}{one}/*, permission: READ}}\n"
        for one in range(150)
    )
    job = new_job({FILE: OLD}, {FILE: OLD + grants})
    assert job.act(check=FILE) == 0, job.log
    body = host.comments[0]["body"]
    assert LONGEST - 10_000 < len(body.encode()) <= LONGEST
    assert "150 more" in body
    assert "more; the job's log has all of them." in body
    assert "role R149 " in job.log


def test_a_fork_gets_the_report_in_the_summary_and_no_comment(new_job: NewJob, host: Host) -> None:
    host.may_comment = False  # as the token of such a run
    job = new_job({FILE: OLD}, {FILE: WIDER}, fork=True)
    assert job.act(check=FILE) == 0, job.log
    assert "can now READ" in job.summary
    assert "a pull request from a fork cannot write comments" in job.log
    assert host.comments == []


def test_a_job_without_the_permission_to_comment_is_told_its_name(
    new_job: NewJob, host: Host
) -> None:
    host.may_comment = False
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE) == 0
    assert "notice::No comment: a comment needs the permission pull-requests: write." in job.log


def test_a_comment_can_be_left_out(new_job: NewJob, host: Host) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE, comment="false") == 0
    assert host.asked == []
    assert job.act(check=FILE, comment="no") == 1
    assert "comment must be true or false" in job.log


@pytest.mark.parametrize("name", ["teams/..\\..\\..\\evil.yaml", "teams/C:evil.yaml", "-"])
def test_a_name_that_leads_elsewhere_on_windows_or_means_something_else_is_refused(
    name: str, new_job: NewJob
) -> None:
    job = new_job({FILE: OLD}, {FILE: OLD, name: OLD})
    assert job.act(check=f"{FILE}\n*\nteams/*") == 1
    assert f"{name!a} is not a file with a usual name" in job.log.replace("%3A", ":")


def test_a_link_in_a_pull_request_leads_nowhere(tmp_path: Path, new_job: NewJob) -> None:
    (tmp_path / "secret").write_text("a secret of the runner")
    job = new_job({FILE: OLD}, {FILE: tmp_path / "secret"}, fork=True)
    assert job.act(check=FILE) == 1
    assert "'vending.yaml' is a symbolic link; check needs a file" in job.log
    assert "a secret" not in job.log


def test_what_an_earlier_step_wrote_is_not_what_is_checked(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    (job.workspace / FILE).write_text(OLD)
    assert job.act(check=FILE) == 0
    assert job.outputs["gained"] == "1"


@pytest.mark.parametrize("branch", ["$(touch hacked)", "a;touch${IFS}hacked", "`touch hacked`"])
def test_the_name_of_a_branch_is_never_run(new_job: NewJob, branch: str) -> None:
    name = branch.replace(" ", "${IFS}")
    job = new_job({FILE: OLD}, {FILE: WIDER}, branch=name, more={"GITHUB_HEAD_REF": name})
    assert job.act(check=FILE) == 0, job.log
    assert not [*job.workspace.rglob("hacked"), *job.directory.rglob("hacked")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("check", '$(touch hacked)"; touch hacked; `touch hacked`'),
        ("against", "--upload-pack=touch hacked"),
        ("against", "$(touch hacked)"),
        ("setting", "Account=$(touch hacked)"),
    ],
)
def test_an_input_is_never_run(new_job: NewJob, name: str, value: str) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(**{"check": FILE, name: value}) == 1
    assert not [*job.workspace.rglob("hacked"), *job.directory.rglob("hacked")]


def test_a_clone_with_both_parents_is_enough_and_one_with_none_is_refused(
    tmp_path: Path, host: Host
) -> None:
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {FILE: WIDER})
    two = of(request, tmp_path / "2", host, workspace=shallow(request, tmp_path / "two", 2))
    assert two.act(check=FILE) == 0, two.log
    assert two.outputs["gained"] == "1"
    one = of(request, tmp_path / "1", host, workspace=shallow(request, tmp_path / "one", 1))
    assert one.act(check=FILE) == 1
    assert "fetch-depth: 2" in one.log


def test_another_commit_than_the_pull_requests_merge_is_refused(tmp_path: Path, host: Host) -> None:
    """Else it would be said of the base alone that nobody reaches more."""
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {FILE: WIDER})
    for one in (request.base, request.head):
        git(request.repository, "checkout", "--quiet", one)
        job = of(request, tmp_path / one, host)
        assert job.act(check=FILE) == 1
        assert "Nobody reaches" not in job.log
        assert "without ref and with fetch-depth: 2" in job.log


def test_pull_request_target_is_refused(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER}, event_name="pull_request_target")
    assert job.act(check=FILE) == 1
    assert "use pull_request" in job.log


def test_what_main_has_changed_meanwhile_is_no_change_of_the_pull_request(
    tmp_path: Path, host: Host
) -> None:
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {"other.txt": "x"})
    git(request.repository, "switch", "--quiet", "main")
    git(request.repository, "reset", "--quiet", "--hard", request.base)
    base = commit(request.repository, {FILE: WIDER})
    git(request.repository, "merge", "--quiet", "--no-ff", "--message", "merge", request.head)
    job = of(request._replace(base=base), tmp_path / "runner", host)
    assert job.act(check=FILE) == 0, job.log
    assert "Nobody reaches more or less." in job.log


def test_a_merge_queue_compares_with_its_base(tmp_path: Path, host: Host) -> None:
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {FILE: WIDER})
    event = {"merge_group": {"base_sha": request.base}}
    job = Job(tmp_path / "runner", request.repository, host, "merge_group", event)
    assert job.act(check=FILE) == 0, job.log
    assert job.outputs["gained"] == "1"
    assert host.asked == []


def test_a_push_is_checked_alone_or_against_what_is_named(tmp_path: Path, host: Host) -> None:
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {FILE: WIDER})
    job = Job(tmp_path / "runner", request.repository, host)
    assert job.act(check=FILE) == 0, job.log
    assert job.outputs["gained"] == "0"
    assert "Nobody reaches" not in job.log
    assert job.act(check=FILE, against=request.base) == 0
    assert job.outputs["gained"] == "1"


def test_a_pattern_without_files_is_an_error(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check="vendin.yaml") == 1
    assert "no file of the commit matches 'vendin.yaml'" in job.log


def test_a_check_leaves_nothing_for_later_steps_but_the_command(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    before = {*job.environment}
    assert job.act(check=FILE, url="https://vend.example.com/v1") == 0
    assert {*job.environment} == before


def test_check_and_credentials_are_two_steps(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE, read="s3://hogehoge-bucket/reports/*") == 1
    assert "check cannot be combined with" in job.log


def test_the_token_of_the_comment_is_in_no_log(new_job: NewJob) -> None:
    job = new_job({FILE: OLD}, {FILE: WIDER})
    assert job.act(check=FILE) == 0
    assert GITHUB_TOKEN not in job.raw


def without_code(text: str) -> str:
    """What of a comment is read as Markdown: the lines outside of its blocks of code."""
    fence, outside = "", list[str]()
    for line in text.splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.rstrip("adefitx")
        else:
            outside.append(line)
    assert not fence
    return "\n".join(outside)
