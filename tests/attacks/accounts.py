"""The confused deputy: buckets, KMS keys and roles of another account."""

from tests.attacks.attack import BUCKET, Attack, change, lend, start, url
from tests.attacks.sources import BUCKET_SQUATTING, DEPUTY, POLARIS_SETTING, rule
from tests.attacks.world import KMS_KEY, PARTNER
from tests.support.make import ACCOUNT

SHARED = "s3://partner-bucket/shared"
ELSEWHERE = f"arn:aws:kms:ap-northeast-1:{PARTNER}:key/0a1b2c3d"


def location(**members: object) -> dict[str, object]:
    return {"scope": f"s3://{BUCKET}/*", "region": "ap-northeast-1"} | members


ATTACKS = [
    Attack("a bucket of our own that was deleted, and that somebody else has made anew", lend(f"s3://{BUCKET}/reports/a"), "200", BUCKET_SQUATTING, (f"READ {BUCKET}/reports/a of {ACCOUNT}",)),
    Attack("a partner's bucket, which is bound to the partner's account", lend(f"{SHARED}/a"), "200", DEPUTY, (f"READ partner-bucket/shared/a of {PARTNER}",)),
    Attack("more of the partner's bucket than was granted", lend("s3://partner-bucket/*"), "403 AccessDenied /target", DEPUTY),
    Attack("an owner that is somebody else", url("PUT", f"{SHARED}/a", expectedBucketOwner=ACCOUNT), "400 InvalidRequest /requests/0/expectedBucketOwner", DEPUTY, looked_up=True),
    Attack("an owner that is a name", url("PUT", f"{SHARED}/a", expectedBucketOwner="partner"), "400 InvalidRequest /requests/0/expectedBucketOwner", DEPUTY),
    Attack("an owner in digits of another script", url("PUT", f"{SHARED}/a", expectedBucketOwner="٢١٠٩٨٧٦٥٤٣٢١"), "400 InvalidRequest /requests/0/expectedBucketOwner", rule(13)),
    Attack("an upload to an owner that is somebody else", start(f"{SHARED}/a", expectedBucketOwner=ACCOUNT), "400 InvalidRequest /expectedBucketOwner", DEPUTY, looked_up=True),
    Attack("a key of another account to encrypt with", url("PUT", f"{SHARED}/a", kmsKey=ELSEWHERE), "400 InvalidRequest /requests/0/kmsKey", DEPUTY, looked_up=True),
    Attack("the key of another location to encrypt with", url("PUT", f"s3://{BUCKET}/drop/a", kmsKey=KMS_KEY), "400 InvalidRequest /requests/0/kmsKey", DEPUTY, looked_up=True),
    Attack("the alias of a key, which may be pointed elsewhere", url("PUT", f"s3://{BUCKET}/drop/a", kmsKey=f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:alias/mine"), "400 InvalidRequest /requests/0/kmsKey", DEPUTY),
    Attack("an encrypted bucket: the key through S3 alone", lend("s3://sealed-bucket/a"), "200", rule(5), (f"READ sealed-bucket/a of {ACCOUNT}", f"DECRYPT {KMS_KEY} via s3.ap-northeast-1.amazonaws.com")),
    Attack("a role of the caller's choice", lend(f"s3://{BUCKET}/reports/a", role="arn:aws:iam::123456789012:role/Admin"), "400 InvalidRequest /role", DEPUTY),
    Attack("a policy of the caller's choice", lend(f"s3://{BUCKET}/reports/a", policy="{}"), "400 InvalidRequest /policy", rule(2)),
    Attack("an external id of the caller's choice", lend(f"s3://{BUCKET}/reports/a", externalId="x"), "400 InvalidRequest /externalId", DEPUTY),
    Attack("session tags of the caller's choice", lend(f"s3://{BUCKET}/reports/a", tags=[{"Key": "a", "Value": "b"}]), "400 InvalidRequest /tags", rule(14)),
    Attack("an endpoint of the caller's choice", url("GET", f"s3://{BUCKET}/reports/a", endpoint="https://example.com"), "400 InvalidRequest /requests/0/endpoint", DEPUTY),
    Attack("a region of the caller's choice", lend(f"s3://{BUCKET}/reports/a", region="us-east-1"), "400 InvalidRequest /region", rule(13)),
    Attack("a location whose account is a pattern", change(locations=[location(account="*")]), "400 InvalidRequest /locations/0/account", DEPUTY),
    Attack("a location whose account is a number", change(locations=[location(account=123456789012)]), "400 InvalidRequest /locations/0/account", rule(13)),
    Attack("a location whose region leads to another host", change(locations=[location(region="ap-northeast-1.example.com")]), "400 InvalidRequest /locations/0/region", POLARIS_SETTING),
    Attack("a location with an endpoint", change(locations=[location(endpoint="https://example.com")]), "400 InvalidRequest /locations/0/endpoint", POLARIS_SETTING),
    Attack("a location whose key is a pattern", change(locations=[location(kmsKey=f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/*")]), "400 InvalidRequest /locations/0/kmsKey", DEPUTY),
    Attack("a location that is half a bucket", change(locations=[location(scope=f"s3://{BUCKET}/reports/*")]), "400 InvalidRequest /locations/0/scope", POLARIS_SETTING),
]  # fmt: skip
