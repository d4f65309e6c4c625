// Requests for every operation of an OpenAPI document, some as the document wants them and some bent, made by fast-check.
// Arguments: base URL and the document; {"token"} on standard input. Answers {"requests","statuses","problems"}.
import { readFileSync } from "node:fs";
import fc from "fast-check";

const [base, file] = process.argv.slice(2);
const { token } = JSON.parse(readFileSync(0, "utf8"));
const document = JSON.parse(readFileSync(file, "utf8"));
const RUNS = 12;
// These end the session of the test, wait for long, or make the machine work: seldom or never.
const NEVER = new Set(["feed", "subscribe_event", "restore"]);
const ONCE = new Set(["make_backup", "diagnostics_bundle", "claim", "recover", "accept_invitation"]);

const resolve = (schema) =>
  schema.$ref ? resolve(schema.$ref.slice(2).split("/").reduce((at, key) => at[key], document)) : schema;

const identifier = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);

function valuesOf(given) {
  const schema = resolve(given);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? "any"].flat();
  return fc.oneof(...types.map((type) => valueOf(type, schema)));
}

function valueOf(type, schema) {
  if (type === "integer") return fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000 });
  if (type === "number") return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "string" && schema.pattern) return identifier;
  if (type === "string") return fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 64, 64), unit: "binary" });
  if (type === "array")
    return fc.array(valuesOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) });
  if (type === "object") {
    const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valuesOf(one)]));
    if (Object.keys(fields).length > 0) return fc.record(fields, { requiredKeys: schema.required ?? [] });
    const more = typeof schema.additionalProperties === "object" ? valuesOf(schema.additionalProperties) : fc.jsonValue({ maxDepth: 2 });
    return fc.dictionary(identifier, more, { minKeys: schema.minProperties ?? 0, maxKeys: 3 });
  }
  return fc.jsonValue({ maxDepth: 3 });
}

// As the document says, with one member bent, or something else altogether.
function bodiesOf(operation) {
  const media = operation.requestBody?.content?.["application/json"];
  if (!media) return fc.constant(undefined);
  const right = valuesOf(media.schema);
  const bent = fc.tuple(right, fc.string(), fc.jsonValue()).map(([body, key, value]) =>
    body !== null && typeof body === "object" && !Array.isArray(body) ? { ...body, [key]: value } : value);
  const text = fc.constantFrom("", "{", "[]", "null", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "[".repeat(200), "1e999");
  return fc.oneof({ weight: 4, arbitrary: right.map(JSON.stringify) }, { weight: 3, arbitrary: bent.map(JSON.stringify) },
    { weight: 1, arbitrary: text });
}

function requestsOf(path, method, operation) {
  const known = method === "get" ? fc.constantFrom("smoke-3-2-01", "battery", "site", "nothing") : fc.constantFrom("nothing", "b9");
  const segment = fc.oneof(known, identifier, fc.string({ minLength: 1, maxLength: 80, unit: "grapheme" }));
  const parameters = operation.parameters ?? [];
  const query = Object.fromEntries(parameters.filter((one) => one.in === "query").map((one) =>
    [one.name, fc.oneof(valuesOf(one.schema).map(String), fc.string({ unit: "grapheme", maxLength: 300 }))]));
  return fc.record({
    segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
    query: fc.record(query, { requiredKeys: [] }),
    body: bodiesOf(operation),
    // Settings must not really change: no tag of this kind is ever right.
    ifMatch: fc.constantFrom(undefined, "\"0\"", "W/\"0\"", "nonsense"),
    key: fc.option(fc.oneof(identifier, fc.constantFrom("not an id")), { nil: undefined }),
    accept: fc.constantFrom("application/json", "*/*", "text/html", "application/json;q=0"),
    type: fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain"),
    bare: fc.boolean(),
  }).map((made) => ({ path, method, operation, ...made }));
}

function send({ path, method, segments, query, body, ifMatch, key, accept, type, bare }) {
  let next = 0;
  const filled = path.replace(/\{[a-z]+\}/g, () => encodeURIComponent(segments[next++].replaceAll("/", "-").replaceAll("\0", "-")));
  const headers = { accept, ...(bare ? {} : { authorization: `Bearer ${token}` }) };
  if (body !== undefined) headers["content-type"] = type;
  if (ifMatch) headers["if-match"] = ifMatch;
  if (key) headers["idempotency-key"] = key;
  const search = new URLSearchParams(query).toString();
  return fetch(base + filled + (search ? `?${search}` : ""), { method: method.toUpperCase(), headers, body, redirect: "manual" });
}

async function judge(request, response) {
  const text = await response.text();
  const known = Object.keys(request.operation.responses);
  const problems = [];
  if (response.status === 500) problems.push("500");
  // 404 of a path that is none, 400 and 431 of a request that is none: the server says those before any route.
  if (!known.includes(String(response.status)) && ![400, 404, 431].includes(response.status)) problems.push(`${response.status} is not documented`);
  const ours = response.status >= 400 && !(request.operation.operationId === "ready" && response.status === 503);
  if (ours && request.method !== "head") {
    if (!response.headers.get("content-type")?.startsWith("application/problem+json")) problems.push("not problem+json");
    else if (!JSON.parse(text).code) problems.push("no code");
  }
  return problems.map((what) => ({ what, operation: request.operation.operationId, status: response.status, query: request.query,
    segments: request.segments, body: request.body?.slice(0, 200), answer: text.slice(0, 300) }));
}

const report = { requests: 0, statuses: {}, problems: [] };
const seed = 20261124;
for (const [path, row] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(row)) {
    if (NEVER.has(operation.operationId)) continue;
    const runs = ONCE.has(operation.operationId) ? 2 : RUNS;
    for (const request of fc.sample(requestsOf(path, method, operation), { numRuns: runs, seed: seed + report.requests })) {
      const response = await send(request);
      report.requests += 1;
      report.statuses[response.status] = (report.statuses[response.status] ?? 0) + 1;
      report.problems.push(...await judge(request, response));
    }
  }
}
report.problems = report.problems.slice(0, 50);
process.stdout.write(JSON.stringify(report));
process.exit(0);
