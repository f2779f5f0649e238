"""Prefixes without a trailing slash, and characters that look like wildcards."""

from tests.attacks.attack import BUCKET, Attack, compact, lend, subject, url, urls
from tests.attacks.sources import (
    HAWK,
    HAWK_IDS,
    ICEBERG,
    POLARIS,
    POLARIS_LOCATION,
    SEAWEEDFS,
    UNITY,
    VARIABLES,
    rule,
)
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
REFUSED, WRONG = "403 AccessDenied /target", "400 InvalidRequest /target"
OF = f"of {ACCOUNT}"


def key(text: str) -> dict[str, str]:
    return {"bucket": BUCKET, "key": text}


def below(text: str) -> dict[str, str]:
    return {"bucket": BUCKET, "prefix": text}


ATTACKS = [
    Attack("a sibling that begins alike", lend(f"{S3}/reports-private/secret.csv"), REFUSED, ICEBERG),
    Attack("a sibling prefix that begins alike", lend(f"{S3}/reports-private/*"), REFUSED, ICEBERG),
    Attack("the granted prefix without its slash, as a key", lend(f"{S3}/reports"), REFUSED, rule(4)),
    Attack("the granted prefix with a star for its slash", lend(f"{S3}/reports*"), WRONG, HAWK),
    Attack("half of a name and a star", lend(f"{S3}/reports/20*"), WRONG, HAWK),
    Attack("two stars at the end", lend(f"{S3}/reports/**"), WRONG, HAWK),
    Attack("the parent of what was granted", lend(f"{S3}/home/*"), REFUSED, rule(2)),
    Attack("the whole bucket", lend(f"{S3}/*"), REFUSED, SEAWEEDFS),
    Attack("the whole bucket by an empty prefix", lend(below("")), REFUSED, SEAWEEDFS),
    Attack("a prefix that is one slash", lend(below("/")), REFUSED, SEAWEEDFS),
    Attack("a bucket and nothing after it", lend(S3), WRONG, SEAWEEDFS),
    Attack("a bucket and a slash", lend(f"{S3}/"), WRONG, SEAWEEDFS),
    Attack("a prefix that does not end at a slash", lend(below("reports")), WRONG, ICEBERG),
    Attack("a star in the middle, where a table's name stands", lend(f"{S3}/tables/*/data/*"), REFUSED, POLARIS),
    Attack("the table named *.*", lend(f"{S3}/*.*/*"), REFUSED, POLARIS),
    Attack("the table named f*.t1", lend(f"{S3}/f*.t1/data.parquet"), REFUSED, POLARIS),
    Attack("the table named foo.*", lend(key("foo.*")), REFUSED, POLARIS),
    Attack("a location of the attacker's choice beside the right one", lend(None, targets=[f"{S3}/reports/a", f"{S3}/bobs/a"]), "403 AccessDenied /targets/1", POLARIS_LOCATION),
    Attack("a location that is checked after the credentials are made", lend(f"{S3}/bobs/a", durationSeconds=900), REFUSED, POLARIS_LOCATION),
    Attack("a key that is a star", lend(key("reports/*")), "200", UNITY, (f"READ {BUCKET}/reports/${{*}} {OF}",)),
    Attack("a prefix that is a star", lend(below("reports/*/")), "200", UNITY, (f"READ {BUCKET}/reports/${{*}}/* {OF}", f"LIST {BUCKET}/reports/${{*}}/* {OF}")),
    Attack("a key of question marks", lend(f"{S3}/reports/????.csv"), "200", UNITY, (f"READ {BUCKET}/reports/{'${?}' * 4}.csv {OF}",)),
    Attack("a key that spells an escape", lend(key("reports/${*}")), "200", UNITY, (f"READ {BUCKET}/reports/${{$}}{{${{*}}}} {OF}",)),
    Attack("a key that spells an escaped dollar", lend(key("reports/${$}{*}")), "200", UNITY, (f"READ {BUCKET}/reports/${{$}}{{${{$}}}}{{${{*}}}} {OF}",)),
    Attack("a key that spells a policy variable", lend(f"{S3}/reports/${{aws:username}}"), "200", VARIABLES, (f"READ {BUCKET}/reports/${{$}}{{aws:username}} {OF}",)),
    Attack("a key that spells a variable with a default", lend(key("reports/${aws:PrincipalTag/t, '*'}")), "200", VARIABLES, (f"READ {BUCKET}/reports/${{$}}{{aws:PrincipalTag/t, '${{*}}'}} {OF}",)),
    Attack("a granted prefix with a star in its name, asked for as it stands", lend(below("reports*/")), "200", POLARIS, (f"READ {BUCKET}/reports${{*}}/* {OF}", f"LIST {BUCKET}/reports${{*}}/* {OF}")),
    Attack("what that prefix would open if its star were one", lend(f"{S3}/reports-private/*", "READ", privilege="Default"), REFUSED, POLARIS),
    Attack("the grant's whole scope, where its name has a star", lend(key("reports*/a"), privilege="Default"), "200", POLARIS, (f"READ {BUCKET}/reports${{*}}/* {OF}", f"LIST {BUCKET}/reports${{*}}/* {OF}")),
    Attack("a granted prefix of a dollar and a question mark", lend(f"{S3}/$a?b/c"), "200", UNITY, (f"READ {BUCKET}/${{$}}a${{?}}b/c {OF}",)),
    Attack("what that question mark would stand for", lend(f"{S3}/$axb/c"), REFUSED, UNITY),
    Attack("more than a key that was granted alone", lend(f"{S3}/one.csv/*"), REFUSED, rule(2)),
    Attack("a key that begins with the one that was granted", lend(f"{S3}/one.csv.bak"), REFUSED, rule(2)),
    Attack("the scope of a grant for one key, with Default", lend(f"{S3}/one.csv", privilege="Default"), "200", rule(5), (f"READ {BUCKET}/one.csv {OF}",)),
    Attack("one target that covers another, so that it might be widened", lend(None, targets=[f"{S3}/reports/a", f"{S3}/reports/*"]), "200", rule(2), (f"READ {BUCKET}/reports/* {OF}", f"LIST {BUCKET}/reports/* {OF}")),
    Attack("many targets whose policy does not fit", lend(None, targets=[f"{S3}/reports/{n}{'x' * 200}" for n in range(20)]), "400 PolicyTooLarge /targets", rule(2)),
    Attack("one target whose policy does not fit, since it is escaped", lend(key(f"reports/{'*' * 900}")), "400 PolicyTooLarge /target", rule(2)),
    Attack("one target whose policy does not fit, in characters that STS does not take", lend(f"{S3}/reports/{'界' * 330}"), "400 PolicyTooLarge /target", rule(2)),
    Attack("ids joined with a separator", lend(f"{S3}/reports/a,{S3}/bobs/*"), "200", HAWK_IDS, (f"READ {BUCKET}/reports/a,{S3}/bobs/* {OF}", f"LIST {BUCKET}/reports/a,{S3}/bobs/* {OF}")),
    Attack("more ids than are looked at", lend(None, targets=[f"{S3}/reports/{n}" for n in range(21)]), "400 InvalidRequest /targets", HAWK_IDS),
    Attack("a quotation mark that would end the resource", lend(f'{S3}/reports/","arn:aws:s3:::*'), "400 InvalidRequest /target", rule(2)),
    Attack("a quotation mark in a key that is text", lend(key('reports/","arn:aws:s3:::*')), "200", rule(2), (f'READ {BUCKET}/reports/","arn:aws:s3:::${{*}} {OF}',)),
    Attack("a URL for a star", url("GET", key("reports/*")), "200", UNITY, (f"GET {BUCKET}/reports/%2A",)),
    Attack("a URL for a prefix", urls(f"GET {S3}/reports/*"), "400 InvalidRequest /requests/0/target", rule(4)),
    Attack("one URL of another prefix among many", urls(*[f"GET {S3}/reports/{n}" for n in range(99)], f"GET {S3}/bobs/a"), "403 AccessDenied /requests/99/target", rule(2)),
    Attack("a compact prefix above the granted one", compact(f"{S3}/", "reports/a", "bobs/a"), "403 AccessDenied /keys/1", rule(2)),
    Attack("a compact prefix without its slash", compact(f"{S3}/reports", "-private/secret.csv"), "400 InvalidRequest /prefix", ICEBERG),
    Attack("a compact prefix with a star", compact(f"{S3}/reports/*", "a"), "400 InvalidRequest /prefix", POLARIS),
    Attack("a tenant named *", lend(f"{S3}/tenants/acme/*", by=subject("x", groups="tenants", tenant="*")), REFUSED, POLARIS),
]  # fmt: skip
