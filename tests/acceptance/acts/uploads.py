"""Uploads in parts, sessions of several grants, and keys that are hard to sign."""

from typing import Any
from xml.etree import ElementTree as ET

from tests.acceptance.acts import memo
from tests.acceptance.acts.memo import REPORT
from tests.acceptance.rows import shows
from tests.acceptance.scene import Scene, compared, each, refusal, use

MIB = 1024**2
PART = 5 * MIB
LARGE = bytes(PART) + b"the last part"
LARGE_KEY, SMALL_KEY = "uploads/large.bin", "uploads/small-parts.bin"
ODD_KEYS = (
    *("a b", "a+b", "a%2Fb", "a%b", "a&b=c;d", "a#b", "a'b(c)!", "a~b", 'a"<script>b'),
    *("ä", "e\u0301", "日本語", "😀", "a//b", "a\\b", "a*b", "a?b", "a$b", "${filename}"),
    "k" * (1024 - len("odd/")),
)


def start(scene: Scene, key: str, **members: int) -> Any:
    """Start an upload in parts; return its plan, with a URL for each part."""
    body = {"target": scene.target(key), "expiresIn": 300, **members}
    return scene.ask("/iam/multipart-uploads", body)


def send(upload: Any, bodies: list[bytes]) -> list[str]:
    """Send the parts; return their tags."""
    parts = zip(upload["parts"], bodies, strict=True)
    return [use(part, body).headers.get("ETag", "none") for part, body in parts]


def complete(upload: Any, tags: list[str]) -> Any:
    """Join the parts; return S3's answer."""
    root = ET.Element("CompleteMultipartUpload")
    for number, tag in enumerate(tags, 1):
        part = ET.SubElement(root, "Part")
        ET.SubElement(part, "PartNumber").text = str(number)
        ET.SubElement(part, "ETag").text = tag
    return use(upload["completion"], ET.tostring(root))


@shows("parts")
def in_parts(scene: Scene) -> str:
    upload = start(scene, LARGE_KEY, size=len(LARGE), partSize=PART)
    answer = complete(upload, send(upload, [LARGE[:PART], LARGE[PART:]]))
    stored = scene.s3().get_object(Bucket=scene.ground.bucket, Key=LARGE_KEY)["Body"].read()
    return f"{answer.status}, stored: {compared(stored, LARGE)}"


@shows("parts-longer")
def a_longer_part(scene: Scene) -> str:
    upload = start(scene, LARGE_KEY, size=len(LARGE), partSize=PART)
    longer = LARGE[PART:] + b"!"
    return str(use(upload["parts"][1], longer, **{"Content-Length": str(len(longer))}).status)


@shows("several-grants")
def several(scene: Scene) -> str:
    """Read under one grant and write under another, with one session."""
    keys = scene.lend(
        {
            "targets": [
                {"target": scene.target("reports/*"), "permission": "READ"},
                {"target": scene.target("uploads/*"), "permission": "WRITE"},
            ]
        }
    )
    read = memo.get(scene, keys, REPORT)
    written = refusal(lambda: memo.put(scene, keys, "uploads/several.txt"))
    not_read = refusal(lambda: memo.get(scene, keys, memo.UPLOAD))
    not_written = refusal(lambda: memo.put(scene, keys, REPORT))
    return f"read: {read}; write: {written}; the other way: {each((not_read, not_written))}"


@shows("odd-keys")
def odd_keys(scene: Scene) -> str:
    """Write and read keys that are hard to sign, with URLs."""
    wrong = []
    for key in ODD_KEYS:
        body, name = key.encode(), f"odd/{key}"
        target = {"bucket": scene.ground.bucket, "key": name}
        requests = [{"method": method, "target": target} for method in ("PUT", "GET")]
        answer = {"expiresIn": 300, "requests": requests}
        put, get = scene.ask("/iam/presigned-urls", answer)["urls"]
        done = use(put, body).status, use(get).data
        stored = scene.s3().get_object(Bucket=scene.ground.bucket, Key=name)["Body"].read()
        if done != (200, body) or stored != body:
            wrong.append(key[:20])
    return f"not {wrong}" if wrong else "each is written and read"
