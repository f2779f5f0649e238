"""aioboto3."""

import asyncio

import aioboto3
from steps import BODY, BUCKET, run

session = aioboto3.Session()


async def get(key):
    async with session.client("s3") as s3:
        answer = await s3.get_object(Bucket=BUCKET, Key=key)
        return (await answer["Body"].read()).decode()


async def put(key):
    async with session.client("s3") as s3:
        await s3.put_object(Bucket=BUCKET, Key=key, Body=BODY.encode())


run(lambda key: asyncio.run(get(key)), lambda key: asyncio.run(put(key)))
