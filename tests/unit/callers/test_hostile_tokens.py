"""Hostile tokens: each is refused for its own reason, and before any grant is read."""

import hmac
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from copy import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_decode

from tests.support.make import NOW, record
from tests.support.tokens import (
    AUDIENCE,
    ISSUER,
    KEY_ID,
    PrivateKey,
    claims,
    compact,
    ec_key,
    ed_key,
    issuer,
    jwk,
    jwks,
    rsa_key,
    segment,
    sign,
)
from vending.callers.issuer import ALGORITHMS, Claim, Issuer
from vending.callers.issuer_keys import Fetched, IssuerKeys
from vending.callers.token import KEY_ID_CHARACTERS, TOKEN_BYTES
from vending.callers.web_identity import authenticate, read_keys
from vending.errors import TokenRefused

type Make = Callable[[], str]
type Row = tuple[str, Make, str]

FUNCTIONS = Path(__file__).parents[3] / "functions"
OTHER, EVERY = "https://other.example.com", "https://every.example.com"
HEADER = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
TIME = int(NOW.timestamp())
USED = tuple(Claim(name, (name,)) for name in ("tenant", "groups"))
ISSUERS = {
    ISSUER: issuer(claims=USED),
    OTHER: issuer(OTHER),  # signs with a key of its own, under the same key id
    EVERY: issuer(EVERY, algorithms=ALGORITHMS),
}


def published(url: str) -> list[dict[str, Any]]:
    listed = {
        ISSUER: [jwk(rsa_key())],
        OTHER: [jwk(rsa_key("other"))],
        EVERY: [jwk(rsa_key()), jwk(ec_key(), "ec"), jwk(ed_key(), "ed")],
    }
    return listed[url]


def header(**members: object) -> Make:
    """A validly signed token with these members in its header."""
    return lambda: compact(HEADER | members, claims())


def headed(**members: object) -> Make:
    """As ``header``, but signed with the attacker's own key."""
    return lambda: compact(HEADER | members, claims(), key=rsa_key("attacker"))


def without(name: str) -> Make:
    return lambda: compact({**{one: HEADER[one] for one in HEADER if one != name}}, claims())


def claim(**members: object) -> Make:
    """A validly signed token with these claims; None is written as null."""
    return lambda: compact(HEADER, claims() | members)


def lacking(name: str) -> Make:
    return lambda: sign(claims(**{name: None}))


def text(payload: str | bytes, head: str | bytes | None = None) -> Make:
    """A validly signed token with exactly this JSON."""

    def encoded(value: str | bytes) -> bytes:
        return value if isinstance(value, bytes) else value.encode()

    return lambda: compact(encoded(json.dumps(HEADER) if head is None else head), encoded(payload))


def member(written: str) -> Make:
    """A validly signed token with one more member in its payload, exactly as written here."""
    return text(json.dumps(claims())[:-1] + f", {written}}}")


def mended(name: str, written: str) -> Make:
    """A validly signed token in which the claim's value is exactly this JSON."""
    return text(json.dumps(claims() | {name: "@"}).replace('"@"', written))


def signature(change: Callable[[bytes], bytes]) -> Make:
    """A good token with a changed signature."""

    def made() -> str:
        body, _, signed = compact(HEADER, claims()).rpartition(".")
        return f"{body}.{segment(change(base64url_decode(signed)))}"

    return made


def spelled(change: Callable[[str], str]) -> Make:
    """A good token, spelled in another way."""
    return lambda: change(compact(HEADER, claims(note=">>>>>>??????")))


def by(issuer_url: str, algorithm: str, key_id: str, key: PrivateKey, claimed: str) -> str:
    """A token that is signed with one algorithm while its header names another."""
    body = {"alg": claimed, "kid": key_id}
    return compact(body, claims(iss=issuer_url), key=key, algorithm=algorithm)


def every(algorithm: str, claimed: str, key_id: str = KEY_ID) -> Make:
    """A token as ``by`` makes it, from the issuer that uses all algorithms."""
    keys: dict[str, Callable[[], PrivateKey]] = {"ES256": ec_key, "EdDSA": ed_key}
    return lambda: by(EVERY, algorithm, key_id, keys.get(algorithm, rsa_key)(), claimed)


def keyed(secret: Callable[[], bytes], algorithm: str = "HS256", url: str = ISSUER) -> Make:
    """A token that is signed with something public as a shared secret."""

    def made() -> str:
        body = f"{segment({'alg': algorithm, 'kid': KEY_ID})}.{segment(claims(iss=url))}"
        digest = hmac.digest(secret(), body.encode(), algorithm.replace("HS", "sha"))
        return f"{body}.{segment(digest)}"

    return made


