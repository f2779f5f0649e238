"""IAM's answer to a request, from AWS's documentation alone: nothing here knows our policies.

1. ``patterns``: wildcards, ``${*}``, policy variables.
2. ``conditions``: operators, missing keys, several values.
3. ``statements``: what one policy says of one request.
4. ``principals``: whom a policy of a resource means.
5. ``decision``: what all policies together say.

What is not known here is a ``ValueError``, never an answer.
"""

from tests.evaluator.conditions import Context
from tests.evaluator.decision import Policies, decide
from tests.evaluator.patterns import matches
from tests.evaluator.principals import Principal
from tests.evaluator.statements import Answer, Policy, Request, allows, listed, names, said

__all__ = [
    "Answer",
    "Context",
    "Policies",
    "Policy",
    "Principal",
    "Request",
    "allows",
    "decide",
    "listed",
    "matches",
    "names",
    "said",
]
