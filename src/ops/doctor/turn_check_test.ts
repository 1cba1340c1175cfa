import assert from "node:assert/strict";
import type { LiveWorld } from "./check.ts";
import { TURN_CHECKS } from "./turn_check.ts";

const STATUS = {
  running: true,
  relay_addresses: ["203.0.112.9"],
  server: "turn.relay.example:3478",
  relay_ports: [49_152, 49_999],
};
const STEPS = [{ name: "binding", ok: true, detail: "" }];

interface Case {
  readonly listens?: false;
  readonly status?: Partial<Record<keyof typeof STATUS, unknown>>;
  readonly steps?: readonly unknown[];
  readonly found: string;
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "that is well": {
    found: "pass",
    says: /relays at 203\.0\.112\.9; UDP ports 49152 to 49999/,
  },
  "that is off": { listens: false, found: "skip", says: /is off/ },
  "that does not run": {
    status: { running: false },
    found: "fail",
    says: /does not run/,
  },
  "without an address": {
    status: { relay_addresses: [] },
    found: "fail",
    says: /No public address/,
  },
  "that clients are not told of": {
    status: { server: null },
    found: "fail",
    says: /clients are not told/,
  },
  "that does not relay": {
    steps: [...STEPS, { name: "relay", ok: false, detail: "nothing came" }],
    found: "fail",
    says: /^relay: nothing came$/,
  },
  "behind address translation": {
    status: { relay_addresses: ["192.168.1.2", "203.0.112.9"] },
    found: "warn",
    says: /relayed at 192\.168\.1\.2, which only this network/,
  },
};

for (
  const [name, { listens, status, steps = STEPS, ...wanted }] of Object.entries(
    CASES,
  )
) {
  Deno.test(`the doctor of a TURN server ${name}`, async () => {
    const turn = listens === false ? [] : [{ port: 3478 }];
    const [check] = TURN_CHECKS;
    assert.ok(check && "lookLive" in check);
    const findings = await check.lookLive({
      context: { listeners: () => ({ turn, turn_tls: [] }) },
      live: {
        turn: {
          status: () => Promise.resolve({ ...STATUS, ...status }),
          test: () => Promise.resolve({ steps }),
        },
      },
    } as unknown as LiveWorld);
    const [finding, ...more] = findings;
    assert.deepEqual(more, []);
    assert.equal(finding?.status, wanted.found);
    assert.match(finding.detail, wanted.says);
    const isBad = wanted.found === "fail" || wanted.found === "warn";
    assert.equal(finding.remedy !== null, isBad);
  });
}
