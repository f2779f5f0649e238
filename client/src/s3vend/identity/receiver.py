"""Whether a token may go to the service: it goes only to the audience that it names."""

import base64
import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from s3vend.errors import IdentityError
from s3vend.identity.audiences import whose_audience
from s3vend.identity.settings import Settings

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"[A-Za-z0-9_.-]+")
_KEY_PAIR = re.compile(r"[RPE]S[0-9]|Ed")  # RFC 7518 and RFC 9864; RSA-OAEP only encrypts
SHOWN = 100  # characters of an audience in a message
SET_ONE = (
    "Get a token for it, or set the audience of your tokens with --audience or S3VEND_AUDIENCE."
)


class UnusableToken(IdentityError):
    """The source has a token that is not for the service, or that is not a token at all."""


class Receiver(NamedTuple):
    """The service, as the audience of tokens.

    ``is_named``: whether the user named the token. If the user set no audience, a token that the
    user named may be for another one. A token that the client found by itself may not.
    """

    settings: Settings
    is_named: bool

    def check(self, token: str) -> None:
        """Raise `UnusableToken` unless this token may go to the service."""
        claims = read_claims(token)
        audiences = _audiences(claims)
        for audience in audiences:
            if who := whose_audience(audience, claims.get("iss")):
                raise UnusableToken(
                    f"the token is for {_shown(audience)}, which is {who}; such a token is never "
                    f"sent to s3vend. Get one for {_shown(self.settings.audience)} alone."
                )
        if self.is_named and not self.settings.audience_is_set:
            return
        if self._names().isdisjoint(audiences):
            raise UnusableToken(
                f"the token is for {audiences_text(token)}, not for "
                f"{_shown(self.settings.audience)}. {SET_ONE}"
            )

    def _names(self) -> frozenset[str]:
        """Return the audiences of which a token must name one.

        Without a set audience: the service's address, and its origin (the address without the
        stage), each with and without a slash at its end.
        """
        if self.settings.audience_is_set:
            return frozenset({self.settings.audience})
        url, parts = self.settings.url, urlsplit(self.settings.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        bases = (url, origin, origin.lower(), url.replace(origin, origin.lower(), 1))
        return frozenset(f"{base}{end}" for base in bases for end in ("", "/"))


def read_claims(token: str) -> "dict[str, Any]":
    """Return the claims of a JWT, unverified.

    Raises:
        UnusableToken: it is not a JWT, or two readers could read it differently.
    """
    try:
        return _claims(token)
    except (ValueError, RecursionError):
        raise UnusableToken(
            "the token is not a JWT with a readable audience, so nothing shows that it is for "
            "s3vend. Use a signed JWT (RFC 7519), not an opaque or encrypted token."
        ) from None


def audiences_text(token: str) -> str:
    """Return the audiences of a token, for messages; raises as `Receiver.check`."""
    return ", ".join(map(_shown, _audiences(read_claims(token))))


def has_token(text: str) -> bool:
    """Whether there is a JWT in the text that is signed with a key pair.

    Services such as s3vend and AWS STS accept no others.
    """
    headers = (
        header
        for run in _DOTTED.findall(text)
        for header in run.split(".")[:-2]
        if _BASE64URL.fullmatch(header)
    )
    return any(map(_is_of_a_key_pair, headers))


def _is_of_a_key_pair(header: str) -> bool:
    try:
        algorithm = _json_object(header).get("alg")
    except (ValueError, RecursionError):
        return False
    return isinstance(algorithm, str) and bool(_KEY_PAIR.match(algorithm))


def _claims(token: str) -> "dict[str, Any]":
    header, claims, _ = token.split(".")
    _json_object(header)
    members = _json_object(claims)
    if any(name != "aud" and name.lower() == "aud" for name in members):
        raise ValueError("a second aud for readers that ignore case")
    return members


def _json_object(part: str) -> "dict[str, Any]":
    if not _BASE64URL.fullmatch(part):
        raise ValueError("not base64url")
    text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8")
    value = json.loads(text, object_pairs_hook=_without_duplicates)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - read_claims makes it one error
    return value


def _without_duplicates(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a duplicate member")
    return dict(pairs)


def _audiences(claims: "dict[str, Any]") -> "list[str]":
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    texts = [one for one in audiences if isinstance(one, str) and one]
    if not texts or len(texts) != len(audiences):
        raise UnusableToken(
            "the token names no audience (claim aud), so nothing shows that it is for s3vend. "
            "Get one that names its audience."
        )
    return texts


def _shown(audience: str) -> str:
    """Return the audience in quotes, with everything but ASCII escaped."""
    return json.dumps(audience if len(audience) <= SHOWN else f"{audience[:SHOWN]}…")
