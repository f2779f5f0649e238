"use strict";
// The list of files that are being sent, and the field that adds to it.
(() => {
  const AT_ONCE = 3; // files
  const FINAL = ["large", "type", "name", "changed"]; // another try of the same would not help
  const $ = (id) => document.getElementById(id);
  const language = document.documentElement.lang;
  const percent = new Intl.NumberFormat(language, { style: "percent" });

  const say = (key, values = {}) =>
    known.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const size = (bytes) => {
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
    const unit = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"][power];
    return new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: power ? "short" : "long",
      maximumSignificantDigits: 3,
      roundingMode: "floor",
    }).format(bytes / 1000 ** power);
  };
  const announce = (text) => {
    $("status").textContent = text;
  };

  const jobs = [];
  const waiting = [];
  const running = new Set();
  const start = () => {
    while (running.size < AT_ONCE && waiting.length) run(waiting.shift());
  };

  async function run(job) {
    running.add(job);
    const name = job.file.name;
    try {
      if (job.file.size > known.most) throw new Refused("large");
      await (job.file.size > WHOLE ? sendParts(job) : sendWhole(job));
      job.end("sent");
      for (const id of ["left", "room"]) $(id)?.remove(); // they no longer say what is left
      announce(say("said_sent", { name }));
    } catch (error) {
      if (job.cancelled) {
        drop(job).catch(() => {});
      } else if (error instanceof Closed) {
        job.stop();
        drop(job).catch(() => {});
        close();
      } else {
        job.stop(); // parts that are still on their way
        const key = error.key ?? "failed";
        const text = say(key, { size: size(known.most) });
        job.fail(text, !FINAL.includes(key));
        announce(`${say("said_stopped", { name })} ${text}`);
      }
    }
    running.delete(job);
    start();
    if (!running.size && jobs.length > 1 && jobs.every((one) => one.sent)) {
      announce(say("said_all"));
    }
  }

  function rowOf(file) {
    const row = $("row").content.firstElementChild.cloneNode(true);
    const find = (one) => row.querySelector(one);
    const number = jobs.length + 1;
    const name = find("bdi");
    name.textContent = file.name; // isolated by its element, and known to who chose it
    name.id = `name-${number}`;
    find("span").textContent = size(file.size);
    find("progress").setAttribute("aria-labelledby", name.id);
    for (const kind of ["again", "cancel"]) {
      const button = find(`.${kind}`);
      button.id = `${kind}-${number}`;
      button.setAttribute("aria-labelledby", `${button.id} ${name.id}`);
    }
    $("list").append(row);
    return find;
  }

  function add(file) {
    const find = rowOf(file);
    const [bar, state, again, cancel] = ["progress", ".state", ".again", ".cancel"].map(find);
    let controller = new AbortController();
    const name = file.name.replace(/[/\\]/g, "_");
    const job = {
      file,
      described: {
        name: name.toWellFormed?.() ?? name,
        size: file.size,
        ...(/^[ -~]{1,512}$/.test(file.type) ? { type: file.type } : {}),
      },
      get signal() {
        return controller.signal;
      },
      stop: () => controller.abort(),
      show: (key, values) => {
        state.textContent = say(key, values);
      },
      progress: (loaded) => {
        if (controller.signal.aborted) return;
        bar.value = file.size ? loaded / file.size : 1;
        if (loaded) job.show("sending", { percent: percent.format(bar.value) });
      },
      end: (key) => {
        job.sent = key === "sent";
        job.cancelled = !job.sent;
        if (job.sent) bar.value = 1;
        job.show(key);
        state.classList.remove("bad");
        if ([cancel, again].includes(document.activeElement)) $("files").focus();
        cancel.hidden = true;
        again.hidden = true;
      },
      fail: (text, retry) => {
        state.textContent = text;
        state.classList.add("bad");
        again.hidden = !retry;
      },
    };
    cancel.onclick = () => {
      const idle = !running.has(job);
      job.end("cancelled");
      job.stop();
      if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1);
      if (idle) drop(job).catch(() => {});
    };
    again.onclick = () => {
      controller = new AbortController();
      state.classList.remove("bad");
      job.show("waiting");
      cancel.focus();
      again.hidden = true;
      waiting.push(job);
      start();
    };
    job.show("waiting");
    jobs.push(job);
    waiting.push(job);
  }

  /** Use the form instead, and say why. */
  function close() {
    for (const job of [...running, ...waiting]) {
      job.end("cancelled");
      job.stop();
    }
    waiting.length = 0;
    $("uploader").hidden = true;
    $("first-step").hidden = false;
    $("closed").hidden = false;
    $("name").focus();
  }

  let reached = null;
  $("files").addEventListener("change", async (event) => {
    const files = [...event.target.files];
    event.target.value = ""; // so that the same file can be chosen again
    $("list-title").hidden = false;
    files.forEach(add);
    // Before anything is reserved: a link for one file would be used up for nothing.
    reached ??= reach();
    const found = await reached;
    if (found === "closed") close();
    else start();
    if (found === "away") reached = null;
  });
  addEventListener("beforeunload", (event) => {
    if (running.size) event.preventDefault();
  });
  $("first-step").hidden = true;
  $("uploader").hidden = false;
})();
