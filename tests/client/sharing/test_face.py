"""`share`, `shares`, `unshare`: what they ask, and what they return."""

import pytest

import s3vend
from tests.client.conftest import Asked, Serve
from tests.client.links import DOWNLOAD, ID, LINK, OWNER, UPLOAD, made
from tests.client.typed import answering, problem

pytestmark = pytest.mark.usefixtures("nobody")


def test_a_link_to_a_file_is_made_of_what_is_given_alone(at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    share = s3vend.share("s3://b/reports/2026.csv", expires_in="7d")
    assert (share.url, share.id, share.left) == (LINK, ID, 1)
    assert served.asked[-1].json == {
        "target": "s3://b/reports/2026.csv",
        "kind": "download",
        "expiresIn": "7d",
    }


def test_every_argument_is_a_member_of_the_request(at: Serve) -> None:
    served = at(answering({"POST /shares": made(UPLOAD)}))
    s3vend.share(
        "s3://b/inbox/",
        kind="upload",
        expires_in=3600,
        max_uses=10,
        password="secret",
        sender="Ann",
        label="Photos",
        max_size="1GiB",
        content_types="image/*",
    )
    assert served.asked[-1].json == {
        "target": "s3://b/inbox/*",
        "kind": "upload",
        "expiresIn": 3600,
        "maxUses": 10,
        "password": "secret",
        "from": "Ann",
        "label": "Photos",
        "maxSize": "1GiB",
        "contentTypes": ["image/*"],
    }
    s3vend.share("s3://b/k", expires_in=60, file_name="a.csv", max_uses=1)
    assert served.asked[-1].json["fileName"] == "a.csv"
    types = (kind for kind in ("image/png", "image/gif"))
    s3vend.share("s3://b/*", kind="upload", expires_in=60, content_types=types)
    assert served.asked[-1].json["contentTypes"] == ["image/png", "image/gif"]


def test_an_upload_goes_below_a_prefix(at: Serve) -> None:
    served = at(answering({"POST /shares": made(UPLOAD)}))
    with pytest.raises(s3vend.SettingsError, match="is not a prefix"):
        s3vend.share("s3://b/inbox", kind="upload", expires_in="7d")
    assert served.asked == []


def test_shares_arrive_page_by_page(at: Serve) -> None:
    def page(asked: Asked) -> object:
        if "nextToken=t" in asked.path:
            return {"shares": [UPLOAD]}
        return {"shares": [DOWNLOAD], "nextToken": "t"}

    served = at(answering({"GET /shares": page}))
    listed = s3vend.shares()
    assert next(listed).id == ID
    assert len(served.asked) == 1
    assert [share.kind for share in listed] == ["upload"]


def test_administrators_see_those_of_everybody(at: Serve) -> None:
    served = at(answering({"GET /admin/shares": {"shares": [DOWNLOAD | OWNER]}}))
    [share] = s3vend.shares(admin=True, target="s3://b/reports/*")
    assert share.owner == OWNER["owner"]
    assert served.asked[-1].path.endswith("target=s3%3A%2F%2Fb%2Freports%2F%2A")
    with pytest.raises(s3vend.SettingsError, match="goes with admin=True"):
        s3vend.shares(target="s3://b/reports/*")


def test_a_share_is_taken_back_by_itself_or_by_its_id(at: Serve) -> None:
    taken = {**DOWNLOAD, "state": "takenBack", "takenBackAt": "2026-11-30T00:00:00Z"}
    served = at(
        answering(
            {
                "POST /shares": made(),
                f"DELETE /shares/{ID}": taken,
                f"DELETE /admin/shares/{ID}": taken,
            }
        )
    )
    assert s3vend.unshare(s3vend.share("s3://b/k", expires_in="1h")).state == "takenBack"
    assert s3vend.unshare(ID, admin=True).taken_back_at
    assert [one.method for one in served.asked] == ["POST", "DELETE", "DELETE"]


@pytest.mark.parametrize("wrong", [LINK, "", "..", "../admin", "s3://b/k", "a b", "%2e"])
def test_what_cannot_be_an_id_is_neither_sent_nor_repeated(wrong: str, at: Serve) -> None:
    served = at(answering({}))
    with pytest.raises(s3vend.SettingsError, match="s3vend shares lists the ids") as refused:
        s3vend.unshare(wrong)
    assert served.asked == []
    assert not wrong or wrong not in str(refused.value).replace("s3vend shares", "")


def test_a_share_of_another_is_not_found(at: Serve) -> None:
    at(answering({f"DELETE /shares/{ID}": problem(404, "NotFound")}))
    with pytest.raises(s3vend.NotFound):
        s3vend.unshare(ID)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (problem(403, "AccessDenied", "None.", [{"pointer": "/target", "detail": "is not"}]), "sharing: true"),
        (problem(403, "NotAuthenticated"), "the stack's parameter Sharing"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_links_need(reply: object, said: str, at: Serve) -> None:
    at(answering({"POST /shares": reply}))
    with pytest.raises(s3vend.ServiceError) as refused:
        s3vend.share("s3://b/k", expires_in="1h")
    assert said in str(refused.value)
