"""Files that others plant where a download writes, keeps its state or looks for it; none is followed or trusted"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import s3vend
from s3vend.transfer.state import State, state_file
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Reply
from tests.client.storing import TARGET, Stored, serving_object

OTHER = 12345
PART = ".s3vend-" + "0" * 32
LINKS = "https://cwe.mitre.org/data/definitions/59.html"
DATA, THEIRS = b"the bytes of the object", b"what somebody else wrote"


class Scene(NamedTuple):
    """The directory to download to, and what must not be touched."""

    shared: Path
    elsewhere: Path
    victim: Path

    @property
    def target(self) -> Path:
        return self.shared / "report.csv"

    @property
    def state(self) -> Path:
        return state_file("download", str(self.target))


Plant = Callable[[Scene], object]


def outcome(given: "tuple[Plant | None, Plant | None]", stage: Stage) -> str:
    """Download after one plant and during another; return what came of it."""
    before, during = given
    scene = Scene(stage.home / "shared", stage.home / "elsewhere", stage.home / "victim")
    scene.shared.mkdir()
    scene.elsewhere.mkdir()
    scene.victim.write_bytes(b"precious")

    def instead(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "GET" and during is not None:
            during(scene)
        return reply

    stored, remarks = Stored([DATA], instead=instead), list[str]()
    service = serving_object(stored, stage.serve)
    if before is not None:
        before(scene)
    try:
        s3vend.download(TARGET, scene.target, remark=remarks.append, service=service)
        ended = "downloaded"
    except s3vend.S3VendError as error:
        ended = type(error).__name__
    said = [word for word, text in REMARKS.items() if any(text in remark for remark in remarks)]
    harm = [
        *(["the victim changed"] if scene.victim.read_bytes() != b"precious" else []),
        *(["something is elsewhere"] if list(scene.elsewhere.iterdir()) else []),
    ]
    return "; ".join([ended, _content(scene.target), *said, *harm])


REMARKS = {
    "cannot resume": "cannot be resumed",
    "left": "is not continued",
    "ignored": "are ignored",
}


def _content(path: Path) -> str:
    if path.is_symlink() or not path.exists():
        return "a link" if path.is_symlink() else "nothing there"
    if not path.is_file():
        return "no file"
    return {DATA: "the object", THEIRS: "THEIR BYTES"}.get(path.read_bytes(), "OTHER BYTES")


def their_bytes(scene: Scene) -> bytes:
    del scene
    return THEIRS[: len(DATA)].ljust(len(DATA))


def give_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(path, OTHER, -1, follow_symlinks=False)


def legacy(scene: Scene) -> None:
    """What the version before read: a part file, and a state by which it is complete."""
    name = scene.shared / f".{scene.target.name}.s3vend"
    name.write_bytes(THEIRS[: len(DATA)])
    members = {"version": 1, "target": TARGET, "etag": '"an-etag"', "size": len(DATA)}
    members |= {"partSize": 16 * 1024 * 1024, "done": [0]}
    name.with_name(f"{name.name}.json").write_text(json.dumps(members))


def legacy_link(scene: Scene) -> None:
    (scene.shared / f".{scene.target.name}.s3vend.json.new").symlink_to(scene.victim)


def legacy_lock(scene: Scene) -> None:
    (scene.shared / f".{scene.target.name}.s3vend.json.lock").symlink_to(scene.victim)


def journal(make: "Callable[[Scene, Path], object]", *, true: bool = True, **lies: Any) -> Plant:
    """A journal by which a part file is complete; ``lies`` are other members of it."""

    def plant(scene: Scene) -> None:
        part = scene.shared / PART
        make(scene, part)
        status = part.lstat() if part.is_symlink() or part.exists() else os.stat_result([0] * 10)
        members: dict[str, Any] = {"path": str(scene.target), "target": TARGET}
        members |= {"etag": '"an-etag"', "size": len(DATA), "partSize": 16 * 1024 * 1024}
        members |= {"part": PART, "device": status.st_dev, "inode": status.st_ino, "done": [0]}
        with State(scene.state) as state:
            state.write(members | lies)

    return plant


def their_part(scene: Scene, part: Path) -> None:
    part.write_bytes(their_bytes(scene))
    part.chmod(0o600)


def foreign_part(scene: Scene, part: Path) -> None:
    their_part(scene, part)
    give_away(part)


def shared_part(scene: Scene, part: Path) -> None:
    their_part(scene, part)
    part.chmod(0o662)


def linked_part(scene: Scene, part: Path) -> None:
    part.symlink_to(scene.victim)


def second_name(scene: Scene, part: Path) -> None:
    part.hardlink_to(scene.victim)


def pipe(scene: Scene, part: Path) -> None:
    os.mkfifo(part)


def no_part(scene: Scene, part: Path) -> None:
    """Nothing is there."""


def swap_part(make: "Callable[[Scene, Path], object]") -> Plant:
    def plant(scene: Scene) -> None:
        [part] = scene.shared.glob(".s3vend-*")
        part.unlink()
        make(scene, part)

    return plant


def swap_parent(scene: Scene) -> None:
    scene.shared.rename(scene.shared.with_name("moved"))
    scene.shared.symlink_to(scene.elsewhere)


def foreign_parent(scene: Scene) -> None:
    scene.shared.rmdir()
    scene.shared.symlink_to(scene.elsewhere)
    give_away(scene.shared)


def state_directory(make: "Callable[[Scene, Path], object]") -> Plant:
    def plant(scene: Scene) -> None:
        scene.state.parent.parent.mkdir()
        make(scene, scene.state.parent)

    return plant


def foreign_directory(scene: Scene, path: Path) -> None:
    path.mkdir()
    give_away(path)


def open_directory(scene: Scene, path: Path) -> None:
    path.mkdir()
    path.chmod(0o1777)


def state_link(ending: str) -> Plant:
    def plant(scene: Scene) -> None:
        scene.state.parent.mkdir(mode=0o700, parents=True)
        scene.state.with_name(scene.state.name + ending).symlink_to(scene.victim)

    return plant


def state_text(text: str) -> Plant:
    def plant(scene: Scene) -> None:
        scene.state.parent.mkdir(mode=0o700, parents=True)
        scene.state.write_text(text)

    return plant


def a_directory(scene: Scene) -> None:
    (scene.target / TARGET.rpartition("/")[2]).mkdir(parents=True)


def foreign_file(scene: Scene) -> None:
    scene.target.write_bytes(THEIRS)
    give_away(scene.target)


GOOD, AGAIN = "downloaded; the object", "downloaded; the object; left"
UNSAVED = "downloaded; the object; cannot resume"
ATTACKS = [
    Attack("a link where the version before wrote its state", (legacy_link, None), f"{GOOD}; ignored", LINKS),
    Attack("a link where the version before had its lock", (legacy_lock, None), f"{GOOD}; ignored", LINKS),
    Attack("a part file and a state of the version before", (legacy, None), f"{GOOD}; ignored", rule(18)),
    Attack("a link at the path", (lambda scene: scene.target.symlink_to(scene.victim), None), GOOD, LINKS),
    Attack("a link at the path that leads nowhere yet", (lambda scene: scene.target.symlink_to(scene.elsewhere / "new"), None), GOOD, LINKS),
    Attack("a second name of another file at the path", (lambda scene: scene.target.hardlink_to(scene.victim), None), GOOD, rule(18)),
    Attack("another user's file at the path", (foreign_file, None), GOOD, rule(18)),
    Attack("a pipe at the path", (lambda scene: os.mkfifo(scene.target), None), "SettingsError; no file", rule(18)),
    Attack("a directory at the path, with another in it", (a_directory, None), "SettingsError; no file", rule(18)),
    Attack("a link that comes to the path during the download", (None, lambda scene: scene.target.symlink_to(scene.victim)), GOOD, LINKS),
    Attack("a pipe that comes to the path during the download", (None, lambda scene: os.mkfifo(scene.target)), GOOD, rule(18)),
    Attack("a directory that comes to the path during the download", (None, lambda scene: scene.target.mkdir()), "TransferError; no file", rule(18)),
    Attack("a directory that is a link of another user", (foreign_parent, None), "TransferError; nothing there", LINKS),
    Attack("a directory that becomes a link during the download", (None, swap_parent), "downloaded; nothing there", LINKS),
    Attack("a part file that is swapped for another", (None, swap_part(their_part)), "TransferError; nothing there", rule(18)),
    Attack("a part file that is swapped for a link", (None, swap_part(linked_part)), "TransferError; nothing there", LINKS),
    Attack("a part file that is swapped for a pipe", (None, swap_part(pipe)), "TransferError; nothing there", rule(18)),
    Attack("a part file that is taken away", (None, swap_part(no_part)), "TransferError; nothing there", rule(18)),
    Attack("a journal with another user's part file", (journal(foreign_part), None), AGAIN, rule(18)),
    Attack("a journal with a part file that others can write to", (journal(shared_part), None), AGAIN, rule(18)),
    Attack("a journal with a link as its part file", (journal(linked_part), None), AGAIN, LINKS),
    Attack("a journal with a second name of another file", (journal(second_name), None), AGAIN, rule(18)),
    Attack("a journal with a pipe as its part file", (journal(pipe), None), AGAIN, rule(18)),
    Attack("a journal with a part file of another identity", (journal(their_part, inode=1), None), AGAIN, rule(18)),
    Attack("a journal with a part file on another device", (journal(their_part, device=1), None), AGAIN, rule(18)),
    Attack("a journal with a part file elsewhere", (journal(no_part, part="../victim"), None), GOOD, rule(18)),
    Attack("a journal with a part file by its whole path", (journal(no_part, part="/etc/passwd"), None), GOOD, rule(18)),
    Attack("a journal of a part file that is gone", (journal(no_part), None), GOOD, rule(18)),
    Attack("a journal of another version of the object", (journal(their_part, etag='"old"'), None), GOOD, rule(18)),
    Attack("a journal of another size", (journal(their_part, size=5), None), GOOD, rule(18)),
    Attack("a journal of another object", (journal(their_part, target="s3://b/other"), None), GOOD, rule(18)),
    Attack("a journal of another path", (journal(their_part, path="/elsewhere"), None), GOOD, rule(18)),
    Attack("a journal with ranges that the object does not have", (journal(their_part, done=[0, 7]), None), GOOD, rule(18)),
    Attack("a journal with ranges that are not numbers", (journal(their_part, done=[[0]]), None), GOOD, rule(18)),
    Attack("a journal without ranges", (journal(their_part, done=None), None), GOOD, rule(18)),
    Attack("a journal that is not JSON", (state_text("{"), None), GOOD, rule(18)),
    Attack("a journal that is nested too deep", (state_text("[" * 100_000), None), GOOD, rule(18)),
    Attack("a journal that is a link", (state_link(""), None), GOOD, LINKS),
    Attack("a lock that is a link", (state_link(".lock"), None), UNSAVED, LINKS),
    Attack("a directory for state that is a link", (state_directory(lambda scene, path: path.symlink_to(scene.elsewhere)), None), UNSAVED, LINKS),
    Attack("another user's directory for state", (state_directory(foreign_directory), None), UNSAVED, rule(18)),
    Attack("a directory for state that all can write to", (state_directory(open_directory), None), UNSAVED, rule(18)),
    Attack("a file in place of the directory for state", (state_directory(lambda scene, path: path.write_text("")), None), UNSAVED, rule(18)),
]  # fmt: skip
