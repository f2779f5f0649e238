"""SeaweedFS, and where it fetches the issuers' keys."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tests.backends.seaweedfs import SeaweedFS, running
from tests.support.running.server import Answers, answering

type Publish = Callable[[str, bytes], str]
type Start = Callable[[Mapping[str, Any]], SeaweedFS]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """``start(configuration)``: a SeaweedFS with this IAM configuration, until the tests end."""
    with ExitStack() as started:

        def new(configuration: Mapping[str, Any]) -> SeaweedFS:
            directory = tmp_path_factory.mktemp("weed")
            return started.enter_context(running(directory, configuration))

        yield new


@pytest.fixture(scope="session")
def publish() -> Iterator[Publish]:
    """``publish(path, document)``: from now on it can be fetched, at the URL that this returns."""
    published: dict[str, bytes] = {}

    class Handler(Answers):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            if (body := published.get(self.path)) is None:
                self.send_error(404)
                return
            self.answer(200, body, Content_Type="application/json")

    with answering(Handler) as url:

        def new(path: str, document: bytes) -> str:
            published[path] = document
            return f"{url}{path}"

        yield new
