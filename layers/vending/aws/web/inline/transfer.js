"use strict";
// What the scripts of an upload share: requests to the page's own address and to S3.
// A connection that breaks is tried again, and nothing is said twice to S3 under the same key.

const WHOLE = 64 * 1024 ** 2; // bytes that go up in one piece, or are signed at a time
const TRIES = 8;
const SILENCE = 60000; // milliseconds without progress, after which a request is given up
const NOTHING = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; // SHA-256 of no bytes
const PASSES = /<Code>(RequestTimeout|BadDigest|IncompleteBody|InternalError|SlowDown)</;

const known = JSON.parse(document.getElementById("uploader").dataset.known);
const ticket = document.querySelector("#first-step [name=ticket]")?.value;

/** What ends a file; `key` names the page's text that says why. */
class Refused extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}
/** The bucket has no CORS rule for this page. */
class Closed extends Error {}
/** The connection broke, or was silent for too long. */
class Broken extends Error {}

/** Wait longer after each failure, and no longer than the device is offline. */
const pause = (failures, signal, seconds = 0) =>
  new Promise((resolve, reject) => {
    const most = Math.min(30000, 500 * 2 ** failures);
    const timer = setTimeout(end, Math.max(seconds * 1000, most * (0.5 + Math.random() / 2)));
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });

// One buffer at a time, so that memory has one part however many files there are.
let reading = Promise.resolve();
const hashes = Boolean(globalThis.crypto?.subtle); // not on a page without TLS
const digest = (blob) => {
  const found = reading.then(async () => {
    const bytes = await blob.arrayBuffer().catch(() => {
      throw new Refused("changed");
    });
    const sum = await crypto.subtle.digest("SHA-256", bytes);
    return btoa(String.fromCharCode(...new Uint8Array(sum)));
  });
  reading = found.catch(() => {});
  return found;
};

/** Ask the page's own address; what is busy or fails is asked again. */
async function ask(members, signal) {
  const body = JSON.stringify(ticket ? { ...members, ticket } : members);
  for (let failures = 0; ; failures += 1) {
    let answer = null;
    try {
      answer = await fetch(location.href, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        signal,
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
      });
      if (answer.ok) return await answer.json();
    } catch (error) {
      if (signal.aborted) throw error;
      answer = null;
    }
    const seconds = Number(answer?.headers.get("Retry-After") ?? 0);
    const passes = !answer || answer.status === 429 || answer.status >= 500;
    const most = answer?.status === 500 ? 1 : TRIES; // 500: S3 refuses, which seldom passes
    if (!passes || failures >= most || seconds > 60) throw await refusal(answer);
    await pause(failures, signal, seconds);
  }
}

const BY_STATUS = { 403: "refused", 404: "over", 410: "over", 413: "full", 429: "busy" };
const BY_MEMBER = { "/name": "name", "/type": "type", "/plan": "late" };
async function refusal(answer) {
  if (!answer) return new Refused("broken");
  if (answer.status in BY_STATUS) return new Refused(BY_STATUS[answer.status]);
  const problem = await answer.json().catch(() => ({}));
  const pointer = problem.errors?.[0]?.pointer?.replace("#", "");
  return new Refused(BY_MEMBER[pointer] ?? "failed");
}

/** One request to S3, with progress; it needs the bucket's CORS rule. */
const send = (target, body, signal, progress) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE);
    };
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => {
      alive();
      progress(event.loaded);
    };
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else if (request.status === 0) reject(new Broken());
      else resolve(request);
    };
    signal.addEventListener("abort", stop);
    alive();
    request.send(body);
  });

/** Whether S3 answers this page: "open", "closed" (no CORS rule), or "away" (no connection). */
async function reach() {
  const quiet = { credentials: "omit", cache: "no-store" };
  const headers = {
    "Content-Type": "application/octet-stream",
    "If-None-Match": "*",
    "x-amz-checksum-sha256": NOTHING,
  };
  try {
    // A part of an upload that is not there: S3 refuses it, and writes nothing.
    const part = `${known.bucket}s3vend?partNumber=1&uploadId=none`;
    await fetch(part, { method: "PUT", headers, ...quiet });
    return "open";
  } catch {
    const any = fetch(known.bucket, { mode: "no-cors", ...quiet });
    return any.then(() => "closed", () => "away");
  }
}

/**
 * Send until S3 has answered for good. `fresh` gives another URL where S3 refuses this one;
 * without it, that is the end.
 */
async function deliver(job, target, body, progress, fresh) {
  const { signal } = job;
  let lost = false;
  for (let failures = 0; ; failures += 1) {
    let why = "failed";
    try {
      const answer = await send(target, body, signal, progress);
      const { status, responseText: text } = answer;
      const passes = status >= 500 || [408, 429].includes(status) || PASSES.test(text);
      if (status < 300 && !text.includes("<Error>")) return answer;
      // The key is this file's own: what is there already was sent before.
      if (status === 412 || (status === 404 && lost)) return answer;
      if (status === 404) throw new Refused("late");
      if (status === 403 && fresh) target = await fresh();
      else if (status === 403) {
        throw new Refused(Date.parse(target.expiresAt) > Date.now() ? "refused" : "late");
      } else if (!passes) throw new Refused("failed");
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      await body.slice(0, 1).arrayBuffer().catch(() => {
        throw new Refused("changed");
      });
      if (!job.answered) {
        const found = await reach();
        if (found === "closed") throw new Closed();
        job.answered = found === "open";
      }
      lost = true;
      why = "broken";
      job.show("retrying");
    }
    if (failures >= TRIES) throw new Refused(why);
    await pause(failures, signal);
    progress(0);
  }
}
