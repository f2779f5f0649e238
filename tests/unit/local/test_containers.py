"""What `sam local` gets: a copy with the way to the local cloud, which is never deployed."""

import json
import os
import stat
from pathlib import Path

import pytest

from local.cloud import relay
from local.cloud.client import Credentials
from local.cloud.environments import CODE, LOOPBACK
from local.cloud.issuer import Issuer
from local.cloud.ministack import ROOT, Cloud
from local.stack import containers, deployed, template
from local.stack.build import ARCHITECTURE

SOURCE = template.read(ROOT / "template.yaml")
ROLE = Credentials("ASIAROLE", "of the role", "token of the role")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A cloud as far as it is asked; its directory has the sockets already."""
    (tmp_path / "cloud" / LOOPBACK).mkdir(parents=True)
    (tmp_path / "cloud" / LOOPBACK / "4566").touch()
    monkeypatch.setattr(deployed, "variables", lambda _, name: {"TABLE_NAME": f"table of {name}"})
    monkeypatch.setattr(deployed, "credentials", lambda *_: ROLE)
    issuer = Issuer("", tmp_path)
    return Cloud("http://127.0.0.1:4566", tmp_path / "cloud", Credentials("a", "b"), 1, issuer)


def build(place: Path, *modules: str) -> Path:
    """Return the template of a build that has these modules."""
    source = json.loads(json.dumps(SOURCE))
    for name, function in template.functions(source).items():
        function["CodeUri"] = name
        (place / name).mkdir(parents=True)
        for module in modules:
            (place / name / module).write_text(module)
    for name, layer in template.layers(source).items():
        layer["ContentUri"] = name
        (place / name / "python").mkdir(parents=True)
        (place / name / "python" / "vending.py").write_text("")
    (place / "template.yaml").write_text(json.dumps(source))
    return place / "template.yaml"


def files(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


def test_the_code_is_the_built_code_with_the_way_to_the_cloud(cloud: Cloud, tmp_path: Path) -> None:
    containers.prepare(cloud, build(tmp_path / "built", "access.py"))
    code = cloud.directory / CODE
    assert files(code).keys() == {"access.py", "loopback/4566", "loopback/relay.py"}
    wrapper = code / "loopback/relay.py"
    assert wrapper.read_text() == Path(relay.__file__).read_text()
    assert os.access(wrapper, os.X_OK)
    assert files(cloud.directory / "sam/layer").keys() == {"python/vending.py"}


def test_what_was_built_and_would_be_deployed_stays_as_it_is(cloud: Cloud, tmp_path: Path) -> None:
    built = build(tmp_path / "built", "access.py")
    before = files(built.parent)
    containers.prepare(cloud, built)
    assert files(built.parent) == before
    assert "WRAPPER" not in built.read_text()


def test_newer_code_takes_the_place_of_older_and_the_same_is_not_copied_again(
    cloud: Cloud, tmp_path: Path
) -> None:
    containers.prepare(cloud, build(tmp_path / "old", "gone.py"))
    newer = build(tmp_path / "new", "access.py")
    containers.prepare(cloud, newer)
    code = cloud.directory / CODE
    assert files(code).keys() == {"access.py", "loopback/4566", "loopback/relay.py"}
    (code / "access.py").write_text("a container reads this")
    containers.prepare(cloud, newer)
    assert (code / "access.py").read_text() == "a container reads this"


def test_the_template_names_the_copies_the_variables_and_this_machine(
    cloud: Cloud, tmp_path: Path
) -> None:
    prepared = containers.prepare(cloud, build(tmp_path / "built"))
    changed = template.read(prepared.template)
    assert changed["Parameters"]["Architecture"]["Default"] == ARCHITECTURE
    variables = json.loads(prepared.variables.read_text())
    for name, function in template.functions(changed).items():
        assert prepared.template.parent / function["CodeUri"] == cloud.directory / CODE
        assert function["Environment"] == {"Variables": dict.fromkeys(variables[name], "")}
        assert function["Handler"] == template.functions(SOURCE)[name]["Handler"]
    assert template.layers(changed)["VendingLayer"]["ContentUri"] == "layer"
    assert [each["FunctionArn"] for each in template.authorizers(changed)] == [
        {"Fn::GetAtt": ["AuthorizerFunction", "Arn"]}
    ]
    assert changed["Resources"].keys() == SOURCE["Resources"].keys()


def test_a_function_has_its_settings_its_role_and_the_wrapper(cloud: Cloud, tmp_path: Path) -> None:
    prepared = containers.prepare(cloud, build(tmp_path / "built"))
    assert json.loads(prepared.variables.read_text())["AccessFunction"] == {
        "TABLE_NAME": "table of AccessFunction",
        "AWS_ACCESS_KEY_ID": "ASIAROLE",
        "AWS_SECRET_ACCESS_KEY": "of the role",
        "AWS_SESSION_TOKEN": "token of the role",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "AWS_LAMBDA_EXEC_WRAPPER": "/var/task/loopback/relay.py",
    }


def test_keys_are_in_no_file_that_others_can_read(cloud: Cloud, tmp_path: Path) -> None:
    containers.prepare(cloud, build(tmp_path / "built"))
    for path in (cloud.directory / "sam").rglob("*"):
        if path.is_file() and b"token of the role" in path.read_bytes():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_that_is_deployed_knows_the_wrapper() -> None:
    places = [
        ROOT / "template.yaml",
        *(ROOT / "layers").rglob("*"),
        *(ROOT / "functions").glob("*"),
    ]
    for path in places:
        if path.is_file() and path.suffix != ".pyc":
            text = path.read_text(encoding="utf-8")
            assert "EXEC_WRAPPER" not in text
            assert "loopback/relay" not in text
