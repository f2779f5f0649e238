"""Links for people: answers that hide what a link is, and words in which its secrets stand"""

from typing import Any

from s3vend.printable import is_shown
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.client.terminals import EVIL
from tests.attacks.sources import rule
from tests.client.links import ID, OWNER, UPLOAD, made
from tests.client.tokens import token
from tests.client.typed import answering, problem, typed

TERMINALS = "CVE-2003-0063"
ARGUMENTS = "https://cwe.mitre.org/data/definitions/214.html"
SECRET = "k" * 32  # of a link, or a password
KEY = "share s3://b/k --for 7d"


def outcome(given: "dict[str, Any]", stage: Stage) -> str:
    """Return how the command ended, whether the service was asked, and what was shown."""
    served = stage.serve(answering(given.get("answers", {})))
    stage.environment.setenv("S3VEND_URL", served.url)
    stage.environment.setenv("S3VEND_TOKEN", token())
    ended = typed(*given["words"], stdin=given.get("stdin", ""))
    shown = ended.out + ended.err
    wrong = [path for path in (one.path for one in served.asked) if SECRET in path or ".." in path]
    return "; ".join(
        (
            "done" if ended.code == 0 else "refused",
            "asked" if served.asked else "not asked",
            "raw" if not all(is_shown(char) or char == "\n" for char in shown) else "plain",
            "a secret" if SECRET in shown or wrong else "no secret",
        )
    )


def words(*given: str, answers: Any = None, **more: str) -> "dict[str, Any]":
    first, *rest = given
    return {"words": [*first.split(), *rest], "answers": answers or {}, **more}


def link(url: str, *more: str) -> "dict[str, Any]":
    """The service answers a new share with this link."""
    return words(KEY, *more, answers={"POST /shares": made(url=url)})


def hostile(*given: str, **more: object) -> "dict[str, Any]":
    """Every text of every share is hostile."""
    texts = dict.fromkeys(("label", "from", "fileName", "target", "kind", "state", "grant"), EVIL)
    share: dict[str, Any] = {**UPLOAD, **OWNER, **texts, "contentTypes": [EVIL], **more}
    new = share | {"url": "https://vend.example.com/v1/s/a"}
    listed = {"shares": [share]}
    answers = {
        **{f"GET {at}/shares": listed for at in ("", "/admin")},
        **{f"{method} /shares/{ID}": share for method in ("GET", "DELETE")},
        "POST /shares": new,
    }
    return words(*given, answers=answers)


def refused(**members: Any) -> "dict[str, Any]":
    status, headers, body = problem(403, "AccessDenied")
    assert isinstance(body, dict)
    return words(KEY, answers={"POST /shares": (status, headers, body | members)})


WRONG, ASKED_WRONG = "refused; not asked; plain; no secret", "refused; asked; plain; no secret"
ESCAPED = "done; asked; plain; no secret"
ATTACKS = [
    # An answer whose link is something else
    Attack("a link that runs a script", link(f"javascript:alert('{SECRET}')"), ASKED_WRONG, rule(10)),
    Attack("a link to a file of the machine", link(f"file:///{SECRET}"), ASKED_WRONG, rule(10)),
    Attack("a link in the clear", link(f"http://vend.example.com/v1/s/{SECRET}"), ASKED_WRONG, rule(10)),
    Attack("a link behind a user name", link(f"https://vend.example.com@evil.example/s/{SECRET}"), ASKED_WRONG, rule(10)),
    Attack("a link with a query", link(f"https://vend.example.com/s/{SECRET}?a"), ASKED_WRONG, rule(10)),
    Attack("a link that clears the terminal", link(f"https://vend.example.com/s/{SECRET}{EVIL}"), ASKED_WRONG, TERMINALS),
    Attack("the same as JSON", link(f"https://vend.example.com/s/{SECRET}{EVIL}", "-o", "json"), ASKED_WRONG, TERMINALS),
    Attack("the same as a QR code", link(f"https://vend.example.com/s/{SECRET}{EVIL}", "--qr"), ASKED_WRONG, TERMINALS),
    Attack("a link of two lines, of which a script reads one", link(f"https://vend.example.com/s/a\n{SECRET}"), ASKED_WRONG, TERMINALS),
    # Text of owners and openers at the terminal of whoever lists links
    Attack("a new link whose target clears the terminal", hostile(KEY), ESCAPED, TERMINALS),
    Attack("a new link whose members do, as JSON", hostile(KEY, "-o", "json"), ESCAPED, TERMINALS),
    Attack("a list of links with such labels", hostile("shares"), ESCAPED, TERMINALS),
    Attack("such a list of everybody's links", hostile("shares --admin"), ESCAPED, TERMINALS),
    Attack("such a list as JSON", hostile("shares -o json"), ESCAPED, TERMINALS),
    Attack("such a list with hostile owners", hostile("shares --admin", owner={"issuer": EVIL, "subject": EVIL}), ESCAPED, TERMINALS),
    Attack("one such link", hostile(f"shares {ID}"), ESCAPED, TERMINALS),
    Attack("such a link that is taken back", hostile(f"unshare {ID} -o json"), ESCAPED, TERMINALS),
    Attack("a refused link whose detail clears the terminal", refused(detail=EVIL), ASKED_WRONG, TERMINALS),
    Attack("a refused link whose pointer does", refused(detail="The request has 1 fault.", errors=[{"pointer": f"/{EVIL}", "detail": EVIL}]), ASKED_WRONG, TERMINALS),
    # Secrets where everybody on the machine can read them
    Attack("a password as the value of its option", words(f"{KEY} --password={SECRET}"), WRONG, ARGUMENTS),
    Attack("a password as a word", words(f"{KEY} --password {SECRET}"), WRONG, ARGUMENTS),
    Attack("a password as a word of the other option", words(f"{KEY} --password-stdin {SECRET}"), WRONG, ARGUMENTS),
    Attack("a password behind a misspelt option", words(f"{KEY} --pasword={SECRET}"), WRONG, ARGUMENTS),
    Attack("a password without a terminal", words(f"{KEY} --password", stdin=f"{SECRET}\n{SECRET}\n"), WRONG, ARGUMENTS),
    Attack("a password of two lines", words(f"{KEY} --password-stdin", stdin=f"a\n{SECRET}"), WRONG, ARGUMENTS),
    Attack("a link in place of an id", words(f"shares https://vend.example.com/v1/s/{SECRET}"), WRONG, ARGUMENTS),
    Attack("a link to take back", words(f"unshare https://vend.example.com/v1/s/{SECRET}"), WRONG, ARGUMENTS),
    Attack("an id that is a path", words("unshare ../admin/shares/a"), WRONG, rule(4)),
]  # fmt: skip
