"""Presigned URLs: gather, decide, and sign all or nothing; both forms of the request."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vending.audit import Record
from vending.bodies import ANSWER_BYTES
from vending.caller import Caller
from vending.compact_requests import Compact
from vending.counting import Asked
from vending.decision import Decision, decide
from vending.post_policy import form_fields
from vending.presign import Named, Signer, encode_path
from vending.rules import check_members, form_lengths
from vending.session import LONGEST_URL, check_duration
from vending.signing import TOKEN_BYTES, Effects, Signing, check_answer, signing_for
from vending.url_requests import FormUrl, UrlRequest, UrlsRequest, is_plain
from vending.urls import Url, VendedCompact, VendedUrls

MEMBERS_BYTES = 256  # of what stands around a URL in the answer
URL_BYTES = 640  # of a URL and its members, but for the key, the token and headers
FORM_BYTES = 4096  # of a form, but for the key and the token
FORM_TIMES = 12  # bytes for each of the key's: as field, escaped in the policy, that in base64
SIGNATURE_BYTES = 80  # in the compact form, with what stands around it
_NONE: Named = {}


@dataclass(slots=True)
class _Batch:
    """One signer for all requests that differ in their keys alone."""

    signing: Signing
    decision: Decision
    signers: dict[object, Signer] = field(default_factory=dict)

    def url(self, request: UrlRequest) -> Url:
        if isinstance(request, FormUrl):
            return self._form(request)
        method, headers, query = request.method, _NONE, _NONE
        place: tuple[object, ...] = (method,)
        if not is_plain(request):
            headers, query = request.headers, request.query
            place = (method, *headers.items(), *query.items())
        if not (sign := self.signers.get(place)):
            sign = self.signers[place] = self.signing.signer(method, headers, query)
        return Url(method, sign(request.target.key), headers)

    def _form(self, request: FormUrl) -> Url:
        fields = form_fields(
            self.signing.credentials,
            request.target,
            region=self.signing.region,
            fields=request.fields,
            lengths=form_lengths(request, self.decision, ""),
            now=self.signing.now,
            expires_at=self.signing.expires_at,
        )
        return Url("POST", self.signing.endpoint.base, {}, fields)


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
    urls = tuple(map(_Batch(signing, decision).url, requests))
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
    prefix = request.prefix.key
    if SIGNATURE_BYTES * len(request.keys) + 12 * sum(map(len, request.keys)) > ANSWER_BYTES:
        check_answer([len(encode_path(key)) + SIGNATURE_BYTES for key in request.keys], "keys")
    decision = decide(
        caller, request.wanted, record, load_grants=effects.load_grants, now=effects.now
    )
    check_members(request, decision, effects.role_arn, "")
    asked = Asked(len(request.keys), "/keys")
    signing = signing_for(caller, decision, request.expires_in, asked, record, effects)
    headers = request.headers
    signer = signing.signer(request.method, headers, request.query)
    shared, sign = encode_path(prefix), signer.sign
    cut = len(shared)
    signed = map(sign, [prefix + key for key in request.keys])
    return VendedCompact(
        base=signer.base + shared,
        query=signer.query,
        headers=headers,
        urls=[(path[cut:], signature) for path, signature in signed],
        expires_at=signing.expires_at,
        session_id=signing.session_id,
    )


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
