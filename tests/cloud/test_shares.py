"""Links for real: made, opened, taken back, revoked, used up; by a plain HTTP client."""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
import urllib3

from local.cloud.client import Answer, Call, Credentials
from tests.cloud.conftest import Apply, NewCaller

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "hogehoge-bucket"
CONTENT = b"month,total\n2026-01,42\n"
ARN = "arn:aws:iam::123456789012:user/Sharer"
GRANT = {
    "id": "shared",
    "grantee": {"iam": ARN},
    "scope": f"s3://{BUCKET}/shared/*",
    "permission": "READWRITE",
    "sharing": True,
}
UNSHARED = GRANT | {"id": "unshared", "scope": f"s3://{BUCKET}/unshared/*", "sharing": False}
FORM = "application/x-www-form-urlencoded"

type Opened = urllib3.BaseHTTPResponse
type Make = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def sharer(apply: Apply, new_user: NewCaller, s3: "S3Client") -> Credentials:
    """Somebody who may share what is below ``shared/``."""
    credentials = new_user("Sharer")
    apply({"version": 1, "grants": [GRANT, UNSHARED]})
    for name in ("a.csv", "folder/b.csv", "folder/c d&é.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"shared/{name}", Body=CONTENT)
    return credentials


@pytest.fixture(scope="module")
def make(call: Call, sharer: Credentials) -> Make:
    """`make(target=…, …)`: a share, with its link."""

    def made(target: str = "a.csv", **members: object) -> dict[str, Any]:
        body = {
            "target": f"s3://{BUCKET}/shared/{target}",
            "kind": "download",
            "expiresIn": "7d",
        } | members
        answer = call("POST", "/iam/shares", body, sharer)
        assert answer.status == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    return made


@pytest.fixture(scope="module")
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(num_pools=4, maxsize=50) as pool:
        yield pool


@pytest.fixture(scope="module")
def get(http: urllib3.PoolManager) -> Callable[..., Opened]:
    return lambda url, **headers: http.request("GET", url, headers=headers, redirect=False)


@pytest.fixture(scope="module")
def post(http: urllib3.PoolManager) -> Callable[..., Opened]:
    """`post(url, do="download", …)`: as a form of a page does."""

    def posted(url: str, do: str = "download", **fields: str) -> Opened:
        headers = {"Content-Type": FORM} | (
            {"X-Forwarded-For": fields.pop("address")} if "address" in fields else {}
        )
        body = urlencode({"do": do} | fields)
        return http.request("POST", url, body=body, headers=headers, redirect=False)

    return posted


@pytest.fixture(scope="module")
def ask(http: urllib3.PoolManager) -> Callable[..., Any]:
    """`ask(url, do="put", …)`: as the script of a page does."""

    def asked(url: str, **members: object) -> Any:
        headers = {"Content-Type": "application/json"}
        answer = http.request("POST", url, body=json.dumps(members), headers=headers)
        return answer.status, json.loads(answer.data)

    return asked


def hidden(page: Opened, name: str) -> str:
    """The value of a hidden field of a page."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page.data.decode())
    assert match, page.data
    return match[1]


def test_a_link_gives_the_same_bytes_until_it_is_taken_back(
    call: Call, sharer: Credentials, make: Make, get: Any, post: Any
) -> None:
    share = make(label="The <b>numbers</b>", **{"from": "Ann"})
    page = get(share["url"])
    assert page.status == 200
    assert "The &lt;b&gt;numbers&lt;/b&gt;" in page.data.decode()
    given = post(share["url"])
    assert given.status == 303
    found = get(given.headers["Location"])
    assert (found.status, found.data) == (200, CONTENT)
    assert found.headers["Content-Disposition"].startswith('attachment; filename="a.csv"')
    read = call("GET", f"/iam/shares/{share['id']}", None, sharer).json
    assert (read["state"], read["uses"]) == ("live", 1)
    gone = call("DELETE", f"/iam/shares/{share['id']}", None, sharer)
    assert (gone.status, gone.json["state"]) == (200, "takenBack")
    assert get(share["url"]).status == post(share["url"]).status == 410
    listed = call("GET", "/iam/shares", None, sharer).json["shares"]
    assert share["id"] in [one["id"] for one in listed]


@pytest.mark.invariant(10)
def test_no_answer_of_a_link_names_its_token_or_says_where_it_came_from(
    make: Make, get: Any, post: Any
) -> None:
    share = make()
    token = share["url"].rpartition("/")[2]
    for answer in (get(share["url"]), post(share["url"]), post(share["url"], "nothing")):
        assert token not in answer.data.decode()
        assert token not in str(answer.headers)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    unknown = get(share["url"][:-1] + ("a" if share["url"][-1] != "a" else "b"))
    assert unknown.status == 404
    assert unknown.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_a_link_is_only_looked_at_and_posted_to(
    make: Make, http: Any, call: Call, sharer: Credentials, method: str
) -> None:
    share = make(maxUses=1)
    answer = http.request(method, share["url"], redirect=False)
    assert answer.status in (403, 404, 405)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert call("GET", f"/iam/shares/{share['id']}", None, sharer).json["uses"] == 0


def test_a_body_that_no_page_of_ours_sends_is_refused_and_uses_nothing_up(
    make: Make, http: Any, call: Call, sharer: Credentials
) -> None:
    share = make(maxUses=1)
    for kind, body, status in (
        (FORM, b"do=download&x=" + b"a" * 70_000, 413),
        (FORM, b"do=download&do=download", 400),
        (FORM, b"do=%ff", 400),
        (FORM, b"\xff\xfe\x00", 400),
        ("application/json", b'{"do":"put"' + b" " * 70_000 + b"}", 413),
        ("application/json", b"[" * 5000, 400),
        ("multipart/form-data; boundary=a", b"--a--", 400),
        ("text/plain", b"do=download", 400),
    ):
        answer = http.request("POST", share["url"], body=body, headers={"Content-Type": kind})
        assert answer.status == status, (kind, body[:20], answer.data)
    assert call("GET", f"/iam/shares/{share['id']}", None, sharer).json["uses"] == 0


def test_two_hundred_opens_of_a_link_for_one_give_one_file(
    make: Make, post: Any, call: Call, sharer: Credentials
) -> None:
    share = make(maxUses=1)
    with ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(lambda _: post(share["url"]).status, range(200)))
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 410, 429, 503}, "the rest is refused, or did not get through"
    read = call("GET", f"/iam/shares/{share['id']}", None, sharer).json
    assert (read["uses"], read["left"], read["state"]) == (1, 0, "usedUp")


def test_a_password_is_asked_for_before_anything_is_shown(make: Make, get: Any, post: Any) -> None:
    share = make(password="a long secret", label="Secret label")
    page = get(share["url"])
    assert page.status == 200
    for text in ("Secret label", BUCKET, "a.csv"):
        assert text not in page.data.decode() + str(page.headers)
    assert post(share["url"]).status == 403
    wrong = post(share["url"], "password", password="a wrong one", address="198.51.100.7")
    assert wrong.status == 403
    right = post(share["url"], "password", password="a long secret", address="198.51.100.7")
    assert right.status == 200
    assert "Secret label" in right.data.decode()
    given = post(share["url"], ticket=hidden(right, "ticket"))
    assert given.status == 303
    assert get(given.headers["Location"]).data == CONTENT


def test_a_password_can_be_tried_five_times_from_an_address(make: Make, post: Any) -> None:
    share = make(password="a long secret")
    for _ in range(5):
        tried = post(share["url"], "password", password="x", address="198.51.100.8")
        assert tried.status == 403
    sixth = post(share["url"], "password", password="a long secret", address="198.51.100.8")
    assert sixth.status == 429
    assert 0 < int(sixth.headers["Retry-After"]) <= 900
    other = post(share["url"], "password", password="a long secret", address="198.51.100.10")
    assert other.status == 200


def test_a_folder_is_listed_and_each_file_is_one_use(
    make: Make, get: Any, post: Any, call: Call, sharer: Credentials
) -> None:
    share = make("folder/*", maxUses=2)
    assert "c d" not in get(share["url"]).data.decode()
    listed = post(share["url"], "list")
    assert listed.status == 200
    assert "c d&amp;é.csv" in listed.data.decode()
    for name in ("b.csv", "c d&é.csv"):
        given = post(share["url"], file=name)
        assert get(given.headers["Location"]).data == CONTENT
    assert post(share["url"], file="b.csv").status == 410
    assert call("GET", f"/iam/shares/{share['id']}", None, sharer).json["left"] == 0


def test_a_link_takes_files_by_script_and_by_form(
    make: Make, get: Any, post: Any, ask: Any, http: Any, s3: "S3Client"
) -> None:
    share = make("inbox/*", kind="upload", maxSize="1MiB", maxUses=2)
    status, given = ask(share["url"], do="put", name="one.txt", size=3, type="text/plain")
    assert status == 200, given
    sent = http.request("PUT", given["url"], body=b"abc", headers=given["headers"])
    assert sent.status == 200
    step = post(share["url"], "form", name="two.txt", size="1000")
    assert step.status == 200
    names: tuple[str, ...] = (
        "key",
        "Content-Type",
        "policy",
        "x-amz-signature",
        "x-amz-security-token",
    )
    names += ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "success_action_redirect")
    fields = {name: hidden(step, name) for name in names}
    action = re.search('action="([^"]*)"', step.data.decode())
    assert action
    done = http.request(
        "POST", action[1], fields=fields | {"file": ("two.txt", b"defg")}, redirect=False
    )
    assert done.status in (201, 204, 303), done.data
    keys = s3.list_objects_v2(Bucket=BUCKET, Prefix="shared/inbox/")["Contents"]
    ends = sorted(one["Key"].rpartition("/")[2] for one in keys)
    assert ends == ["one.txt", "two.txt"]
    assert all(re.fullmatch("shared/inbox/[a-z2-7]{16}/[a-z]+.txt", one["Key"]) for one in keys)
    assert ask(share["url"], do="put", name="three.txt", size=3)[0] == 410
    assert get(f"{share['url'].rpartition('/')[0]}/done").status == 200


def test_a_large_file_goes_up_in_parts(make: Make, ask: Any, http: Any, s3: "S3Client") -> None:
    size = 65 * 1024**2
    share = make("big/*", kind="upload")
    status, plan = ask(share["url"], do="plan", name="big.bin", size=size)
    assert status == 200, plan
    count = plan["partCount"]
    _, answer = ask(share["url"], do="parts", plan=plan["plan"], **{"from": 1, "to": count})
    tags = []
    for part in answer["parts"]:
        sent = http.request(
            part["method"], part["url"], body=b"x" * part["size"], headers=part["headers"]
        )
        assert sent.status == 200
        tags.append(
            f"<Part><PartNumber>{part['partNumber']}</PartNumber><ETag>{sent.headers['ETag']}</ETag></Part>"
        )
    _, end = ask(share["url"], do="complete", plan=plan["plan"])
    body = f"<CompleteMultipartUpload>{''.join(tags)}</CompleteMultipartUpload>"
    joined = http.request(end["method"], end["url"], body=body, headers=end["headers"])
    assert joined.status == 200, joined.data
    (key,) = [
        one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix="shared/big/")["Contents"]
    ]
    assert s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == size
    assert (
        ask(
            make("big/*", kind="upload")["url"],
            do="parts",
            plan=plan["plan"],
            **{"from": 1, "to": 1},
        )[0]
        == 400
    )


def test_what_a_grant_does_not_share_is_not_shared(call: Call, sharer: Credentials) -> None:
    body = {"target": f"s3://{BUCKET}/unshared/*", "kind": "download", "expiresIn": "7d"}
    refused = call("POST", "/iam/shares", body, sharer)
    assert (refused.status, refused.json["code"]) == (403, "AccessDenied")


def test_an_administrator_sees_whose_a_share_is_and_takes_it_back(
    call: Call, administrator: Credentials, make: Make, get: Any
) -> None:
    share = make()
    query = f"target={quote(f's3://{BUCKET}/shared/*', safe='')}"
    answer = call("GET", f"/admin/shares?{query}", None, administrator)
    assert answer.status == 200, answer.json
    listed = answer.json["shares"]
    (found,) = [one for one in listed if one["id"] == share["id"]]
    assert found["owner"] == {"arn": ARN}
    assert "url" not in found
    assert call("DELETE", f"/admin/shares/{share['id']}", None, administrator).status == 200
    assert get(share["url"]).status == 410


def test_a_grant_that_is_narrowed_or_removed_closes_its_links(
    call: Call, administrator: Credentials, apply: Apply, make: Make, post: Any
) -> None:
    share = make()
    apply({"version": 1, "grants": [GRANT | {"sharing": False}]})
    assert post(share["url"]).status == 403
    apply({"version": 1, "grants": [GRANT]})
    assert post(share["url"]).status == 303


def revoked(call: Call, administrator: Credentials, **members: object) -> Answer:
    answer = call("POST", "/admin/revocations", {"reason": "a test"} | members, administrator)
    assert answer.status == 200, answer.json
    return answer


@pytest.mark.parametrize("whose", [{"caller": {"iam": ARN}}, {"grantId": "shared"}, {"all": True}])
def test_a_revoked_link_stays_over_after_the_block_is_lifted(
    call: Call,
    administrator: Credentials,
    sharer: Credentials,
    make: Make,
    post: Any,
    whose: dict[str, Any],
) -> None:
    share = make()
    block = revoked(call, administrator, **whose, kind="block").json["revocation"]["id"]
    assert post(share["url"]).status == 410
    assert call("DELETE", f"/admin/revocations/{block}", None, administrator).status == 200
    assert post(share["url"]).status == 410
    for _ in range(20):
        again = call(
            "POST",
            "/iam/shares",
            {"target": f"s3://{BUCKET}/shared/a.csv", "kind": "download", "expiresIn": 600},
            sharer,
        )
        if again.status == 200:
            break
        time.sleep(0.5)
    assert post(again.json["url"]).status == 303
