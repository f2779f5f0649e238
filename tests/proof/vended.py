"""A session policy read again, by nothing that wrote it, as grants that reach can compare.

The elements are those of AWS's pages; what is not known here is an error and never left out.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.proof.reader import ANY, Literal, Token, read
from tests.support.make import grant
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.grants.scope import Scope

READS = {"s3:GetObject"}
WRITES = {
    *("s3:PutObject", "s3:DeleteObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
}
VERSIONS, TAGS = "s3:GetObjectVersion", "s3:GetObjectTagging"
LISTS, TELLS = {"s3:ListBucket"}, {"s3:GetBucketLocation"}
HEAD = "arn:aws:s3:::"
CONDITIONS = {
    ("StringEquals", "aws:ResourceAccount"): "account",
    ("StringEquals", "aws:SourceVpce"): "vpc_endpoint",
    ("IpAddress", "aws:SourceIp"): "source_ip",
    ("DateLessThan", "aws:CurrentTime"): "expires",
    ("StringLike", "s3:prefix"): "prefixes",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one statement allows with one language of keys; ``LIST``: of prefixes."""

    does: str  # READ, WRITE, READWRITE, LIST, or TELL for the region of the bucket
    bucket: str
    key: str
    is_prefix: bool
    terms: Mapping[str, Any]  # as members of a grant
    account: str  # whose bucket it is

    def as_grant(self, number: int) -> Grant:
        """A grant that allows the same; to list is to READ there."""
        permission = "READ" if self.does == "LIST" else self.does
        members = {**self.terms, "id": f"policy-{number}"}
        keys = spelled(Keys(self.bucket, self.key, self.is_prefix))
        return replace(grant(f"s3://bkt/* {permission}", **members), scope=Scope(keys))


def spelled(keys: Keys) -> Keys:
    """The keys with another character for the ``$`` of ``${``, which in scopes is a variable.

    The character occurs in no key that is drawn, so languages are equal exactly if they were.
    """
    assert "\ue000" not in keys.key
    return Keys(keys.bucket, keys.key.replace("${", "\ue000{"), keys.is_prefix)


def allowed_by(policy: str) -> Iterator[Allowed]:
    """Yield all that a session policy allows."""
    document = json.loads(policy, object_pairs_hook=_once)
    assert document.keys() == {"Version", "Statement"}, document
    assert document["Version"] == "2012-10-17", "variables and escapes need this version"
    for statement in document["Statement"]:
        assert statement.keys() == {"Effect", "Action", "Resource", "Condition"}, statement
        assert statement["Effect"] == "Allow"
        yield from _allowed(statement)


def _allowed(statement: Mapping[str, Any]) -> Iterator[Allowed]:
    actions, terms = set(_listed(statement["Action"])), _terms(statement["Condition"])
    account, prefixes = terms.pop("account"), terms.pop("prefixes", None)
    for resource in _listed(statement["Resource"]):
        bucket, slash, key = _resource(resource)
        if actions <= LISTS | TELLS:
            assert len(actions) == 1, actions
            assert not slash, resource
            does = "LIST" if actions == LISTS else "TELL"
            for tokens in map(read, _listed(prefixes)) if prefixes else [[ANY]]:
                yield Allowed(does, bucket, *_language(tokens), terms, account)
        else:
            assert slash, resource
            assert prefixes is None, "keys of objects have no condition on lists"
            does, more = _permission(actions)
            yield Allowed(does, bucket, *_language(key), terms | more, account)


def _permission(actions: set[str]) -> tuple[str, dict[str, bool]]:
    """The permission that has exactly these actions, and what it has beside."""
    more = {"versions": VERSIONS in actions, "tagging": TAGS in actions}
    plain = actions - {VERSIONS, TAGS}
    named = {"READ": READS, "WRITE": WRITES, "READWRITE": READS | WRITES}
    (does,) = (name for name, ones in named.items() if ones == plain)
    assert does != "WRITE" or plain == actions, actions
    return does, more


def _resource(resource: str) -> tuple[str, bool, Sequence[Token]]:
    """The bucket, whether a slash follows, and the tokens of what follows it."""
    assert resource.startswith(HEAD), resource
    tokens = read(resource.removeprefix(HEAD))  # variables stand after the fifth colon
    slash = tokens.index(Literal("/")) if Literal("/") in tokens else len(tokens)
    bucket, is_prefix = _language(tokens[:slash])
    assert not is_prefix, resource
    return bucket, slash < len(tokens), tokens[slash + 1 :]


def _language(tokens: Sequence[Token]) -> tuple[str, bool]:
    """The text that these tokens match; True if any text may follow it."""
    is_prefix = bool(tokens) and tokens[-1] == ANY
    literals = [one for one in tokens if isinstance(one, Literal)]
    assert len(literals) + is_prefix == len(tokens), f"neither keys nor a prefix: {tokens}"
    return "".join(one.character for one in literals), is_prefix


def _terms(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = {
        CONDITIONS[operator, key]: value
        for operator, keys in conditions.items()
        for key, value in keys.items()
    }
    if "expires" in found:
        found["expires"] = datetime.fromisoformat(found["expires"])
    if "source_ip" in found:
        found["source_ip"] = tuple(_listed(found["source_ip"]))
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    assert len(members) == len(pairs), f"a member twice: {pairs}"
    return members


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
