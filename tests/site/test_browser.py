"""Pages of the site in a real browser: its own log says which requests they made."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote, urlsplit

import pytest

from tests.support.pages import ROOT

SITE = ROOT / ".site"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
LOADING = 10_000  # milliseconds of the page's own clock
WAITING = 60  # seconds, for results of the search
PAGES = ["/index.html", "/README.ja.html", "/docs/architecture.html", "/docs/cli.html", "/404.html"]

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")


# Opens a page in a frame, waits for results of the search, and sends their links.
ASKING = """\
<iframe src="/index.html?q={words}"></iframe><img src="/wait">
<script>
const frame = document.querySelector("iframe")
function look() {{
  const found = [...frame.contentDocument.querySelectorAll("a.md-search-result__link")]
  if (found.length) fetch("/found", {{method: "POST", body: found.map(one => one.href).join(" ")}})
  else setTimeout(look, 100)
}}
look()
</script>
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves a directory; and a picture that is complete once results were found."""

    server: "Server"

    def do_GET(self) -> None:
        if self.path == "/wait":
            self.server.answered.wait(WAITING)
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self.server.found = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()
        self.server.answered.set()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    """A directory on this machine."""

    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(directory)))
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answered, self.found = Event(), ""


@contextmanager
def served(directory: Path) -> Iterator[Server]:
    with Server(directory) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(SITE) as server:
        yield server.url


def opened(page: str, directory: Path) -> tuple[str, set[str]]:
    """What a page looks like in the end, as HTML, and the hosts that it sent requests to.

    The browser finds no host but this machine. Its own requests have no page as their initiator.
    """
    log = directory / "log.json"
    home = urlsplit(page)
    shown = subprocess.run(  # noqa: S603 - the browser of this machine
        [
            str(BROWSER),
            *("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            f"--user-data-dir={directory / 'profile'}",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--log-net-log={log}",
            f"--virtual-time-budget={LOADING}",
            page,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    events = json.loads(log.read_text())["events"]
    asked = [one["params"] for one in events if "url" in one.get("params", {})]
    ours = f"{home.scheme}://{home.netloc}"
    urls = {one["url"] for one in asked if one.get("initiator") == ours}
    return shown.stdout, {urlsplit(url).netloc for url in urls} - {""}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_sends_requests_to_its_own_site_alone(page: str, site: str, tmp_path: Path) -> None:
    _, hosts = opened(site + page, tmp_path)
    assert hosts == {urlsplit(site).netloc}


def test_a_request_to_elsewhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text('<img src="http://elsewhere.example/a.png">')
    with served(tmp_path / "site") as other:
        _, hosts = opened(f"{other.url}/index.html", tmp_path)
    assert "elsewhere.example" in hosts


@pytest.mark.parametrize(
    ("words", "found"), [("presigned", "/docs/uploads.html"), ("キルスイッチ", "/README.ja.html")]
)
def test_the_search_finds_words_of_both_languages(words: str, found: str, tmp_path: Path) -> None:
    shutil.copytree(SITE, tmp_path / "site")
    (tmp_path / "site/asking.html").write_text(ASKING.format(words=quote(words)))
    with served(tmp_path / "site") as server:
        opened(f"{server.url}/asking.html", tmp_path)
        assert found in server.found


def test_a_picture_of_a_flow_is_drawn(site: str, tmp_path: Path) -> None:
    shown, _ = opened(f"{site}/index.html", tmp_path)
    assert '<pre class="mermaid"' not in shown
    assert 'class="mermaid"' in shown
