"""Uploads by a link: what is reserved, what is signed, and whose a plan is."""

import json
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.make import NOW, caller
from tests.support.sharing import BUCKET, FOLDER, INBOX, World, of_caller, refusal, shared, world_of
from vending.errors import StorageRefused
from vending.shares.opening.views import Form
from vending.times import iso

MIB = 1024**2


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


def inbox(world: World, **members: Any) -> str:
    return world.make(INBOX, kind="upload", **members)


def ask(world: World, token: str, do: str, **members: Any) -> Any:
    return world.script(token, json.dumps({"do": do} | members))


def put(world: World, token: str, name: str = "a.txt", size: int = 3, **members: Any) -> Any:
    return ask(world, token, "put", name=name, size=size, **members)


def conditions(form: Form) -> list[Any]:
    found: list[Any] = json.loads(b64decode(form.fields["policy"]))["conditions"]
    return found


def test_a_file_gets_a_key_of_its_own_and_overwrites_nothing(world: World) -> None:
    token = inbox(world)
    first, second = put(world, token), put(world, token)
    assert first["url"].partition("?")[0] != second["url"].partition("?")[0]
    assert first["headers"]["If-None-Match"] == "*"
    assert (
        "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match" in first["url"]
    )
    assert "X-Amz-Expires=600&" in first["url"]
    assert world.state()["bytes"] == 6
    assert world.state()["uses"] == 2


def test_number_and_sum_are_reserved_and_not_given_back(world: World) -> None:
    token = inbox(world, maxUses=3, maxSize=10)
    put(world, token, size=6)
    assert refusal(put, world, token, size=5)[0] == "TooLarge"
    put(world, token, size=4)
    assert refusal(put, world, token, size=1)[0] == "TooLarge"
    put(world, token, size=0)
    assert refusal(put, world, token, size=0) == ("ShareOver", "UsedUp")
    assert world.state()["bytes"] == 10


def test_who_comes_second_for_the_last_room_is_told_so_and_not_that_the_link_is_over(
    world: World,
) -> None:
    token = inbox(world, maxUses=3, maxSize=10)

    def another_comes_first(call: str) -> None:
        if call == "use":
            world.broken = lambda _: None
            put(world, token, size=6)

    world.broken = another_comes_first
    assert refusal(put, world, token, size=6) == ("TooLarge", "TooLarge")
    assert put(world, token, size=4)["method"] == "PUT"


