// node-wot, Eclipse's implementation of the Web of Things, as a consumer of the gateway's things. Arguments: base URL and
// the id of a device; {"token"} on standard input. One JSON line for each step that was taken.
import { createInterface } from "node:readline";
import wotCore from "@node-wot/core";
import wotHttp from "@node-wot/binding-http";

const [base, device] = process.argv.slice(2);
const tell = (step) => process.stdout.write(JSON.stringify(step) + "\n");

const lines = createInterface({ input: process.stdin });
const { token } = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
lines.close();

const servient = new wotCore.Servient();
servient.addClientFactory(new wotHttp.HttpsClientFactory());
const wot = await servient.start();

const directoryDescription = await wot.requestThingDescription(`${base}/.well-known/wot`);
servient.addCredentials({ [directoryDescription.id]: { token } });
const directory = await wot.consume(directoryDescription);
const things = await (await directory.readProperty("things")).value();
tell({ things: things.length });

const description = things.find((thing) => thing.id === `urn:linli:device:${device}`);
servient.addCredentials({ [description.id]: { token } });
const thing = await wot.consume(description);
tell({ title: thing.getThingDescription().title });

tell({ battery: await (await thing.readProperty("battery")).value() });

tell({ invoking: true });
await thing.invokeAction("self_test");
tell({ invoked: true });

const heard = new Promise((resolve, reject) => {
  thing.subscribeEvent("fault", async (event) => resolve(await event.value()), reject)
    .then(() => tell({ subscribed: true }), reject);
});
tell({ event: await heard });
process.exit(0);
