"""The parts of the template, and how they are joined."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from local.stack.template import read
from tools import __main__ as generated
from tools import template
from tools.__main__ import main
from tools.template import FOLDER, PARTS, ROOT, joined

FUNCTIONS = sorted(path.stem for path in (ROOT / "functions").glob("*.py"))
OF_ONE_FUNCTION = [part for part in PARTS if part.removeprefix("functions/") in FUNCTIONS]
LONGER = {"watching/dashboard"}  # one text in JSON, which only its whole is


@cache
def written(part: str) -> dict[str, Any]:
    return read(ROOT / FOLDER / f"{part}.yaml")


@cache
def whole() -> dict[str, Any]:
    return read(ROOT / "template.yaml")


def resources(part: str) -> dict[str, Any]:
    found: dict[str, Any] = written(part).get("Resources", {})
    return found


def merged(into: dict[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merged(into[name], value)
        else:
            assert name not in into, f"{name} is in two parts"
            into[name] = value
    return into


def test_the_committed_template_is_what_the_parts_say() -> None:
    assert (ROOT / "template.yaml").read_text(encoding="utf-8") == joined(ROOT)


def test_each_part_is_yaml_by_itself_and_together_they_are_the_template() -> None:
    together: dict[str, Any] = {}
    for part in PARTS:
        merged(together, read(ROOT / FOLDER / f"{part}.yaml"))
    assert together == whole()


def test_every_part_is_used() -> None:
    files = {
        path.relative_to(ROOT / FOLDER) for path in (ROOT / FOLDER).rglob("*") if path.is_file()
    }
    assert files == {Path(f"{part}.yaml") for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_neither_long_nor_a_crumb(part: str) -> None:
    lines = len((ROOT / FOLDER / f"{part}.yaml").read_text(encoding="utf-8").splitlines())
    assert 15 <= lines <= (250 if part in LONGER else 200)


def test_no_folder_has_more_than_ten_entries() -> None:
    for folder in [ROOT / FOLDER, *(path for path in (ROOT / FOLDER).rglob("*") if path.is_dir())]:
        assert len(list(folder.iterdir())) <= 10, folder


def test_every_function_has_its_part() -> None:
    assert [part.removeprefix("functions/") for part in sorted(OF_ONE_FUNCTION)] == FUNCTIONS


def own(function: str) -> Iterator[str]:
    """The resources that are one function's alone: itself, its role, its logs, what reads them."""
    properties = whole()["Resources"][function]["Properties"]
    group = properties["LoggingConfig"]["LogGroup"]["Ref"]
    yield from (function, properties["Role"]["Fn::GetAtt"][0], group)
    for name, resource in whole()["Resources"].items():
        if resource["Type"] == "AWS::Logs::SubscriptionFilter":
            if resource["Properties"]["LogGroupName"] == {"Ref": group}:
                yield name
        elif name.startswith(function):
            yield name


@pytest.mark.parametrize("part", OF_ONE_FUNCTION)
def test_all_that_is_one_functions_own_stands_in_its_part_and_nothing_else(part: str) -> None:
    (function,) = (
        name
        for name, resource in whole()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        and resource["Properties"]["Handler"] == f"{part.removeprefix('functions/')}.handler"
    )
    assert resources(part).keys() == set(own(function))


def test_no_function_stands_outside_the_parts_of_functions() -> None:
    for part in set(PARTS) - set(OF_ONE_FUNCTION):
        kinds = {resource.get("Type") for resource in resources(part).values()}
        assert not kinds & {"AWS::Serverless::Function", "AWS::Logs::SubscriptionFilter"}, part


FIRST = "Resources:\n  Api:\n    Type: Api\n    Properties:\n      Name: x\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose template has two parts, and which generates nothing else."""
    monkeypatch.setattr(template, "PARTS", ("api", "answers"))
    monkeypatch.setattr(
        generated, "GENERATED", {tmp_path / "template.yaml": partial(joined, tmp_path)}
    )
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "api.yaml").write_text(FIRST)
    (tmp_path / FOLDER / "answers.yaml").write_text(
        "Resources:\n  Api:\n    Properties:\n      # Ours.\n      Answers:\n        A: '1'\n"
    )
    return tmp_path


def test_a_heading_that_is_open_is_not_written_again(small: Path) -> None:
    assert joined(small).endswith(
        f"\n# ---- {FOLDER}/api.yaml ----\n{FIRST}\n"
        f"      # ---- {FOLDER}/answers.yaml ----\n"
        "      # Ours.\n      Answers:\n        A: '1'\n"
    )


def test_a_heading_that_is_closed_is_written(small: Path) -> None:
    (small / FOLDER / "answers.yaml").write_text("Resources:\n  Table:\n    Type: Table\n")
    assert f"\n  # ---- {FOLDER}/answers.yaml ----\n  Table:\n    Type: Table\n" in joined(small)
    (small / FOLDER / "answers.yaml").write_text("Outputs:\n  Api:\n    Value: '1'\n")
    assert f"\n# ---- {FOLDER}/answers.yaml ----\nOutputs:\n  Api:\n" in joined(small)


def test_what_is_written_is_current_and_what_is_edited_after_that_is_not(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""
    file = small / "template.yaml"
    assert file.read_text().startswith("# Generated")
    file.write_text(file.read_text().replace("Name: x", "Name: y"))
    assert main(["--check"]) == 1
    assert "make format" in capsys.readouterr().err
    assert "Name: y" in file.read_text(), "a check writes nothing"


def test_a_template_that_is_not_there_is_not_current(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"]) == 1
    assert "make format" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_part_that_nobody_lists_or_that_is_not_there_is_named(
    arguments: list[str], small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small / FOLDER / "more.yaml").write_text("Outputs:\n")
    assert main(arguments) == 1
    assert f"{FOLDER}/more.yaml is not in PARTS" in capsys.readouterr().err
    (small / FOLDER / "more.yaml").rename(small / "more.yaml")
    (small / FOLDER / "api.yaml").unlink()
    assert main(arguments) == 1
    assert f"{FOLDER}/api.yaml does not exist" in capsys.readouterr().err


def test_other_arguments_are_refused(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chekc"]) == 2
    assert generated.USAGE in capsys.readouterr().err
    assert not (small / "template.yaml").exists()
