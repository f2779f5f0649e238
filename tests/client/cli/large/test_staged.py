"""Documents that are too large for a request: cut, announced, sent, resumed and cancelled."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from s3vend.cli.large import cut, staged
from s3vend.cli.terminal.refusal import INTERRUPTED, Refusal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering, problem, typed

ID = "abcdefghij234567"
pytestmark = pytest.mark.usefixtures("nobody")


def grants(count: int, size: int = 0) -> "list[dict[str, Any]]":
    return [
        {"id": f"g{n}", "scope": f"s3://b/{n}{'x' * size}/*", "permission": "READ"}
        for n in range(count)
    ]


class Staged:
    """The routes of one staged change, as the service answers them."""

    def __init__(self, steps: int = 2, *, state: str = "open", faults: Any = None) -> None:
        self.state, self.steps, self.left, self.faults = state, steps, steps, faults
        self.announced: dict[str, Any] = {}
        self.parts: dict[int, Any] = {}
        self.commits: list[Any] = []

    def answer(self) -> "dict[str, Any]":
        total = self.announced.get("parts", 0)
        planned = self.state in ("planned", "writing", "applied")
        counts = {"counts": {"add": 1150, "remove": 1}, "planDigest": "0" * 64} if planned else {}
        return {
            "id": ID,
            "state": self.state,
            "missing": [n for n in range(total) if n not in self.parts and not planned],
            "revision": 8 if self.state == "applied" else 7,
            "progress": {"step": "staging", "done": len(self.parts), "of": total},
            **counts,
        }

    def stage(self, asked: Asked) -> Reply:
        self.announced = asked.json
        return 200, {}, self.answer()

    def put(self, asked: Asked) -> Reply:
        if self.faults:
            return problem(400, "InvalidRequest", "The request has 1 fault.", self.faults)
        self.parts[int(asked.path.rpartition("/")[2])] = asked.json
        return 200, {}, self.answer()

    def commit(self, asked: Asked) -> Reply:
        self.commits.append(asked.json)
        self.left -= 1
        dry = asked.json["dryRun"]
        if self.left <= 0:
            self.state, self.left = ("planned" if dry else "applied"), self.steps
        else:
            self.state = "checking" if dry else "writing"
        return 200, {}, self.answer()

    def changes(self, asked: Asked) -> Reply:
        second = "nextToken=2" in asked.path
        found = [
            {"action": "add", "kind": "grant", "id": f"g{n}", "pointer": f"/grants/{n}", "before": None, "after": {"id": f"g{n}"}}
            for n in (range(1000, 1150) if second else range(1000))
        ]  # fmt: skip
        return 200, {}, {"changes": found, "revision": 7} | ({} if second else {"nextToken": "2"})

    def cancel(self, _: Asked) -> Reply:
        self.left -= 1
        if self.left <= 0:
            self.state = "cancelled"
        return 200, {}, self.answer()

    def listed(self, _: Asked) -> Reply:
        """One that was announced with these members, and one of somebody else."""
        same = {name: self.announced.get(name) for name in ("digest", "entries", "prune")}
        others = self.answer() | {"digest": "0" * 64, "entries": {"grants": 1}, "prune": False}
        return 200, {}, {"staged": [others, self.answer() | same]}

    def routes(self) -> "dict[str, object]":
        at = f"/admin/staged/{ID}"
        return {
            "POST /admin/staged": self.stage,
            "GET /admin/staged": self.listed,
            f"GET {at}": lambda _: (200, {}, self.answer()),
            **{f"PUT {at}/parts/{n}": self.put for n in range(9)},
            f"POST {at}/commit": self.commit,
            f"GET {at}/changes": self.changes,
            f"DELETE {at}": self.cancel,
            "GET /admin/grants": lambda _: (200, {}, {"grants": []}),
        }


@pytest.fixture
def large(tmp_path: Path) -> str:
    """A file of more than half a MiB, which is JSON: that is YAML too."""
    path = tmp_path / "vending.yaml"
    path.write_text(json.dumps({"version": 1, "grants": grants(150, 20_000)}))
    return str(path)


def test_the_parts_of_a_document_are_small_and_together_they_are_the_document() -> None:
    members: dict[str, Any] = {
        "version": 1,
        "grants": grants(45_000, 100),
        "issuers": [{"issuer": "https://a"}],
        "locations": [{"scope": f"s3://b{n}/*"} for n in range(21_000)],
    }
    parts = cut.cut(members)
    read = [json.loads(part.body) for part in parts]
    for name in cut.LISTS:
        assert [one for part in read for one in part.get(name, ())] == members.get(name, [])
    for part, body in zip(parts, read, strict=True):
        written = json.dumps({"body": part.body}, ensure_ascii=False)
        assert len(written.encode()) < cut.PART + 100
        assert len(body) == 1 or "grants" not in body
        for name, entries in body.items():
            assert len(entries) <= cut.ENTRIES
            first = part.whole(f"/{name}/0/scope")
            position = int(first.split("/")[2])
            assert members[name][position] == entries[0]
    announced = cut.announced(members, parts, prune=True)
    hashes = "".join(sha256(part.body.encode()).hexdigest() for part in parts)
    assert announced == {
        "version": 1,
        "prune": True,
        "digest": sha256(hashes.encode()).hexdigest(),
        "entries": {"locations": 21_000, "issuers": 1, "grants": 45_000},
        "parts": len(parts),
    }


def test_a_list_that_is_none_is_refused_here() -> None:
    with pytest.raises(Refusal, match="'grants' of the file must be a list"):
        cut.cut({"version": 1, "grants": {}})


def test_a_large_plan_shows_the_first_changes_and_how_many_there_are(large: str, at: Serve) -> None:
    service = Staged(steps=3)
    at(answering(service.routes()))
    ended = typed("plan", large)
    assert ended.code == 2, ended.err
    assert f"staged as {ID}" in ended.err
    assert "1150 to add, 0 to change, 1 to remove (revision 7)." in ended.out
    assert "151 more changes; -o json lists all" in ended.out
    assert service.commits == [{"dryRun": True}] * 3
    assert sum(len(part["grants"]) for part in service.parts.values()) == 150
    assert "dryRun" not in service.announced


def test_json_lists_all_changes(large: str, at: Serve) -> None:
    at(answering(Staged().routes()))
    ended = typed("plan", large, "--output", "json")
    assert len(ended.json["changes"]) == 1150
    assert ended.json["changeCount"] == 1151


def test_apply_writes_what_was_planned_at_its_revision(large: str, at: Serve) -> None:
    service = Staged()
    at(answering(service.routes()))
    ended = typed("apply", large, "--yes", "--prune")
    assert ended.code == 0, ended.err
    assert "Applied: revision 8." in ended.out
    assert service.announced["prune"] is True
    assert service.commits == [
        *[{"dryRun": True}] * 2,
        *[{"dryRun": False, "revision": 7}] * 2,
    ]


def test_the_same_command_goes_on_after_a_break(large: str, at: Serve) -> None:
    service = Staged(state="writing")
    service.parts = {0: {}}
    at(answering(service.routes()))
    ended = typed("apply", large, "--yes")
    assert ended.code == 0, ended.err
    assert ended.err.count("going on with it") == 1
    assert "is written in part" in ended.err
    assert {one["dryRun"] for one in service.commits} == {False}
    assert list(service.parts) == [0], "nothing is sent again"


def test_a_plan_of_what_is_being_written_writes_nothing(large: str, at: Serve) -> None:
    service = Staged(state="writing")
    at(answering(service.routes()))
    ended = typed("plan", large)
    assert (ended.code, service.commits) == (2, [])
    assert f"the change {ID} is written in part" in ended.err


def test_a_saved_plan_of_a_large_document_is_known_by_its_digest(
    large: str, tmp_path: Path, at: Serve
) -> None:
    service = Staged()
    at(answering(service.routes()))
    saved = str(tmp_path / "saved.plan")
    assert typed("plan", large, "--out", saved).code == 2
    assert json.loads(Path(saved).read_text())["changes"] == [{"planDigest": "0" * 64}]
    service.state = "open"
    assert typed("apply", "--plan-file", saved, "--yes").code == 0
    service.state = "writing"
    assert typed("apply", "--plan-file", saved, "--yes").code == 0


def test_a_small_document_with_many_changes_is_staged_too(tmp_path: Path, at: Serve) -> None:
    service = Staged()
    too_large = problem(413, "TooLarge", "The answer would exceed 5500000 bytes.")
    at(answering({"POST /admin/changes": too_large, **service.routes()}))
    path = tmp_path / "vending.yaml"
    path.write_text("version: 1\ngrants: []\n")
    assert typed("plan", str(path), "--prune").code == 2
    assert service.announced["entries"] == {"grants": 0}
    assert service.announced["parts"] == 0


def test_a_small_document_that_was_interrupted_goes_on_too(tmp_path: Path, at: Serve) -> None:
    service = Staged(state="writing")
    running = problem(409, "ChangeRunning", f"The staged change '{ID}' is being written.")
    at(answering({"POST /admin/changes": running, **service.routes()}))
    path = tmp_path / "vending.yaml"
    path.write_text("version: 1\ngrants: []\n")
    service.announced = cut.announced({"version": 1, "grants": []}, [], prune=True)
    ended = typed("apply", str(path), "--prune", "--yes")
    assert ended.code == 0, ended.err
    assert {one["dryRun"] for one in service.commits} == {False}
    service.state = "writing"
    ended = typed("apply", str(path), "--yes")
    assert (ended.code, ended.err.count("s3vend apply --cancel ID")) == (1, 1), "not with --prune"


def test_what_an_empty_list_removes_is_said_without_a_number_that_is_not_known(
    tmp_path: Path, at: Serve
) -> None:
    at(answering({"POST /admin/changes": problem(413, "TooLarge", "x"), **Staged().routes()}))
    path = tmp_path / "vending.yaml"
    path.write_text("version: 1\ngrants: []\n")
    ended = typed("plan", str(path), "--prune")
    assert "--prune removes every grant on the service\n" in ended.err


def test_a_fault_of_a_part_has_the_line_of_the_file(tmp_path: Path, at: Serve) -> None:
    service = Staged(faults=[{"pointer": "/grants/0/scope", "detail": "no"}])
    at(answering(service.routes()))
    path = tmp_path / "vending.yaml"
    lines = [f"- {json.dumps(one)}" for one in grants(300, 20_000)]
    path.write_text("\n".join(["version: 1", "grants:", *lines]))
    service.parts[0] = {}
    ended = typed("plan", str(path))
    first = json.loads(cut.cut({"grants": grants(300, 20_000)})[1].body)["grants"][0]["id"]
    number = int(first.removeprefix("g"))
    assert ended.code == 1
    assert f"{path}:{number + 3}: /grants/{number}/scope: no" in ended.err


def test_somebody_elses_change_is_named_and_how_to_end_it(tmp_path: Path, at: Serve) -> None:
    detail = f"The staged change '{ID}' is being written, and other changes have to wait for it."
    at(answering({"POST /admin/changes": problem(409, "ChangeRunning", detail)}))
    path = tmp_path / "vending.yaml"
    path.write_text("version: 1\ngrants: []\n")
    ended = typed("apply", str(path), "--yes")
    assert ended.code == 1
    assert ID in ended.err
    assert "s3vend apply --cancel ID" in ended.err


def test_cancel_goes_on_until_it_is_cancelled(at: Serve) -> None:
    service = Staged(steps=2, state="writing")
    at(answering(service.routes()))
    ended = typed("apply", "--cancel", ID)
    assert ended.code == 0, ended.err
    assert f"Cancelled {ID}." in ended.out
    assert service.state == "cancelled"


@pytest.mark.parametrize("more", [["vending.yaml"], ["--plan-file", "x"]])
def test_cancel_stands_alone(more: "list[str]") -> None:
    ended = typed("apply", "--cancel", ID, *more)
    assert ended.code == 2
    assert "--cancel stands alone" in ended.err


class Interrupted:
    """A service during whose work somebody presses Ctrl-C."""

    def ask(self, route: str, _: object) -> "dict[str, Any]":
        if route == staged.ROUTE:
            return Staged(state="open").answer()
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("planned", "being checked, and nothing of it is written"),
        ("applied", "written in part or as a whole, and the service may write on for 20 seconds"),
    ],
)
def test_after_ctrl_c_it_says_how_to_go_on_and_how_to_end_it(state: str, words: str) -> None:
    """The service does what it was asked to do, whether somebody waits for the answer or not."""
    service: Any = Interrupted()
    change = staged.StagedChange.announced(service, {}, quiet=True, first=True)
    with pytest.raises(Refusal) as ended:
        change.commit(state)
    assert ended.value.code == INTERRUPTED
    for each in (words, "run the same command again", f"apply --cancel {ID}"):
        assert each in str(ended.value)


def test_without_an_answer_it_says_how_to_go_on_too(large: str, at: Serve) -> None:
    routes = Staged(steps=1).routes()
    failing = {f"POST /admin/staged/{ID}/commit": problem(503, "Unavailable")}
    at(answering(routes | failing))
    ended = typed("apply", large, "--yes", "--retries", "0")
    assert ended.code == 4
    assert f"the change {ID} is being checked" in ended.err
    assert f"s3vend apply --cancel {ID}" in ended.err


def test_what_is_refused_is_not_gone_on_with(large: str, at: Serve) -> None:
    refused = {f"POST /admin/staged/{ID}/commit": problem(412, "PreconditionFailed")}
    at(answering(Staged(steps=1).routes() | refused))
    ended = typed("apply", large, "--yes")
    assert ended.code == 1
    assert "run the same command again" not in ended.err


@pytest.mark.parametrize(
    ("progress", "facts"),
    [
        ({"step": "writing", "done": 340, "of": 3031}, [" 11%", "writing 340 of 3,031"]),
        ({"step": "checking", "done": 0, "of": 0}, ["100%", "checking parts 0 of 0"]),
    ],
)
def test_the_progress_is_a_share_and_a_count(
    progress: "dict[str, Any]", facts: "list[str]"
) -> None:
    assert staged.facts_of({"progress": progress}) == facts
