"""The GitLab component's check: a report of code quality, and a comment where a token allows it."""

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from s3vend.printable import printable
from steps.api import NoAnswer
from steps.checking import Checked, Question
from steps.checking import check as checked_files
from steps.comment import on_gitlab
from steps.commits import Commits
from steps.inputs import lines
from steps.log import printed
from steps.refused import Refused
from steps.report import COMMENT, marker, report

QUALITY = "s3vend-code-quality.json"
TITLE = "### s3vend check"
COMMENTS = "S3VEND_COMMENT_TOKEN"  # the variable that has the token for them
SEVERITIES = {"error": "blocker", "warning": "minor"}
# The branch that a merge request is merged into; where GitLab has not merged them, where it began.
BASES = ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA")


def check(environment: Mapping[str, str]) -> int:
    """Check the files of a merge request's commit, or of a branch without a comparison."""
    project = Path(environment["CI_PROJECT_DIR"])
    patterns = lines(environment["S3VEND_CHECK"])
    if not patterns:
        raise Refused("files names no file: write a path or a pattern, such as vending.yaml")
    commits = Commits(project)
    question = Question(
        commits,
        patterns,
        environment["CI_COMMIT_SHA"],
        _against(environment, commits),
        lines(environment.get("S3VEND_SETTING", "")),
    )
    directory = Path(mkdtemp(prefix="s3vend-check-"))
    own = {name: value for name, value in environment.items() if name != COMMENTS}
    checked = checked_files(question, directory, directory / "s3vend.sarif", own)
    print(printed(checked))
    _write(project / QUALITY, json.dumps(quality(checked)))
    if environment.get(COMMENTS) and "CI_MERGE_REQUEST_IID" in environment:
        _comment(checked, marker(patterns), environment)
    return 1 if checked.numbers["errors"] else 0


def quality(checked: Checked) -> list[dict[str, object]]:
    """Return the findings as GitLab reads them.

    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    return [
        {
            "description": printable(f"{one['pointer']}: {one['detail']}".removeprefix(": ")),
            "check_name": one["code"],
            "fingerprint": sha256(
                json.dumps([one[name] for name in ("file", "code", "pointer", "detail")]).encode()
            ).hexdigest(),
            "severity": SEVERITIES[one["level"]],
            "location": {"path": one["file"], "lines": {"begin": one["line"]}},
        }
        for one in checked.findings
    ]


def _against(environment: Mapping[str, str], commits: Commits) -> str:
    """Return the commit to compare with; nothing outside of merge requests."""
    base = next((one for name in BASES if (one := environment.get(name))), "")
    if base and commits.named(base) is None:
        raise Refused(f"{base} is not in this clone: set GIT_DEPTH to 0")
    return base


def _comment(checked: Checked, mark: str, environment: Mapping[str, str]) -> None:
    try:
        thread = on_gitlab(
            environment["CI_API_V4_URL"],
            environment[COMMENTS],
            int(environment["CI_MERGE_REQUEST_PROJECT_ID"]),
            int(environment["CI_MERGE_REQUEST_IID"]),
        )
        text = report(checked, TITLE, COMMENT)
        done = thread.keep(mark, text, worth_saying=checked.says_something)
        print(f"Comment on the merge request: {done}.")
    except NoAnswer as error:
        hint = f"{COMMENTS} needs the scope api"
        print(f"s3vend: no comment: {error}; {hint}", file=sys.stderr)


def _write(path: Path, text: str) -> None:
    """Write a new file, in place of what a commit may have put there."""
    path.unlink(missing_ok=True)
    with path.open("x", encoding="utf-8") as opened:
        opened.write(text)
