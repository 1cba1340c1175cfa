import assert from "node:assert/strict";
import { LocalDomains } from "../../mail/local_domains.ts";
import { attempt } from "./attempt.ts";
import { FederationPolicy, type PolicySettings } from "../policy/policy.ts";
import { settlementOf } from "./settlement.ts";
import {
  fakeTransport,
  note,
  shown,
  unitFor,
} from "../../../tests/federation/fake_transport.ts";
import type { Attempt } from "../transport.ts";

const DOMAINS = new LocalDomains({ domains: ["relay.example"] });
const SCHEDULE = { stepSeconds: [10, 20, 40], random: () => 0.5 };

function policy(settings: Partial<PolicySettings> = {}): FederationPolicy {
  return new FederationPolicy(
    { enabled: true, mode: "open", rules: [], dismissed: [], ...settings },
    DOMAINS,
  );
}

const ANN = "ann@far.example";
const BOB = "bob@far.example";
const CAT = "cat@far.example";

async function run(
  unit = unitFor("far.example", [ANN]),
  answer: (
    names: readonly string[],
  ) => Attempt["kind"] | Record<string, string>,
  settings: Partial<PolicySettings> = {},
  signal = new AbortController().signal,
) {
  const { transport, calls } = fakeTransport(answer);
  const parts = { policy: policy(settings), transport, signal };
  const outcome = await attempt(unit, parts);
  const settlement = settlementOf(unit, outcome, "sender", SCHEDULE);
  return { calls, outcomes: shown(settlement), reach: settlement.reach };
}

const delivered = () => ({ "*": "delivered" });

Deno.test("attempt() asks the policy each time", async () => {
  const unit = unitFor("far.example", [ANN]);
  const of = async (settings: Partial<PolicySettings>) => {
    const { calls, outcomes } = await run(unit, delivered, settings);
    assert.equal(calls.length, 0);
    return outcomes;
  };
  const rules = [{ pattern: "*", action: "block" }] as const;
  assert.deepEqual(await of({ rules }), ["failed 5.7.1"]);
  assert.deepEqual(await of({ mode: "closed" }), ["failed 5.7.1"]);
  assert.deepEqual(await of({ dismissed: ["far.example"] }), ["delivered"]);
  assert.deepEqual(await of({ enabled: false }), ["untried"]);
  const ours = unitFor("relay.example", ["x@relay.example"]);
  const { calls, outcomes } = await run(ours, delivered);
  assert.deepEqual([calls.length, outcomes], [0, ["failed 5.4.6"]]);
});

Deno.test("attempt() names the channels that are left", async () => {
  const rules = [{ pattern: "*", channels: { smtp: "off" } }] as const;
  const { calls } = await run(undefined, delivered, { rules });
  assert.deepEqual(calls[0]!.channels, ["http"]);
});

Deno.test("who was refused together is tried alone", async () => {
  const unit = unitFor("far.example", [ANN, BOB, CAT]);
  const { calls, outcomes, reach } = await run(unit, (names) => {
    if (names.length > 1) {
      return { [ANN]: "delivered", [BOB]: "apart 5.1.1", [CAT]: "apart 5.1.1" };
    }
    return { [BOB]: "apart 5.1.1", [CAT]: "delivered" };
  });
  assert.deepEqual(calls.map(({ names }) => names), [
    [ANN, BOB, CAT],
    [BOB],
    [CAT],
  ]);
  assert.deepEqual(outcomes, ["delivered", "failed 5.1.1", "delivered"]);
  assert.deepEqual(reach, { kind: "reached" });
});

Deno.test("who is alone is refused for good", async () => {
  const { calls, outcomes } = await run(undefined, () => ({
    "*": "apart 5.1.1",
  }));
  assert.deepEqual([calls.length, outcomes], [1, ["failed 5.1.1"]]);
});

Deno.test("those apart wait when the peer is gone meanwhile", async () => {
  const unit = unitFor("far.example", [ANN, BOB, CAT]);
  const { calls, outcomes } = await run(
    unit,
    (names) => names.length > 1 ? { "*": "apart 5.6.0" } : "unreached",
  );
  assert.equal(calls.length, 2);
  assert.deepEqual(outcomes, [
    "retry 10 4.4.1",
    "retry 10 4.6.0",
    "retry 10 4.6.0",
  ]);
});

Deno.test("nobody is tried alone once the attempt is to end", async () => {
  const unit = unitFor("far.example", [ANN, BOB]);
  const abort = new AbortController();
  const { calls, outcomes } = await run(
    unit,
    () => {
      abort.abort();
      return { "*": "apart 5.6.0" };
    },
    {},
    abort.signal,
  );
  assert.equal(calls.length, 1);
  assert.deepEqual(outcomes, ["retry 10 4.6.0", "retry 10 4.6.0"]);
});

Deno.test("a recipient without an answer is tried again", async () => {
  const unit = unitFor("far.example", [ANN, BOB]);
  const { outcomes } = await run(unit, () => ({ [ANN]: "delivered" }));
  assert.deepEqual(outcomes, ["delivered", "retry 10 4.3.0"]);
});

Deno.test("settlementOf() counts a recipient's own attempts, and the peer's wish", () => {
  const verdicts = new Map(
    [
      [0, { kind: "temporary", note: note("4.2.1") }],
      [1, { kind: "temporary", note: note("4.2.1"), notBeforeSeconds: 300 }],
    ] as const,
  );
  const unit = unitFor("far.example", [ANN, BOB], { attempts: 2 });
  const settlement = settlementOf(
    unit,
    { kind: "answered", verdicts },
    "sender",
    SCHEDULE,
  );
  assert.deepEqual(shown(settlement), ["retry 40 4.2.1", "retry 300 4.2.1"]);
});

Deno.test("settlementOf() of one not reached closes the destination, by its own count", () => {
  const of = (failStreak: number, notBeforeSeconds?: number) => {
    const unit = unitFor("far.example", [ANN], { attempts: 2, failStreak });
    return settlementOf(
      unit,
      {
        kind: "unreached",
        note: note("4.4.1"),
        ...(notBeforeSeconds !== undefined && { notBeforeSeconds }),
      },
      "sender",
      SCHEDULE,
    );
  };
  assert.deepEqual(shown(of(0)), ["unreached 4.4.1"]);
  const after = (settlement: ReturnType<typeof of>) =>
    settlement.reach?.kind === "unreached" && settlement.reach.afterSeconds;
  assert.deepEqual([of(0), of(1), of(9), of(0, 60)].map(after), [
    10,
    20,
    40,
    60,
  ]);
});

Deno.test("settlementOf() of what cannot be read holds it, and says nothing of the peer", () => {
  const unit = unitFor("far.example", [ANN, BOB]);
  const settlement = settlementOf(
    unit,
    { kind: "unreadable", note: note("4.3.0") },
    "sender",
    SCHEDULE,
  );
  assert.deepEqual(shown(settlement), ["held 4.3.0", "held 4.3.0"]);
  assert.equal(settlement.reach, undefined);
});
