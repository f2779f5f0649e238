// Uppy 6 on a page whose origin serves the API below a path of its own, as the page's site would.
// With credentials, it is set up by the lines of docs/sdks.md.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { BODY, BUCKET, HOW, OUT, STRAY, S3VEND_PATH, S3VEND_TOKEN_FILE } = process.env;
const [how, inParts] = HOW.split(" ");
const origin = process.env.AWS_ENDPOINT_URL_S3;
const token = readFileSync(S3VEND_TOKEN_FILE, "utf8");
const { window } = new JSDOM("", { url: `${origin}/` });
globalThis.window = window;
for (const name of ["document", "XMLHttpRequest", "FormData", "File", "Blob"])
  globalThis[name] = window[name];
const { default: Uppy } = await import("@uppy/core");
const { default: AwsS3 } = await import("@uppy/aws-s3");

const pageFetch = (path, options) =>
  fetch(path.replace("/vend", `${origin}${S3VEND_PATH}`), options);
const page = readFileSync(new URL("../../../docs/sdks.md", import.meta.url), "utf8");
const [, lines] = page.match(/```js\n(.*?)```/s);
const documented = lines
  .replace("https://bucket.s3.ap-northeast-1.amazonaws.com", `${origin}/${BUCKET}`)
  .replace("s3://bucket/", `s3://${BUCKET}/`);

const sign = async ({ method, key, contentType }) => {
  const request = { method, target: `s3://${BUCKET}/${key}`, contentType };
  const answer = await pageFetch("/vend/web-identity/presigned-urls", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ expiresIn: 900, requests: [request] }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).urls[0];
};
const setUp = {
  credentials: new Function("uppy", "AwsS3", "token", "fetch", documented),
  url: (uppy) => uppy.use(AwsS3, { signRequest: sign }),
  form: (uppy) =>
    uppy.use(AwsS3, { signRequest: (request) => sign({ ...request, method: "POST" }) }),
};

const upload = async (key) => {
  const uppy = new Uppy();
  setUp[how](uppy, AwsS3, token, pageFetch);
  const more = { shouldUseMultipart: Boolean(inParts), generateObjectKey: () => key };
  uppy.getPlugin("AwsS3").setOptions(more);
  const data = new window.File([BODY], "file", { type: "text/plain" });
  uppy.addFile({ name: "file", type: "text/plain", data });
  const { failed } = await uppy.upload();
  return failed.length ? `${failed[0].error}` : "was allowed";
};

const wrote = await upload(OUT);
const refused = [await upload(STRAY)];
process.stdout.write(JSON.stringify({ wrote, refused }));
process.exit(0);
