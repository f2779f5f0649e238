"""Invalid bucket names, and names that lead elsewhere."""

from tests.attacks.attack import BUCKET, Attack, change, compact, lend, urls
from tests.attacks.sources import BUCKET_NAMES, rule
from tests.attacks.world import PARTNER
from tests.support.make import ACCOUNT

WRONG = "400 InvalidRequest /target"
POINT = f"arn:aws:s3:ap-northeast-1:{ACCOUNT}:accesspoint/mine"


def of(bucket: object) -> dict[str, object]:
    return {"bucket": bucket, "key": "reports/a"}


ATTACKS = [
    Attack("the ARN of an access point", lend(of(POINT)), WRONG, BUCKET_NAMES),
    Attack("the ARN of an access point as text", lend(f"s3://{POINT}/reports/a"), WRONG, BUCKET_NAMES),
    Attack("the ARN of an access point on Outposts", lend(of(f"arn:aws:s3-outposts:ap-northeast-1:{ACCOUNT}:outpost/op-1/accesspoint/mine")), WRONG, BUCKET_NAMES),
    Attack("the ARN of an Object Lambda access point", lend(of(f"arn:aws:s3-object-lambda:ap-northeast-1:{ACCOUNT}:accesspoint/mine")), WRONG, BUCKET_NAMES),
    Attack("the ARN of a bucket", lend(of(f"arn:aws:s3:::{BUCKET}")), WRONG, BUCKET_NAMES),
    Attack("the alias of an access point", lend(of("mine-abcdefghijklmnopqrstuvwxyz12-s3alias")), WRONG, BUCKET_NAMES),
    Attack("the alias of an Object Lambda access point", lend(of("mine-abcdefghijklmnopqrstuv--ol-s3")), WRONG, BUCKET_NAMES),
    Attack("the alias of a multi-region access point", lend(of("mabcdefghijklm.mrap")), WRONG, BUCKET_NAMES),
    Attack("a directory bucket", lend(of("mine--apne1-az1--x-s3")), WRONG, BUCKET_NAMES),
    Attack("a table bucket", lend(of("mine--table-s3")), WRONG, BUCKET_NAMES),
    Attack("a name that international domains have", lend(of("xn--mine")), WRONG, BUCKET_NAMES),
    Attack("a name that S3 keeps for itself", lend(of("sthree-configurator")), WRONG, BUCKET_NAMES),
    Attack("the bucket in capitals", lend(of("Hogehoge-Bucket")), WRONG, BUCKET_NAMES),
    Attack("an underscore", lend(of("hogehoge_bucket")), WRONG, BUCKET_NAMES),
    Attack("two dots", lend(of("hogehoge..bucket")), WRONG, BUCKET_NAMES),
    Attack("a dot at the end, as a host name may have", lend(of(f"{BUCKET}.")), WRONG, BUCKET_NAMES),
    Attack("a dot and a hyphen", lend(of("hogehoge.-bucket")), WRONG, BUCKET_NAMES),
    Attack("an address", lend(of("192.168.5.4")), WRONG, BUCKET_NAMES),
    Attack("64 characters", lend(of("x" * 64)), WRONG, BUCKET_NAMES),
    Attack("two characters", lend(of("xy")), WRONG, BUCKET_NAMES),
    Attack("a host behind the bucket", lend(of(f"{BUCKET}.example.com/")), WRONG, rule(4)),
    Attack("an at sign, behind which the host stands", lend(of(f"{BUCKET}@example.com")), WRONG, rule(4)),
    Attack("a port", lend(of(f"{BUCKET}:443")), WRONG, rule(4)),
    Attack("a slash in the bucket's member", lend(of(f"{BUCKET}/reports")), WRONG, rule(4)),
    Attack("a line feed at the end, which $ does not see", lend(of(f"{BUCKET}\n")), WRONG, rule(4)),
    Attack("a star for the bucket", lend(of("*")), WRONG, rule(3)),
    Attack("a star in the bucket", lend(of("hogehoge-*")), WRONG, rule(3)),
    Attack("a variable for the bucket", lend(of("${aws:username}")), WRONG, rule(3)),
    Attack("an empty bucket", lend("s3:///reports/a"), WRONG, rule(4)),
    Attack("up and over for the bucket", lend("s3://../bobs/a"), WRONG, rule(4)),
    Attack("full-width digits in the bucket", lend(of("bucket-１２３")), WRONG, BUCKET_NAMES),
    Attack("a letter that becomes two in lower case", lend(of("İstanbul")), WRONG, BUCKET_NAMES),
    Attack("an encoded slash between bucket and key", lend(f"s3://{BUCKET}%2Freports/a"), WRONG, rule(4)),
    Attack("a backslash between bucket and key", lend(f"s3://{BUCKET}\\reports/a"), WRONG, rule(4)),
    Attack("a bucket that a grant does not name", lend("s3://hogehoge-bucket2/reports/a"), "403 AccessDenied /target", rule(2)),
    Attack("a bucket that was granted and never registered", lend("s3://unregistered-bucket/a"), "403 AccessDenied", rule(2)),
    Attack("two buckets in one request", lend(None, targets=[f"s3://{BUCKET}/reports/a", "s3://partner-bucket/shared/a"]), "200", rule(2), (f"READ {BUCKET}/reports/a of {ACCOUNT}", f"READ partner-bucket/shared/a of {PARTNER}")),
    Attack("two buckets in one batch", urls(f"GET s3://{BUCKET}/reports/a", "GET s3://partner-bucket/shared/a"), "200", rule(2), (f"GET {BUCKET}/reports/a", "GET partner-bucket/shared/a")),
    Attack("an access point in the compact form", compact(f"s3://{POINT}/", "a"), "400 InvalidRequest /prefix", BUCKET_NAMES),
    Attack("a location that is an access point", change(locations=[{"scope": f"s3://{POINT}/*", "region": "ap-northeast-1"}]), "400 InvalidRequest /locations/0/scope", BUCKET_NAMES),
    Attack("a location that is every bucket", change(locations=[{"scope": "s3://*/*", "region": "ap-northeast-1"}]), "400 InvalidRequest /locations/0/scope", rule(3)),
    Attack("a grant for every bucket", change(grants=[{"id": "x", "grantee": {"iam": ACCOUNT}, "scope": "s3://*/*", "permission": "READ"}]), "400 InvalidRequest /grants/0/scope", rule(3)),
    Attack("a grant whose bucket is a variable", change(grants=[{"id": "x", "grantee": {"iam": ACCOUNT}, "scope": "s3://${caller.name}/*", "permission": "READ"}]), "400 InvalidRequest /grants/0/scope", rule(3)),
]  # fmt: skip
