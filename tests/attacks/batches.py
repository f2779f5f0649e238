"""URLs under several grants in one request: each may do what its own grant gives, and no more."""

from tests.attacks.attack import BUCKET, Attack, compact, subject, urls
from tests.attacks.sources import rule

S3 = f"s3://{BUCKET}"
REPORT, DROP, ONE = f"GET {S3}/reports/a", f"PUT {S3}/drop/b", f"GET {S3}/one.csv"
SECOND = "/requests/1/target"
ELEVEN = (
    *(REPORT, DROP, ONE, f"GET {S3}/reports*/a", f"GET {S3}/$a?b/a", f"GET {S3}/small/a"),
    *(f"GET {S3}/brief/a", "GET s3://partner-bucket/shared/a", "GET s3://sealed-bucket/a"),
    *("GET s3://theirs-bucket/a", f"GET {S3}/home/user/AssumeS3User/a"),
)

ATTACKS = [
    Attack("a URL to read here and one to write there", urls(REPORT, DROP), "200", rule(2), (f"GET {BUCKET}/reports/a", f"PUT {BUCKET}/drop/b")),
    Attack("to write where the one grant reads, beside the other's keys", urls(DROP, f"PUT {S3}/reports/a"), f"403 AccessDenied {SECOND}", rule(2)),
    Attack("to read where the one grant writes, beside the other's keys", urls(REPORT, f"GET {S3}/drop/b"), f"403 AccessDenied {SECOND}", rule(2)),
    Attack("to delete where the one grant reads, beside the other's keys", urls(DROP, f"DELETE {S3}/reports/a"), f"403 AccessDenied {SECOND}", rule(5)),
    Attack("a form where the one grant reads, beside the other's keys", urls(DROP, f"POST {S3}/reports/*"), f"403 AccessDenied {SECOND}", rule(5)),
    Attack("a form above the prefixes of both grants", urls(DROP, f"POST {S3}/*"), f"403 AccessDenied {SECOND}", rule(5)),
    Attack("a listing above the prefixes of both grants", urls(REPORT, f"LIST {S3}/*"), f"403 AccessDenied {SECOND}", rule(2)),
    Attack("a listing where the one grant writes, beside the other's keys", urls(REPORT, f"LIST {S3}/drop/*"), f"403 AccessDenied {SECOND}", rule(5)),
    Attack("a listing under the one grant and an upload under the other", urls(f"LIST {S3}/reports/*", DROP), "200", rule(2), (f"GET {BUCKET}/?list-type=2&encoding-type=url&prefix=reports/", f"PUT {BUCKET}/drop/b")),
    Attack("keys of another user in a batch of one's own", urls(REPORT, f"GET {S3}/bobs/a", DROP), f"403 AccessDenied {SECOND}", rule(10)),
    Attack("keys of another user, of whom only the last is theirs", urls(*[REPORT, DROP] * 20, f"GET {S3}/bobs/a"), "403 AccessDenied /requests/40/target", rule(10)),
    Attack("the grant of a role whose name the user has not", urls(REPORT, f"GET {S3}/roles/a"), f"403 AccessDenied {SECOND}", rule(8)),
    Attack("keys of a user's grants at the other door", urls(f"GET {S3}/alice/a", REPORT, by=subject("alice")), f"403 AccessDenied {SECOND}", rule(8)),
    Attack("keys of a subject's grants at the other door", urls(REPORT, f"GET {S3}/alice/a"), f"403 AccessDenied {SECOND}", rule(8)),
    Attack("keys of another tenant in a batch of one's own", urls(f"GET {S3}/alice/a", f"GET {S3}/tenants/acme/a", f"GET {S3}/tenants/other/a", by=subject("alice", groups=["tenants"], tenant="acme")), "403 AccessDenied /requests/2/target", rule(2)),
    Attack("one's own keys and those of one's tenant", urls(f"GET {S3}/alice/a", f"GET {S3}/tenants/acme/a", by=subject("alice", groups=["tenants"], tenant="acme")), "200", rule(2), (f"GET {BUCKET}/alice/a", f"GET {BUCKET}/tenants/acme/a")),
    Attack("a blocked grant in a batch of others", urls(REPORT, f"GET {S3}/closed/a"), f"403 AccessDenied {SECOND}", rule(16)),
    Attack("a grant that was just revoked in a batch of others", urls(REPORT, f"GET {S3}/recent/a"), "503 JustRevoked", rule(16)),
    Attack("a grant that has ended in a batch of others", urls(REPORT, f"GET {S3}/old/a"), f"403 AccessDenied {SECOND}", rule(2)),
    Attack("longer than the one grant allows, as the other does", urls(REPORT, f"GET {S3}/brief/a", expiresIn=61), "400 DurationNotAllowed /expiresIn", rule(6), looked_up=True),
    Attack("an upload without the limits of its grant, beside one that has none", urls(DROP, f"PUT {S3}/small/a"), "400 InvalidRequest /requests/1/contentLength", rule(7), looked_up=True),
    Attack("a version under a grant without them, in a batch", urls(DROP, {"method": "GET", "target": f"{S3}/reports/a", "versionId": "v"}), "403 AccessDenied /requests/1/versionId", rule(5)),
    Attack("a bucket that is never lent in a batch of others", urls(REPORT, "GET s3://deploys-prod/x/a"), "403 AccessDenied", rule(17)),
    Attack("a bucket without a location in a batch of others", urls(REPORT, "GET s3://unregistered-bucket/a"), "403 AccessDenied", rule(2)),
    Attack("buckets that two roles lend, each by its own", urls(REPORT, "GET s3://theirs-bucket/a"), "200", rule(2), (f"GET {BUCKET}/reports/a", "GET theirs-bucket/a")),
    Attack("more buckets than one request may name", urls(*[f"GET s3://bucket-{n}/a" for n in range(11)]), "413 TooLarge /requests/10/target", rule(13)),
    Attack("more grants than one request may use", urls(*ELEVEN), "413 TooLarge /requests/10/target", rule(13), looked_up=True),
    Attack("stars in the keys of one grant, that would reach the other's", urls(f"GET {S3}/reports*/a", f"PUT {S3}/drop*/a"), f"403 AccessDenied {SECOND}", rule(3)),
    Attack("the grant of a URL named by the caller", urls(DROP, {"method": "GET", "target": f"{S3}/reports/a", "grant": "bobs"}), "400 InvalidRequest /requests/1/grant", rule(13)),
    Attack("the session of a URL named by the caller", urls(DROP, {"method": "GET", "target": f"{S3}/reports/a", "sessionId": "a" * 16}), "400 InvalidRequest /requests/1/sessionId", rule(13)),
    Attack("keys of two grants in the compact form", compact(f"{S3}/", "reports/a", "one.csv", "reports/b"), "200", rule(2), (f"{BUCKET}/reports/a", f"{BUCKET}/one.csv", f"{BUCKET}/reports/b")),
    Attack("keys of another user in the compact form", compact(f"{S3}/", "reports/a", "bobs/a", "one.csv"), "403 AccessDenied /keys/1", rule(10)),
    Attack("keys to write in the compact form, where one grant reads", compact(f"{S3}/", "drop/a", "reports/a", method="PUT"), "403 AccessDenied /keys/1", rule(5)),
    Attack("keys in the compact form under a grant with limits and one without", compact(f"{S3}/", "drop/a", "small/a", method="PUT"), "400 InvalidRequest /contentLength", rule(7), looked_up=True),
]  # fmt: skip
