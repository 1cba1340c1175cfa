/** What tests of the runner share: it, over a real store, with a transport that they hold in their hands. @module */
import { TestTime } from "../harness/test_time.ts";
import {
  FederationPolicy,
  type PolicySettings,
} from "../../src/federation/policy/policy.ts";
import {
  QueueRunner,
  type QueueRunnerParts,
} from "../../src/federation/queue/runner.ts";
import type { Transport } from "../../src/federation/transport.ts";
import type { RunnerLimits } from "../../src/federation/queue/room.ts";
import { SCHEMA } from "../../src/config/schema.ts";
import { type Answer, type Call, fakeTransport } from "./fake_transport.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { storeTest, type TestStore } from "../store/store_world.ts";
import { happens } from "../harness/until.ts";

const DOMAINS = new LocalDomains({ domains: ["relay.example"] });
/** As built in. */
export const RUNNER_LIMITS: RunnerLimits = {
  total: SCHEMA["queue.max_parallel"].initial,
  perDestination: SCHEMA["queue.per_destination"].initial,
};

export interface RunnerWorld extends TestStore {
  readonly runner: QueueRunner;
  readonly calls: readonly Call[];
  readonly bugs: unknown[];
  readonly time: TestTime;
  /** What each call is answered with from now on. */
  answer(
    how: (names: readonly string[], call: Call) => Answer | Promise<Answer>,
  ): void;
  /** How federation is set from now on; nobody is told. */
  set(settings: Partial<PolicySettings>): void;
  /** Time for store and runner. */
  live(seconds: number): Promise<void>;
}

export interface RunnerTestOptions {
  readonly limits?: RunnerLimits;
  /** In place of the one that answers as the test says. */
  readonly transport?: Transport;
  /** What stands between the runner and the store. */
  wrap?(store: RunnerStore): RunnerStore;
}

/** The test starts the runner itself; it is stopped in the end. */
export function runnerTest(
  name: string,
  work: (world: RunnerWorld) => Promise<void>,
  { limits = RUNNER_LIMITS, wrap = (store) => store, ...options }:
    RunnerTestOptions = {},
): void {
  storeTest(name, async (test) => {
    const time = new TestTime();
    const bugs: unknown[] = [];
    let respond: Parameters<RunnerWorld["answer"]>[0] = () => "answered";
    let settings: Partial<PolicySettings> = {};
    const fake = fakeTransport((names, call) => respond(names, call));
    const { calls } = fake;
    const transport = options.transport ?? fake.transport;
    const watched = watch(wrap(test.store));
    const runner = new QueueRunner({
      store: watched.store,
      transport,
      clock: time,
      timers: time,
      policy: () =>
        new FederationPolicy(
          {
            enabled: true,
            mode: "open",
            rules: [],
            dismissed: [],
            ...settings,
          },
          DOMAINS,
        ),
      schedule: () => ({ stepSeconds: [15, 60, 120], random: () => 0.5 }),
      limits: () => limits,
      startDelaySeconds: 10,
      reportBug: (error) => bugs.push(error),
    });
    await work({
      ...test,
      get store() {
        return test.store;
      },
      runner,
      calls,
      bugs,
      time,
      answer: (how) => respond = how,
      set: (some) => settings = some,
      async live(seconds) {
        await watched.rests();
        test.pass(seconds);
        await time.pass(seconds * 1000);
      },
    });
    await time.passUntil(runner.stop());
    if (bugs.length > 0) throw bugs[0];
  });
}

type RunnerStore = QueueRunnerParts["store"];

/** Tells when nothing has been asked of the store for a while: then whoever waits, waits for time. */
function watch(store: RunnerStore) {
  let asking = 0;
  const counted = async <T>(answer: Promise<T>): Promise<T> => {
    asking++;
    try {
      return await answer;
    } finally {
      asking--;
    }
  };
  const { queue } = store;
  const watched: RunnerStore = {
    onEvent: (listener) => store.onEvent(listener),
    queue: {
      claim: (claim) => counted(queue.claim(claim)),
      settle: (settlements) => counted(queue.settle(settlements)),
      nextDue: (except) => counted(queue.nextDue(except)),
      resume: (holder, spread) => counted(queue.resume(holder, spread)),
      expire: () => counted(queue.expire()),
    },
  };
  const rests = async () => {
    for (let calm = 0; calm < 5; calm = asking > 0 ? 0 : calm + 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { store: watched, rests };
}

/** Waits for what happens without any time going by. */
export function until(
  what: () => boolean | Promise<boolean>,
): Promise<void> {
  return happens(what, () => `: ${what}`, 1);
}

/** Lets happen what would happen if it should not. */
export async function aWhile(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
