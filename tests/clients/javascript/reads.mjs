// The AWS SDK for JavaScript v3, as it comes.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

const { BUCKET, INSIDE, OUTSIDE, SECONDS } = process.env;
const s3 = new S3Client({ forcePathStyle: true });
const read = async (Key) =>
  (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body.transformToString();

const told = { inside: await read(INSIDE) };
try {
  told.outside = `read ${await read(OUTSIDE)}`;
} catch (error) {
  told.outside = `${error.name}: ${error.message}`;
}
await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS));
told.again = await read(INSIDE);
process.stdout.write(JSON.stringify(told));
