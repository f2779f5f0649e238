"""Shares as the service answers them."""

from typing import Any

ID = "0123456789abcdef"
LINK = "https://vend.example.com/v1/s/" + "k" * 32
DOWNLOAD: "dict[str, Any]" = {
    "id": ID,
    "kind": "download",
    "target": "s3://b/reports/2026.csv",
    "grant": "reports",
    "state": "live",
    "createdAt": "2026-11-29T10:00:00Z",
    "expiresAt": "2026-12-06T10:00:00Z",
    "until": "2026-12-06T10:00:00Z",
    "uses": 2,
    "left": 1,
    "maxUses": 3,
    "password": False,
}
UPLOAD: "dict[str, Any]" = {
    **DOWNLOAD,
    "id": "0123456789abcdeg",
    "kind": "upload",
    "target": "s3://b/inbox/*",
    "bytes": 3 * 1024**2,
    "maxSize": 1024**3,
    "contentTypes": ["image/*"],
}
OWNER = {"owner": {"arn": "arn:aws:iam::123456789012:user/Ann"}}


def made(share: "dict[str, Any]" = DOWNLOAD, **more: object) -> "dict[str, Any]":
    """The answer to a request for this share, which alone has the link."""
    return {**share, "url": LINK, "vendId": "v" * 16, **more}
