"""The local cloud as a person starts and ends it: `make local`, `make local-stop`, Ctrl-C."""

import json
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError

from local.cloud import aws, environments, processes
from local.cloud import ministack as clouds
from local.cloud.client import Credentials, call
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import ROOT, Cloud, running
from local.messages import LocalError
from local.stack import deployed, invoke, keep, template
from local.stack.build import built
from local.stack.deploy import NAME, Stack, deploy
from local.stack.seed import access_key

type LeftRunning = Callable[..., list[str]]

SECONDS = 120  # for anything, on a busy machine


class Kept(NamedTuple):
    directory: Path
    port: int

    @property
    def traces(self) -> tuple[str, str]:
        """What the processes of this one carry in their command line or environment."""
        return str(self.directory), f"127.0.0.1:{self.port}"


class Ended(NamedTuple):
    code: int
    told: str


def begin(kept: Kept, name: str, log: Path) -> processes.Child:
    """Type `python -m local NAME`; what it tells is in the log."""
    port = ["--port", str(kept.port)] if name == "start" else []
    command = [sys.executable, "-m", "local", name, "--directory", str(kept.directory), *port]
    return processes.spawn(command, log=log, environment=os.environ, directory=ROOT)


def local(kept: Kept, name: str) -> Ended:
    log = kept.directory.with_name(f"{name}-{time.monotonic_ns()}.log")
    code = begin(kept, name, log).wait(SECONDS)
    return Ended(code, log.read_text())


def interrupted(kept: Kept, said: str, number: signal.Signals) -> Ended:
    """Start one and send it a signal as soon as it has said this."""
    log = kept.directory.with_name("interrupted.log")
    child = begin(kept, "start", log)
    wait_until(lambda: said in log.read_text() or child.poll() is not None)
    child.send_signal(number)
    return Ended(child.wait(SECONDS), log.read_text())


def listening(group: int) -> set[tuple[str, int]]:
    """The addresses and ports on which a process group listens."""
    sockets = set()
    for process in processes.living():
        if process.group == group:
            for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
                target = str(descriptor.readlink()) if descriptor.is_symlink() else ""
                if target.startswith("socket:["):
                    sockets.add(target.removeprefix("socket:[").removesuffix("]"))
    found = set()
    for family, table in (
        (socket.AF_INET, "/proc/net/tcp"),
        (socket.AF_INET6, "/proc/net/tcp6"),
        (socket.AF_INET, "/proc/net/udp"),
        (socket.AF_INET6, "/proc/net/udp6"),
    ):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            # 0A: a TCP socket that listens; 07: a UDP socket that takes from anybody.
            if fields[9] in sockets and fields[3] in {"0A", "07"}:
                address, port = fields[1].split(":")
                words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
                found.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found


