// A LwM2M device on npm's lwm2m-node-lib (plain UDP): a thermometer with a buzzer. Usage: node lwm2m_device.mjs PORT NAME.
// On its standard input "set VALUE" changes the temperature and "bye" deregisters. Prints a JSON line for each thing that happened.
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import lwm2m from "lwm2m-node-lib";

const [port, name] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const client = lwm2m.client;

client.init({ client: { lifetime: "300", version: "1.0", logLevel: "FATAL", observe: { period: 500 }, ipProtocol: "udp4",
                        serverProtocol: "udp4", formats: [] } });
const registry = client.registry;
const create = promisify(registry.create), set = promisify(registry.setResource);
registry.bus?.setMaxListeners?.(50);
for (const [uri, resource, value] of [["/3/0", "0", "peer"], ["/3303/0", "5700", "19.5"], ["/3338/0", "5850", "0"]]) {
  await create(uri);
  await set(uri, resource, value);
}
const device = await promisify(client.register)("127.0.0.1", port, null, name);
say({ registered: device.location });
client.setHandler(device.serverInfo, "write", (object, instance, resource, value, done) => {
  say({ write: `/${object}/${instance}/${resource}`, value: value.toString() });
  done(null);
});
for await (const line of createInterface({ input: process.stdin })) {
  const [word, value] = line.split(" ");
  if (word === "set") await set("/3303/0", "5700", value);
  if (word === "bye") break;
}
await promisify(client.unregister)(device);
process.exit(0);
