"""URLs of an answer that are not those of a storage; none is printed, and none is used"""

from typing import Any

from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.tokens import token
from tests.client.typed import answering, typed

OPTIONS = "https://cwe.mitre.org/data/definitions/88.html"
FORGED = "https://cwe.mitre.org/data/definitions/918.html"
USUAL = {"method": "GET", "url": "https://s3/b/k", "expiresAt": "2099-01-01T00:00:00Z"}
FORMS = (("url", "s3://b/k"), ("url", "s3://b/k", "--curl"), ("url", "s3://b/k", "-o", "json"))


def outcome(given: "dict[str, Any]", stage: Stage) -> str:
    """Ask for a URL in each form, and copy with it; return which of these got it."""
    entry = {"POST /presigned-urls": {"urls": [USUAL | given]}}
    stage.environment.setenv("S3VEND_URL", stage.serve(answering(entry)).url)
    stage.environment.setenv("S3VEND_TOKEN", token())
    stage.environment.chdir(stage.home)
    (stage.home / "f").write_text("x")
    got = [" ".join(words[2:]) or "url" for words in FORMS if typed(*words).out]
    if typed("cp", "f", "s3://b/k", "-q").code != 1:
        got.append("cp")
    return ", ".join(got) or "refused"


ATTACKS = [
    Attack("a file of this machine", {"url": "file:///etc/passwd"}, "refused", FORGED),
    Attack("an option of curl that writes a file", {"url": "--output=.bashrc"}, "refused", OPTIONS),
    Attack("an option of curl that reads a file", {"url": "-K/tmp/planted"}, "refused", OPTIONS),
    Attack("a storage in the clear on another machine", {"url": "http://s3.example.com/b/k"}, "refused", rule(12)),
    Attack("a storage whose name only begins like this machine's", {"url": "http://127.0.0.1.example.com/b/k"}, "refused", FORGED),
    Attack("a second line, for a list of URLs", {"url": "https://s3/b/k\nfile:///etc/passwd"}, "refused", OPTIONS),
    Attack("a method with a header after it", {"method": "PUT / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET"}, "refused", FORGED),
    Attack("a method that is an option", {"method": "--next"}, "refused", OPTIONS),
    Attack("a header with another one after it", {"headers": {"a": "b\r\nX-Evil: 1"}}, "refused", FORGED),
    Attack("a header that curl reads from a file", {"headers": {"@/etc/passwd": "x"}}, "refused", OPTIONS),
    Attack("a header that no request can have", {"headers": {"a": "\u20ac"}}, "refused", rule(12)),
    Attack("a URL that is a number", {"url": 1}, "refused", rule(12)),
]  # fmt: skip
