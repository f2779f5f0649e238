"""Bodies and queries that two readers could read differently, or that cost more than they seem."""

from base64 import b64encode

from tests.attacks.attack import BUCKET, Attack, Event, event, lend, sdk, urls
from tests.attacks.sources import TWICE, rule
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
GOOD = f'"target": "{S3}/reports/a", "permission": "READ"'
WRONG = "400 InvalidRequest"


def text(body: str) -> Event:
    return event("credentials", body)


def with_(member: str) -> Event:
    return text(f"{{{GOOD}, {member}}}")


def query(**values: list[str]) -> Event:
    return lend(f"{S3}/reports/a") | {"multiValueQueryStringParameters": values}


ATTACKS = [
    Attack("a target that is there twice", with_(f'"target": "{S3}/bobs/a"'), f"{WRONG} /target", TWICE),
    Attack("a target that is there twice, the good one last", text(f'{{"target": "{S3}/bobs/a", {GOOD}}}'), f"{WRONG} /target", TWICE),
    Attack("a permission that is there twice", with_('"permission": "WRITE"'), f"{WRONG} /permission", TWICE),
    Attack("a permission that is there twice, once escaped", with_('"permi\\u0073sion": "WRITE"'), f"{WRONG} /permission", TWICE),
    Attack("a key that is there twice within the target", text(f'{{"target": {{"bucket": "{BUCKET}", "key": "reports/a", "key": "bobs/a"}}, "permission": "READ"}}'), f"{WRONG} /target/key", TWICE),
    Attack("a target and targets", with_(f'"targets": ["{S3}/bobs/a"]'), f"{WRONG} ''", rule(13)),
    Attack("neither target nor targets", lend(None), f"{WRONG} ''", rule(13)),
    Attack("no targets", lend(None, targets=[]), f"{WRONG} /targets", rule(13)),
    Attack("a member in other letters", with_('"Permission": "WRITE"'), f"{WRONG} /Permission", rule(13)),
    Attack("a member in snake case", with_('"duration_seconds": 900'), f"{WRONG} /duration_seconds", rule(13)),
    Attack("a member that others know", with_('"DurationSeconds": 43200'), f"{WRONG} /DurationSeconds", rule(13)),
    Attack("a prototype to pollute", with_('"__proto__": {"permission": "WRITE"}'), f"{WRONG} /__proto__", rule(13)),
    Attack("a permission in lower case", lend(f"{S3}/reports/a", "read"), f"{WRONG} /permission", rule(13)),
    Attack("a permission that is a star", lend(f"{S3}/reports/a", "*"), f"{WRONG} /permission", rule(5)),
    Attack("a permission that is an action", lend(f"{S3}/reports/a", "s3:*"), f"{WRONG} /permission", rule(5)),
    Attack("a permission that is a list", lend(f"{S3}/reports/a", ["READ", "WRITE"]), f"{WRONG} /permission", rule(13)),
    Attack("a permission with a blank behind it", lend(f"{S3}/reports/a", "READ "), f"{WRONG} /permission", rule(13)),
    Attack("no permission", text(f'{{"target": "{S3}/reports/a"}}'), f"{WRONG} /permission", rule(13)),
    Attack("a privilege that there is not", lend(f"{S3}/reports/a", privilege="Full"), f"{WRONG} /privilege", rule(13)),
    Attack("a duration that is no number", with_('"durationSeconds": NaN'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration without an end", with_('"durationSeconds": Infinity'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration without an end, as a number", with_('"durationSeconds": 1e999'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration of 5,000 digits", with_(f'"durationSeconds": {"9" * 5000}'), WRONG, rule(13)),
    Attack("a duration of 4,000 digits", with_(f'"durationSeconds": {"9" * 4000}'), f"{WRONG.split(maxsplit=1)[0]} DurationNotAllowed /durationSeconds", rule(13), looked_up=True),
    Attack("a duration with a fraction", with_('"durationSeconds": 900.0'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration that is text", with_('"durationSeconds": "3600"'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration that is true", with_('"durationSeconds": true'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration that is null", with_('"durationSeconds": null'), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a negative duration", with_('"durationSeconds": -3600'), "400 DurationNotAllowed /durationSeconds", rule(6)),
    Attack("a second more than an hour", with_('"durationSeconds": 3601'), "400 DurationNotAllowed /durationSeconds", rule(6), looked_up=True),
    Attack("a duration for somebody without any grant", lend(f"{S3}/bobs/a", durationSeconds=43200), "403 AccessDenied /target", rule(1)),
    Attack("an hour from a grant of a minute", lend(f"{S3}/brief/a", durationSeconds=3600), "403 PresignOnly", rule(6)),
    Attack("URLs for an hour from a grant of a minute", urls(f"GET {S3}/brief/a", expiresIn=61), "400 DurationNotAllowed /expiresIn", rule(6), looked_up=True),
    Attack("URLs for a week", urls(f"GET {S3}/reports/a", expiresIn=604800), "400 DurationNotAllowed /expiresIn", rule(6), looked_up=True),
    Attack("URLs for no time", urls(f"GET {S3}/reports/a", expiresIn=0), "400 DurationNotAllowed /expiresIn", rule(6)),
    Attack("objects within objects", text('{"a":' * 100_000), WRONG, rule(13)),
    Attack("lists within lists", text("[" * 1_000_000), WRONG, rule(13)),
    Attack("150,000 members", text("{" + ",".join(f'"{n}":1' for n in range(150_000)) + "}"), WRONG, rule(13)),
    Attack("a byte more than two mebibytes", text('"' + "x" * 2 * 1024**2), "413 TooLarge", rule(13)),
    Attack("two mebibytes of characters of three bytes", text('"' + "界" * 1024**2), "413 TooLarge", rule(13)),
    Attack("as many URLs as there are not", urls(*[f"GET {S3}/reports/a"] * 1001), f"{WRONG} /requests", rule(13)),
    Attack("URLs that would not fit the answer", urls(*[f"GET {S3}/reports/{'界' * 330}"] * 1000), "413 TooLarge", rule(1)),
    Attack("no URLs", urls(), f"{WRONG} /requests", rule(13)),
    Attack("an empty body", text("") | {"body": None}, WRONG, rule(13)),
    Attack("a body that is a list of good bodies", text(f"[{{{GOOD}}}]"), f"{WRONG} ''", rule(13)),
    Attack("a body that is text with a good body", text(f'"{{}} {S3}"'), f"{WRONG} ''", rule(13)),
    Attack("two bodies", text(f"{{{GOOD}}} {{{GOOD}}}"), WRONG, rule(13)),
    Attack("a comment", text(f"{{{GOOD} /* , */}}"), WRONG, rule(13)),
    Attack("a comma at the end", with_(""), WRONG, rule(13)),
    Attack("a byte order mark", text(f"\ufeff{{{GOOD}}}"), WRONG, rule(13)),
    Attack("a form instead of JSON", text(f"target={S3}/reports/a&permission=READ"), WRONG, rule(13)),
    Attack("base64 that is none", text("*") | {"isBase64Encoded": True}, WRONG, rule(13)),
    Attack("base64 of no UTF-8", text(b64encode(b"\xff\xfe{}").decode()) | {"isBase64Encoded": True}, WRONG, rule(13)),
    Attack("UTF-16", text(b64encode(f"{{{GOOD}}}".encode("utf-16")).decode()) | {"isBase64Encoded": True}, WRONG, rule(13)),
    Attack("a slash that UTF-8 does not allow", text(b64encode(b'{"target": "s3:/\xc0\xaf"}').decode()) | {"isBase64Encoded": True}, WRONG, rule(13)),
    Attack("the body's members in the query", query(permission=["READWRITE"]), WRONG, rule(13)),
    Attack("a query parameter without a value", query(x=[""]), WRONG, rule(13)),
    Attack("a target that is there twice in an SDK's query", sdk(target=[f"{S3}/alice/a", f"{S3}/bobs/a"]), WRONG, TWICE),
    Attack("a permission that is there twice in an SDK's query", sdk(permission=["READ", "READ"]), WRONG, TWICE),
    Attack("targets in an SDK's query", sdk(targets=f"{S3}/bobs/a"), WRONG, rule(13)),
    Attack("a duration in digits of another script", sdk(durationSeconds="٩٠٠"), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration in full-width digits", sdk(durationSeconds="９００"), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration with underscores, which Python takes", sdk(durationSeconds="9_00"), f"{WRONG} /durationSeconds", rule(13)),
    Attack("a duration with a line feed", sdk(durationSeconds="900\n"), f"{WRONG} /durationSeconds", rule(13)),
    Attack("another's prefix in an SDK's query", sdk(target=f"{S3}/bobs/*"), "403 AccessDenied /target", rule(2)),
    Attack("a good request, in base64", text(b64encode(f"{{{GOOD}}}".encode()).decode()) | {"isBase64Encoded": True}, "200", rule(13), (f"READ {BUCKET}/reports/a of {ACCOUNT}",)),
]  # fmt: skip
