// A device on npm's coap (plain UDP): registers for commands, posts an event, confirms the first command that it is
// told, and ends. Usage: node coap_device.mjs PORT. Prints a JSON line for each thing that happened.
import coap from "coap";

const port = Number(process.argv[2]);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

function ask(method, pathname, payload, options = {}) {
  return new Promise((resolve, reject) => {
    const request = coap.request({ hostname: "127.0.0.1", port, method, pathname, confirmable: true, ...options });
    if (payload !== undefined) request.setOption("Content-Format", "application/json");
    request.on("response", resolve);
    request.on("error", reject);
    request.end(payload === undefined ? undefined : JSON.stringify(payload));
  });
}

const core = await ask("GET", "/.well-known/core");
say({ core: core.code, payload: core.payload.toString() });

const commands = await ask("GET", "/linli/v1/command", undefined, { observe: true });
say({ observes: commands.code, observe: commands.headers.Observe });
commands.on("data", async (bytes) => {
  const command = JSON.parse(bytes.toString());
  if (command.command === undefined) return;
  say({ command });
  const result = await ask("POST", "/linli/v1/result", { command: command.command, ok: true });
  say({ result: result.code });
  process.exit(0);
});

const event = await ask("POST", "/linli/v1/event", { id: "npm1", event: "tamper" });
say({ event: event.code });