def ec_signed(change: Callable[[bytes], bytes]) -> Make:
    def made() -> str:
        token = by(EVERY, "ES256", "ec", ec_key(), "ES256")
        body, _, signed = token.rpartition(".")
        return f"{body}.{segment(change(base64url_decode(signed)))}"

    return made


def as_der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


def public_pem() -> bytes:
    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_jwk() -> bytes:
    return json.dumps(jwk(rsa_key())).encode()


def modulus() -> bytes:
    return rsa_key().public_key().public_numbers().n.to_bytes(256)


def serialised() -> str:
    protected, payload, signed = compact(HEADER, claims()).split(".")
    return json.dumps({"protected": protected, "payload": payload, "signature": signed})


def last_character_changed(token: str) -> str:
    """Set one of the last character's four unused bits, which must be zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


def of_other_claims(token: str) -> str:
    return f"{token.rpartition('.')[0]}.{sign(claims(sub='bob')).rpartition('.')[2]}"


def claims_of_another(token: str) -> str:
    head, _, signed = token.split(".")
    return f"{head}.{segment(claims(sub='root'))}.{signed}"


# fmt: off
ALGORITHM: list[Row] = [
    ("none, and no signature", lambda: f"{segment({'alg': 'none', 'kid': KEY_ID})}.{segment(claims())}.", "Malformed"),
    ("none, and a good signature", header(alg="none"), "AlgorithmNotAllowed"),
    ("None", header(alg="None"), "AlgorithmNotAllowed"),
    ("nOnE", header(alg="nOnE"), "AlgorithmNotAllowed"),
    ("an empty algorithm", header(alg=""), "AlgorithmNotAllowed"),
    ("no algorithm", without("alg"), "AlgorithmNotAllowed"),
    ("null as algorithm", header(alg=None), "AlgorithmNotAllowed"),
    ("a list as algorithm", header(alg=["RS256"]), "AlgorithmNotAllowed"),
    ("true as algorithm", header(alg=True), "AlgorithmNotAllowed"),
    ("the algorithm in other case", header(alg="rs256"), "AlgorithmNotAllowed"),
    ("the algorithm and a space", header(alg="RS256 "), "AlgorithmNotAllowed"),
    ("HS256 with the public key's PEM as secret", keyed(public_pem), "AlgorithmNotAllowed"),
    ("HS256 with the public JWK as secret", keyed(public_jwk), "AlgorithmNotAllowed"),
    ("HS256 with the modulus as secret", keyed(modulus), "AlgorithmNotAllowed"),
    ("HS256 with an empty secret", keyed(lambda: b""), "AlgorithmNotAllowed"),
    ("HS512 with the public key's PEM as secret", keyed(public_pem, "HS512"), "AlgorithmNotAllowed"),
    ("RS512, which the issuer does not use", lambda: sign(algorithm="RS512"), "AlgorithmNotAllowed"),
    ("PS256, which the issuer does not use", lambda: sign(algorithm="PS256"), "AlgorithmNotAllowed"),
    ("ES256, which the issuer does not use", lambda: sign(key=ec_key(), algorithm="ES256"), "AlgorithmNotAllowed"),
    ("EdDSA, which the issuer does not use", lambda: sign(key=ed_key(), algorithm="EdDSA"), "AlgorithmNotAllowed"),
    ("RS256 that says PS256", every("RS256", "PS256"), "SignatureWrong"),
    ("RS256 that says RS512", every("RS256", "RS512"), "SignatureWrong"),
    ("PS256 that says RS256", every("PS256", "RS256"), "SignatureWrong"),
    ("RS256 that says ES256, by the RSA key's id", every("RS256", "ES256"), "KeyUnknown"),
    ("ES256 that says RS256, by the curve key's id", every("ES256", "RS256", "ec"), "KeyUnknown"),
    ("ES256 that says ES384", every("ES256", "ES384", "ec"), "KeyUnknown"),
    ("ES256 that says EdDSA", every("ES256", "EdDSA", "ec"), "KeyUnknown"),
    ("EdDSA that says ES256, by the curve key's id", every("EdDSA", "ES256", "ec"), "SignatureWrong"),
    ("ES256K", every("ES256", "ES256K", "ec"), "AlgorithmNotAllowed"),
    ("HS256, where every public algorithm is used", keyed(public_pem, url=EVERY), "AlgorithmNotAllowed"),
]
KEY: list[Row] = [
    ("somebody's own key under a known id", lambda: sign(key=rsa_key("attacker")), "SignatureWrong"),
    ("another issuer's key of the same id", lambda: sign(key=rsa_key("other")), "SignatureWrong"),
    ("our issuer's key, said to be another's", claim(iss=OTHER), "SignatureWrong"),
    ("no key id", without("kid"), "KeyUnknown"),
    ("an empty key id", header(kid=""), "KeyUnknown"),
    ("null as key id", header(kid=None), "KeyUnknown"),
    ("a number as key id", header(kid=1), "KeyUnknown"),
    ("a list as key id", header(kid=[KEY_ID]), "KeyUnknown"),
    ("an object as key id", header(kid={"kid": KEY_ID}), "KeyUnknown"),
    ("a key id that is too long", header(kid="k" * (KEY_ID_CHARACTERS + 1)), "KeyUnknown"),
    ("a key id as long as may be", header(kid="k" * KEY_ID_CHARACTERS), "KeyUnknown"),
    ("a key id that names a file", header(kid="../../../../dev/null"), "KeyUnknown"),
    ("a key id that names a URL", header(kid="https://evil.example.com/keys"), "KeyUnknown"),
    ("a key id with SQL", header(kid="x' UNION SELECT 'secret"), "KeyUnknown"),
    ("a key id with a shell command", header(kid="key-1|id"), "KeyUnknown"),
    ("a key id in other case", header(kid="KEY-1"), "KeyUnknown"),
    ("a key id and a space", header(kid="key-1 "), "KeyUnknown"),
    ("a key id with a lone surrogate", header(kid="key-1\ud800"), "KeyUnknown"),
    ("an unknown key id", header(kid="key-2"), "KeyUnknown"),
    ("its own key", headed(jwk=jwk(rsa_key("attacker"))), "HeaderNotAllowed"),
    ("its own key, empty", header(jwk=None), "HeaderNotAllowed"),
    ("a URL of keys", headed(jku="https://evil.example.com/keys"), "HeaderNotAllowed"),
    ("a URL of certificates", headed(x5u="https://evil.example.com/chain"), "HeaderNotAllowed"),
    ("certificates", headed(x5c=["MIIB"]), "HeaderNotAllowed"),
    ("an extension that must be understood", header(crit=["exp"]), "HeaderNotAllowed"),
    ("extensions that must be understood, none", header(crit=[]), "HeaderNotAllowed"),
    ("a payload that is not encoded", header(b64=False), "HeaderNotAllowed"),
    ("b64 with crit", header(b64=False, crit=["b64"]), "HeaderNotAllowed"),
    ("a compressed payload", header(zip="DEF"), "HeaderNotAllowed"),
    ("an encrypted payload", header(enc="A256GCM"), "HeaderNotAllowed"),
    ("a logout token", header(typ="logout+jwt"), "HeaderNotAllowed"),
    ("a security event", header(typ="secevent+jwt"), "HeaderNotAllowed"),
    ("a proof of possession", header(typ="dpop+jwt"), "HeaderNotAllowed"),
    ("a signed JWKS", header(typ="jwk-set+json"), "HeaderNotAllowed"),
    ("an empty type", header(typ=""), "HeaderNotAllowed"),
    ("null as type", header(typ=None), "HeaderNotAllowed"),
    ("a list as type", header(typ=["JWT"]), "HeaderNotAllowed"),
]
SIGNATURE: list[Row] = [
    ("no signature and no dot", lambda: sign().rpartition(".")[0], "Malformed"),
    ("an empty signature", lambda: sign().rpartition(".")[0] + ".", "Malformed"),
    ("a signature cut by a character", spelled(lambda token: token[:-1]), "Malformed"),
    ("a signature cut by a byte", signature(lambda raw: raw[:-1]), "SignatureWrong"),
    ("a signature of a byte more", signature(lambda raw: raw + b"\0"), "SignatureWrong"),
    ("a signature with a zero before it", signature(lambda raw: b"\0" + raw), "SignatureWrong"),
    ("a signature of zeros", signature(lambda raw: bytes(len(raw))), "SignatureWrong"),
    ("a signature of ones", signature(lambda raw: b"\xff" * len(raw)), "SignatureWrong"),
    ("the signature reversed", signature(lambda raw: raw[::-1]), "SignatureWrong"),
    ("the signature of another token", spelled(of_other_claims), "SignatureWrong"),
    ("claims of another token", spelled(claims_of_another), "SignatureWrong"),
    ("a curve's signature in DER", ec_signed(as_der), "SignatureWrong"),
    ("a curve's signature of zeros", ec_signed(lambda raw: bytes(len(raw))), "SignatureWrong"),
    ("a curve's signature of r alone", ec_signed(lambda raw: raw[:32]), "SignatureWrong"),
    ("a curve's signature, r and s exchanged", ec_signed(lambda raw: raw[32:] + raw[:32]), "SignatureWrong"),
]
FORM: list[Row] = [
    ("nothing", lambda: "", "Malformed"),
    ("dots alone", lambda: "..", "Malformed"),
    ("one part", lambda: segment(HEADER), "Malformed"),
    ("two parts", lambda: f"{segment(HEADER)}.{segment(claims())}", "Malformed"),
    ("four parts", lambda: sign() + ".AAAA", "Malformed"),
    ("five parts, as encrypted ones have", lambda: sign() + ".AAAA.AAAA", "Malformed"),
    ("a dot at the end", lambda: sign() + ".", "Malformed"),
    ("a dot before it", lambda: "." + sign(), "Malformed"),
    ("JSON serialisation", serialised, "Malformed"),
    ("padding", spelled(lambda token: token + "=="), "Malformed"),
    ("padding in the middle", spelled(lambda token: token.replace(".", "=.")), "Malformed"),
    ("a space before it", spelled(lambda token: " " + token), "Malformed"),
    ("a space at the end", spelled(lambda token: token + " "), "Malformed"),
    ("a newline at the end", spelled(lambda token: token + "\n"), "Malformed"),
    ("a newline within", spelled(lambda token: token[:80] + "\n" + token[80:]), "Malformed"),
    ("a NUL at the end", spelled(lambda token: token + "\0"), "Malformed"),
    ("the standard alphabet", spelled(lambda token: token.replace("-", "+").replace("_", "/")), "Malformed"),
    ("percent encoding", spelled(lambda token: token.replace("-", "%2D")), "Malformed"),
    ("letters of another script", spelled(lambda token: token.replace("e", "\u0435")), "Malformed"),
    ("full-width letters", spelled(lambda token: token.replace("A", "\uff21")), "Malformed"),
    ("a lone surrogate", spelled(lambda token: token[:-1] + "\ud800"), "Malformed"),
    ("bits that mean nothing, set", spelled(last_character_changed), "Malformed"),
    ("quotes around it", spelled(lambda token: f'"{token}"'), "Malformed"),
    ("two tokens", spelled(lambda token: f"{token},{token}"), "Malformed"),
    ("Bearer before it, twice", spelled(lambda token: f"Bearer Bearer {token}"), "Malformed"),
    ("more than 8 KiB", lambda: sign(claims(note="n" * TOKEN_BYTES)), "TooLong"),
    ("a megabyte", lambda: "a" * 1_000_000, "TooLong"),
]
JSON: list[Row] = [
    ("a header that is a list", lambda: compact(["RS256"], claims()), "Malformed"),
    ("a header that is null", lambda: compact(None, claims()), "Malformed"),
    ("a header that is a text", lambda: compact("RS256", claims()), "Malformed"),
    ("a payload that is a list", lambda: compact(HEADER, [claims()]), "Malformed"),
    ("a payload that is a text", lambda: compact(HEADER, "alice"), "Malformed"),
    ("a payload that is a number", lambda: compact(HEADER, 1), "Malformed"),
    ("a payload that is null", lambda: compact(HEADER, None), "Malformed"),
    ("a payload that is a token", lambda: compact(HEADER, sign().encode()), "Malformed"),
    ("the algorithm twice", text(json.dumps(claims()), json.dumps(HEADER)[:-1] + ', "alg": "none"}'), "Malformed"),
    ("the key id twice, alike", text(json.dumps(claims()), json.dumps(HEADER)[:-1] + ', "kid": "key-1"}'), "Malformed"),
    ("the subject twice", member('"sub": "root"'), "Malformed"),
    ("the subject twice, written otherwise", member(r'"s\u0075b": "root"'), "Malformed"),
    ("the issuer twice", member(f'"iss": "{OTHER}"'), "Malformed"),
    ("a member twice, within a claim", member('"act": {"sub": "a", "sub": "b"}'), "Malformed"),
    ("a member twice, in a list", member('"list": [{"a": 1, "a": 1}]'), "Malformed"),
    ("a NUL that is escaped", mended("sub", r'"ali\u0000ce"'), "Malformed"),
    ("a NUL that is not escaped", mended("sub", '"ali\0ce"'), "Malformed"),
    ("a NUL in a member's name", member(r'"sub\u0000": "root"'), "Malformed"),
    ("a newline that is not escaped", mended("sub", '"ali\nce"'), "Malformed"),
    ("NaN", mended("exp", "NaN"), "Malformed"),
    ("Infinity", mended("exp", "Infinity"), "Malformed"),
    ("-Infinity", mended("nbf", "-Infinity"), "Malformed"),
    ("NaN in the header", text(json.dumps(claims()), json.dumps(HEADER)[:-1] + ', "x": NaN}'), "Malformed"),
    ("a byte order mark", text("\ufeff" + json.dumps(claims())), "Malformed"),
    ("a byte order mark in the header", text(json.dumps(claims()), "\ufeff" + json.dumps(HEADER)), "Malformed"),
    ("UTF-16", text(json.dumps(claims()).encode("utf-16-le")), "Malformed"),
    ("what is not UTF-8", text(json.dumps(claims()).encode().replace(b"alice", b"al\xffce")), "Malformed"),
    ("overlong UTF-8", text(json.dumps(claims()).encode().replace(b"alice", b"al\xc0\xafce")), "Malformed"),
    ("a surrogate in UTF-8", text(json.dumps(claims()).encode().replace(b"alice", b"\xed\xa0\x80")), "Malformed"),
    ("something after the claims", text(json.dumps(claims()) + "x"), "Malformed"),
    ("claims twice", text(json.dumps(claims()) * 2), "Malformed"),
    ("a comma too many", text(json.dumps(claims())[:-1] + ",}"), "Malformed"),
    ("a comment", text(json.dumps(claims()) + "// comment"), "Malformed"),
    ("single quotes", text(json.dumps(claims()).replace('"', "'")), "Malformed"),
    ("nested and never closed", text('{"sub": ' + "[" * 5000), "Malformed"),
    ("nested lists for a payload", text("[" * 2900 + "]" * 2900), "Malformed"),
    ("a claim nested deeply", mended("groups", "[" * 2500 + "]" * 2500), "ClaimNotScalar"),
    ("a number of 5,000 digits", mended("exp", "9" * 5000), "Malformed"),
    ("a time of 400 digits", mended("exp", "9" * 400), "TimeMissing"),
    ("a time of minus 400 digits", mended("iat", "-" + "9" * 400), "TimeMissing"),
    ("a time that is infinite", mended("exp", "1e999"), "TimeMissing"),
    ("a claim of 400 digits", mended("tenant", "9" * 400), "ClaimNotScalar"),
    ("a claim that is infinite", mended("tenant", "-1e999"), "ClaimNotScalar"),
]
WHO: list[Row] = [
    ("no issuer", lacking("iss"), "IssuerUnknown"),
    ("null as issuer", claim(iss=None), "IssuerUnknown"),
    ("an empty issuer", claim(iss=""), "IssuerUnknown"),
    ("a list as issuer", claim(iss=[ISSUER]), "IssuerUnknown"),
    ("an object as issuer", claim(iss={ISSUER: 1}), "IssuerUnknown"),
    ("another issuer", claim(iss="https://evil.example.com"), "IssuerUnknown"),
    ("the issuer and a slash", claim(iss=f"{ISSUER}/"), "IssuerUnknown"),
    ("the issuer in other case", claim(iss="https://Login.example.com"), "IssuerUnknown"),
    ("the issuer's scheme in other case", claim(iss="HTTPS://login.example.com"), "IssuerUnknown"),
    ("the issuer over http", claim(iss="http://login.example.com"), "IssuerUnknown"),
    ("the issuer without a scheme", claim(iss="login.example.com"), "IssuerUnknown"),
    ("the issuer with its port", claim(iss=f"{ISSUER}:443"), "IssuerUnknown"),
    ("the issuer as a user's name", claim(iss=f"{ISSUER}@evil.example.com"), "IssuerUnknown"),
    ("the issuer as the first part of a host", claim(iss=f"{ISSUER}.evil.example.com"), "IssuerUnknown"),
    ("the issuer with a fragment", claim(iss=f"{ISSUER}#"), "IssuerUnknown"),
    ("the issuer and a space", claim(iss=f"{ISSUER} "), "IssuerUnknown"),
    ("the issuer with a letter of another script", claim(iss=ISSUER.replace("o", "\u043e")), "IssuerUnknown"),
    ("an issuer that is a file", claim(iss="file:///etc"), "IssuerUnknown"),
    ("an issuer of metadata", claim(iss="http://169.254.169.254"), "IssuerUnknown"),
    ("no audience", lacking("aud"), "AudienceWrong"),
    ("null as audience", claim(aud=None), "AudienceWrong"),
    ("an empty audience", claim(aud=""), "AudienceWrong"),
    ("no audience in a list", claim(aud=[]), "AudienceWrong"),
    ("a number as audience", claim(aud=1), "AudienceWrong"),
    ("true as audience", claim(aud=True), "AudienceWrong"),
    ("an object as audience", claim(aud={AUDIENCE: AUDIENCE}), "AudienceWrong"),
    ("another audience", claim(aud="sts.amazonaws.com"), "AudienceWrong"),
    ("any audience", claim(aud="*"), "AudienceWrong"),
    ("the beginning of the audience", claim(aud=AUDIENCE[:-1]), "AudienceWrong"),
    ("more than the audience", claim(aud=f"{AUDIENCE}/"), "AudienceWrong"),
    ("the end of the audience", claim(aud="vend.example.com"), "AudienceWrong"),
    ("the audience in other case", claim(aud=AUDIENCE.upper()), "AudienceWrong"),
    ("two audiences in one text", claim(aud=f"{AUDIENCE} https://other.example.com"), "AudienceWrong"),
    ("other audiences", claim(aud=["https://other.example.com", "vend"]), "AudienceWrong"),
    ("the audience beside a number", claim(aud=[AUDIENCE, 1]), "AudienceWrong"),
    ("the audience beside null", claim(aud=[AUDIENCE, None]), "AudienceWrong"),
    ("the audience in a list in a list", claim(aud=[[AUDIENCE]]), "AudienceWrong"),
    ("no subject", lacking("sub"), "SubjectMissing"),
    ("null as subject", claim(sub=None), "SubjectMissing"),
    ("an empty subject", claim(sub=""), "SubjectMissing"),
    ("a number as subject", claim(sub=1), "SubjectMissing"),
    ("true as subject", claim(sub=True), "SubjectMissing"),
    ("a list as subject", claim(sub=["alice"]), "SubjectMissing"),
    ("an object as subject", claim(sub={"id": "alice"}), "SubjectMissing"),
    ("a subject with a newline", claim(sub="ali\nce"), "SubjectMissing"),
    ("a subject that ends in a newline", claim(sub="alice\n"), "SubjectMissing"),
    ("a subject with a tab", claim(sub="\talice"), "SubjectMissing"),
    ("a subject with a deletion", claim(sub="alice\x7f"), "SubjectMissing"),
    ("a subject with a control character of Latin-1", claim(sub="alice\x85"), "SubjectMissing"),
    ("a subject with a lone surrogate", mended("sub", r'"alice\ud800"'), "SubjectMissing"),
    ("a subject too long by a byte", claim(sub="a" * 513), "SubjectMissing"),
    ("a subject too long in bytes alone", claim(sub="é" * 257), "SubjectMissing"),
]
WHEN: list[Row] = [
    ("no end", lacking("exp"), "TimeMissing"),
    ("null as end", claim(exp=None), "TimeMissing"),
    ("a text as end", claim(exp=str(TIME + 600)), "TimeMissing"),
    ("true as end", claim(exp=True), "TimeMissing"),
    ("a list as end", claim(exp=[TIME + 600]), "TimeMissing"),
    ("NaN in a text", claim(exp="NaN"), "TimeMissing"),
    ("an end in the past", claim(iat=TIME - 600, exp=TIME - 1), "Expired"),
    ("an end right now", claim(iat=TIME - 600, exp=TIME), "Expired"),
    ("an end at zero", claim(exp=0), "Expired"),
    ("a negative end", claim(exp=-1), "Expired"),
    ("an end in milliseconds", claim(exp=(TIME + 600) * 1000), "LifetimeTooLong"),
    ("an end in the year 9999", claim(exp=253402300799), "LifetimeTooLong"),
    ("an end that is very large", claim(exp=1e12), "LifetimeTooLong"),
    ("a life too long by a second", claim(exp=TIME + 3601), "LifetimeTooLong"),
    ("a life too long by a part of a second", claim(exp=TIME + 3600.5), "LifetimeTooLong"),
    ("a long life that is nearly over", claim(iat=TIME - 3600, exp=TIME + 1), "LifetimeTooLong"),
    ("an end before it is issued", claim(iat=TIME + 50, exp=TIME + 10), "LifetimeTooLong"),
    ("an end when it is issued", claim(iat=TIME + 50, exp=TIME + 50), "LifetimeTooLong"),
    ("not said when it was issued", lacking("iat"), "TimeMissing"),
    ("null as time of issue", claim(iat=None), "TimeMissing"),
    ("a text as time of issue", claim(iat=str(TIME)), "TimeMissing"),
    ("false as time of issue", claim(iat=False), "TimeMissing"),
    ("issued at zero", claim(iat=0), "LifetimeTooLong"),
    ("issued in 61 seconds", claim(iat=TIME + 61), "NotYetValid"),
    ("issued in 61 seconds, and good already", claim(iat=TIME + 61, nbf=TIME), "NotYetValid"),
    ("issued in a year", claim(iat=TIME + 31_536_000, exp=TIME + 31_536_600), "NotYetValid"),
    ("good in 61 seconds", claim(nbf=TIME + 61), "NotYetValid"),
    ("good in 60 and a half seconds", claim(nbf=TIME + 60.5), "NotYetValid"),
    ("null as beginning", claim(nbf=None), "TimeMissing"),
    ("a text as beginning", claim(nbf=str(TIME)), "TimeMissing"),
    ("true as beginning", claim(nbf=True), "TimeMissing"),
]
CLAIMS: list[Row] = [
    ("an object as claim", claim(tenant={"id": "a"}), "ClaimNotScalar"),
    ("a list of objects as claim", claim(groups=[{"id": "a"}]), "ClaimNotScalar"),
    ("a list of lists as claim", claim(groups=[["a"]]), "ClaimNotScalar"),
    ("a list with null as claim", claim(groups=["a", None]), "ClaimNotScalar"),
    ("a newline in a claim", claim(tenant="a\nb"), "ClaimNotPlain"),
    ("a newline in a list", claim(groups=["a", "b\r"]), "ClaimNotPlain"),
    ("a lone surrogate in a claim", mended("tenant", r'"\udfff"'), "ClaimNotPlain"),
    ("claims over 4 KiB", claim(groups=[f"group-{number:04}" for number in range(400)]), "ClaimsTooLong"),
    ("one claim over 4 KiB", claim(tenant="t" * 4096), "ClaimsTooLong"),
    ("claims over 4 KiB once they are escaped", claim(tenant="é" * 700), "ClaimsTooLong"),
]
# fmt: on
ROWS = [*ALGORITHM, *KEY, *SIGNATURE, *FORM, *JSON, *WHO, *WHEN, *CLAIMS]


def named(row: Row) -> str:
    return re.sub(r"\W+", "-", row[0])


class Asked:
    """The issuers whose keys are looked up: the only effect of verification."""

    def __init__(self) -> None:
        self.issuers: list[Issuer] = []

    def find_key(self, issuer: Issuer, key_id: str, algorithm: str) -> Any:
        self.issuers.append(issuer)
        return read_keys(jwks(*published(issuer.url))).get((key_id, algorithm))


class Configured(dict[str, Issuer]):
    """The issuers that the operator configured; verification must not change them."""

    def __setitem__(self, name: str, value: Issuer) -> None:
        raise AssertionError("nothing of a token becomes an issuer")


def present(token: str, asked: Asked) -> None:
    issuers: Mapping[str, Issuer] = Configured(ISSUERS)
    authenticate(token, record(), issuers=issuers, find_key=asked.find_key, now=NOW)


def test_the_table_is_long_and_says_nothing_twice() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS) >= 200


def test_what_the_rows_change_is_accepted_without_the_change() -> None:
    asked = Asked()
    for token in (
        compact(HEADER, claims()),
        spelled(str)(),
        signature(bytes)(),
        ec_signed(bytes)(),
        member('"act": {"sub": "a"}')(),
        mended("tenant", '"a"')(),
        every("RS256", "RS256")(),
        every("PS512", "PS512")(),
        every("EdDSA", "EdDSA", "ed")(),
        sign(claims(iss=OTHER), key=rsa_key("other")),
        claim(groups=["a", 1, True, 1.5], tenant="")(),
    ):
        present(token, asked)
    assert asked.issuers


@pytest.mark.invariant(8)
@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_hostile_token_is_refused_for_its_reason(row: Row) -> None:
    _, make, reason = row
    with pytest.raises(TokenRefused) as refused:
        present(make(), Asked())
    assert refused.value.reason == reason
    assert refused.value.detail == "The token was not accepted."


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_keys_are_asked_of_configured_issuers_alone_and_once(row: Row) -> None:
    """No key is looked up unless the issuer is known and the algorithm is allowed."""
    _, make, reason = row
    asked = Asked()
    with pytest.raises(TokenRefused):
        present(make(), asked)
    assert len(asked.issuers) <= 1
    assert all(ISSUERS[one.url] is one for one in asked.issuers)
    if reason in ("TooLong", "Malformed", "HeaderNotAllowed", "IssuerUnknown"):
        assert not asked.issuers
    if reason == "AlgorithmNotAllowed":
        assert not asked.issuers


def started(function: str) -> Any:
    spec = importlib.util.spec_from_file_location(function, FUNCTIONS / f"{function}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Door:
    """The function as Lambda starts it, with a table and issuers that record each request."""

    name = "authorizer"

    def __init__(self) -> None:
        self.function = started(self.name)
        self.function.dynamodb.meta.events.register("before-call", self.table)
        keys = IssuerKeys(self.fetch, read_keys, lambda: NOW)
        self.function.verification = replace(
            self.function.verification, find_key=keys.find, now=lambda: NOW
        )
        self.read: list[tuple[str, str]] = []
        self.fetched: list[str] = []

    def table(self, model: Any, params: dict[str, Any], **_: object) -> tuple[object, object]:
        asked = json.loads(params["body"])
        self.read.append((model.name, asked["ExpressionAttributeValues"][":pk"]["S"]))
        items = [
            {name: {"S": text} for name, text in item.items()}
            for item in (
                {"pk": "issuers", "sk": one.id, "document": json.dumps(one.as_json())}
                for one in ISSUERS.values()
            )
        ]
        return SimpleNamespace(status_code=200), {"Items": items}

    def fetch(self, issuer: Issuer) -> Fetched:
        self.fetched.append(issuer.url)
        return Fetched(json.dumps({"keys": published(issuer.url)}).encode(), None)

    def present(self, token: str) -> None:
        context = {"requestId": "r", "httpMethod": "POST", "resourcePath": "/web-identity/x"}
        event = {
            "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:api/v1/POST/web-identity/x",
            "multiValueHeaders": {"Authorization": [token]},
            "requestContext": context | {"identity": {"sourceIp": "192.0.2.7"}},
        }
        self.function.handler(event, CALLED)


class StsDoor(Door):
    """The same for the route that takes the token in the body."""

    name = "sts"

    def present(self, token: str) -> None:
        usual = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": "arn:aws:iam::123456789012:role/Another",
            "RoleSessionName": "a-name",
            "WebIdentityToken": token,
        }
        context = {"requestId": "r", "httpMethod": "POST", "resourcePath": "/sts/{grantId}"}
        event = {
            "body": urlencode(usual, errors="surrogatepass"),
            "multiValueHeaders": {"Content-Type": ["application/x-www-form-urlencoded"]},
            "pathParameters": {"grantId": "a-grant"},
            "requestContext": context | {"stage": "v1", "identity": {"sourceIp": "192.0.2.7"}},
        }
        answer = self.function.handler(event, CALLED)
        assert answer["statusCode"] in (400, 413)
        assert token not in answer["body"] or len(token) < 40
        raise Refused(re.findall("<Code>(.*)</Code>", answer["body"])[0])


class Refused(Exception):
    """A refusal; its message is the error code of STS."""


CALLED = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=1,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:f",
    aws_request_id="r",
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "eu-west-1",
        "TABLE_NAME": "grants",
        "ROLE_ARN": "arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
        "GRANTS_CACHE_SECONDS": "0",
        "RATE_LIMIT_REQUESTS": "0",
        "RATE_LIMIT_URLS": "0",
        "RATE_LIMIT_FAILURE": "refuse",
        "S3_ENDPOINT": "",
        "STS_ENDPOINT": "",
        "ALLOW_LOCAL_ISSUERS": "false",
        "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
        "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
        "METRICS_NAMESPACE": "s3vend/s3vend",
        "SHARING": "false",
        "DENIAL_POLICY_NAME": "S3VendDenials",
        "TRACED": "false",
        "POWERTOOLS_SERVICE_NAME": "hostile-tokens",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def door(environment: None) -> Door:
    return Door()


@pytest.mark.invariant(1)
def test_no_hostile_token_costs_a_grant_that_is_read_or_a_call_to_sts(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    """The function reads issuers only, fetches keys once, and answers each token with one word."""
    for sentence, make, reason in ROWS:
        token = make()
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            door.present(token)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1, sentence
        written = json.loads(lines[0])
        assert written["outcome"] == "refused"
        assert written["reason"] == (reason if token else "Missing")
        assert len(token) < 40 or token not in lines[0]
    assert set(door.read) == {("Query", "issuers")}
    assert len(door.read) <= len(ROWS)
    assert sorted(door.fetched) == sorted(ISSUERS)


def test_a_good_token_passes_the_same_door(door: Door) -> None:
    door.present(sign())
    assert door.read == [("Query", "issuers")]
    assert door.fetched == [ISSUER]


UNREAD = ("InvalidRequest", "TooLarge")  # the form is refused before its token is read


@pytest.mark.invariant(8)
def test_no_hostile_token_gets_further_in_a_form(
    environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    door = StsDoor()
    expired = 0
    for sentence, make, reason in ROWS:
        token = make()
        with pytest.raises(Refused) as refused:
            door.present(token)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1, sentence
        written = json.loads(lines[0])
        assert (written["action"], written["outcome"]) == ("authentication", "refused")
        if written["code"] in UNREAD:
            assert not token or len(token) > TOKEN_BYTES or "\ud800" in token, sentence
        else:
            assert (written["reason"], written["door"]) == (reason, "sts")
            expired += reason == "Expired"
            word = "ExpiredTokenException" if reason == "Expired" else "InvalidIdentityToken"
            assert str(refused.value) == word
        assert len(token) < 40 or token not in lines[0]
    assert expired > 1
    assert set(door.read) == {("Query", "issuers")}
    assert sorted(door.fetched) == sorted(ISSUERS)


def test_a_good_token_in_a_form_is_asked_about_its_role_next(
    environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    door = StsDoor()
    with pytest.raises(Refused, match="ValidationError"):
        door.present(sign())
    assert json.loads(capsys.readouterr().out)["action"] == "credentials"
    assert door.read == [("Query", "issuers")]
    assert door.fetched == [ISSUER]