def test_the_lesser_of_the_grants_and_the_links_limits_counts(dynamodb: Any) -> None:
    world = world_of(dynamodb, shared(max_object_size=5, content_types=("image/*",)))
    token = inbox(world, maxSize=100, contentTypes=["image/png", "text/plain"])
    assert refusal(put, world, token, size=6, type="image/png")[0] == "TooLarge"
    assert refusal(put, world, token, type="image/gif")[0] == "InvalidRequest"
    assert refusal(put, world, token, type="text/plain")[0] == "InvalidRequest"
    assert put(world, token, size=5, type="image/png")["headers"]["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("given", "name", "stored"),
    [
        (None, "a.pdf", "application/pdf"),
        (None, "a.unknown", "application/octet-stream"),
        ("text/html", "a.html", "application/octet-stream"),
        ("image/svg+xml", "a.svg", "application/octet-stream"),
        ("text/plain; charset=utf-8", "a.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_type_that_browsers_run_is_not_stored(
    world: World, given: str | None, name: str, stored: str
) -> None:
    more: dict[str, Any] = {"type": given} if given else {}
    assert put(world, inbox(world), name, **more)["headers"]["Content-Type"] == stored


def test_a_link_that_names_such_a_type_takes_it(world: World) -> None:
    token = inbox(world, contentTypes=["text/html"])
    assert put(world, token, type="text/html")["headers"]["Content-Type"] == "text/html"
    other = inbox(world, contentTypes=["text/*"])
    assert refusal(put, world, other, type="text/html")[0] == "InvalidRequest"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("a b.txt", "a b.txt"),
        ("名前.txt", "名前.txt"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("${filename}", "_{filename}"),
        ("con:aux?.txt", "con_aux_.txt"),
        ("x" * 300 + ".tar", "x" * 196 + ".tar"),
    ],
)
def test_a_name_becomes_one_segment_that_misleads_nobody(
    world: World, name: str, saved: str
) -> None:
    path = unquote(put(world, inbox(world), name)["url"].partition("?")[0])
    prefix, random, last = path.removeprefix(
        f"https://{BUCKET}.s3.ap-northeast-1.amazonaws.com/"
    ).split("/")
    assert (prefix, len(random), last) == ("in", 16, saved)


@pytest.mark.parametrize("name", ["a/b", "/etc/passwd", "..\\up", ""])
def test_no_name_leads_elsewhere(world: World, name: str) -> None:
    token = inbox(world)
    assert refusal(put, world, token, name)[0] == "InvalidRequest"
    assert refusal(world.post, token, "form", name=name)[0] == "InvalidRequest"


def test_a_form_takes_what_is_left_and_no_other_key(world: World) -> None:
    token = inbox(world, maxSize=1000)
    form = world.post(token, "form", name="a.txt")
    assert ["content-length-range", 0, 1000] in conditions(form)
    [key] = [one for one in conditions(form) if one[1] == "$key"]
    assert key[0] == "eq"
    assert key[2].startswith("in/")
    assert form.fields["success_action_redirect"] == "https://vend.example.com/v1/s/done"
    assert (form.expires_at - world.now).total_seconds() == 600
    assert token not in repr(form)
    assert refusal(world.post, token, "form", name="b.txt")[0] == "TooLarge"


def test_a_form_that_names_its_size_leaves_the_rest(world: World) -> None:
    token = inbox(world, maxSize=1000)
    assert world.post(token, "form", name="a.txt", size="400").most == 400
    assert world.post(token, "form", name="b.txt").most == 600
    assert world.state()["bytes"] == 1000


@pytest.mark.parametrize("size", ["0", "-1", "1e3", "x", "99999999999", "5368709121"])
def test_a_size_is_a_number_of_bytes(world: World, size: str) -> None:
    assert refusal(world.post, inbox(world), "form", name="a", size=size)[0] == "InvalidRequest"


def test_a_plan_belongs_to_its_share(world: World) -> None:
    token = inbox(world, maxSize="1GiB")
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB)
    assert (plan["partCount"], plan["partSize"]) == (5, 16 * MIB)
    parts = ask(world, token, "parts", plan=plan["plan"], **{"from": 1, "to": 5})["parts"]
    assert [one["size"] for one in parts] == [16 * MIB] * 4 + [MIB]
    assert "Content-Length" not in parts[0]["headers"]
    end = ask(world, token, "complete", plan=plan["plan"])
    assert end["headers"] == {"If-None-Match": "*", "x-amz-mp-object-size": str(65 * MIB)}
    assert ask(world, token, "abort", plan=plan["plan"])["method"] == "DELETE"
    assert world.state()["uses"] == 1
    assert world.state()["bytes"] == 65 * MIB
    other = inbox(world)
    for do, more in (("parts", {"from": 1, "to": 1}), ("complete", {}), ("abort", {})):
        assert refusal(ask, world, other, do, plan=plan["plan"], **more)[0] == "InvalidRequest"


def test_a_plan_says_when_it_really_ends_as_its_grant_is_now(world: World) -> None:
    token = inbox(world)
    world.grants(shared(expires=NOW + timedelta(hours=1)), before={"a-grant": shared()})
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB)
    assert plan["expiresAt"] == iso(NOW + timedelta(hours=1))


def test_a_plan_goes_on_when_the_link_is_used_up_but_not_when_it_is_over(world: World) -> None:
    token = inbox(world, maxUses=1)
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB)["plan"]
    assert refusal(put, world, token) == ("ShareOver", "UsedUp")
    ask(world, token, "complete", plan=plan)
    world.take_back()
    assert refusal(ask, world, token, "complete", plan=plan) == ("ShareOver", "TakenBack")


def test_parts_with_checksums_are_signed_with_them(world: World) -> None:
    token, sha = inbox(world), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB, checksums=True)["plan"]
    assert world.started[-1][1]["x-amz-checksum-algorithm"] == "SHA256"
    ranged = {"from": 1, "to": 1}
    [part] = ask(world, token, "parts", plan=plan, checksums=[sha], **ranged)["parts"]
    assert part["headers"] == {"x-amz-checksum-sha256": sha}
    assert refusal(ask, world, token, "parts", plan=plan, **ranged)[0] == "InvalidRequest"


