import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { neededFiles } from "../running/facts.ts";
import { mostClients } from "./relay_iroh.ts";

const { values } = loadConfig({
  environment: {
    POSTERN_SET__server__domain: "relay.example",
    POSTERN_SET__iroh__max_clients: "5000",
  },
});
const MAIL = neededFiles(values);

const LIMITS: readonly [limit: number | undefined, clients: number][] = [
  [undefined, 5000],
  [1_048_576, 5000],
  [MAIL + 5001, 5000],
  [MAIL + 4999, 4999],
  [MAIL + 100, 100],
  [MAIL, 100],
  [1024, 100],
];
for (const [limit, clients] of LIMITS) {
  Deno.test(`mostClients() is ${clients} where ${limit} files may be open`, () => {
    assert.equal(mostClients(values, limit), clients);
  });
}
