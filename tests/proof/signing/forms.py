"""Form uploads drawn by chance, and the policies that we and botocore make for them."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from tests.proof.signing import drawn
from tests.proof.signing.presigners import ENDS, KEY_ID, client, frozen
from vending.grants.keys import Keys
from vending.sessions.session import Credentials
from vending.sigv4.post_policy import FILENAME, form_fields

type Condition = list[str | int]

FIELDS = ["Content-Type", "Content-Disposition", "x-amz-checksum-sha256", "x-amz-meta-a"]


@dataclass(frozen=True, slots=True)
class Form:
    """One form to sign."""

    target: Keys
    fields: Mapping[str, str]
    lengths: tuple[int, int]
    region: str
    token: str
    secret: str
    seconds: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """What a browser sends beside the file, with the policy read."""

    fields: dict[str, str]  # but for the policy and its signature
    expiration: str
    conditions: list[Condition]  # in one form and one order: S3 wants all of them, in any


def form(seed: str) -> Form:
    """The one that belongs to this seed."""
    chance = Random(seed)
    key = "/".join(_printable(chance) for _ in range(chance.randint(1, 4)))
    is_prefix = chance.random() < 0.3
    return Form(
        Keys(drawn.bucket(chance), key + "/" * is_prefix, is_prefix),
        {name: drawn.text(chance, 30) for name in chance.sample(FIELDS, chance.randint(0, 4))},
        (chance.randint(0, 9), chance.randint(9, 5 * 2**30)),
        chance.choice(list(drawn.REGIONS)),
        drawn.token(chance),
        drawn.opaque(chance, 40),
        chance.randint(1, 604_800),
        drawn.when(chance),
    )


def _printable(chance: Random) -> str:
    text = drawn.text(chance, 30).replace("/", "").replace(".", "")
    return "k" + "".join(one for one in text if one.isprintable())


def ours(form: Form) -> dict[str, str]:
    """By `form_fields`."""
    return form_fields(
        Credentials(KEY_ID, form.secret, form.token, ENDS),
        form.target,
        region=form.region,
        fields=form.fields,
        lengths=form.lengths,
        now=form.now,
        expires_at=form.now + timedelta(seconds=form.seconds),
    )


def of_the_client(form: Form) -> tuple[str, dict[str, str]]:
    """By `generate_presigned_post`: where to send the form, and its fields.

    botocore has no form for a prefix; it makes one for the name that the file has on its sender's
    machine, with the same condition and a field for the key.
    """
    target = form.target
    s3 = client(form.region, target.bucket, form.secret, form.token)
    with frozen(form.now):
        made = s3.generate_presigned_post(
            target.bucket,
            target.key + FILENAME if target.is_prefix else target.key,
            Fields=dict(form.fields),
            Conditions=[
                *({name: value} for name, value in form.fields.items()),
                ["content-length-range", *form.lengths],
            ],
            ExpiresIn=form.seconds,
        )
    if target.is_prefix:
        del made["fields"]["key"]
    return made["url"], made["fields"]


def signature_of_botocore(form: Form, policy: str) -> str:
    """For a policy as it is."""
    auth = S3SigV4PostAuth(BotocoreCredentials(KEY_ID, form.secret), "s3", form.region)
    request = AWSRequest()
    request.context["timestamp"] = form.now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return str(auth.signature(policy, request))


def signed(fields: Mapping[str, str]) -> Signed:
    """The fields with the policy read; ``{name: value}`` is ``["eq", "$name", value]``."""
    policy = json.loads(b64decode(fields["policy"]))
    conditions = [
        one if isinstance(one, list) else ["eq", f"${next(iter(one))}", *one.values()]
        for one in policy["conditions"]
    ]
    others = {name: fields[name] for name in fields.keys() - {"policy", "x-amz-signature"}}
    return Signed(others, policy["expiration"], sorted(conditions, key=str))
