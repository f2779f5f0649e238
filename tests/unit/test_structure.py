"""The dependency rule, and what must be in no file: read from the code itself."""

import ast
import importlib
import pkgutil
import re
import sys
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest

from vending.bodies.body import Body

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/vending"
EDGE = sorted((LAYER / "aws").rglob("*.py"))
CORE = sorted(set(LAYER.rglob("*.py")) - set(EDGE))
FUNCTIONS = sorted((ROOT / "functions").glob("*.py"))

IMPURE = {
    *("os", "time", "random", "secrets", "socket", "ssl", "logging", "subprocess", "threading"),
    *("asyncio", "pathlib", "tempfile", "io", "sys", "requests", "urllib", "urllib3", "http"),
}
PYDANTIC_AT = {
    *(
        "bodies/body.py",
        "bodies/fields.py",
        "bodies/content_fields.py",
        "bodies/described_fields.py",
        "bodies/issuer_fields.py",
        "bodies/parse.py",
        "bodies/token_fields.py",
        "documents/sharing_fields.py",
        "credentials/request.py",
        "documents/acknowledgement.py",
        "documents/document.py",
        "documents/expectation.py",
        "documents/grant.py",
        "documents/grantee.py",
        "documents/issuer.py",
        "documents/location.py",
        "drafts/request.py",
        "questions/caller.py",
        "staging/request.py",
        "questions/request.py",
        "revocations/request.py",
        "shares/owners/request.py",
        "shares/uploading/request.py",
        "uploads/request.py",
        "urls/compact.py",
        "urls/listing.py",
        "urls/object_members.py",
        "urls/request.py",
    ),
}
PYJWT_AT = {"callers/web_identity.py"}
ORJSON_AT = {"aws/api/responses.py"}


def place(path: Path) -> str:
    """Below the layer's package or the project: names alone stand several times."""
    return path.relative_to(LAYER if path.is_relative_to(LAYER) else ROOT).as_posix()


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} has a relative import"
            names.add(node.module or "")
            names |= {f"{node.module}.{one.name}" for one in node.names}
    return names


def dotted(path: Path) -> str:
    return f"vending.{place(path).removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def test_every_module_of_the_layer_is_looked_at() -> None:
    walked = {one.name for one in pkgutil.walk_packages([str(LAYER)], "vending.")} | {"vending"}
    assert {dotted(path) for path in [*CORE, *EDGE]} == walked
    assert {one for one in walked if one.startswith("vending.aws")} == set(map(dotted, EDGE))
    named = PYDANTIC_AT | PYJWT_AT | ORJSON_AT | SEEDED.keys()
    assert named <= set(map(place, [*CORE, *EDGE])), "a rule names a module that is not there"


@pytest.mark.parametrize("path", CORE, ids=place)
def test_the_core_imports_itself_and_the_pure_standard_library(path: Path) -> None:
    allowed = {"vending"} | (sys.stdlib_module_names - IMPURE)
    allowed |= {"pydantic"} if place(path) in PYDANTIC_AT else set()
    allowed |= {"jwt"} if place(path) in PYJWT_AT else set()
    assert tops(path) <= allowed
    assert not {name for name in imported(path) if name.startswith("vending.aws")}


@pytest.mark.parametrize("path", [*CORE, *EDGE, *FUNCTIONS], ids=place)
def test_no_private_name_is_imported_from_another_module_of_ours(path: Path) -> None:
    ours = {name for name in imported(path) if name.startswith("vending.")}
    assert not {name for name in ours if name.rpartition(".")[2].startswith("_")}


@pytest.mark.parametrize("path", CORE, ids=place)
def test_the_core_reads_no_clock_and_opens_no_file(path: Path) -> None:
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    clocks = {name for name in called if name.split(".")[-1] in ("now", "utcnow", "today")}
    assert clocks <= {"now", "self.now"}, "a clock comes in as an argument"
    assert not called & {"open", "print", "input", "eval", "exec", "__import__"}


@pytest.mark.parametrize("path", EDGE, ids=place)
def test_only_the_edge_imports_botocore_and_nothing_of_the_functions(path: Path) -> None:
    allowed = {"vending", "botocore"} | sys.stdlib_module_names
    allowed |= {"orjson"} if place(path) in ORJSON_AT else set()
    assert tops(path) <= allowed


@pytest.mark.parametrize("path", FUNCTIONS, ids=place)
def test_functions_never_import_each_other_nor_botocore(path: Path) -> None:
    names = {one.stem for one in FUNCTIONS}
    assert not tops(path) & names
    assert tops(path) <= {"vending", "aws_lambda_powertools"} | sys.stdlib_module_names


