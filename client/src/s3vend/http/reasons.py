"""What one error means: what to say, what to do, and how often it makes sense to try."""

import errno
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from http.client import RemoteDisconnected
from typing import NamedTuple

from urllib3.exceptions import NewConnectionError, ReadTimeoutError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

# Tries: for what cannot pass, a server that restarts, a network that changes, and all else.
ONCE, TWICE, SOME, MANY = 1, 2, 3, 1_000


class Failure(NamedTuple):
    """What a host or a proxy did, in words that follow its name, and what to do."""

    text: str
    advice: str
    most_tries: int = MANY


class HandshakeFailed(OSError):
    """The other side broke the connection, or fell silent, while TLS was set up."""


class NoAnswer(TimeoutError):
    """A connection stood, but no answer came in time."""


_NOT_TLS = re.compile("WRONG_VERSION|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER|PACKET_LENGTH")
_VERSIONS = re.compile("UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS|INAPPROPRIATE_FALLBACK")
_UNKNOWN_HOST = {getattr(socket, name, None) for name in ("EAI_NONAME", "EAI_NODATA")}
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_BUNDLE = (
    "If it is the CA of your company, or of a proxy that opens TLS, name a file with its "
    "certificate in AWS_CA_BUNDLE or SSL_CERT_FILE."
)
_SELF_SIGNED, _UNKNOWN_CAS = 18, (2, 19, 20, 21)
# OpenSSL's codes of certificates that are refused (x509_vfy.h), what that is, and what to do.
_CERTIFICATES: Sequence[tuple[Sequence[int], str, str]] = (
    (
        (10,),
        "a certificate that has expired",
        "Tell whoever runs it; check this machine's clock first.",
    ),
    ((9,), "a certificate that is not valid yet", "Check this machine's clock."),
    (
        (62, 64),
        "the certificate of another host",
        "Check the address; a proxy, a captive portal or a wrong DNS entry may answer.",
    ),
    (
        (_SELF_SIGNED,),
        "a certificate that only itself vouches for",
        "If it is yours, name a file with this certificate in AWS_CA_BUNDLE.",
    ),
    (_UNKNOWN_CAS, "a certificate of a CA that is not trusted here", _BUNDLE),
)
_UNKNOWN = "a certificate that cannot be accepted", "Send this reason to whoever runs it."


def _of_certificate(error: ssl.SSLCertVerificationError) -> Failure:
    known = (found for codes, *found in _CERTIFICATES if error.verify_code in codes)
    text, advice = next(known, _UNKNOWN)
    reason = f"(OpenSSL: {error.verify_message.rstrip('.')})"
    return Failure(f"has {text} {reason}", advice, ONCE)


def is_of_unknown_ca(error: BaseException) -> bool:
    """Whether a certificate was refused because nobody vouches for it."""
    codes = {_SELF_SIGNED, *_UNKNOWN_CAS}
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in codes


def _of_tls(error: ssl.SSLError) -> Failure | None:
    reason = str(getattr(error, "reason", None) or "")
    openssl = f"(OpenSSL: {reason.replace('_', ' ').lower()})"
    if _NOT_TLS.search(reason):
        advice = "Check the port: another program, or plain http://, answers there."
        return Failure(f"does not speak TLS {openssl}", advice, ONCE)
    if _VERSIONS.search(reason):
        advice = "s3vend needs TLS 1.2 or newer; a proxy in between may be older."
        return Failure(f"speaks no version of TLS that is accepted here {openssl}", advice, ONCE)
    if "EOF" in reason or not reason:
        return None  # the connection ended; what it was doing says more
    tries = ONCE if "ALERT" in reason else MANY
    advice = "Send this reason to whoever runs it, or the proxy before it."
    return Failure(f"and this machine cannot agree on TLS {openssl}", advice, tries)


def _of_handshake(error: HandshakeFailed) -> Failure:
    what = "fell silent" if isinstance(error.__cause__, TimeoutError) else "broke it off"
    return Failure(
        f"accepted the connection, but {what} while TLS was set up",
        "A firewall or proxy may block this host, or the port is not one of TLS.",
        SOME,
    )


def _of_name(error: socket.gaierror) -> Failure:
    reason = f"({error.strerror})"
    if error.errno in _UNKNOWN_HOST:
        return Failure(
            f"is unknown: DNS has no such host {reason}",
            "Check the address for typing errors; a private address may need a VPN.",
            ONCE,
        )
    advice = "Check this machine's network and its DNS server."
    return Failure(f"cannot be looked up: DNS does not answer {reason}", advice, SOME)


def _of_system(error: OSError) -> Failure | None:
    if isinstance(error, ssl.SSLError):
        return None  # its number is OpenSSL's
    reason = f"({error.strerror})"
    if error.errno == errno.ECONNREFUSED:
        advice = "Check host and port, and whether the program there runs."
        return Failure("refuses connections: nothing listens on this port", advice, TWICE)
    if error.errno in _NO_ROUTE:
        advice = "Check this machine's network or VPN."
        return Failure(f"cannot be reached: the network has no route to it {reason}", advice, SOME)
    if error.errno in (errno.EACCES, errno.EPERM):
        advice = "Check this machine's firewall, or the sandbox that the program runs in."
        return Failure(f"cannot be reached: this machine forbids it {reason}", advice, ONCE)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        advice = "Close other programs, or raise the limit (ulimit -n)."
        return Failure(f"cannot be reached: too many files are open here {reason}", advice, ONCE)
    return None


def _of_connecting(error: NewConnectionError) -> Failure:
    cause = error.__cause__ or error.__context__
    reason = (isinstance(cause, OSError) and cause.strerror) or cause or type(error).__name__
    advice = "Check the address, and this machine's network."
    return Failure(f"cannot be connected to ({reason})", advice, SOME)


def _of_silence(error: BaseException) -> Failure:
    if isinstance(error, (ReadTimeoutError, NoAnswer)):
        text = "accepted the connection, but did not answer in time"
        return Failure(text, "Try again; the network or the service may be slow.")
    return Failure(
        "did not accept a connection in time",
        "Check the address, and whether a firewall, a VPN or a missing proxy (HTTPS_PROXY) is in "
        "the way.",
    )


def _of_nothing(error: BaseException) -> Failure:
    del error
    return Failure(
        "closed the connection without an answer",
        "Try again; check that the service is at this port, and that no firewall closes it.",
    )


_KINDS: tuple[tuple[type[BaseException], Callable[..., Failure | None]], ...] = (
    (ssl.SSLCertVerificationError, _of_certificate),
    (ssl.SSLError, _of_tls),
    (HandshakeFailed, _of_handshake),
    (socket.gaierror, _of_name),
    (OSError, _of_system),
    (NewConnectionError, _of_connecting),
    (Urllib3Timeout, _of_silence),
    (TimeoutError, _of_silence),
    (RemoteDisconnected, _of_nothing),
)


def failure_of(causes: Sequence[BaseException]) -> Failure:
    """Return what an error means; ``causes`` are the error and those that it wraps."""
    for kind, describe_one in _KINDS:
        for cause in causes:
            if isinstance(cause, kind) and (failure := describe_one(cause)):
                return failure
    return Failure(
        f"closed the connection, or sent what is not an answer ({type(causes[-1]).__name__})",
        "Try again; check the address, and what is between this machine and the host.",
    )
