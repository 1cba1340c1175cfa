/** What the main thread asks of the thread that serves TURN, and what it answers. @module */
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import type { KeyPair, ListenAddress } from "../../net/listener.ts";
import type { TurnCounters } from "../../turn/server/counters.ts";
import type { TurnOptions } from "../../turn/server/options.ts";

/** Rows of the listener table that this thread serves. */
export type TurnListenerName = "turn" | "turn_tls";

export type TurnQuestion =
  /** The first one; later ones are in force at once. */
  | {
    readonly kind: "use";
    readonly options: TurnOptions;
    /** See `sharedPoll()`. */
    readonly poll: number | undefined;
  }
  | { readonly kind: "use_certificate"; readonly keyPair: KeyPair }
  /** Listens there and nowhere else, or stays as it is. */
  | {
    readonly kind: "listen";
    readonly name: TurnListenerName;
    readonly wanted: readonly Wanted[];
  }
  | { readonly kind: "report" };

export interface BindProblem {
  readonly at: string;
  readonly reason: string;
}

export type TurnAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "bound"; readonly addresses: readonly ListenAddress[] }
  | { readonly kind: "not_bound"; readonly problem: BindProblem }
  | {
    readonly kind: "report";
    readonly counters: TurnCounters;
    /** Errors that were caught since the last report, redacted. */
    readonly bugs: readonly string[];
  };
