"""Vends presigned URLs: gathers, decides, and signs all or nothing, in both forms."""

from collections.abc import Iterator, Sequence

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted
from vending.decision.decide import Decision, decide_each
from vending.sessions.durations import check_shortest
from vending.sigv4.post_policy import form_fields
from vending.sigv4.presign import PERMISSION_FOR, Method
from vending.urls.answer import Query, Url, VendedAlike, VendedCompact, VendedUrls
from vending.urls.compact import Alike, Compact
from vending.urls.listing import ListingUrl
from vending.urls.request import FormUrl, UrlRequest, UrlsRequest, is_plain
from vending.urls.rules import check_members, form_lengths
from vending.urls.signing import PresignEffects, Signing, signings_for
from vending.urls.sizes import check_keys, check_plain, check_requests, check_urls

_PLAIN: dict[str, "_Kind"] = {one: (one, (), ()) for one in PERMISSION_FOR}

type _Kind = tuple[Method, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def vend_presigned(
    caller: Caller, request: UrlsRequest | Alike | Compact, record: Record, effects: PresignEffects
) -> VendedUrls | VendedAlike | VendedCompact:
    """Vend the URLs in the form of the request; raises as ``vend_urls``."""
    if isinstance(request, UrlsRequest):
        return vend_urls(caller, request, record, effects)
    if isinstance(request, Compact) or request.is_compact:
        return vend_compact(caller, request, record, effects)
    return vend_alike(caller, request, record, effects)


def vend_urls(
    caller: Caller, request: UrlsRequest, record: Record, effects: PresignEffects
) -> VendedUrls:
    """Vend one URL for each request, signed by the session of its own grant; or none at all.

    Raises:
        InvalidRequest, DurationNotAllowed, AccessDenied, TooLarge, PolicyTooLarge: refused before
            STS is called.
        TooManyRequests: over a rate limit of the stack or a grant; STS is not called either.
        Unavailable: the table or STS failed.
    """
    check_shortest("expiresIn", request.expires_in, 1)
    requests, plain = request.requests, all(map(is_plain, request.requests))
    check_requests(requests, plain=plain)
    decisions = decide_each(caller, request.wanted, record, effects)
    order = _order(decisions)
    _check_each(request, decisions, effects, plain=plain)
    apart = [len(one.places) for one in decisions]
    counted = Counted(len(requests), "/requests", apart)
    signings = signings_for(caller, decisions, request.expires_in, counted, record, effects)
    parts = [
        _sign([requests[place] for place in decision.places], signing, decision)
        for decision, signing in zip(decisions, signings, strict=True)
    ]
    urls = tuple(_together(parts, order))
    check_urls(urls, _token_bytes(signings))
    return VendedUrls(urls, tuple(signing.signed_by for signing in signings), order)


def vend_alike(
    caller: Caller, request: Alike, record: Record, effects: PresignEffects
) -> VendedAlike:
    """Vend as ``vend_urls``, but sign as ``vend_compact``; raises as both."""
    check_shortest("expiresIn", request.expires_in, 1)
    check_plain(request.keys)
    decisions = decide_each(caller, request.wanted, record, effects)
    _check_each(request, decisions, effects, plain=True)
    signed, signings = _sign_keys(caller, request, decisions, record, effects)
    check_plain(request.keys, _token_bytes(signings))
    return VendedAlike(request.method, signed)


def vend_compact(
    caller: Caller, request: Compact | Alike, record: Record, effects: PresignEffects
) -> VendedCompact:
    """Vend a URL for each of many keys below one prefix; raises as ``vend_urls``."""
    check_shortest("expiresIn", request.expires_in, 1)
    check_keys(request.keys)
    decisions = decide_each(caller, request.wanted, record, effects)
    if isinstance(request, Compact):  # what is alike has no members to check
        for decision in decisions:
            check_members(request, decision, effects.role_arn, "")
    return _sign_keys(caller, request, decisions, record, effects)[0]


def _check_each(
    request: UrlsRequest | Alike,
    decisions: Sequence[Decision],
    effects: PresignEffects,
    *,
    plain: bool,
) -> None:
    """Check the members of each item; plain ones have none, and only an upload needs some."""
    if plain and not any(one.match.grant.limits_uploads for one in decisions):
        return
    order = _order(decisions)
    for place, item in enumerate(request.requests):
        decision = decisions[order[place] if order else 0]
        check_members(item, decision, effects.role_arn, f"/requests/{place}")


def _sign_keys(
    caller: Caller,
    request: Compact | Alike,
    decisions: Sequence[Decision],
    record: Record,
    effects: PresignEffects,
) -> tuple[VendedCompact, Sequence[Signing]]:
    """The URLs of keys that differ in nothing else, and what has signed them."""
    apart = [len(one.places) for one in decisions]
    counted = Counted(sum(apart), request.pointer, apart)
    signings = signings_for(caller, decisions, request.expires_in, counted, record, effects)
    keys, headers, order = request.keys, request.headers, _order(decisions)
    signers = [
        one.signer(request.method, headers, request.query, request.prefix.key) for one in signings
    ]
    parts = [
        signer.sign([keys[place] for place in decision.places] if order else keys)
        for signer, decision in zip(signers, decisions, strict=True)
    ]
    signed = zip(signers, signings, strict=True)
    vended = VendedCompact(
        base=signers[0].base,  # the same for all: a bucket has one location
        headers=headers,
        urls=_together(parts, order),
        queries=tuple([Query(signer.query, signing.signed_by) for signer, signing in signed]),
        signers=order,
    )
    return vended, signings


def _token_bytes(signings: Sequence[Signing]) -> int:
    return max(signing.token_bytes for signing in signings)


def _order(decisions: Sequence[Decision]) -> Sequence[int]:
    """For each target the position of its decision; empty if there is only one decision."""
    if len(decisions) == 1:
        return ()
    positions = {place: at for at, one in enumerate(decisions) for place in one.places}
    return [positions[place] for place in range(len(positions))]


def _together[Signed](parts: Sequence[Sequence[Signed]], order: Sequence[int]) -> Sequence[Signed]:
    """What the decisions give, in the order of the targets."""
    if not order:
        return parts[0]
    rest = [iter(part) for part in parts]
    return [next(rest[position]) for position in order]


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
        expires_at=signing.signed_by.expires_at,
    )
    return Url("POST", signing.endpoint.base, {}, fields)
