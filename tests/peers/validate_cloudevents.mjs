// Reads CloudEvents batches, one JSON array a line, and holds each event against the CloudEvents
// project's own SDK. Prints {"batches":n,"events":n}; exit 1 with the reason at the first wrong one.
import { createInterface } from "node:readline";
import { CloudEvent, HTTP } from "cloudevents";

const headers = { "content-type": "application/cloudevents-batch+json" };
let batches = 0;
let events = 0;

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  try {
    const parsed = HTTP.toEvent({ headers, body: line });
    if (!Array.isArray(parsed)) throw new Error("not a batch");
    const raw = JSON.parse(line);
    if (parsed.length !== raw.length) throw new Error(`${raw.length} events were read as ${parsed.length}`);
    for (const [index, event] of parsed.entries()) {
      event.validate();
      new CloudEvent(raw[index], true);
      if (event.id !== raw[index].id) throw new Error(`${event.id} is not ${raw[index].id}`);
      events += 1;
    }
    batches += 1;
  } catch (error) {
    console.error(`batch ${batches + 1}: ${error.message}`, error.errors ?? "");
    process.exit(1);
  }
}
console.log(JSON.stringify({ batches, events }));
