"""The session policy as compact JSON, at most as long as STS accepts."""

import json
import re
from collections.abc import Sequence

from vending.errors import PolicyTooLarge
from vending.grants.keys import Keys
from vending.sessions.statements import Allowance, policy_document

POLICY_CHARACTERS = 2048


def session_policy(
    allowances: Sequence[Allowance],
    role_arn: str,
    order: Sequence[Keys] = (),
    *,
    bucket_location: bool = False,
) -> str:
    """The smallest policy that allows these only, as JSON text.

    ``order`` are the targets as the request names them. With ``bucket_location`` the policy also
    tells the buckets' regions.

    Raises:
        PolicyTooLarge: the policy has more characters than STS accepts.
    """

    def encoded(kept: Sequence[Allowance]) -> str:
        return encode(policy_document(kept, role_arn, bucket_location=bucket_location))

    text = encoded(allowances)
    if len(text) <= POLICY_CHARACTERS:
        return text
    order = order or [one for allowance in allowances for one in allowance.targets]
    fitting = next(
        count
        for count in range(len(order) - 1, -1, -1)
        if not count or len(encoded(_only(order[:count], allowances))) <= POLICY_CHARACTERS
    )
    advice = (
        f"The first {fitting} of {len(order)} targets would fit, up to {order[fitting - 1]}. "
        "Request fewer targets, or a prefix that contains them."
    )
    raise PolicyTooLarge(
        f"The session policy would have {len(text)} characters; STS accepts at most "
        f"{POLICY_CHARACTERS}. {advice if fitting else 'Shorten the key or prefix.'}"
    )


def encode(document: dict[str, object]) -> str:
    """Compact JSON in characters that STS accepts (U+0020 to U+00FF), so ``len`` is its length."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[^\x20-\xff]", lambda match: json.dumps(match[0])[1:-1], text)


def _only(targets: Sequence[Keys], allowances: Sequence[Allowance]) -> list[Allowance]:
    """What the allowances allow of these targets."""
    kept = [
        one._replace(targets=tuple(target for target in one.targets if target in targets))
        for one in allowances
    ]
    return [one for one in kept if one.targets]
