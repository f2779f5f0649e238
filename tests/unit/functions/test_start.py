"""What a function builds at its start, which every cold start waits for."""

import json

import pytest

from tests.unit.functions.test_snapshot import FUNCTIONS, run

GRANTS = {"GrantBody", "LocationBody"}
BUILT = {  # bodies that the function's every request, or nearly every one, needs
    "access": {*GRANTS, "CredentialsRequest"},
    "administration": {*GRANTS, "IssuerBody"},
    "audit": {"LocationBody"},
    "authorizer": {"IssuerBody"},
    "credentials": {*GRANTS, "CredentialsRequest"},
    "preflights": set(),
    "presigned_urls": GRANTS,
    "revocations": {"LocationBody"},
    "sts": {*GRANTS, "IssuerBody"},
}
STARTED = """
import json, sys, {0}
Body = getattr(sys.modules.get("vending.bodies.body"), "Body", None)
pending, built = [Body] if Body else [], []
while pending:
    kind = pending.pop()
    pending += kind.__subclasses__()
    built += [kind.__name__] if kind.__pydantic_complete__ else []
print(json.dumps(built))
"""


def test_every_function_is_looked_at() -> None:
    assert sorted(BUILT) == FUNCTIONS


@pytest.mark.parametrize("function", BUILT)
def test_a_start_builds_the_bodies_that_every_request_needs_and_no_other(function: str) -> None:
    done = run(STARTED.format(function))
    assert done.stderr == ""
    assert set(json.loads(done.stdout)) == BUILT[function]
