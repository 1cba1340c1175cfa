import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { openFileFacts } from "./facts.ts";

/** Keys that let connections in, each of which takes a descriptor. */
const KEYS = [
  "smtp__max_connections",
  "submission__max_connections",
  "imap__max_connections",
  "turn__max_allocations",
] as const;

function needed(key?: string): number {
  const { values } = loadConfig({
    environment: {
      POSTERN_SET__server__domain: "relay.example",
      ...(key && { [`POSTERN_SET__${key}`]: "1" }),
    },
  });
  return openFileFacts(values, 1_000_000).openFiles!.needed;
}

for (const key of KEYS) {
  Deno.test(`openFileFacts() counts what ${key} lets in`, () => {
    assert.ok(needed(key) < needed());
  });
}
