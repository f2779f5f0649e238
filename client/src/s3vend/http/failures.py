"""The message for a request that got no answer, also through a proxy."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from urllib3.exceptions import ConnectTimeoutError, ProxyError

from s3vend.http.proxies import Proxy
from s3vend.http.reasons import ONCE, SOME, Failure, failure_of, is_of_unknown_ca

_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3}) ?(.*)")


class Hints(NamedTuple):
    """Sentences about this machine's settings, for failures that they may explain."""

    connecting: str = ""
    trust: str = ""


NO_HINTS = Hints()


def describe(
    error: BaseException, host: str, proxy: Proxy | None = None, hints: Hints = NO_HINTS
) -> tuple[str, int]:
    """Return the message for an error of urllib3, and how often it makes sense to try.

    The message contains no path, no query and no password.
    """
    causes = list(_causes(error))
    failure = failure_of(causes)
    if hints.trust and any(map(is_of_unknown_ca, causes)):
        failure = failure._replace(advice=f"{failure.advice} {hints.trust}")
    if proxy is None:
        connecting = any(isinstance(cause, ConnectTimeoutError) for cause in causes)
        advice = failure.advice + (
            f" {hints.connecting}" if connecting and hints.connecting else ""
        )
        return f"{host} {failure.text}. {advice}", failure.most_tries
    name = f"{proxy.url} ({proxy.source})"
    for cause in causes:
        if isinstance(cause, OSError) and (match := _TUNNEL.fullmatch(str(cause))):
            failure = _of_tunnel(int(match[1]), match[0].partition(": ")[2], proxy)
            text = f"cannot be reached: the proxy {name} {failure.text}"
            return f"{host} {text}. {failure.advice}", failure.most_tries
    # A SOCKS proxy makes the connection, so what fails meanwhile is its own, or what it answers.
    kinds = (ProxyError, ConnectTimeoutError) if proxy.is_socks else ProxyError
    if any(isinstance(cause, kinds) for cause in causes):
        text = f"cannot be reached: the proxy {name} {failure.text}"
        advice = f"{failure.advice} Name hosts that need no proxy in NO_PROXY."
        return f"{host} {text}. {advice}", failure.most_tries
    return f"{host}, through the proxy {name}, {failure.text}. {failure.advice}", failure.most_tries


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that it wraps, the outermost first."""
    seen: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop(0)
        if one is not None and one not in seen:
            seen.append(one)
            left += [arg for arg in one.args if isinstance(arg, BaseException)]
            left += [one.__cause__, getattr(one, "socket_err", None)]  # the latter is PySocks's
            if isinstance(one, ConnectTimeoutError):  # for SOCKS, urllib3 keeps no cause
                left.append(one.__context__)
            yield one


def _of_tunnel(status: int, answer: str, proxy: Proxy) -> Failure:
    if status == 407 and proxy.user is None:
        advice = f"Write them into {proxy.source}: http://USER:PASSWORD@HOST:PORT."
        return Failure(f"asks for a user name and a password ({answer})", advice, ONCE)
    if status == 407:
        advice = f"Correct them in {proxy.source}; write %40 for @, and so on."
        return Failure(f"does not accept the user name and password ({answer})", advice, ONCE)
    if status < 500:
        return Failure(
            f"does not allow connections to this host ({answer})",
            "Ask whoever runs the proxy; name hosts that need no proxy in NO_PROXY.",
            ONCE,
        )
    advice = "Check the address; the proxy knows the host by another network than yours."
    return Failure(f"cannot reach it either ({answer})", advice, SOME)
