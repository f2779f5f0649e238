"""Keeps one comment on a pull request or merge request: written once, and then updated.

The first line of the comment, which readers do not see, says of which check it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from steps.api import Api, NoAnswer

PAGE = 100


class Thread(NamedTuple):
    """The comments of a request for review."""

    api: Api
    comments: str  # the path of their list
    comment: Callable[[int], str]  # the path of one
    update: str  # the method that changes one
    is_ours: Callable[[Mapping[str, Any]], bool]

    def keep(self, marker: str, text: str, *, worth_saying: bool) -> str:
        """Write the comment, or update the one that is there; return what was done.

        Where there is none and nothing is worth saying, none is written.

        Raises:
            NoAnswer: the API refuses it, or does not answer.
        """
        body, found = f"{marker}\n{text}", self._found(marker)
        if found is None and not worth_saying:
            return "not needed"
        if found is None:
            self.api.ask("POST", self.comments, {"body": body})
            return "written"
        if found["body"].replace("\r\n", "\n").strip() == body.strip():
            return "unchanged"
        self.api.ask(self.update, self.comment(found["id"]), {"body": body})
        return "updated"

    def _found(self, marker: str) -> Mapping[str, Any] | None:
        number = 1
        while True:
            page = self.api.ask("GET", f"{self.comments}?per_page={PAGE}&page={number}")
            for one in page:
                if self.is_ours(one) and (one["body"] or "").startswith(marker):
                    return dict(one)
            if len(page) < PAGE:
                return None
            number += 1


def on_github(url: str, token: str, repository: str, number: int) -> Thread:
    """Return the comments of a pull request. Those of others are never taken for ours.

    Raises:
        NoAnswer: the API does not answer.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    api, base = Api(url, headers), f"/repos/{repository}/issues"
    try:
        own = {"id": api.ask("GET", "/user")["id"]}
    except NoAnswer as error:
        if not error.status:
            raise
        own = {"type": "Bot"}  # a job's token is not a user's, and GitHub refuses it here
    return Thread(
        api,
        f"{base}/{number}/comments",
        lambda one: f"{base}/comments/{one}",
        "PATCH",
        lambda one: own.items() <= (one["user"] or {}).items(),
    )


def on_gitlab(url: str, token: str, project: int, number: int) -> Thread:
    """Return the notes of a merge request. Those of other users are never taken for ours.

    Raises:
        NoAnswer: the API refuses the token, or does not answer.
    """
    api = Api(url, {"PRIVATE-TOKEN": token})
    own = api.ask("GET", "/user")["id"]
    notes = f"/projects/{project}/merge_requests/{number}/notes"
    return Thread(
        api,
        notes,
        lambda one: f"{notes}/{one}",
        "PUT",
        lambda one: one["author"]["id"] == own,
    )
