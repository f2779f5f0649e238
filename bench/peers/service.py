"""The usual service that signs URLs: FastAPI, pydantic models, one boto3 client.

It asks nobody who calls and what is granted. ``ask`` calls it through ASGI, without a socket.
"""

import json
from asyncio import AbstractEventLoop
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import boto3
from botocore.config import Config
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

OPERATIONS = {
    "GET": "get_object",
    "PUT": "put_object",
    "HEAD": "head_object",
    "DELETE": "delete_object",
}


class Model(BaseModel):
    """JSON members are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Wanted(Model):
    """One URL of a batch."""

    method: Literal["GET", "PUT", "HEAD", "DELETE"]
    bucket: str
    key: str


class Batch(Model):
    """The request."""

    expires_in: int = Field(ge=1, le=3300)
    requests: list[Wanted] = Field(min_length=1, max_length=1000)


class Signed(Model):
    """One URL of the answer."""

    method: str
    url: str
    expires_at: datetime


class Answer(Model):
    """The answer."""

    urls: list[Signed]


app = FastAPI()
s3: Any = boto3.client(
    "s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
)


@app.post("/presigned-urls")  # type: ignore[untyped-decorator]  # typed in the peers' environment
async def presigned_urls(batch: Batch) -> Answer:
    """Signs one after the other."""
    expires_at = datetime.now(UTC) + timedelta(seconds=batch.expires_in)
    urls = [
        Signed(
            method=one.method,
            url=s3.generate_presigned_url(
                OPERATIONS[one.method],
                Params={"Bucket": one.bucket, "Key": one.key},
                ExpiresIn=batch.expires_in,
            ),
            expires_at=expires_at,
        )
        for one in batch.requests
    ]
    return Answer(urls=urls)


def ask(loop: AbstractEventLoop, body: bytes) -> Any:
    """The answer to one request. Raises RuntimeError where it is not 200."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/presigned-urls",
        "raw_path": b"/presigned-urls",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"service")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    loop.run_until_complete(app(scope, receive, send))
    if sent[0]["status"] != 200:
        raise RuntimeError(f"the FastAPI service answers {sent[0]['status']}")
    return b"".join(one.get("body", b"") for one in sent[1:])


def body(bucket: str, keys: list[str]) -> bytes:
    """The request for these keys."""
    wanted = [{"method": "GET", "bucket": bucket, "key": key} for key in keys]
    return json.dumps({"expiresIn": 900, "requests": wanted}).encode()
