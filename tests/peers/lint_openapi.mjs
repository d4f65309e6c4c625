// Redocly's linter over an OpenAPI document, with its strict recommendations. Argument: the document. Prints what it finds.
import redocly from "@redocly/openapi-core";

const config = await redocly.createConfig({
  extends: ["recommended-strict"],
  // The feed answers 101 to an upgrade, and nothing of the 2xx kind.
  rules: { "operation-2xx-response": "off" },
});
const problems = await redocly.lint({ ref: process.argv[2], config });
for (const problem of problems)
  process.stdout.write(`${problem.severity} ${problem.ruleId} ${problem.location[0]?.pointer}: ${problem.message}\n`);
process.exit(problems.length === 0 ? 0 : 1);
