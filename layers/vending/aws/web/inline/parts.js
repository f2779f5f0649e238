"use strict";
// Sends a file in one piece, or in parts that outlive a broken connection and a reload.

const PARTS = 10000;
const SIDE_BY_SIDE = 3; // parts of one file

/**
 * Remembers for this tab which parts of a plan have arrived, so that the same file goes on after a
 * reload. The key is a hash: neither the link nor the file's name is stored.
 */
const memory = {
  async key(file) {
    const text = [location.pathname, file.name, file.size, file.lastModified].join("\n");
    return hashes ? `upload ${await digest(new Blob([text]))}` : null;
  },
  read(key) {
    try {
      const plan = JSON.parse(sessionStorage.getItem(key));
      return plan && Date.parse(plan.expiresAt) > Date.now() ? plan : null;
    } catch {
      return null;
    }
  },
  write(key, plan) {
    try {
      if (plan && key) sessionStorage.setItem(key, JSON.stringify(plan));
      else sessionStorage.removeItem(key);
    } catch {
      // Storage is off or full: after a reload the file starts again.
    }
  },
};

/** A file of up to WHOLE bytes. A broken connection is tried with the same URL while it lives. */
async function sendWhole(job) {
  const { file, signal } = job;
  if (!(Date.parse(job.target?.expiresAt) > Date.now())) {
    job.show("reading");
    const sum = hashes ? { sha256: await digest(file) } : {};
    job.target = await ask({ do: "put", ...job.described, ...sum }, signal);
  }
  await deliver(job, job.target, file, job.progress);
}

/** A larger file, by its plan; parts that have arrived are not sent again. */
async function sendParts(job) {
  const key = await memory.key(job.file);
  job.plan ??= memory.read(key);
  if (!job.plan) {
    // Parts of a file above PARTS * WHOLE bytes are too large to be read into memory.
    const checksums = hashes && job.file.size <= PARTS * WHOLE;
    const asked = { do: "plan", ...job.described, checksums };
    const { plan, partSize, partCount, expiresAt } = await ask(asked, job.signal);
    job.plan = { plan, partSize, partCount, expiresAt, checksums, arrived: {} };
    memory.write(key, job.plan);
  }
  try {
    const next = signedParts(job);
    const progress = progressOf(job);
    const work = async () => {
      for (let part = await next(); part; part = await next()) {
        job.plan.arrived[part.partNumber] = await sendPart(job, part, progress);
        progress(part.partNumber, 0);
        memory.write(key, job.plan);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    await complete(job);
    memory.write(key, null);
  } catch (error) {
    if (["late", "over"].includes(error.key)) {
      memory.write(key, null);
      job.plan = null;
    }
    throw error;
  }
}

const bytesOf = ({ file, plan }, number) =>
  file.slice((number - 1) * plan.partSize, Math.min(number * plan.partSize, file.size));

/** Says how much of the file has arrived, or is on its way. */
function progressOf(job) {
  const loading = {};
  return (number, loaded) => {
    loading[number] = loaded;
    const arrived = Object.keys(job.plan.arrived).length * job.plan.partSize;
    const all = Object.values(loading).reduce((sum, one) => sum + one, arrived);
    job.progress(Math.min(all, job.file.size));
  };
}

/** Sign parts with numbers that follow each other. */
async function sign(job, from, to) {
  const { plan, signal } = job;
  const sums = [];
  for (let number = from; plan.checksums && number <= to; number += 1) {
    sums.push(await digest(bytesOf(job, number)));
  }
  const checksums = plan.checksums ? { checksums: sums } : {};
  const answer = await ask({ do: "parts", plan: plan.plan, from, to, ...checksums }, signal);
  return answer.parts.map((part, place) => ({ ...part, sum: sums[place] }));
}

/** A function that gives the next missing part with its URL, and null after the last. */
function signedParts(job) {
  const { plan } = job;
  const most = Math.min(100, Math.max(1, Math.floor(WHOLE / plan.partSize)));
  const missing = [];
  for (let number = 1; number <= plan.partCount; number += 1) {
    if (!plan.arrived[number]) missing.push(number);
  }
  const signed = [];
  let signing = null;
  const refill = async () => {
    const from = missing[0];
    let count = 1;
    while (count < most && missing[count] === from + count) count += 1;
    signed.push(...(await sign(job, from, from + count - 1)));
    missing.splice(0, count);
  };
  return async () => {
    while (!signed.length) {
      if (!missing.length && !signing) return null;
      signing ??= refill().finally(() => {
        signing = null;
      });
      await signing;
    }
    return signed.shift();
  };
}

async function sendPart(job, part, progress) {
  const number = part.partNumber;
  const fresh = async () => (await sign(job, number, number))[0];
  const loaded = (bytes) => progress(number, bytes);
  const answer = await deliver(job, part, bytesOf(job, number), loaded, fresh);
  const tag = answer.getResponseHeader("ETag");
  if (!tag) throw new Closed(); // the bucket's rule does not expose it
  job.answered = true;
  return [tag, part.sum];
}

async function complete(job) {
  const { plan, signal } = job;
  job.show("ending");
  const listed = Array.from({ length: plan.partCount }, (_, place) => {
    const [tag, sum] = plan.arrived[place + 1];
    const checksum = sum ? `<ChecksumSHA256>${sum}</ChecksumSHA256>` : "";
    return `<Part><PartNumber>${place + 1}</PartNumber><ETag>${tag}</ETag>${checksum}</Part>`;
  });
  const space = "http://s3.amazonaws.com/doc/2006-03-01/";
  const all = `<CompleteMultipartUpload xmlns="${space}">${listed.join("")}</CompleteMultipartUpload>`;
  const end = () => ask({ do: "complete", plan: plan.plan }, signal);
  await deliver(job, await end(), new Blob([all]), () => {}, end);
}

/** End a plan at S3, so that its parts are deleted. */
async function drop(job) {
  if (!job.plan) return;
  const { signal } = new AbortController();
  memory.write(await memory.key(job.file), null);
  await send(await ask({ do: "abort", plan: job.plan.plan }, signal), null, signal, () => {});
}
