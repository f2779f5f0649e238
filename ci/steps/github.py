"""The GitHub action: lends access, or checks the files of a pull request."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from s3vend.printable import printable
from steps import runner
from steps.api import NoAnswer
from steps.checking import SERVICE, Checked, Question, check
from steps.comment import on_github
from steps.commits import Commits
from steps.inputs import Inputs
from steps.lending import lend, settings, without_inputs
from steps.log import printed
from steps.refused import Refused
from steps.report import COMMENT, SUMMARY, marker, report

ANNOTATIONS = 10  # that GitHub shows of each level and step
TITLE = "### s3vend check"
MERGED = (
    "the pull request's merge commit and its parents are not checked out: use actions/checkout "
    "without ref and with fetch-depth: 2, or name a commit in against"
)
ON_TARGET = (
    "pull_request_target runs with the rights of this repository and checks out its own branch, "
    "not the pull request: use pull_request"
)


def run(environment: Mapping[str, str]) -> int:
    """Do what the inputs ask for. Later steps know the service too, but not from a check."""
    inputs, event = Inputs.read(environment), _event(environment)
    if inputs.files:
        return _check(inputs, event, environment)
    runner.hand_on(environment["GITHUB_ENV"], settings(inputs))
    if inputs.targets:
        return lend(inputs, environment, from_fork=_is_from_fork(event, environment))
    return 0


def _check(inputs: Inputs, event: Mapping[str, Any], environment: Mapping[str, str]) -> int:
    if environment["GITHUB_EVENT_NAME"] == "pull_request_target":
        raise Refused(ON_TARGET)
    commits = Commits(Path(environment["GITHUB_WORKSPACE"]))
    commit = commits.named("HEAD")
    if commit is None:
        raise Refused("this is not a clone of the repository: use actions/checkout before")
    against = _against(inputs.against, commits, event)
    question = Question(commits, inputs.files, commit, against, inputs.settings)
    directory = Path(mkdtemp(prefix="s3vend-check-", dir=environment["RUNNER_TEMP"]))
    sarif, page = directory / "s3vend.sarif", directory / "report.md"
    checked = check(question, directory, sarif, without_inputs(environment) | settings(inputs))
    _annotate(checked)
    with runner.without_commands():
        print(printed(checked))
    page.write_text(report(checked, TITLE, COMMENT), encoding="utf-8")
    runner.append(environment["GITHUB_STEP_SUMMARY"], report(checked, TITLE, SUMMARY))
    numbers = {name: str(number) for name, number in checked.numbers.items()}
    files = {"sarif": str(sarif), "report": str(page)}
    runner.hand_on(environment["GITHUB_OUTPUT"], numbers | files)
    if inputs.comment and "pull_request" in event:
        _comment(inputs, checked, page.read_text(encoding="utf-8"), event, environment)
    return 1 if checked.numbers["errors"] else 0


def _against(named: str, commits: Commits, event: Mapping[str, Any]) -> str:
    """Return the commit to compare with, `service`, or nothing outside of pull requests."""
    if named == SERVICE:
        return named
    if named:
        if found := commits.named(named):
            return found
        raise Refused(f"against: {named!r} is not in this clone; check out with fetch-depth: 0")
    if "merge_group" in event:
        if found := commits.named(event["merge_group"]["base_sha"]):
            return found
        raise Refused("the base of the merge group is not in this clone: use fetch-depth: 0")
    if "pull_request" not in event:
        return ""
    base = commits.named("HEAD^1")
    if base is None or commits.named("HEAD^2") != event["pull_request"]["head"]["sha"]:
        raise Refused(MERGED)
    return base


def _annotate(checked: Checked) -> None:
    for level in ("error", "warning"):
        for one in checked.at(level)[:ANNOTATIONS]:
            place = {"file": one["file"], "line": one["line"], "col": one["column"]}
            detail = printable(one["detail"])
            runner.command(level, detail, **place, title=f"s3vend: {one['code']}")


def _comment(
    inputs: Inputs,
    checked: Checked,
    text: str,
    event: Mapping[str, Any],
    environment: Mapping[str, str],
) -> None:
    """Write the comment; where that is not allowed, the summary of the job has the same text."""
    try:
        thread = on_github(
            environment["GITHUB_API_URL"],
            inputs.token,
            environment["GITHUB_REPOSITORY"],
            event["pull_request"]["number"],
        )
        done = thread.keep(marker(inputs.files), text, worth_saying=checked.says_something)
        print(f"Comment on the pull request: {done}.")
    except NoAnswer as error:
        because = "a pull request from a fork cannot write comments"
        if not _is_from_fork(event, environment):
            because = "a comment needs the permission pull-requests: write"
        why = because if error.status in (401, 403, 404) else str(error)
        runner.command("notice", f"No comment: {why}. The summary of this job has the report.")


def _event(environment: Mapping[str, str]) -> Mapping[str, Any]:
    event: dict[str, Any] = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
    return event


def _is_from_fork(event: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Whether the run is of a pull request whose branch is in another repository, or in none."""
    if "pull_request" not in event:
        return False
    head = event["pull_request"]["head"]["repo"]
    return head is None or head["full_name"] != environment["GITHUB_REPOSITORY"]
