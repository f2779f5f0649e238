"""Tokens that nobody has signed, and the settings of a service that they are for."""

import base64
import json

from s3vend.identity.receiver import Receiver
from s3vend.identity.settings import Settings

AUDIENCE = "https://vend.example.com"


def token(audience: object = AUDIENCE, **claims: object) -> str:
    """A token for this audience; without ``aud`` if it is None."""
    named = {} if audience is None else {"aud": audience}
    return raw({"alg": "RS256"}, {"sub": "s", **named, **claims})


def raw(header: object, claims: object) -> str:
    """The same of any header and claims; text is encoded as it is."""
    return f"{_part(header)}.{_part(claims)}.c2lnbmF0dXJl"


def receiver(*, named: bool = True, **members: object) -> Receiver:
    """A service with this audience, or with none that is set."""
    audience = members.pop("audience", None)
    url = str(members.pop("url", "https://vend.example.com/v1"))
    is_set = audience is not None
    chosen = Settings(url=url, audience=str(audience or url), audience_is_set=is_set)
    return Receiver(chosen, is_named=named)


def _part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
