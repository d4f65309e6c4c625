// Holds an AsyncAPI document (standard input) against the AsyncAPI project's own parser and its rules.
// Prints {"version","operations","examples"}; exit 1 with every error and its place if there are any.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const kError = 0; // of Spectral's severities; the others are advice on style
const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const errors = diagnostics.filter((finding) => finding.severity === kError);
for (const error of errors) console.error(`${error.path.join(".")}: ${error.message}`);
if (errors.length > 0 || document === undefined) process.exit(1);

const examples = document.allMessages().all().reduce((sum, message) => sum + message.examples().all().length, 0);
console.log(JSON.stringify({ version: document.version(), operations: document.allOperations().all().length, examples }));
