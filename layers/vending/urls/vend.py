"""Vends presigned URLs: gathers, decides, and signs all or nothing, in both forms."""

from collections.abc import Iterator, Sequence

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted
from vending.decision.decide import Decision, decide
from vending.sessions.durations import check_shortest
from vending.sigv4.post_policy import form_fields
from vending.sigv4.presign import PERMISSION_FOR, Method
from vending.urls.answer import Url, VendedCompact, VendedUrls
from vending.urls.compact import Compact
from vending.urls.listing import ListingUrl
from vending.urls.request import FormUrl, UrlRequest, UrlsRequest, is_plain
from vending.urls.rules import check_members, form_lengths
from vending.urls.signing import PresignEffects, Signing, signing_for
from vending.urls.sizes import check_keys, check_requests, check_urls

_PLAIN: dict[str, "_Kind"] = {one: (one, (), ()) for one in PERMISSION_FOR}

type _Kind = tuple[Method, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def vend_presigned(
    caller: Caller, request: UrlsRequest | Compact, record: Record, effects: PresignEffects
) -> VendedUrls | VendedCompact:
    """Vend the URLs in the form of the request; raises as ``vend_urls``."""
    if isinstance(request, Compact):
        return vend_compact(caller, request, record, effects)
    return vend_urls(caller, request, record, effects)


def vend_urls(
    caller: Caller, request: UrlsRequest, record: Record, effects: PresignEffects
) -> VendedUrls:
    """Vend one URL for each request, or none at all.

    Raises:
        InvalidRequest, DurationNotAllowed, AccessDenied, SeveralGrants, TooLarge, PolicyTooLarge:
            refused before STS is called.
        TooManyRequests: over a rate limit of the stack or the grant; STS is not called either.
        Unavailable: the table or STS failed.
    """
    check_shortest("expiresIn", request.expires_in, 1)
    requests, plain = request.requests, all(map(is_plain, request.requests))
    check_requests(requests, plain=plain)
    decision = decide(caller, request.wanted, record, effects)
    if not plain or decision.match.grant.limits_uploads:
        for position, item in enumerate(requests):
            check_members(item, decision, effects.role_arn, f"/requests/{position}")
    counted = Counted(len(requests), "/requests")
    signing = signing_for(caller, decision, request.expires_in, counted, record, effects)
    urls = _sign(requests, signing, decision)
    check_urls(urls, signing.token_bytes)
    return VendedUrls(urls, signing.expires_at, signing.session_id)


def vend_compact(
    caller: Caller, request: Compact, record: Record, effects: PresignEffects
) -> VendedCompact:
    """Vend a URL for each of many keys below one prefix; raises as ``vend_urls``."""
    check_shortest("expiresIn", request.expires_in, 1)
    check_keys(request.keys)
    decision = decide(caller, request.wanted, record, effects)
    check_members(request, decision, effects.role_arn, "")
    counted = Counted(len(request.keys), "/keys")
    signing = signing_for(caller, decision, request.expires_in, counted, record, effects)
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


def _sign(requests: Sequence[UrlRequest], signing: Signing, decision: Decision) -> tuple[Url, ...]:
    """The URL of each request; requests that differ only in the key are signed together."""
    keys: dict[_Kind, list[str]] = {}
    kinds = [_kind_of(request) for request in requests]
    for kind, request in zip(kinds, requests, strict=True):
        key = "" if request.method == "LIST" else request.target.key
        keys.setdefault(kind, []).append(key)
    urls = {kind: _urls(kind, same, signing) for kind, same in keys.items()}
    return tuple(
        _form(request, signing, decision) if isinstance(request, FormUrl) else next(urls[kind])
        for kind, request in zip(kinds, requests, strict=True)
    )


def _kind_of(request: UrlRequest) -> _Kind:
    """Everything that is signed of a request, except the key."""
    if is_plain(request) or isinstance(request, FormUrl):
        return _PLAIN[request.method]
    if isinstance(request, ListingUrl):
        return "GET", (), tuple(request.query.items())
    return request.method, tuple(request.headers.items()), tuple(request.query.items())


def _urls(kind: _Kind, keys: Sequence[str], signing: Signing) -> Iterator[Url]:
    """The URL of each key, in the same order."""
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
