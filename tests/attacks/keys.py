"""Keys that another program might read as a different key."""

from tests.attacks.attack import BUCKET, Attack, compact, lend, url
from tests.attacks.sources import KEY_NAMES, rule
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
REFUSED, WRONG = "403 AccessDenied /target", "400 InvalidRequest /target"
URL = "400 InvalidRequest /requests/0/target"


def key(text: str) -> dict[str, str]:
    return {"bucket": BUCKET, "key": text}


def read(text: str) -> tuple[str, ...]:
    return (f"READ {BUCKET}/{text} of {ACCOUNT}",)


ATTACKS = [
    Attack("up and over", lend(f"{S3}/reports/../bobs/a"), WRONG, rule(4)),
    Attack("up and over at the end", lend(f"{S3}/reports/.."), WRONG, rule(4)),
    Attack("up and over at the beginning", lend(f"{S3}/../reports/a"), WRONG, rule(4)),
    Attack("up and over in a prefix", lend({"bucket": BUCKET, "prefix": "reports/../"}), WRONG, rule(4)),
    Attack("a segment that is a dot", lend(f"{S3}/reports/./a"), WRONG, KEY_NAMES),
    Attack("up and over, once encoded: another key, and no way up", lend(f"{S3}/reports/%2e%2e/bobs/a"), "200", rule(4), read("reports/%2e%2e/bobs/a")),
    Attack("up and over, twice encoded, as a URL", url("GET", f"{S3}/reports/%252e%252e/bobs/a"), "200", rule(4), (f"GET {BUCKET}/reports/%25252e%25252e/bobs/a",)),
    Attack("up and over, its slash encoded, as a URL", url("GET", f"{S3}/reports/..%2fbobs/a"), "200", rule(4), (f"GET {BUCKET}/reports/..%252fbobs/a",)),
    Attack("up and over with backslashes, which are no slashes", url("GET", f"{S3}/reports/..\\..\\bobs\\a"), "200", rule(4), (f"GET {BUCKET}/reports/..%5C..%5Cbobs%5Ca",)),
    Attack("a granted prefix whose slash is encoded", lend(f"{S3}/reports%2Fa"), REFUSED, rule(4)),
    Attack("a granted prefix, one letter encoded", lend(f"{S3}/%72eports/a"), REFUSED, rule(4)),
    Attack("a slash before the granted prefix", lend(f"{S3}//reports/a"), REFUSED, rule(4)),
    Attack("two slashes after the granted prefix: a key below it", lend(f"{S3}/reports//bobs/a"), "200", rule(4), read("reports//bobs/a")),
    Attack("a question mark, behind which a URL has its query", url("GET", f"{S3}/reports/a?versionId=1"), "200", rule(4), (f"GET {BUCKET}/reports/a%3FversionId%3D1",)),
    Attack("a fragment, which others cut off", url("GET", f"{S3}/reports/a#/../../bobs"), "400 InvalidRequest /requests/0/target", rule(4)),
    Attack("a fragment that stays in the key", url("GET", f"{S3}/reports/a#b"), "200", rule(4), (f"GET {BUCKET}/reports/a%23b",)),
    Attack("a plus that others read as a blank", url("GET", f"{S3}/reports/a+b c"), "200", rule(4), (f"GET {BUCKET}/reports/a%2Bb%20c",)),
    Attack("an ampersand that would begin a parameter", url("GET", f"{S3}/reports/a&acl"), "200", rule(4), (f"GET {BUCKET}/reports/a%26acl",)),
    Attack("a line feed, behind which a header would begin", url("GET", f"{S3}/reports/a\r\nHost: x"), URL, rule(4)),
    Attack("a zero byte, at which others end", lend(f"{S3}/reports/a\x00b"), WRONG, rule(4)),
    Attack("a delete character", lend(f"{S3}/reports/a\x7f"), WRONG, rule(4)),
    Attack("a control character of Latin-1", lend(f"{S3}/reports/a\x85b"), WRONG, rule(4)),
    Attack("a lone surrogate", lend(f"{S3}/reports/\ud800"), WRONG, rule(4)),
    Attack("a lone surrogate in a member", lend(key("reports/\udfff")), WRONG, rule(4)),
    Attack("a full-width solidus for the slash", lend(f"{S3}/reports／a"), REFUSED, rule(4)),
    Attack("a division slash for the slash", lend(f"{S3}/reports∕a"), REFUSED, rule(4)),
    Attack("a Cyrillic letter for a Latin one", lend(f"{S3}/rеports/a"), REFUSED, rule(4)),
    Attack("full-width letters that normalise to the granted ones", lend(f"{S3}/ｒｅｐｏｒｔｓ/a"), REFUSED, rule(4)),
    Attack("a combining character: not the composed key", lend(f"{S3}/reports/e\u0301"), "200", rule(4), read("reports/e\u0301")),
    Attack("the granted prefix in capitals", lend(f"{S3}/REPORTS/a"), REFUSED, KEY_NAMES),
    Attack("a dot of another script for up and over", lend(f"{S3}/reports/․․/a"), "200", rule(4), read("reports/․․/a")),
    Attack("a right-to-left mark before the granted prefix", lend(f"{S3}/\u200freports/a"), REFUSED, rule(4)),
    Attack("a byte order mark before the target", lend(f"\ufeff{S3}/reports/a"), WRONG, rule(4)),
    Attack("blanks around the target", lend(f" {S3}/reports/a "), WRONG, rule(4)),
    Attack("1,025 bytes", lend(f"{S3}/reports/{'x' * 1017}"), WRONG, rule(4)),
    Attack("1,024 characters of more bytes", lend(f"{S3}/reports/{'é' * 1016}"), WRONG, KEY_NAMES),
    Attack("1,025 bytes, compact, with the prefix counted", compact(f"{S3}/reports/", "x" * 1017), "400 InvalidRequest /keys/0", rule(4)),
    Attack("the scheme in capitals", lend(f"S3://{BUCKET}/reports/a"), WRONG, rule(4)),
    Attack("the scheme of Hadoop", lend(f"s3a://{BUCKET}/reports/a"), WRONG, rule(4)),
    Attack("one slash in the scheme", lend(f"s3:/{BUCKET}/reports/a"), WRONG, rule(4)),
    Attack("a URL of S3 for the target", lend(f"https://{BUCKET}.s3.amazonaws.com/reports/a"), WRONG, rule(4)),
    Attack("compact keys that lead up", compact(f"{S3}/reports/", "../bobs/a"), "400 InvalidRequest /keys/0", rule(4)),
    Attack("compact keys that lead up, hidden among many", compact(f"{S3}/reports/", *["a"] * 50, "b/../../bobs/a"), "400 InvalidRequest /keys/50", rule(4)),
    Attack("a compact key of one dot", compact(f"{S3}/reports/", "."), "400 InvalidRequest /keys/0", rule(4)),
    Attack("a compact key with a line feed: two keys in one", compact(f"{S3}/reports/", "a\nb"), "400 InvalidRequest /keys/0", rule(4)),
    Attack("a compact key that ends with a line feed", compact(f"{S3}/reports/", "a\n", "b"), "400 InvalidRequest /keys/0", rule(4)),
    Attack("a compact key that is a line feed", compact(f"{S3}/reports/", "a", "\n"), "400 InvalidRequest /keys/1", rule(4)),
    Attack("an empty compact key: the prefix itself", compact(f"{S3}/reports/", ""), "400 InvalidRequest /keys/0", rule(4)),
    Attack("a compact key with a slash in front: a key below", compact(f"{S3}/reports/", "/bobs/a"), "200", rule(4), (f"{BUCKET}/reports//bobs/a",)),
    Attack("a compact key that is a URL", compact(f"{S3}/reports/", "https://example.com/"), "200", rule(4), (f"{BUCKET}/reports/https%3A//example.com/",)),
    Attack("a compact key that is encoded already", compact(f"{S3}/reports/", "%2e%2e/a"), "200", rule(4), (f"{BUCKET}/reports/%252e%252e/a",)),
    Attack("a compact key with a signature of its own", compact(f"{S3}/reports/", "a?X-Amz-Signature=0"), "200", rule(4), (f"{BUCKET}/reports/a%3FX-Amz-Signature%3D0",)),
    Attack("compact keys that are no text", compact(f"{S3}/reports/", 7, ["a"]), "400 InvalidRequest /keys/0 /keys/1", rule(13)),
    Attack("a line separator: JavaScript's, no control character", lend(f"{S3}/reports/a\u2028b"), "200", rule(4), read("reports/a\u2028b")),
]  # fmt: skip