@pytest.mark.parametrize("name", ["administration", "audit", "authorizer", "revocations"])
def test_functions_that_do_not_lend_have_no_wiring_to_lend(name: str) -> None:
    assert "vending.aws.environment.lending" not in imported(ROOT / f"functions/{name}.py")


@pytest.mark.invariant(10)
@pytest.mark.parametrize("path", FUNCTIONS, ids=place)
def test_functions_log_no_event_and_capture_nothing(path: Path) -> None:
    text = path.read_text()
    if "Logger" in text:  # the function of preflights writes no line
        assert "inject_lambda_context(log_event=False)" in text
        assert text.count("log_event") == 1
    assert "logging" not in text
    assert "Tracer" not in text
    assert "print(" not in text


@pytest.mark.parametrize("path", [*CORE, *EDGE, *FUNCTIONS], ids=place)
def test_functions_log_codes_and_places_and_no_messages(path: Path) -> None:
    """An error's message may hold what was sent; its type and place do not."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    logged = [node for node in calls if ast.unparse(node.func).startswith(("logger.", "logging."))]
    assert {ast.unparse(node.func) for node in logged} <= {
        "logger.error",
        "logger.inject_lambda_context",
    }
    for node in calls:
        assert not {one.arg for one in node.keywords} & {"exc_info", "stack_info"}
    for node in logged:
        assert {ast.unparse(one) for one in node.args} <= {"code", "'Unavailable'"}
        assert {ast.unparse(one.value) for one in node.keywords} <= {
            "members",
            "{'causes': causes(error)}",
            "False",
        }


def test_nothing_that_is_deployed_imports_tests_bench_or_the_local_cloud() -> None:
    for path in [*CORE, *EDGE, *FUNCTIONS]:
        assert not tops(path) & {
            "local",
            "bench",
            "tests",
            "tools",
            "client",
            "s3vend",
            "web",
            "boto3",
        }


SEEDED = {"aws/services/client.py": {"random"}}


@pytest.mark.parametrize("path", [*EDGE, *FUNCTIONS], ids=place)
def test_what_nobody_may_guess_comes_from_the_kernel(path: Path) -> None:
    """Never from a generator whose state lies in memory, where a snapshot copies it."""
    assert not {"random", "uuid"} & (tops(path) - SEEDED.get(place(path), set()))
    called = re.findall(r"random\.\w+", path.read_text())
    assert set(called) <= {"random.seed"}, "only so that botocore's own pauses differ"


@pytest.mark.parametrize("path", [*CORE, *EDGE, *FUNCTIONS], ids=place)
def test_a_module_stays_below_two_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200


def test_the_layer_runs_the_versions_that_the_tests_run() -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^[a-z0-9_.-]+==\S+", path.read_text(), flags=re.MULTILINE))

    layer = pins(ROOT / "layers/requirements.txt")
    assert layer
    assert layer <= pins(ROOT / "requirements.txt")


MUTABLE = {"Record", "Meter", "IssuerKeys", "_Known", "Kept", "Reads", "SigningSessions", "_Batch"}


def test_values_are_frozen_and_take_no_other_members() -> None:
    for path in CORE:
        module = importlib.import_module(dotted(path))
        own: list[Any] = [
            one for one in vars(module).values() if isinstance(one, type) and is_dataclass(one)
        ]
        for one in own:
            assert one.__dataclass_params__.frozen or one.__name__ in MUTABLE, one
            assert "__slots__" in vars(one), one


def test_bodies_are_frozen_and_refuse_what_they_do_not_know() -> None:
    config = Body.model_config
    assert config["frozen"]
    assert config["strict"]
    assert config["extra"] == "forbid"
    assert config["hide_input_in_errors"]


@pytest.mark.invariant(2)
def test_no_session_policy_has_a_default() -> None:
    """Never fall back to more power: the policy is an argument that everybody must give."""
    for path in [*CORE, *EDGE]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                defaults = [*node.args.defaults, *[one for one in node.args.kw_defaults if one]]
                count = len(node.args.defaults)
                named = [one.arg for one in node.args.args[len(node.args.args) - count :]]
                named += [
                    one.arg
                    for one, default in zip(
                        node.args.kwonlyargs, node.args.kw_defaults, strict=True
                    )
                    if default
                ]
                assert len(defaults) == len(named)
                assert "policy" not in named, f"{place(path)}:{node.name}"
