// The AWS SDK for JavaScript v3, as it comes: many ranges down, many parts up.
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

const { BUCKET: Bucket, LARGE, TARGET: Key } = process.env;
const PARTS = Number(process.env.PARTS);
const BYTES = Number(process.env.BYTES);
const s3 = new S3Client({ forcePathStyle: true });

// Four at a time, in their order.
async function each(count, work) {
  const made = new Array(count);
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) made[number] = await work(number);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return made;
}

const pieces = await each(PARTS, async (number) => {
  const Range = `bytes=${number * BYTES}-${(number + 1) * BYTES - 1}`;
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key: LARGE, Range }));
  return Buffer.from(await answer.Body.transformToByteArray());
});
const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
const Parts = await each(PARTS, async (number) => {
  const PartNumber = number + 1;
  const asked = { Bucket, Key, UploadId, PartNumber, Body: pieces[number] };
  return { PartNumber, ETag: (await s3.send(new UploadPartCommand(asked))).ETag };
});
const done = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
await s3.send(new CompleteMultipartUploadCommand(done));
const sha256 = createHash("sha256").update(Buffer.concat(pieces)).digest("hex");
process.stdout.write(JSON.stringify({ sha256 }));
