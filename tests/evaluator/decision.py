"""All policies together, in one account and across two.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.evaluator.principals import Named
from tests.evaluator.statements import Answer, Policy, Request, allowed_as, said


@dataclass(frozen=True)
class Policies:
    """Those that apply to a request; None: there is none, which limits nothing."""

    identity: Sequence[Policy] = ()  # of the user, or of the role
    boundary: Policy | None = None
    session: Policy | None = None  # passed to AssumeRole
    resource: Policy | None = None  # of the bucket or key, or the trust policy of the role
    # Roles and KMS keys: nobody has access whom their own policy does not mean.
    resource_decides: bool = False


def decide(policies: Policies, request: Request) -> Answer:
    """IAM's answer; ``DENIED`` is an explicit deny, ``NOT_ALLOWED`` an implicit one."""
    limits = [one for one in (policies.boundary, policies.session) if one is not None]
    own = [said(one, request) for one in policies.identity]
    limiting = [said(one, request) for one in limits]
    of_resource = said(policies.resource, request) if policies.resource else Answer.NOT_ALLOWED
    if Answer.DENIED in (*own, *limiting, of_resource):
        return Answer.DENIED

    within = all(answer is Answer.ALLOWED for answer in limiting)
    by_identity = within and Answer.ALLOWED in own
    if of_resource is Answer.ALLOWED:
        assert policies.resource is not None
        ways = allowed_as(policies.resource, request)
    else:
        ways = set()
    if _is_across(request):
        allowed = by_identity and bool(ways)
    else:
        allowed = (
            Named.DIRECTLY in ways
            or (Named.ROLE in ways and within)
            or (by_identity and (bool(ways) or not policies.resource_decides))
        )
    return Answer.ALLOWED if allowed else Answer.NOT_ALLOWED


def _is_across(request: Request) -> bool:
    """Whether principal and resource have different accounts; who has none needs no policy."""
    own = request.principal.account if request.principal else None
    return bool(own and request.owner and own != request.owner)
