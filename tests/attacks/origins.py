"""Web pages that pose as a page of an allowed origin, or ask at another door"""

from tests.attacks.attack import BUCKET, Attack, Event, context, event, lend, subject
from tests.attacks.sources import FETCH, MISCONFIGURED, rule

APP, CONSOLE = "https://app.example.com", "https://console.example.com:8443"
LISTED = f"{APP},{CONSOLE},http://localhost:5173"
NO = "403 AccessDenied"


def page(*origins: str, listed: str | None = LISTED, path: str | None = None) -> Event:
    """A preflight with these ``Origin`` headers, where the stack allows the listed ones."""
    made = event("preflight")
    made = sent_by(made, *origins, listed=listed)
    return made if path is None else context(made, resourcePath=path)


def sent_by(made: Event, *origins: str, listed: str | None = LISTED) -> Event:
    """The event, sent by a page."""
    headers = {k: v for k, v in made["multiValueHeaders"].items() if k != "Origin"}
    return made | {
        "multiValueHeaders": headers | ({"Origin": list(origins)} if origins else {}),
        "headers": made["headers"] | {"Origin": origins[-1] if origins else None},
        "stageVariables": listed and {"allowedOrigins": listed},
    }


ATTACKS = [
    Attack("a page without an origin: a file, a sandboxed frame", page("null"), NO, MISCONFIGURED),
    Attack("a page of a host that begins alike", page(f"{APP}.evil.example"), NO, MISCONFIGURED),
    Attack("a page of a host that ends alike", page("https://evilapp.example.com"), NO, MISCONFIGURED),
    Attack("a page of a subdomain", page("https://x.app.example.com"), NO, MISCONFIGURED),
    Attack("a page of the domain above", page("https://example.com"), NO, MISCONFIGURED),
    Attack("the allowed host before an @", page(f"{APP}@evil.example"), NO, MISCONFIGURED),
    Attack("the allowed host behind an @", page("https://evil.example@app.example.com"), NO, MISCONFIGURED),
    Attack("a dot that a pattern would take for any letter", page("https://appxexample.com"), NO, MISCONFIGURED),
    Attack("the allowed origin with a backtick behind it", page(f"{APP}`.evil.example"), NO, MISCONFIGURED),
    Attack("the same host over plain HTTP", page("http://app.example.com"), NO, MISCONFIGURED),
    Attack("another port of the host", page(f"{APP}:8443"), NO, FETCH),
    Attack("the usual port, which no browser writes", page(f"{APP}:443"), NO, FETCH),
    Attack("a port that begins alike", page(f"{CONSOLE}0"), NO, FETCH),
    Attack("the host without its port", page("https://console.example.com"), NO, FETCH),
    Attack("an origin in upper case", page(APP.upper()), NO, FETCH),
    Attack("an origin with a slash behind it", page(f"{APP}/"), NO, FETCH),
    Attack("an origin with a dot behind it", page(f"{APP}."), NO, FETCH),
    Attack("another page of this machine", page("http://localhost:8080"), NO, FETCH),
    Attack("this machine by its address", page("http://127.0.0.1:5173"), NO, FETCH),
    Attack("a browser's extension", page("chrome-extension://abcdefghijklmnop"), NO, FETCH),
    Attack("the whole list as one origin", page(LISTED), NO, rule(16)),
    Attack("two origins with a comma", page(f"{APP},{CONSOLE}"), NO, rule(16)),
    Attack("a comma alone", page(","), NO, rule(16)),
    Attack("an empty origin", page(""), NO, rule(16)),
    Attack("no origin at all", page(), NO, rule(16)),
    Attack("the word that stands for every origin", page("any"), NO, rule(16)),
    Attack("the star itself", page("*"), NO, rule(16)),
    Attack("two headers, the allowed one first", page(APP, "https://evil.example"), NO, rule(13)),
    Attack("two headers, the allowed one last", page("https://evil.example", APP), NO, rule(13)),
    Attack("a preflight where no origin is allowed", page(APP, listed=None), NO, rule(8)),
    Attack("a page without an origin, where none is allowed", page("null", listed=None), NO, rule(8)),
    Attack("a preflight of an allowed page for the administrators' door", page(APP, path="/admin/changes"), NO, rule(8)),
    Attack("the same where every origin is allowed", page(APP, path="/admin/changes", listed="any"), NO, rule(8)),
    Attack("a preflight for the iam door", page(APP, path="/iam/credentials"), NO, rule(8)),
    Attack("a preflight for STS's protocol", page(APP, path="/sts/{grantId}"), NO, rule(8)),
    Attack("a page of another origin that reads a refusal", sent_by(lend(f"s3://{BUCKET}/bobs/*", by=subject("alice")), "https://evil.example"), f"{NO} /target", rule(8)),
    Attack("an allowed page that reads the iam door's refusals", sent_by(lend(f"s3://{BUCKET}/bobs/*"), APP), f"{NO} /target", rule(8)),
]  # fmt: skip
