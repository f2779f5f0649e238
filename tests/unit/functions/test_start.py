"""What a function loads and builds at its start, which every cold start waits for."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import boto3
import pytest

from bench import cold
from tests.unit.functions.test_snapshot import FUNCTIONS, ROOT, run

GRANTS = {"GrantBody", "LocationBody"}
BUILT = {  # bodies that the function's every request, or nearly every one, needs
    "access": {*GRANTS, "CredentialsRequest"},
    "administration": {*GRANTS, "IssuerBody"},
    "audit": set(),
    "authorizer": {"IssuerBody"},
    "credentials": {*GRANTS, "CredentialsRequest"},
    "preflights": set(),
    "presigned_urls": GRANTS,
    "revocations": {"LocationBody"},
    "shares": GRANTS,
    "sts": {*GRANTS, "IssuerBody"},
}
TOKENS = ("jwt", "vending.callers.issuer", "vending.bodies.token_fields")
UNNEEDED = {  # packages and modules without which the function answers its usual requests
    "access": TOKENS,
    "administration": ("jwt", "vending.reach", "vending.expectations"),
    "audit": ("jwt", "pydantic", "vending.aws.services.iam", "vending.revocations.reconcile"),
    "authorizer": (),
    "credentials": TOKENS,
    "preflights": ("botocore", "pydantic", "vending.bodies"),
    "presigned_urls": TOKENS,
    "revocations": ("jwt",),
    "shares": TOKENS,
    "sts": (),
}
STARTED = """
import json, sys, {0}
Body = getattr(sys.modules.get("vending.bodies.body"), "Body", None)
pending, built = [Body] if Body else [], []
while pending:
    kind = pending.pop()
    pending += kind.__subclasses__()
    built += [kind.__name__] if kind.__pydantic_complete__ else []
print(json.dumps([sorted(sys.modules), built]))
"""


@cache
def started(function: str) -> tuple[set[str], set[str]]:
    """The modules that a start loads, and the bodies that it builds."""
    done = run(STARTED.format(function))
    assert done.stderr == ""
    loaded, built = json.loads(done.stdout)
    return set(loaded), set(built)


def test_every_function_is_looked_at_and_every_module_exists() -> None:
    assert sorted(BUILT) == sorted(UNNEEDED) == FUNCTIONS
    assert all(map(find_spec, {name for names in UNNEEDED.values() for name in names}))


@pytest.mark.parametrize("function", BUILT)
def test_a_start_builds_the_bodies_that_every_request_needs_and_no_other(function: str) -> None:
    _, built = started(function)
    assert built == BUILT[function]


@pytest.mark.parametrize("function", UNNEEDED)
def test_a_start_loads_nothing_that_the_usual_requests_do_not_need(function: str) -> None:
    loaded, _ = started(function)
    assert not loaded & set(UNNEEDED[function])


@pytest.mark.parametrize("function", ["administration", "preflights"])  # the most; the least
def test_the_benchmark_of_starts_takes_a_function_apart(function: str) -> None:
    settings = cold.variables(ROOT / "template.yaml")
    places = [ROOT / "layers", ROOT / "functions", Path(boto3.__file__).parents[1]]
    code = [str(ROOT / "bench/apparatus/cold_parts.py"), function]
    modules = cold.run(code, places, settings)
    spent = json.loads(cold.run(code, places, settings, modules))
    assert spent["our code"] > 0
