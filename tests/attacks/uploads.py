"""Multipart uploads of other callers, and plans that a later request would change."""

from tests.attacks.attack import BUCKET, Attack, lend, start, upload, user
from tests.attacks.sources import POLARIS_SETTING, rule
from tests.attacks.world import A_FORMER_USERS, ANOTHERS, LIMITED, MINE

S3 = f"s3://{BUCKET}"
WRONG, NONE = "400 InvalidRequest", "404 NotFound"
BOB = user("Bob", "AIDA2EXAMPLEEXAMPLE2")

ATTACKS = [
    Attack("parts of somebody else's upload", upload(ANOTHERS, "parts"), NONE, rule(8)),
    Attack("to complete somebody else's upload", upload(ANOTHERS, "completion"), NONE, rule(8)),
    Attack("to abort somebody else's upload", upload(ANOTHERS, "abort"), NONE, rule(8)),
    Attack("an upload of a user that was deleted and made again", upload(A_FORMER_USERS, "parts"), NONE, rule(8)),
    Attack("an upload of one's own, whose grant has ended", upload(ANOTHERS, "parts", by=BOB), "403 AccessDenied ''", rule(2)),
    Attack("an upload that there is not", upload("z" * 16, "parts"), NONE, rule(8)),
    Attack("an upload by another kind of id", upload("upload#" + MINE, "parts"), NONE, rule(8)),
    Attack("an upload whose id is a path", upload(f"../{MINE}", "parts"), NONE, rule(8)),
    Attack("an upload whose id is a star", upload("*", "parts"), NONE, rule(3)),
    Attack("an upload whose id ends with a line feed", upload(f"{MINE}\n", "parts"), NONE, rule(8)),
    Attack("an upload whose id is in capitals", upload(MINE.upper(), "parts"), NONE, rule(8)),
    Attack("an upload without an id", upload("", "parts"), NONE, rule(8)),
    Attack("an upload whose id is too long for the table", upload("a" * 3000, "abort"), NONE, rule(8)),
    Attack("another key for parts of a plan", upload(MINE, "parts", target=f"{S3}/bobs/a"), f"{WRONG} /target", POLARIS_SETTING),
    Attack("another key for the end of a plan", upload(MINE, "completion", target=f"{S3}/bobs/a"), f"{WRONG} /target", POLARIS_SETTING),
    Attack("S3's own id for parts of a plan", upload(MINE, "parts", uploadId="another"), f"{WRONG} /uploadId", POLARIS_SETTING),
    Attack("another size for a plan", upload(MINE, "parts", size=10**12), f"{WRONG} /size", POLARIS_SETTING),
    Attack("larger parts for a plan", upload(MINE, "parts", partSize=10**9), f"{WRONG} /partSize", POLARIS_SETTING),
    Attack("more parts than were planned", upload(MINE, "parts", (2, 3)), f"{WRONG} /to", POLARIS_SETTING, looked_up=True),
    Attack("part zero", upload(MINE, "parts", (0, 1)), f"{WRONG} /from", rule(13)),
    Attack("parts backwards", upload(MINE, "parts", (2, 1)), f"{WRONG} /to", rule(13)),
    Attack("part 10,001", upload(MINE, "parts", (10001, 10001)), f"{WRONG} /from /to", rule(13)),
    Attack("checksums that were not planned", upload(MINE, "parts", checksums=["AAAAAA=="]), f"{WRONG} /checksums", POLARIS_SETTING, looked_up=True),
    Attack("a plan that is larger than its grant takes now", upload(LIMITED, "parts"), "403 AccessDenied", rule(7)),
    Attack("to complete a plan that is larger than its grant takes now", upload(LIMITED, "completion"), "403 AccessDenied", rule(7)),
    Attack("parts for a week", upload(MINE, "parts", expiresIn=604800), "400 DurationNotAllowed /expiresIn", rule(6), looked_up=True),
    Attack("a part of a copy", upload(MINE, "parts", copySource=f"/{BUCKET}/bobs/a"), f"{WRONG} /copySource", rule(5)),
    Attack("an ACL at the start", start(f"{S3}/drop/a", acl="public-read"), f"{WRONG} /acl", rule(5)),
    Attack("tags at the start", start(f"{S3}/drop/a", tagging="a=b"), f"{WRONG} /tagging", rule(5)),
    Attack("an upload where nothing was granted", start(f"{S3}/bobs/a"), "403 AccessDenied /target", rule(2)),
    Attack("an upload where reading was granted", start(f"{S3}/reports/a"), "403 AccessDenied /target", rule(5)),
    Attack("an upload to a prefix", start(f"{S3}/drop/*"), f"{WRONG} /target", rule(4)),
    Attack("an upload without a size, where there is a limit", start(f"{S3}/small/a", contentType="image/png"), f"{WRONG} /size", rule(7), looked_up=True),
    Attack("an upload with size and parts", start(f"{S3}/drop/a", size=10), f"{WRONG} ''", rule(13)),
    Attack("credentials to write, where there is a limit", lend(f"{S3}/small/a", "WRITE"), "403 PresignOnly", rule(7)),
    Attack("credentials to do both, where there is a limit", lend(f"{S3}/small/a", "READWRITE"), "403 PresignOnly", rule(7)),
    Attack("a storage class in parts", start(f"{S3}/drop/a", storageClass="GLACIER"), "400 InvalidRequest /storageClass", rule(13), looked_up=True),
    Attack("metadata in parts", start(f"{S3}/drop/a", metadata={"a": "b"}), "400 InvalidRequest /metadata", rule(13), looked_up=True),
    Attack("an ACL in parts", start(f"{S3}/drop/a", acl="public-read"), "400 InvalidRequest /acl", rule(5)),
    Attack("part one of one's own", upload(MINE, "parts"), "200", rule(2), (f"PUT {BUCKET}/drop/mine?partNumber=1&uploadId=an-s3-id",)),
    Attack("the end of one's own", upload(MINE, "completion"), "200", rule(2), (f"POST {BUCKET}/drop/mine?uploadId=an-s3-id",)),
    Attack("to abort one's own", upload(MINE, "abort"), "200", rule(2), (f"DELETE {BUCKET}/drop/mine?uploadId=an-s3-id",)),
]  # fmt: skip
