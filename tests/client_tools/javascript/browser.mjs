// A browser: the DOM, and XMLHttpRequest that heeds CORS. It chooses files as a user would.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { JSDOM, VirtualConsole } from "jsdom";

const { APP, FILE, TYPE, UPPY } = process.env;
const fetchSource = createRequire(import.meta.url).resolve("whatwg-fetch/dist/fetch.umd.js");
const polyfill = await readFile(fetchSource, "utf8"); // over XMLHttpRequest, which jsdom has
const errors = [];
const virtualConsole = new VirtualConsole();
virtualConsole.on("jsdomError", (error) => errors.push(error.message));
const { window } = await JSDOM.fromURL(`${APP}/`, {
  runScripts: "dangerously",
  virtualConsole,
  beforeParse: (page) => page.eval(polyfill),
});
const file = new window.File([`the content of ${FILE}`], FILE, { type: TYPE });

// The page as it is: chooses a file, and waits until the page says something.
async function choose() {
  const input = window.document.querySelector("input");
  Object.defineProperty(input, "files", { value: [file] });
  const output = window.document.querySelector("output");
  const said = new Promise((resolve) =>
    new window.MutationObserver(() => resolve(output.textContent)).observe(output, {
      childList: true,
    }),
  );
  input.dispatchEvent(new window.Event("change"));
  return await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 20_000))]);
}

// Uppy in the same window.
async function upload() {
  for (const name of ["document", "File", "Blob", "FormData", "XMLHttpRequest", "fetch"])
    globalThis[name] = window[name];
  globalThis.DOMParser = window.DOMParser;
  globalThis.window = window;
  Object.defineProperty(globalThis, "navigator", { value: window.navigator });
  const { uppy } = await import(UPPY);
  uppy.addFile({ name: FILE, type: TYPE, data: file });
  const { successful, failed } = await uppy.upload();
  if (failed.length) return `Failed: ${failed[0].error}`;
  return `Stored ${successful[0].response.body.key}`;
}

const said = await (UPPY ? upload() : choose());
process.stdout.write(JSON.stringify({ said, errors }));
process.exit();
