"""Presigned URLs: gather, decide, and sign all or nothing; both forms of the request."""

from collections.abc import Iterator, Sequence

from vending.answers import ANSWER_BYTES, check_answer
from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Asked
from vending.decision.decide import Decision, decide
from vending.sessions.durations import LONGEST_URL, check_duration
from vending.sigv4.post_policy import form_fields
from vending.sigv4.presign import Method, encode_path
from vending.urls.answer import Url, VendedCompact, VendedUrls
from vending.urls.compact import Compact
from vending.urls.request import PERMISSION_FOR, FormUrl, UrlRequest, UrlsRequest, is_plain
from vending.urls.rules import check_members, form_lengths
from vending.urls.signing import TOKEN_BYTES, Effects, Signing, signing_for

MEMBERS_BYTES = 256  # of what stands around a URL in the answer
URL_BYTES = 640  # of a URL and its members, but for the key, the token and headers
FORM_BYTES = 4096  # of a form, but for the key and the token
FORM_TIMES = 12  # bytes for each of the key's: as field, escaped in the policy, that in base64
SIGNATURE_BYTES = 80  # in the compact form, with what stands around it
_PLAIN: dict[Method, "_Alike"] = {one: (one, (), ()) for one in PERMISSION_FOR}

type _Alike = tuple[Method, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def vend(
    caller: Caller, request: UrlsRequest | Compact, record: Record, effects: Effects
) -> VendedUrls | VendedCompact:
    """What is asked for, in the form that it is asked for."""
    if isinstance(request, Compact):
        return vend_compact(caller, request, record, effects)
    return vend_urls(caller, request, record, effects)


def vend_urls(caller: Caller, request: UrlsRequest, record: Record, effects: Effects) -> VendedUrls:
    """One URL for each request, or none at all.

    Raises:
        InvalidRequest, DurationNotAllowed, AccessDenied, SeveralGrants, TooLarge, PolicyTooLarge:
            refused, before STS is called.
        TooManyRequests: beyond the rate limit of the stack or the grant; neither is it.
        Unavailable: the table or STS failed.
    """
    check_duration("expiresIn", request.expires_in, 1, LONGEST_URL)
    requests, plain = request.requests, all(map(is_plain, request.requests))
    if not plain or _most_bytes(requests) > ANSWER_BYTES:
        check_answer([_reckoned(one) for one in requests], "requests")
    decision = decide(
        caller, request.wanted, record, load_grants=effects.load_grants, now=effects.now
    )
    if not plain or decision.match.grant.limits_uploads:
        for position, one in enumerate(requests):
            check_members(one, decision, effects.role_arn, f"/requests/{position}")
    asked = Asked(len(requests), "/requests")
    signing = signing_for(caller, decision, request.expires_in, asked, record, effects)
    urls = _signed(requests, signing, decision)
    if signing.token_bytes > TOKEN_BYTES:  # more than was reckoned with
        check_answer([_size(one) for one in urls], "requests")
    return VendedUrls(urls, signing.expires_at, signing.session_id)


def vend_compact(
    caller: Caller, request: Compact, record: Record, effects: Effects
) -> VendedCompact:
    """As ``vend_urls``, for many keys below one prefix.

    Raises:
        As ``vend_urls``.
    """
    check_duration("expiresIn", request.expires_in, 1, LONGEST_URL)
    if SIGNATURE_BYTES * len(request.keys) + 12 * sum(map(len, request.keys)) > ANSWER_BYTES:
        check_answer([len(encode_path(key)) + SIGNATURE_BYTES for key in request.keys], "keys")
    decision = decide(
        caller, request.wanted, record, load_grants=effects.load_grants, now=effects.now
    )
    check_members(request, decision, effects.role_arn, "")
    asked = Asked(len(request.keys), "/keys")
    signing = signing_for(caller, decision, request.expires_in, asked, record, effects)
    headers = request.headers
    signer = signing.signer(request.method, headers, request.query, request.prefix.key)
    return VendedCompact(
        base=signer.base,
        query=signer.query,
        headers=headers,
        urls=signer.sign(request.keys),
        expires_at=signing.expires_at,
        session_id=signing.session_id,
    )


def _signed(
    requests: Sequence[UrlRequest], signing: Signing, decision: Decision
) -> tuple[Url, ...]:
    """Each one's URL; those that differ in their keys alone are signed together."""
    keys: dict[_Alike, list[str]] = {}
    kinds = [_alike(one) for one in requests]
    for kind, one in zip(kinds, requests, strict=True):
        keys.setdefault(kind, []).append(one.target.key)
    made = {kind: _urls(kind, some, signing) for kind, some in keys.items()}
    return tuple(
        _form(one, signing, decision) if isinstance(one, FormUrl) else next(made[kind])
        for kind, one in zip(kinds, requests, strict=True)
    )


def _alike(request: UrlRequest) -> _Alike:
    """All that is signed of a request, but for the key."""
    if is_plain(request) or isinstance(request, FormUrl):
        return _PLAIN[request.method]
    return request.method, tuple(request.headers.items()), tuple(request.query.items())


def _urls(kind: _Alike, keys: Sequence[str], signing: Signing) -> Iterator[Url]:
    """In the order of the keys."""
    method, headers, query = kind[0], dict(kind[1]), dict(kind[2])
    for url in signing.signer(method, headers, query).urls(keys):
        yield Url(method, url, headers)


def _form(request: FormUrl, signing: Signing, decision: Decision) -> Url:
    fields = form_fields(
        signing.credentials,
        request.target,
        region=signing.region,
        fields=request.fields,
        lengths=form_lengths(request, decision, ""),
        now=signing.now,
        expires_at=signing.expires_at,
    )
    return Url("POST", signing.endpoint.base, {}, fields)


def _most_bytes(requests: Sequence[UrlRequest]) -> int:
    """What no answer to these plain requests exceeds; a character takes 12 bytes at most."""
    characters = sum(len(one.target.key) for one in requests)
    return len(requests) * (URL_BYTES + TOKEN_BYTES) + 12 * characters


def _reckoned(request: UrlRequest) -> int:
    """The most bytes that its part of the answer may take, before anything is signed."""
    path = len(encode_path(request.target.key))
    if isinstance(request, FormUrl):
        return FORM_BYTES + FORM_TIMES * path + 2 * TOKEN_BYTES
    given = 0 if is_plain(request) else len(str(request.headers)) + 3 * len(str(request.query))
    return URL_BYTES + TOKEN_BYTES + path + given


def _size(url: Url) -> int:
    return len(url.url) + MEMBERS_BYTES + len(str(url.fields or url.headers))