@pytest.fixture
def place(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept", clouds.free_port())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, left_running: LeftRunning) -> Iterator[Kept]:
    """A cloud started as `make local` starts it, in a directory and on a port of its own."""
    kept = Kept(tmp_path_factory.mktemp("local") / "kept", clouds.free_port())
    started = local(kept, "start")
    assert started.code == 0, started.told
    yield kept
    stopped = local(kept, "stop")
    assert stopped.code == 0, stopped.told
    assert "has stopped" in stopped.told
    assert left_running(*kept.traces) == []


@pytest.fixture(scope="module")
def settings(kept: Kept) -> dict[str, str]:
    lines = (kept.directory / "env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_env_file_is_for_its_owner_only(kept: Kept) -> None:
    assert stat.S_IMODE((kept.directory / "env").stat().st_mode) == 0o600
    assert stat.S_IMODE((kept.directory / keep.RECORD).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.directory.stat().st_mode) == 0o700


def test_the_env_file_is_enough_to_be_vended_credentials(settings: dict[str, str]) -> None:
    user = Credentials(settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"])
    asked = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
    answer = call("POST", settings["S3VEND_URL"] + "/iam/credentials", asked, user)
    assert answer.status == 200
    assert answer.json["credentials"]["sessionToken"]


def test_the_env_file_is_enough_to_administrate(settings: dict[str, str]) -> None:
    keys = Credentials(
        settings["S3VEND_ADMIN_ACCESS_KEY_ID"], settings["S3VEND_ADMIN_SECRET_ACCESS_KEY"]
    )
    answer = call("GET", settings["S3VEND_URL"] + "/admin/grants", None, keys)
    assert answer.status == 200
    assert "assume-s3-user-reads-reports" in {grant["id"] for grant in answer.json["grants"]}


def test_starting_twice_leaves_the_first_as_it_is(kept: Kept, settings: dict[str, str]) -> None:
    before = keep.read_record(kept.directory)
    again = local(kept, "start")
    assert again.code == 0
    assert f"already runs at http://127.0.0.1:{kept.port}" in again.told
    assert "make local-stop" in again.told
    assert keep.read_record(kept.directory) == before
    assert before is not None
    assert clouds.answers(before.cloud)
    assert (kept.directory / "env").read_text().count("\n") == len(settings)


def test_it_listens_on_127_0_0_1_only(kept: Kept) -> None:
    record = keep.read_record(kept.directory)
    assert record is not None
    issuer = int(record.cloud.issuer.url.rpartition(":")[2])
    assert listening(record.cloud.group) == {("127.0.0.1", kept.port), ("127.0.0.1", issuer)}


def test_a_port_in_use_is_named_with_the_way_out(place: Kept, left_running: LeftRunning) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", place.port))
        other.listen()
        refused = local(place, "start")
    assert refused.code == 1
    assert f"Port {place.port} is in use" in refused.told
    assert "S3VEND_LOCAL_PORT=" in refused.told
    assert left_running(*place.traces) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("said", ["Starting the local cloud", "Deploying the stack"])
def test_an_interruption_leaves_nothing_running(
    place: Kept, left_running: LeftRunning, said: str, number: signal.Signals
) -> None:
    code, told = interrupted(place, said, number)
    assert code == 130
    assert "Interrupted. Nothing is left running" in told
    assert "Traceback" not in told
    assert left_running(*place.traces) == []
    assert not (place.directory / "env").exists()
    assert not clouds.in_use(place.port)


def test_even_a_killed_start_leaves_no_cloud_running(place: Kept) -> None:
    code, _ = interrupted(place, "Deploying the stack", signal.SIGKILL)
    assert code == -signal.SIGKILL
    wait_until(lambda: not clouds.in_use(place.port))


def test_a_crashed_cloud_is_noticed_and_replaced(place: Kept, left_running: LeftRunning) -> None:
    place.directory.mkdir()
    crashed, child = clouds.launch(place.directory / "cloud", place.port)
    keep.write_record(place.directory, crashed)
    os.kill(child.pid, signal.SIGKILL)
    clouds.end(child)
    code, told = interrupted(place, "Deploying the stack", signal.SIGINT)
    assert "An earlier local cloud ended without `make local-stop`" in told
    assert code == 130
    assert left_running(*place.traces) == []


def test_stopping_what_crashed_says_so(place: Kept) -> None:
    place.directory.mkdir()
    crashed, child = clouds.launch(place.directory / "cloud", place.port)
    keep.write_record(place.directory, crashed)
    clouds.end(child)
    stopped = local(place, "stop")
    assert stopped.code == 0
    assert "ended without `make local-stop`" in stopped.told
    again = local(place, "stop")
    assert again.code == 0
    assert "No local cloud runs here." in again.told


def test_two_starts_at_once_are_not_both_served(place: Kept) -> None:
    first = begin(place, "start", place.directory.with_name("first.log"))
    wait_until((place.directory / "cloud").exists)
    second = local(place, "start")
    first.send_signal(signal.SIGINT)
    assert first.wait(SECONDS) == 130
    assert second.code == 1
    assert "Another `make local` is starting" in second.told


def test_a_cloud_that_cannot_start_says_why(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match="already in use"):
            clouds.launch(tmp_path / "cloud", port)


def test_a_failing_deployment_shows_the_end_of_what_sam_said() -> None:
    with running() as cloud, pytest.raises(LocalError, match=r"(?s)sam deploy failed.*Environment"):
        deploy(cloud, built(), {"Environment": "nowhere"})


def functions() -> list[str]:
    resources = template.read(ROOT / "template.yaml")["Resources"]
    return [
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]


# The functions of the local cloud see the packages of this environment too, behind their layer's.
PYTHON_WITHOUT_OURS = [sys.executable, "-S"]


def path_of(function: str) -> str:
    directory = built().parent
    return f"{directory / function}:{directory / 'VendingLayer' / 'python'}"


@pytest.mark.parametrize("function", functions())
@pytest.mark.usefixtures("stack")
def test_a_function_needs_no_more_than_its_code_and_its_layer(
    cloud: Cloud, function: str, tmp_path: Path
) -> None:
    properties = template.read(ROOT / "template.yaml")["Resources"][function]["Properties"]
    module = properties["Handler"].partition(".")[0]
    code = processes.run(
        [*PYTHON_WITHOUT_OURS, "-c", f"import {module}; print({module}.handler)"],
        log=tmp_path / "log",
        environment={
            **deployed.variables(cloud, function),
            "AWS_REGION": REGION,
            "PYTHONPATH": path_of(function),
        },
        directory=tmp_path,
    )
    assert code == 0, (tmp_path / "log").read_text()


HANDLED = """
import json, sys, types
from credentials import handler
context = types.SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="1"
)
print(json.dumps(handler(json.load(open(sys.argv[1])), context)))
"""


def test_what_an_invocation_in_a_container_is_given_is_enough_to_vend(
    cloud: Cloud, stack: Stack, user: Credentials, tmp_path: Path
) -> None:
    name = stack.outputs["UserName"]
    found = aws.iam(cloud).get_user(UserName=name)["User"]
    identity = {
        "userArn": found["Arn"],
        "caller": found["UserId"],
        "accountId": ACCOUNT,
        "sourceIp": "127.0.0.1",
        "accessKey": user.access_key_id,
    }
    route = {"httpMethod": "POST", "resourcePath": "/iam/credentials"}
    event = {
        "requestContext": {**route, "stage": "v1", "requestId": "1", "identity": identity},
        "body": json.dumps({"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}),
    }
    (tmp_path / "event.json").write_text(json.dumps(event))
    template_path = built()
    function = invoke.function_of(event, template.read(template_path))
    keys = deployed.credentials(cloud, function)
    code = processes.run(
        [*PYTHON_WITHOUT_OURS, "-c", HANDLED, tmp_path / "event.json"],
        log=tmp_path / "log",
        environment={
            **deployed.variables(cloud, function),
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_SESSION_TOKEN": keys.session_token or "",
            "PYTHONPATH": path_of(function),
        },
        directory=tmp_path,
    )
    log = (tmp_path / "log").read_text()
    assert code == 0, log
    assert json.loads(log.splitlines()[-1])["statusCode"] == 200


def test_a_boundary_and_gateway_responses_that_the_cloud_drops_are_put_back(
    cloud: Cloud, stack: Stack
) -> None:
    role = aws.iam(cloud).get_role(RoleName=stack.outputs["RoleArn"].rpartition("/")[2])["Role"]
    boundary = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert boundary.endswith(":policy/AllowedAssumeS3RoleBoundary")
    unsigned = call("GET", f"{stack.url}/iam/identity")
    assert unsigned.json["code"] == "NotAuthenticated"


def test_sam_delete_wants_access_keys_gone_and_leaves_grants_logs_and_layers() -> None:
    with running() as cloud:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "true"})
        user, iam = stack.outputs["UserName"], aws.iam(cloud)
        key = access_key(cloud, user)
        code, told = sam_delete(cloud)
        assert code == 1
        assert "failed to delete: [AssumeS3User]" in told
        iam.delete_access_key(UserName=user, AccessKeyId=key.access_key_id)
        code, told = sam_delete(cloud)
        assert code == 0, told
        with pytest.raises(ClientError, match="does not exist"):
            aws.cloudformation(cloud).describe_stacks(StackName=NAME)
        with pytest.raises(ClientError, match="NoSuchEntity"):
            iam.get_user(UserName=user)
        assert iam.list_roles()["Roles"] == []
        assert iam.list_policies(Scope="Local")["Policies"] == []
        assert aws.apigateway(cloud).get_rest_apis()["items"] == []
        assert aws.functions(cloud).list_functions()["Functions"] == []
        assert len(aws.functions(cloud).list_layers()["Layers"]) == 1
        logs = aws.session(cloud.root).client("logs", endpoint_url=cloud.endpoint)
        assert len(logs.describe_log_groups()["logGroups"]) == len(functions())
        tables = aws.session(cloud.root).client("dynamodb", endpoint_url=cloud.endpoint)
        assert tables.list_tables()["TableNames"] == [stack.outputs["TableName"]]


def sam_delete(cloud: Cloud) -> Ended:
    log = cloud.directory / "sam-delete.log"
    code = processes.run(
        ["sam", "delete", "--stack-name", NAME, "--region", REGION, "--no-prompts"],
        log=log,
        environment=environments.client(cloud.endpoint, cloud.directory, cloud.root),
        directory=cloud.directory,
    )
    return Ended(code, log.read_text())


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
