"""URLs and forms that would do more than was granted."""

from tests.attacks.attack import BUCKET, Attack, compact, url, urls
from tests.attacks.sources import ACL_IN_URL, COPY, EMPTY_STARTS_WITH, FORMS, UNITY_ACTIONS, rule

S3 = f"s3://{BUCKET}"
DROP, REPORT = f"{S3}/drop/a", f"{S3}/reports/a"
AT = "400 InvalidRequest /requests/0"
SIZES = "FORM content-length-range 0 5368709120"
BOUND = f"FORM eq $bucket {BUCKET}"


def key(text: str) -> dict[str, str]:
    return {"bucket": BUCKET, "key": text}


ATTACKS = [
    Attack("an ACL in a PUT", url("PUT", DROP, acl="public-read"), f"{AT}/acl", ACL_IN_URL),
    Attack("an ACL as a header", url("PUT", DROP, headers={"x-amz-acl": "public-read"}), f"{AT}/headers", ACL_IN_URL),
    Attack("an ACL as S3 calls it", url("PUT", DROP, **{"x-amz-acl": "public-read"}), f"{AT}/x-amz-acl", ACL_IN_URL),
    Attack("a grant of full control", url("PUT", DROP, grantFullControl="uri=http://acs.amazonaws.com/groups/global/AllUsers"), f"{AT}/grantFullControl", ACL_IN_URL),
    Attack("the subresource acl", url("PUT", DROP, query={"acl": ""}), f"{AT}/query", ACL_IN_URL),
    Attack("the subresource acl, behind the key", url("GET", f"{REPORT}?acl"), "200", UNITY_ACTIONS, (f"GET {BUCKET}/reports/a%3Facl",)),
    Attack("the subresource policy, behind the bucket", url("GET", f"s3://{BUCKET}?policy/a"), f"{AT}/target", rule(4)),
    Attack("tags in a PUT", url("PUT", DROP, tagging="a=b"), f"{AT}/tagging", rule(5)),
    Attack("tags in a form", url("POST", DROP, tagging="a=b"), f"{AT}/tagging", rule(5)),
    Attack("an ACL in a form", url("POST", DROP, acl="public-read"), f"{AT}/acl", rule(5)),
    Attack("fields of the caller's choice in a form", url("POST", DROP, fields={"acl": "public-read"}), f"{AT}/fields", FORMS),
    Attack("conditions of the caller's choice in a form", url("POST", DROP, conditions=[["starts-with", "$key", ""]]), f"{AT}/conditions", EMPTY_STARTS_WITH),
    Attack("a redirect in a form", url("POST", DROP, successActionRedirect="https://example.com"), f"{AT}/successActionRedirect", FORMS),
    Attack("metadata in a PUT", url("PUT", DROP, metadata={"a": "b"}), f"{AT}/metadata", rule(13)),
    Attack("a redirect of a website in a PUT", url("PUT", DROP, websiteRedirectLocation="https://example.com"), f"{AT}/websiteRedirectLocation", rule(13)),
    Attack("a storage class in a PUT", url("PUT", DROP, storageClass="GLACIER"), f"{AT}/storageClass", rule(13)),
    Attack("retention in a PUT", url("PUT", DROP, objectLockMode="COMPLIANCE"), f"{AT}/objectLockMode", rule(13)),
    Attack("a copy from another prefix", url("PUT", DROP, copySource=f"/{BUCKET}/bobs/a"), f"{AT}/copySource", COPY),
    Attack("a copy as a header", url("PUT", DROP, headers={"x-amz-copy-source": f"/{BUCKET}/bobs/a"}), f"{AT}/headers", COPY),
    Attack("a copy in the compact form", compact(f"{S3}/drop/", "a", method="PUT", copySource=f"/{BUCKET}/bobs/a"), "400 InvalidRequest /copySource", COPY),
    Attack("the method COPY", url("COPY", DROP), f"{AT}/method", COPY),
    Attack("the method in lower case", url("get", REPORT), f"{AT}/method", rule(13)),
    Attack("the method with a line feed", url("GET\n", REPORT), f"{AT}/method", rule(13)),
    Attack("the method OPTIONS", url("OPTIONS", REPORT), f"{AT}/method", rule(13)),
    Attack("POST in the compact form, which has no policy", compact(f"{S3}/drop/", "a", method="POST"), "400 InvalidRequest /method", FORMS),
    Attack("DELETE with a grant to read", url("DELETE", REPORT), "403 AccessDenied /requests/0/target", rule(5)),
    Attack("PUT with a grant to read", url("PUT", REPORT), "403 AccessDenied /requests/0/target", rule(5)),
    Attack("a form with a grant to read", url("POST", REPORT), "403 AccessDenied /requests/0/target", rule(5)),
    Attack("HEAD with a grant to write", url("HEAD", DROP), "403 AccessDenied /requests/0/target", rule(5)),
    Attack("PUT among many GET", urls(*[f"GET {REPORT}"] * 20, f"PUT {REPORT}"), "403 AccessDenied /requests/20/target", rule(5)),
    Attack("a version, where versions are not granted", url("GET", REPORT, versionId="abc"), "403 AccessDenied /requests/0/versionId", rule(5)),
    Attack("a version that brings a parameter", url("GET", REPORT, versionId="a&acl"), f"{AT}/versionId", rule(13)),
    Attack("a version to delete", url("DELETE", DROP, versionId="abc"), f"{AT}/versionId", rule(5)),
    Attack("a checksum's mode with a header behind it", url("GET", REPORT, checksumMode="ENABLED\r\nx-amz-acl: public-read"), f"{AT}/checksumMode", rule(13)),
    Attack("a checksum's mode that S3 does not have", url("HEAD", REPORT, checksumMode="enabled"), f"{AT}/checksumMode", rule(13)),
    Attack("a checksum's mode to write", url("PUT", DROP, checksumMode="ENABLED"), f"{AT}/checksumMode", rule(13)),
    Attack("a checksum's mode to delete, in the compact form", compact(f"{S3}/drop/", "a", method="DELETE", checksumMode="ENABLED"), "400 InvalidRequest /checksumMode", rule(13)),
    Attack("a part to write over", url("PUT", DROP, partNumber=1), f"{AT}/partNumber", rule(5)),
    Attack("a part and an upload", url("GET", REPORT, partNumber=1, uploadId="x"), f"{AT}/uploadId", rule(5)),
    Attack("a part that brings a parameter", url("GET", REPORT, partNumber="1&acl"), f"{AT}/partNumber", rule(13)),
    Attack("a part of an object that is not granted", url("HEAD", f"{S3}/bobs/a", partNumber=1, checksumMode="ENABLED"), "403 AccessDenied /requests/0/target", rule(5)),
    Attack("a part of one's own, and its checksum", url("HEAD", REPORT, partNumber=1, checksumMode="ENABLED"), "200", rule(2), (f"HEAD {BUCKET}/reports/a?partNumber=1",)),
    Attack("content that a browser runs", url("GET", REPORT, responseContentType="text/html"), "403 AccessDenied /requests/0/responseContentType", rule(13)),
    Attack("content that a browser runs, in capitals", url("GET", REPORT, responseContentType="TEXT/HTML; charset=utf-8"), "403 AccessDenied /requests/0/responseContentType", rule(13)),
    Attack("a picture that a browser runs", url("GET", REPORT, responseContentType="image/svg+xml"), "403 AccessDenied /requests/0/responseContentType", rule(13)),
    Attack("a content type with a header behind it", url("GET", REPORT, responseContentType="text/csv\r\nSet-Cookie: a=b"), f"{AT}/responseContentType", rule(13)),
    Attack("a disposition with a header behind it", url("GET", REPORT, responseContentDisposition="inline\r\nSet-Cookie: a=b"), f"{AT}/responseContentDisposition", rule(13)),
    Attack("a header of the answer that is not ours to set", url("GET", REPORT, responseCacheControl="public"), f"{AT}/responseCacheControl", rule(13)),
    Attack("a form without a key: below its prefix alone", url("POST", f"{S3}/drop/x/*"), "200", EMPTY_STARTS_WITH, (BOUND, "FORM starts-with $key drop/x/", SIZES)),
    Attack("a form for the whole bucket", url("POST", f"{S3}/*"), "403 AccessDenied /requests/0/target", EMPTY_STARTS_WITH),
    Attack("a form for one key is bound to it", url("POST", DROP), "200", FORMS, (BOUND, "FORM eq $key drop/a", SIZES)),
    Attack("a form whose key the file would name", url("POST", f"{S3}/drop/${{filename}}"), f"{AT}/target", FORMS, looked_up=True),
    Attack("a form whose prefix the file would name", url("POST", {"bucket": BUCKET, "prefix": "drop/${filename}/"}), f"{AT}/target", FORMS, looked_up=True),
    Attack("a form whose key spells a field", url("POST", f"{S3}/drop/$key"), "200", FORMS, (BOUND, "FORM eq $key drop/$key", SIZES)),
    Attack("a form whose key would end its condition", url("POST", key('drop/"],["starts-with","$key","')), "200", FORMS, (BOUND, 'FORM eq $key drop/"],["starts-with","$key","', SIZES)),
    Attack("a form of more bytes than S3 takes", url("POST", DROP, contentLengthRange=[0, 5 * 1024**3 + 1]), f"{AT}/contentLengthRange", rule(7)),
    Attack("a form of a negative length", url("POST", DROP, contentLengthRange=[-1, 10]), f"{AT}/contentLengthRange", rule(13)),
    Attack("a form of lengths that are no numbers", url("POST", DROP, contentLengthRange=[0, True]), f"{AT}/contentLengthRange", rule(13)),
    Attack("a form that is wider than its grant", url("POST", f"{S3}/small/a", contentType="image/png", contentLengthRange=[0, 11]), f"{AT}/contentLengthRange", rule(7), looked_up=True),
    Attack("a form that says no length has its grant's", url("POST", f"{S3}/small/a", contentType="image/png"), "200", rule(7), (BOUND, "FORM eq $key small/a", "FORM eq $Content-Type image/png", "FORM content-length-range 0 10")),
    Attack("an upload that says no length, where there is a limit", url("PUT", f"{S3}/small/a", contentType="image/png"), f"{AT}/contentLength", rule(7), looked_up=True),
    Attack("an upload that is a byte too long", url("PUT", f"{S3}/small/a", contentType="image/png", contentLength=11), f"{AT}/contentLength", rule(7), looked_up=True),
    Attack("an upload of another type", url("PUT", f"{S3}/small/a", contentType="text/html", contentLength=1), f"{AT}/contentType", rule(7), looked_up=True),
    Attack("an upload of two types", url("PUT", f"{S3}/small/a", contentType="image/png, text/html", contentLength=1), f"{AT}/contentType", rule(7)),
    Attack("uploads without their length in the compact form", compact(f"{S3}/small/", "a", method="PUT", contentType="image/png"), "400 InvalidRequest /contentLength", rule(7), looked_up=True),
    Attack("a form in the format that there is not", compact(f"{S3}/reports/", "a", format="short"), "400 InvalidRequest /format", rule(13)),
    Attack("both forms of a request at once", compact(f"{S3}/reports/", "a", requests=[]), "400 InvalidRequest /requests", rule(13)),
    Attack("a target in the compact form", compact(f"{S3}/reports/", "a", target=f"{S3}/bobs/a"), "400 InvalidRequest /target", rule(13)),
]  # fmt: skip
