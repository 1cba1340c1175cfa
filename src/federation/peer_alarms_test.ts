import assert from "node:assert/strict";
import { PeerAlarms } from "./peer_alarms.ts";

function world() {
  const time = { ms: 0 };
  const told: string[] = [];
  const alarms = new PeerAlarms({
    clock: { now: () => 0, monotonic: () => time.ms },
    onChange: (kind, count) => void told.push(`${kind} ${count}`),
  });
  return { alarms, told, time };
}

const REFUSED = {
  kind: "signature_refused",
  destination: "a.example",
} as const;

Deno.test("PeerAlarms counts destinations until they take mail", () => {
  const { alarms, told } = world();
  alarms.raise(REFUSED);
  alarms.raise(REFUSED);
  alarms.raise({ ...REFUSED, destination: "b.example" });
  alarms.seen({ destination: "a.example", result: "refused" });
  alarms.seen({ destination: "a.example", result: "delivered" });
  alarms.seen({ destination: "a.example", result: "delivered" });
  assert.deepEqual(told, [
    "signature_refused 1",
    "signature_refused 1",
    "signature_refused 2",
    "signature_refused 1",
  ]);
});

Deno.test("PeerAlarms forgets after a day", () => {
  const { alarms, told, time } = world();
  alarms.raise({ kind: "tls_enforced", destination: "a.example" });
  time.ms = 86_399_000;
  alarms.look();
  time.ms = 86_400_000;
  alarms.look();
  alarms.look();
  assert.deepEqual(told, ["tls_enforced 1", "tls_enforced 0"]);
});

Deno.test("PeerAlarms has an upper limit", () => {
  const { alarms, told } = world();
  for (let i = 0; i < 1100; i++) {
    alarms.raise({ ...REFUSED, destination: `d${i}.example` });
  }
  assert.equal(told.at(-1), "signature_refused 1000");
});

Deno.test("PeerAlarms keeps a changed certificate, whatever is delivered", () => {
  const { alarms, told } = world();
  const destination = "[192.0.2.1]";
  alarms.raise({ kind: "certificate_changed", destination });
  alarms.seen({ destination, result: "delivered" });
  assert.deepEqual(told, ["certificate_changed 1"]);
});
