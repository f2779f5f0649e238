"""Verifies tokens: the token's web identity, or a refusal.

RFC 7515 (JWS), 7517 (JWK), 7519 (JWT), 8725 (best practices).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from vending.audit.record import Record
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import UNNAMED, KeyName
from vending.callers.token import parse_token, read_json, token_hash
from vending.errors import TokenRefused

CONTEXT_BYTES = 4096  # of an encoded identity, which API Gateway passes to the functions
RSA_BITS = range(2048, 8193)  # smaller keys are weak, larger ones are slow
_ALGORITHMS = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}

type VerificationKeys = dict[KeyName, PyJWK]
type FindKey = Callable[[Issuer, str, str], PyJWK | None]  # issuer, key id, algorithm


def authenticate(
    text: str,
    record: Record,
    *,
    issuers: Mapping[str, Issuer],
    find_key: FindKey,
    now: datetime,
) -> WebIdentity:
    """Verify a token and return the subject that its issuer vouches for.

    The record gets the issuer once it is known, and the subject once the signature is verified.

    Raises:
        TokenRefused: the token is not accepted; ``reason`` says why.
        Unavailable: the issuer does not answer with its keys.
    """
    token = parse_token(text)
    if not (issuer := issuers.get(token.issuer)):
        raise TokenRefused("IssuerUnknown")
    record.note(issuer=issuer.url)
    if token.algorithm not in issuer.algorithms:
        raise TokenRefused("AlgorithmNotAllowed")
    if not (key := find_key(issuer, token.key_id, token.algorithm)):
        raise TokenRefused("KeyUnknown")
    if not key.Algorithm.verify(token.signed, key.key, token.signature):
        raise TokenRefused("SignatureWrong")
    subject = issuer.subject(token.claims)
    record.note(subject=subject)
    issuer.check(token.claims, now)
    claims = issuer.usable_claims(token.claims)
    issuer.check_caller(claims)
    identity = WebIdentity(
        issuer.url,
        subject,
        claims,
        token_hash(text),
        issuer.caller_claims,
        claims_left_out(issuer, token.claims),
    )
    if len(identity.encode()) > CONTEXT_BYTES:
        raise TokenRefused("ClaimsTooLong")
    return identity


def claims_left_out(issuer: Issuer, claims: Mapping[str, object]) -> tuple[str, ...]:
    """Return the claims of the entry, by their names for grants, that the issuer left out.

    It has them elsewhere, as Entra ID the groups of those who are in many:
    https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims
    https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#groups-overage-claim
    """
    elsewhere = claims.get("_claim_names")
    names = set(elsewhere) if isinstance(elsewhere, dict) else set()
    if claims.get("hasgroups") in (True, "true") or "groups:src1" in claims:
        names.add("groups")
    places = {claim.name: claim.path[0] for claim in issuer.claims}
    return tuple(name for name, at in places.items() if at in names and at not in claims)


def read_keys(document: bytes) -> VerificationKeys:
    """Return the usable keys of a JWKS, without those that share their id and algorithm.

    A key without an id is ``UNNAMED``, and used only where no other key fits its algorithm.

    Raises ``ValueError`` if the document is not a JWKS.
    """
    listed = read_json(document).get("keys")
    if not isinstance(listed, list):
        raise ValueError("not a JWKS: an object with a list 'keys'")  # noqa: TRY004 - as read_json
    found: defaultdict[KeyName, list[PyJWK]] = defaultdict(list)
    fitting: Counter[str] = Counter()  # unusable keys too, so that nothing is guessed
    for jwk in listed:
        for algorithm in _algorithms(jwk):
            fitting[algorithm] += 1
            if key := _usable_key(jwk, algorithm):
                found[key.key_id or UNNAMED, algorithm].append(key)
    return {
        (name, algorithm): keys[0]
        for (name, algorithm), keys in found.items()
        if len(keys) == 1 and (name is not UNNAMED or fitting[algorithm] == 1)
    }


def has_keys(jwks: str) -> bool:
    """Whether a pinned JWKS has a usable key."""
    return bool(read_keys(jwks.encode()))


def _algorithms(jwk: object) -> Iterator[str]:
    """The algorithms by which a key can verify signatures, as its members say."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return
    kind = (str(jwk.get("kty")), None if jwk.get("kty") == "RSA" else str(jwk.get("crv")))
    for algorithm in _ALGORITHMS.get(kind, ()):
        if jwk.get("alg", algorithm) == algorithm:
            yield algorithm


def _usable_key(jwk: Mapping[str, object], algorithm: str) -> PyJWK | None:
    """The key, if it is public, strong enough, and has an id of text or none."""
    key_id = jwk.get("kid", "-")
    if "d" in jwk or not isinstance(key_id, str) or not key_id:
        return None
    try:
        key = PyJWK(dict(jwk), algorithm)
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    return key if jwk["kty"] != "RSA" or key.key.key_size in RSA_BITS else None
