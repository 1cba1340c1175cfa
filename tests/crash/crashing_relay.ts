/**
 * A relay that is killed and started again while others use it: what they wait
 * for ends with its life, and moments of theirs say when to kill it.
 *
 * @module
 */
import { ControlClient } from "../../src/cli/control_client.ts";
import type { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { LIMIT_MS } from "../harness/until.ts";
import type { Target } from "./load.ts";

/** What its users notice, at which it may be killed. */
export type Moment = "half_sent" | "answered" | "arrived" | "killed";

/** In which users still read what it had said before it was killed. */
const LAST_WORDS_MS = 300;

/** What was due before a start is tried at once, and again soon. */
const CONFIG = `
[queue]
retry = ["1s"]
startup_delay = "0s"
`;

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export class CrashingRelay {
  readonly #moments = new Map<Moment, Set<() => void>>();
  /** Rejected after the present life. */
  #life = newLife();

  private constructor(
    readonly relay: RelayHost,
    /** As its users reach it. */
    readonly target: Target,
  ) {}

  static async start(network: Network, domain: string): Promise<CrashingRelay> {
    const relay = await RelayHost.start(network, {
      domain,
      config: CONFIG,
      federation: "anti_enumeration = false",
      signs: false, // to make keys and read what signs takes longer than all else
    });
    return new CrashingRelay(relay, {
      ports: {
        submissionTls: relay.place("submission_tls"),
        imapTls: relay.place("imap_tls"),
      },
      certificate: await relay.trusted(),
    });
  }

  get domain(): string {
    return this.relay.domain;
  }

  /** Waits for work of its users, no longer than it lives. @throws {Error} as `isOurs` tells apart */
  async use<Result>(work: Promise<Result>): Promise<Result> {
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      limit.reject(new Error(`Nothing in ${LIMIT_MS} ms`));
    }, LIMIT_MS);
    work.catch(() => {}); // it may end after its life
    try {
      return await Promise.race([work, this.#life.promise, limit.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  reached(moment: Moment): void {
    const waiting = this.#moments.get(moment);
    this.#moments.delete(moment);
    for (const wake of waiting ?? []) wake();
  }

  /** Waits for the next such moment, and not for ever: without mail there are none. */
  async until(moment: Moment, limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#moments.get(moment) ?? new Set();
    this.#moments.set(moment, waiting.add(resolve));
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    const life = this.#life;
    this.#life = newLife();
    const ended = this.relay.end("SIGKILL");
    this.reached("killed");
    await ended;
    setTimeout(
      () => life.reject(new Error("Cut off and closed")),
      LAST_WORDS_MS,
    );
  }

  /** Starts it again; what waits for the other is tried soon. */
  run(): Promise<void> {
    return this.relay.run();
  }

  /** Tries at once what it has for a domain, and tells how many still wait or are not told. */
  async queued(domain: string): Promise<number> {
    const client = await ControlClient.connect({
      server: { stateDir: this.relay.stateDir, runtimeDir: "" },
    });
    if (!(client instanceof ControlClient)) {
      throw new Error(`No control socket: ${client}`);
    }
    try {
      await client.ask("queue.retry", { dest: domain }, LIMIT_MS);
      const status = await client.ask("queue.status", {}, LIMIT_MS);
      return (status as { readonly recipients: number }).recipients;
    } finally {
      client.close();
    }
  }
}

function newLife(): PromiseWithResolvers<never> {
  const life = Promise.withResolvers<never>();
  life.promise.catch(() => {}); // perhaps nobody waits
  return life;
}
