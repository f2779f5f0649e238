"""What an answer opens, as text to compare: read from the answer, not from our code."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Every action that a session may have, by the word for all of them together.
WORDS = {
    frozenset({"s3:GetObject"}): "READ",
    frozenset(
        {
            *("s3:PutObject", "s3:DeleteObject"),
            *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
        }
    ): "WRITE",
    frozenset({"s3:ListBucket"}): "LIST",
    frozenset({"s3:GetBucketLocation"}): "REGION",
    frozenset({"kms:Decrypt"}): "DECRYPT",
}


def by_policy(policy: str) -> Iterator[str]:
    """``READ bucket/key of account`` for each resource; a LIST has the prefix after its bucket.

    That the session also tells the bucket's region is not named, only checked.
    """
    opened = set()
    for statement in json.loads(policy)["Statement"]:
        assert statement.keys() == {"Effect", "Action", "Resource", "Condition"}
        assert statement["Effect"] == "Allow"
        word = WORDS[frozenset(listed(statement["Action"]))]
        conditions = {
            f"{operator} {key}": listed(value)
            for operator, keys in statement["Condition"].items()
            for key, value in keys.items()
        }
        if word == "DECRYPT":
            via = conditions.pop("StringEquals kms:ViaService")
            yield from (
                f"{word} {one} via {' '.join(via)}" for one in listed(statement["Resource"])
            )
            assert not conditions
            continue
        (account,) = conditions.pop("StringEquals aws:ResourceAccount")
        prefixes = conditions.pop("StringLike s3:prefix", None) if word == "LIST" else None
        for resource in listed(statement["Resource"]):
            place = resource.removeprefix("arn:aws:s3:::")
            bucket = place.partition("/")[0]
            if word == "REGION":
                assert (place, account) in opened
                continue
            opened.add((bucket, account))
            for prefix in prefixes or [""]:
                yield f"{word} {place}{'/' if prefix else ''}{prefix} of {account}"
        assert not conditions


def by_answer(answer: Mapping[str, Any]) -> Iterator[str]:
    """``GET path`` for each URL, with its query but for the signature; a form's conditions."""
    if answer.get("format") == "compact":
        sessions = answer.get("sessions", [answer])
        for path, signature, *at in answer["urls"]:
            query = sessions[at[0] if at else 0]["query"]
            yield by_url("", f"{answer['base']}{path}?{query}&X-Amz-Signature={signature}")
        return
    for one in [*answer.get("urls", []), *answer.get("parts", [])]:
        if "fields" in one:
            yield from by_form(one["fields"])
        else:
            yield by_url(one.get("method", "PUT"), one["url"])
    if "url" in answer:
        yield by_url(answer["method"], answer["url"])


def by_url(method: str, url: str) -> str:
    parts = urlsplit(url)
    query = {
        name: value
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.startswith("X-Amz-")
    }
    assert not parts.fragment
    named = "&".join(f"{name}={value}" for name, value in query.items())
    place = f"{parts.hostname}{parts.path}".replace(".s3.ap-northeast-1.amazonaws.com", "", 1)
    return f"{method} {place}{'?' if named else ''}{named}".strip()


def by_form(fields: Mapping[str, str]) -> Iterator[str]:
    """All conditions of its policy that are not the signature's own."""
    policy = b64decode(fields["policy"]).decode()
    conditions = json.loads(policy)["conditions"]
    names = [name for _, name, _ in conditions if str(name).startswith("$")]
    assert policy.count("$") == len(names), (
        "a $ begins the name of a field, and stands nowhere else"
    )
    for operator, name, value in conditions:
        if not str(name).startswith("$x-amz-"):
            yield f"FORM {operator} {name} {value}"


def listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
