"""The sidecar and the program of sidecar.yaml, in containers with the manifest's users and limits.

The containers share the network of this machine, as those of a pod share the pod's.
"""

import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.cloud.ministack import ROOT, free_port
from local.stack.seed import BUCKET, OBJECTS
from tests.kubernetes import cluster
from tests.kubernetes.conftest import Scene
from tests.kubernetes.pod import ENDPOINT, URL, Container, container, of_kind, project

KEY = "reports/2026.csv"
AWS_CLI = f"{ROOT}/.venv-clients-awscli/bin/aws"
OBSTORE = f"""
import os
import obstore
from obstore.store import S3Store
endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
store = S3Store("{BUCKET}", endpoint=endpoint, client_options={{"allow_http": True}})
print(bytes(obstore.get(store, "{KEY}").bytes()).decode(), end="")
"""
PROGRAM = f"""
import botocore.session
s3 = botocore.session.get_session().create_client("s3")
print(s3.get_object(Bucket="{BUCKET}", Key="{KEY}")["Body"].read().decode(), end="")
"""
SECONDS = 120.0


def docker(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - the words of these tests
        ["docker", *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


class Pod:
    """The volumes of the sidecar's pod as directories, and its containers."""

    def __init__(self, directory: Path, scene: Scene, image: str) -> None:
        self.image, self.volumes = image, directory
        self.port = str(free_port())
        self.values = {URL: scene.stack.url, ENDPOINT: f"127.0.0.1:{self.port}"}
        self.cloud = {"AWS_ENDPOINT_URL_S3": scene.cloud.endpoint}
        for name in ("token", "endpoint"):
            (directory / name).mkdir(parents=True)
            (directory / name).chmod(0o777)  # as the kubelet makes an emptyDir
        project(directory / "token", cluster.token(of_kind("sidecar", "Pod")))
        directory.chmod(0o755)

    def options(self, one: Container, user: object = None) -> list[str]:
        """The options of `docker run` that say what the manifest says."""
        security = one.security
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        uid = user or security["runAsUser"]
        words = ["--network=host", "--read-only", "--cap-drop=ALL", f"--user={uid}:{uid}"]
        words += ["--security-opt=no-new-privileges"]
        for mount in one.manifest["volumeMounts"]:
            mode = ":ro" if mount.get("readOnly") else ""
            words.append(f"--volume={self.volumes / mount['name']}:{mount['mountPath']}{mode}")
        variables = {**one.environment(self.values), **self.cloud}
        return [*words, *(f"--env={name}={value}" for name, value in variables.items())]

    @contextmanager
    def sidecar(self) -> Iterator[str]:
        """The id of the running sidecar, from the moment at which its probe succeeds."""
        one = container("sidecar", "s3vend")
        words = [*one.arguments(self.values), f"--port={self.port}"]
        started = docker("run", "--detach", *self.options(one), self.image, *words)
        assert started.returncode == 0, started.stderr
        name = started.stdout.strip()
        try:
            self.wait(name, one.probe(self.values))
            yield name
        finally:
            docker("rm", "--force", name)

    def wait(self, name: str, probe: Sequence[str]) -> None:
        deadline = time.monotonic() + SECONDS
        while docker("exec", name, *probe, f"--port={self.port}").returncode != 0:
            assert time.monotonic() < deadline, docker("logs", name).stderr

    def program(self, *command: str, user: object = None) -> "subprocess.CompletedProcess[str]":
        """Run a command as the program's container; its image has Python here."""
        options = self.options(container("sidecar", "app"), user)
        entry = ("--entrypoint", command[0], self.image, *command[1:])
        return docker("run", "--rm", *options, *entry)


@pytest.fixture
def pod(tmp_path: Path, scene: Scene, image: str) -> Pod:
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent.name.startswith("pytest"):
            parent.chmod(0o755)  # the containers' users go through
    return Pod(tmp_path / "pod", scene, image)


def test_the_program_reads_with_what_the_sidecar_lends(pod: Pod) -> None:
    with pod.sidecar():
        ended = pod.program("python3", "-c", PROGRAM)
        assert (ended.stdout, ended.stderr) == (OBJECTS[KEY].decode(), "")


@pytest.mark.parametrize(
    "command",
    [
        [AWS_CLI, "s3", "cp", f"s3://{BUCKET}/{KEY}", "-"],
        [f"{ROOT}/.venv-clients-obstore/bin/python", "-c", OBSTORE],
    ],
    ids=["AWS CLI", "obstore"],
)
def test_other_programs_read_too(command: list[str], pod: Pod, tmp_path: Path) -> None:
    """They run on this machine, with the variables and the file of the program's container."""
    one = container("sidecar", "app")
    places = {path: str(pod.volumes / name) for name, path in one.mounts.items()}
    with pod.sidecar():
        ended = subprocess.run(  # noqa: S603 - the programs above
            command,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                **one.environment({**pod.values, **places}),
                **pod.cloud,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stdout == OBJECTS[KEY].decode(), ended.stderr


def test_only_the_pod_s_own_user_can_read_the_token(pod: Pod) -> None:
    with pod.sidecar():
        file = pod.volumes / "endpoint/endpoint/token"
        own = container("sidecar", "s3vend").security["runAsUser"]
        for path, mode in ((file, 0o600), (file.parent, 0o700)):
            status = path.stat()
            assert (status.st_uid, stat.S_IMODE(status.st_mode) & 0o777) == (own, mode)
        another = pod.program("python3", "-c", PROGRAM, user=own + 1)
        assert another.returncode != 0
        assert "Permission denied" in another.stderr


def test_it_ends_at_sigterm_as_the_first_process_of_its_container(pod: Pod) -> None:
    with pod.sidecar() as name:
        assert docker("stop", "--time=60", name).returncode == 0
        [state] = json.loads(docker("inspect", name).stdout)
        assert (state["State"]["ExitCode"], state["State"]["OOMKilled"]) == (0, False)
        assert not list((pod.volumes / "endpoint").rglob("token"))


def test_the_image_needs_no_root_no_home_and_no_place_to_write(pod: Pod, image: str) -> None:
    [found] = json.loads(docker("image", "inspect", image).stdout)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", found["Config"]["User"])
    assert found["Config"]["Entrypoint"] == ["python3", "-m", "s3vend"]
    words = ("--rm", "--read-only", "--cap-drop=ALL", "--network=none", "--user=54321:54321")
    ended = docker("run", *words, image, "--version")
    assert ended.stdout.startswith("s3vend "), ended.stderr
