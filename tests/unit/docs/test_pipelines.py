"""The grants of docs/ci.md: what jobs get, and what runs that a fork can start do not get."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.effects import closest_grant
from tests.support.make import NOW
from tests.support.pipelines.pages import documents
from tests.unit.docs.test_recipes import TOKENS, applied, authenticated
from vending.callers.caller import Caller
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied
from vending.grants.grant import Permission
from vending.grants.keys import Keys

GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
READ = (Permission.READ, "s3://hogehoge-bucket/fixtures/2026.csv")
WRITE = (Permission.WRITE, "s3://hogehoge-bucket/releases/app/v1/app.tar")
MAIN = "repo:octo-org@65432/app@123456789:ref:refs/heads/main"
IN_RELEASE = {
    "environment": "release",
    "ref": "refs/tags/v1",
    "sub": "repo:octo-org@65432/app@123456789:environment:release",
}
ANOTHER = {"repository_id": "999999999", "repository": "octo-org/app"}

CASES: list[tuple[str, str, Mapping[str, object], set[Permission]]] = [
    ("a push to a branch", GITHUB, {}, {Permission.READ}),
    ("a release", GITHUB, IN_RELEASE, {Permission.READ, Permission.WRITE}),
    (
        "a pull request of a branch of the repository",
        GITHUB,
        {"event_name": "pull_request", "ref": "refs/pull/7/merge", "sub": "repo:octo-org@65432/app@123456789:pull_request"},
        {Permission.READ},
    ),
    (
        "pull_request_target, which a fork starts",
        GITHUB,
        {"event_name": "pull_request_target", "ref": "refs/heads/main", "sub": MAIN},
        {Permission.READ},
    ),
    (
        "pull_request_target that names the environment",
        GITHUB,
        {**IN_RELEASE, "event_name": "pull_request_target", "ref": "refs/heads/main"},
        {Permission.READ},
    ),
    ("a comment, which anybody writes", GITHUB, {**IN_RELEASE, "event_name": "issue_comment"}, {Permission.READ}),
    (
        "a branch called like the environment",
        GITHUB,
        {"ref": "refs/heads/x:environment:release", "sub": "repo:octo-org@65432/app@123456789:ref:refs/heads/x:environment:release"},
        {Permission.READ},
    ),
    ("another repository of the name", GITHUB, {**IN_RELEASE, **ANOTHER}, set()),
    ("the fork of a fork's own workflow", GITHUB, {**IN_RELEASE, "repository_id": "666", "repository": "mallory/app"}, set()),
    ("a protected branch of the project", GITLAB, {}, {Permission.READ, Permission.WRITE}),
    ("another branch of the project", GITLAB, {"ref_protected": "false"}, {Permission.READ}),
    ("a fork's merge request", GITLAB, {"project_id": "66666666"}, set()),
    ("a project of the path, later", GITLAB, {"project_id": "20999999"}, set()),
]  # fmt: skip


def token(issuer: str) -> Any:
    return TOKENS["github-actions" if issuer == GITHUB else "gitlab"]


def gets(issuer: str, changed: Mapping[str, object]) -> set[Permission]:
    """Which of reading fixtures and writing releases a job may do."""
    entry, grants = applied(documents()[issuer])
    identity = authenticated(token(issuer), entry, changed)
    caller, got = Caller("web-identity", identity, "192.0.2.7"), set[Permission]()
    for permission, target in (READ, WRITE):
        try:
            wanted = Wanted(Keys.parse(target), permission, "/target")
            closest_grant(grants.values(), caller, [wanted], NOW)
        except AccessDenied:
            continue
        got.add(permission)
    return got


@pytest.mark.parametrize(("sentence", "issuer", "changed", "expected"), CASES, ids=[one[0] for one in CASES])  # fmt: skip
def test_a_job_gets_what_the_page_says(
    sentence: str, issuer: str, changed: Mapping[str, object], expected: set[Permission]
) -> None:
    assert gets(issuer, changed) == expected
