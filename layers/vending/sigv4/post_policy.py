"""Form uploads: the fields that a browser sends with the file, bound by a signed policy.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hmac import digest

from vending.grants.keys import Keys
from vending.sessions.session import Credentials
from vending.sigv4.presign import ALGORITHM
from vending.sigv4.signing_key import amz_date, credential_scope, signing_key
from vending.times import iso

FILENAME = "${filename}"  # S3 replaces it with the name of the uploaded file


def form_fields(
    credentials: Credentials,
    target: Keys,
    *,
    region: str,
    fields: Mapping[str, str],
    lengths: tuple[int, int],
    now: datetime,
    expires_at: datetime,
) -> dict[str, str]:
    """The fields of a form that uploads to ``target``; the policy binds each to its value.

    ``lengths`` are the minimum and maximum size of the file in bytes. A form for a prefix has no
    field ``key``: the client adds one that starts with the prefix.
    """
    timestamp = amz_date(now)
    scope = credential_scope(timestamp, region)
    bound = {
        **({} if target.is_prefix else {"key": target.key}),
        **fields,
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{credentials.access_key_id}/{scope}",
        "x-amz-date": timestamp,
        "x-amz-security-token": credentials.session_token,
    }
    conditions = [
        _condition("eq", "bucket", target.bucket),
        *(_condition("eq", name, value) for name, value in bound.items()),
        *([_condition("starts-with", "key", target.key)] if target.is_prefix else []),
        f'["content-length-range",{lengths[0]},{lengths[1]}]',
    ]
    document = f'{{"expiration":"{iso(expires_at)}","conditions":[{",".join(conditions)}]}}'
    policy = b64encode(document.encode("ascii"))
    signature = digest(signing_key(credentials.secret_access_key, scope), policy, "sha256").hex()
    return {**bound, "policy": policy.decode(), "x-amz-signature": signature}


def _condition(operator: str, name: str, value: str) -> str:
    """A condition; ``$`` in a value is escaped, because it would start a field's name."""
    escaped = json.dumps(value).replace("$", r"\u0024")
    return f'["{operator}","${name}",{escaped}]'
