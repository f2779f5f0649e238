import json
import socket
from pathlib import Path

import pytest

from local.cloud.ministack import ROOT
from local.messages import LocalError
from local.stack import invoke, template

SOURCE = template.read(ROOT / "template.yaml")


def event(method: str, path: str) -> dict[str, object]:
    return {"requestContext": {"httpMethod": method, "resourcePath": path}}


def test_the_function_is_the_one_that_the_template_gives_the_route() -> None:
    route = event("POST", "/iam/credentials")
    assert invoke.function_of(route, SOURCE) == "CredentialsFunction"


def test_a_file_that_is_no_event_is_said_to_be_none(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# a page")
    for path in (page, tmp_path / "missing.json"):
        with pytest.raises(LocalError, match=r"use a file in events/"):
            invoke.read_event(path)


def test_an_event_of_no_route_is_refused_with_its_route() -> None:
    with pytest.raises(LocalError, match="PUT /iam/credentials"):
        invoke.function_of(event("PUT", "/iam/credentials"), SOURCE)


def test_the_container_gets_variables_that_the_template_does_not_define() -> None:
    variables = {"TABLE_NAME": "table", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    changed = json.loads(json.dumps(invoke.with_variables(SOURCE, "AccessFunction", variables)))
    function = changed["Resources"]["AccessFunction"]
    assert function["Properties"]["Environment"] == {"Variables": variables}
    assert function["Properties"]["Handler"] == "access.handler"
    assert changed["Resources"].keys() == SOURCE["Resources"].keys()
    assert "Environment" not in SOURCE["Resources"]["AccessFunction"]["Properties"]


def test_without_docker_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Start Docker"):
        invoke.need_docker(f"unix://{tmp_path}/docker.sock")


def test_a_docker_that_listens_is_taken(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as docker:
        docker.bind(f"{tmp_path}/docker.sock")
        docker.listen()
        invoke.need_docker(f"unix://{tmp_path}/docker.sock")


def test_a_missing_event_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"nothing\.json"):
        invoke.read_event(tmp_path / "nothing.json")
