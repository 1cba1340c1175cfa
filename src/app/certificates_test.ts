import assert from "node:assert/strict";
import { loadConfig } from "../config/load.ts";
import { certificateSource, orderedNames } from "./certificates.ts";

const { values } = loadConfig({
  path: "postern.toml",
  text: `[server]
domain = "chat.example"
domains = ["other.example"]
public_ip = ["192.0.2.1", "2001:db8::1"]
`,
});

Deno.test("a certificate of our own is for names and addresses, those of authorities are for names", () => {
  const source = certificateSource(values);
  assert.ok(source.mode === "self_signed");
  assert.deepEqual(source.names, [
    "chat.example",
    "other.example",
    "192.0.2.1",
    "2001:db8::1",
  ]);
  assert.ok(!orderedNames(values).includes("192.0.2.1"));
});
