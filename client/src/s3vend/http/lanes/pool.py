"""Many small requests to one host: kept connections, with less work for each than urllib3 does.

urllib3 takes some 0.3 ms of processor time for a request, which is most of what a small file costs.
Where a proxy stands between, `Wire` sends the request instead.
"""

from collections import defaultdict
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection

from s3vend.http.lanes.lane import Lane, Unfinished
from s3vend.http.lanes.request import Request
from s3vend.http.reasons import NoAnswer
from s3vend.http.wire import Answer, Connection, TranslateErrors, Wire


class Lanes:
    """Connections that wait for the next request; thread-safe. Close them at the end."""

    def __init__(self, wire: Wire) -> None:
        self._wire, self.reads = wire, wire.reads
        self._free: defaultdict[str, list[Lane]] = defaultdict(list)

    def send(self, request: Request) -> Answer:
        """Send one request, and read the whole answer, as `Wire.send` does.

        A request on a kept connection that the other side has closed meanwhile is sent again.

        Raises:
            Unreachable: no answer, or only a part of one.
        """
        base = _base(request.url)
        lane = (self._kept(base) or self._made(base)) if base else None
        if lane is None:
            method, url, headers, body = request
            return self._wire.send(method, url, {"Accept-Encoding": "identity", **headers}, body)
        with _closing(lane):
            answer = lane.send(request)
        self._keep(lane)
        return answer

    def begin(self, request: Request) -> Lane | None:
        """Send one request on a kept connection, whose lane is readable when its answer arrives.

        None: no kept connection is free, and the request was not sent.

        Raises:
            Unreachable: the connection was closed, and S3 may have got the request.
        """
        base = _base(request.url)
        while (lane := self._kept(base)) is not None:
            with _closing(lane):
                if lane.begin(request):
                    return lane
            lane.close()
        return None

    def finish(self, lane: Lane, *, is_late: bool = False) -> Answer | None:
        """Read the answer to a request that `begin` sent; ``is_late`` if there is none in time.

        None: the connection was closed without one, and the request may be sent again.

        Raises:
            Unfinished: a part of it is still to come; the lane is readable when it arrives.
            Unreachable: no answer, or only a part of one.
        """
        with _closing(lane):
            if is_late:
                raise NoAnswer
            answer = lane.finish(waits=False)
        self._keep(lane)
        return answer

    def _keep(self, lane: Lane) -> None:
        if lane.is_open:
            self._free[lane.base].append(lane)

    def close(self) -> None:
        """Close the connections that no request uses."""
        for base in list(self._free):
            while (lane := self._kept(base)) is not None:
                lane.close()

    def _kept(self, base: str) -> Lane | None:
        try:
            return self._free[base].pop()
        except IndexError:  # also if another thread was faster
            return None

    def _made(self, base: str) -> Lane | None:
        connection = self._connection(base)
        return None if connection is None else Lane(base, connection, self._wire.reads)

    def _connection(self, base: str) -> HTTPConnection | None:
        parts, timeout = urlsplit(base), self._wire.connects
        if "@" in parts.netloc or not self._wire.is_direct(base):
            return None
        host = parts.hostname or ""
        if parts.scheme == "http":
            return HTTPConnection(host, parts.port or 80, timeout=timeout)
        context = self._wire.context()
        return Connection(host, parts.port or 443, timeout=timeout, ssl_context=context)


def _base(url: str) -> str:
    """Return scheme, host and port of a URL; empty if it has no path."""
    at = url.find("/", url.find("://") + 3)
    return url[:at] if at > 0 else ""


class _closing(TranslateErrors):  # noqa: N801 - used as a statement
    """Closes a lane after an error, which is translated."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(lane.base)
        self._lane = lane

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, Unfinished):
            self._lane.close()
            super().__exit__(kind, error, trace)