def test_an_upload_that_cannot_be_counted_is_aborted(world: World) -> None:
    token = inbox(world, maxUses=1)
    put_first = [True]

    def somebody_else(name: str) -> None:
        if name == "use" and put_first.pop() if put_first else False:
            put(world, token)

    world.broken = somebody_else
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever of the two comes second
        ask(world, token, "plan", name="a.bin", size=65 * MIB)
    assert len(world.aborted) == 1
    assert "uploadId=an-s3-id" in world.aborted[0]


def test_what_s3_does_not_start_is_not_counted(world: World) -> None:
    token = inbox(world, maxUses=1)

    def refuse(url: str, headers: Any) -> str:
        raise StorageRefused("AccessDenied")

    world._start = refuse  # type: ignore[method-assign]  # noqa: SLF001
    code, _ = refusal(ask, world, token, "plan", name="a.bin", size=65 * MIB)
    assert code == "StorageRefused"
    assert world.state()["uses"] == 0


def test_an_upload_link_shows_and_gives_nothing(world: World) -> None:
    token = inbox(world)
    assert refusal(world.post, token, "list")[0] == "InvalidRequest"
    assert refusal(world.post, token, file="a.csv")[0] == "InvalidRequest"
    assert refusal(world.post, token)[0] == "InvalidRequest"


def test_a_download_link_takes_nothing(world: World) -> None:
    token = world.make(FOLDER)
    assert refusal(put, world, token)[0] == "InvalidRequest"
    assert refusal(world.post, token, "form", name="a.txt")[0] == "InvalidRequest"


def test_a_script_needs_the_ticket_too(world: World) -> None:
    token = inbox(world, password="a secret")
    assert refusal(put, world, token) == ("AccessDenied", "PasswordNeeded")
    ticket = world.post(token, "password", password="a secret").ticket
    assert put(world, token, ticket=ticket)["method"] == "PUT"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        '{"do":"put"}',
        '{"do":"delete","name":"a","size":1}',
        '{"do":"put","name":"a","size":1,"key":"in/b"}',
        '{"do":"put","name":"a","size":-1}',
        '{"do":"put","name":"a","size":1.5}',
        '{"do":"put","name":"a","size":67108865}',
        '{"do":"plan","name":"a","size":67108864}',
        '{"do":"put","name":"a","name":"b","size":1}',
        '{"do":"parts","plan":"a","from":1,"to":1}',
        '{"do":"parts","plan":"aaaaaaaaaaaaaaaa","from":2,"to":1}',
        '{"do":"parts","plan":"aaaaaaaaaaaaaaaa","from":1,"to":101}',
    ],
)
def test_what_a_script_may_not_ask_is_refused(world: World, body: str) -> None:
    assert refusal(world.script, inbox(world), body)[0] == "InvalidRequest"


def test_every_step_is_decided_anew(world: World) -> None:
    token = inbox(world)
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB)["plan"]
    world.revoke(of_caller(caller()))
    for do, more in (("parts", {"from": 1, "to": 1}), ("complete", {}), ("abort", {})):
        assert refusal(ask, world, token, do, plan=plan, **more) == ("ShareOver", "Ended")
    assert refusal(put, world, token) == ("ShareOver", "Ended")


@pytest.mark.parametrize(
    "narrower",
    [{"max_object_size": 64 * MIB}, {"content_types": ("image/*",)}],
    ids=["size", "type"],
)
def test_a_grant_that_is_narrower_now_ends_a_plan_which_can_only_be_dropped(
    world: World, narrower: dict[str, Any]
) -> None:
    token = inbox(world)
    plan = ask(world, token, "plan", name="a.bin", size=65 * MIB)["plan"]
    world.grants(shared(**narrower), before={"a-grant": shared()})
    for do, more in (("parts", {"from": 1, "to": 1}), ("complete", {})):
        assert refusal(ask, world, token, do, plan=plan, **more) == ("AccessDenied", "UploadLimits")
    assert ask(world, token, "abort", plan=plan)["method"] == "DELETE"
