import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cloud import environments
from local.cloud.client import Credentials
from local.cloud.issuer import Issuer
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError
from local.stack import containers, invoke, keep, template

SOURCE = template.read(ROOT / "template.yaml")


def event(method: str, path: str) -> dict[str, object]:
    return {"requestContext": {"httpMethod": method, "resourcePath": path}}


def test_the_function_is_the_one_that_the_template_gives_the_route() -> None:
    route = event("POST", "/iam/credentials")
    assert invoke.function_of(route, SOURCE) == "CredentialsFunction"


def test_a_file_that_is_no_event_is_said_to_be_none(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# a page")
    lines = tmp_path / "lines.json"
    lines.write_text("[]")
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (page, lines, binary, tmp_path, tmp_path / "missing.json"):
        with pytest.raises(LocalError, match=r"use a file in events/"):
            invoke.read_event(path)


def test_an_event_of_no_route_is_refused_with_its_route() -> None:
    with pytest.raises(LocalError, match="PUT /iam/credentials"):
        invoke.function_of(event("PUT", "/iam/credentials"), SOURCE)


def test_an_event_of_eventbridge_has_the_function_of_its_source() -> None:
    for name in ("reconciliation", "reconciliation-after-update"):
        request = invoke.read_event(ROOT / f"events/{name}.json")
        assert invoke.function_of(request, SOURCE) == "RevocationsFunction"


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        ({}, "names neither a route"),
        ({"requestContext": None}, "names neither a route"),
        ({"requestContext": {"httpMethod": "GET"}}, "names neither a route"),
        ({"requestContext": {"httpMethod": 1, "resourcePath": "/"}}, "names neither a route"),
        ({"source": ["aws.events"]}, "names neither a route"),
        ({"source": "aws.s3"}, r"serves events of aws\.s3"),
        (event("GET", "/"), "serves GET /"),
    ],
)
def test_an_event_of_nothing_is_told_with_what_it_lacks(
    request_: dict[str, object], fault: str
) -> None:
    with pytest.raises(LocalError, match=fault):
        invoke.function_of(request_, SOURCE)


def test_every_event_has_a_function() -> None:
    for path in (ROOT / "events").glob("*.json"):
        assert invoke.function_of(invoke.read_event(path), SOURCE) in template.functions(SOURCE)


ROUTE, TOKEN, SCHEDULE = event("GET", "/iam/grants"), {"type": "REQUEST"}, {"source": "aws.events"}
RAISED = {"errorMessage": "No module named 'x'", "errorType": "Runtime.ImportModuleError"}


@pytest.mark.parametrize(
    ("answer", "request_", "fault"),
    [
        ({"statusCode": 200}, ROUTE, None),
        ({"statusCode": 403}, ROUTE, None),
        ({"statusCode": 500}, ROUTE, "it answered 500."),
        ({"statusCode": 503}, ROUTE, "it answered 503."),
        ({"statusCode": "200"}, ROUTE, "502"),
        ({"body": "{}"}, ROUTE, "502"),
        (None, ROUTE, "502"),
        ([], ROUTE, "502"),
        (None, SCHEDULE, None),
        ({"principalId": "somebody"}, TOKEN, None),
        (RAISED, ROUTE, "it raised Runtime.ImportModuleError: No module named 'x'."),
        (RAISED, SCHEDULE, "it raised Runtime.ImportModuleError: No module named 'x'."),
        (RAISED, TOKEN, "it raised Runtime.ImportModuleError: No module named 'x'."),
        ({"errorMessage": "late"}, ROUTE, "it raised an error: late."),
        ({"errorMessage": "Unauthorized"}, TOKEN, "API Gateway answers 401"),
    ],
)
def test_a_fault_of_an_answer_is_told(
    answer: object, request_: dict[str, object], fault: str | None
) -> None:
    found = invoke.fault(json.dumps(answer).encode() + b"\n", request_)
    assert found == fault or (fault and found and fault in found)


@pytest.mark.parametrize("output", [b"", b"\n", b"Function timed out", b'{"statusCode": 2'])
def test_no_answer_is_a_fault(output: bytes) -> None:
    assert "did not answer" in str(invoke.fault(output, ROUTE))


# What SAM prints, and its exit code; what `make invoke` then ends with.
ENDINGS = [
    ('{"statusCode": 200, "body": "{}"}', 0, 0),
    ('{"statusCode": 404, "body": "{}"}', 0, 0),
    ('{"statusCode": 503, "body": "{}"}', 0, 1),
    ('{"errorMessage": "late", "errorType": "TimeoutError"}', 0, 1),
    ("", 0, 1),
    ("", 3, 3),
]


@pytest.mark.parametrize(("printed", "code", "ended"), ENDINGS)
def test_the_exit_code_tells_whether_the_function_answered(
    printed: str,
    code: int,
    ended: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    docker: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sam = tmp_path / "sam"
    sam.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{tmp_path}/asked\necho '{printed}'\nexit {code}\n"
    )
    sam.chmod(0o755)
    cloud = Cloud("http://127.0.0.1:1", tmp_path, Credentials("a", "b"), 1, Issuer("", tmp_path))
    prepared = containers.Prepared(tmp_path / "template.json", tmp_path / "variables.json")
    monkeypatch.setenv("DOCKER_HOST", docker)
    monkeypatch.setattr(environments, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(keep, "read_record", lambda _: keep.Kept(cloud, "1"))
    monkeypatch.setattr(keep, "lives", lambda _: True)
    monkeypatch.setattr(invoke, "built", lambda: tmp_path)
    monkeypatch.setattr(containers, "prepare", lambda *_: prepared)
    assert invoke.run(tmp_path, ROOT / "events/credentials.json") == ended
    out, err = capfd.readouterr()
    assert out == f"{printed}\n"
    assert ("CredentialsFunction failed" in err) is (ended == 1)
    assert (tmp_path / "asked").read_text().splitlines() == [
        *("local", "invoke", "CredentialsFunction"),
        *("--event", str(ROOT / "events/credentials.json")),
        *("--template-file", str(prepared.template), "--env-vars", str(prepared.variables)),
    ]


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[str]:
    """The address of a Docker, as far as it is asked."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/docker.sock")
        listener.listen()
        yield f"unix://{tmp_path}/docker.sock"


def test_without_docker_it_says_what_to_install(tmp_path: Path) -> None:
    for address in (f"unix://{tmp_path}/docker.sock", "tcp://127.0.0.1:1"):
        with pytest.raises(LocalError, match=r"no Docker answers.*apt-get install docker\.io"):
            invoke.need_docker(address)


def test_a_docker_that_listens_is_taken(docker: str) -> None:
    invoke.need_docker(docker)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        invoke.need_docker(f"tcp://localhost:{listener.getsockname()[1]}")


@pytest.mark.parametrize("address", ["tcp://192.0.2.7:2375", "ssh://somebody@build.example"])
def test_a_docker_of_another_machine_is_refused(address: str) -> None:
    with pytest.raises(LocalError, match="a Docker that runs here"):
        invoke.need_docker(address)


def test_a_missing_event_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"nothing\.json"):
        invoke.read_event(tmp_path / "nothing.json")
