/** What conditions are about. @module */
import type { ClockJump } from "../base/lived_clock.ts";
import type { StoreHealth } from "../store/store.ts";
import type { Certificate } from "../tls/certificate.ts";
import type { StoppedTask } from "./task_control.ts";

/** What one look at the relay found. */
export interface Facts {
  /** Milliseconds since 1970 UTC. */
  readonly nowMs: number;
  /** Of the state directory. */
  readonly disk?: {
    readonly freeOctets: number;
    readonly minFreeOctets: number;
  };
  readonly storeState?: StoreHealth["state"];
  /** What an acknowledged write survives, as `storage.sync` says. */
  readonly durability?: "full" | "normal" | "off";
  /** Where port 25 listens though all mail from there is refused. */
  readonly refusedAt?: readonly string[];
  /** Why nobody can sign up although registration is open. */
  readonly signUpObstacles?: readonly string[];
  /** By what strangers find out what it is although it hides. */
  readonly stealthGaps?: readonly string[];
  /** What is served to who asks for the host name, or a domain; without brackets. */
  readonly certificates?: ReadonlyMap<string, Certificate>;
  /** Of certificates from an authority, below which root their chain ends, if another is wanted. */
  readonly otherChain?: string | undefined;
  readonly openFiles?: {
    /** The soft limit of this process. */
    readonly limit: number;
    /** What the configured connections and the files beside them may need. */
    readonly needed: number;
  };
  /** The system's code for why no file can be opened now: EMFILE or ENFILE. */
  readonly openFault?: string;
  /** The last jump of the machine's clock, if it was not long ago. */
  readonly clockJump?: ClockJump | undefined;
  readonly stoppedTasks?: readonly StoppedTask[];
  /** Tasks whose last run failed. */
  readonly failedTasks?: readonly string[];
  readonly logLevel?: string;
  readonly queue?: QueueFacts;
  /** Look-ups for which there was no place not long ago: for what, and how many since the start. */
  readonly refusedLookUps?: readonly string[];
  /** Of this month. */
  readonly bandwidth?: BandwidthFacts;
  /** What parts of the relay have told themselves. */
  readonly reported?: ReadonlyMap<string, string>;
}

/** What went out, and may. */
export interface BandwidthFacts {
  readonly usedOctets: number;
  /** 0: any amount. */
  readonly capOctets: number;
  /** By the end of the month. */
  readonly forecastOctets?: number;
  /** Calls and tunnels wait for the next month. */
  readonly relaysAreOff?: boolean;
}

/** Of mail that waits for other servers. */
export interface QueueFacts {
  /** Federation is off. */
  readonly paused: boolean;
  readonly messages: number;
  /** Recipients, one by one. */
  readonly held: number;
  readonly heldDestinations: number;
  /** Destinations that were not reached for long. */
  readonly unreached: number;
  readonly lifetimeSeconds: number;
  /** Until the first message is out of time; absent when there is none. */
  readonly firstExpiryInSeconds?: number;
}
