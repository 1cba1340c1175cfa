/** What knowing admins stands on. @module */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { RecordSetParts } from "../../store/record_set.ts";
import type { TokenRow } from "./rows.ts";

export interface AccessOptions {
  readonly tokenFile: string;
  /** In place of the file; "disabled": nobody; empty: that of the file. */
  readonly token: string;
  readonly idleSeconds: number;
  readonly maxSeconds: number;
}

export interface AccessParts {
  readonly store: RecordSetParts<unknown>["store"];
  readonly clock: Clock;
  readonly random: Random;
  /** As they are now. */
  options(): AccessOptions;
  reportBug(error: unknown): void;
}

/** Somebody who has shown a secret that is valid. */
export interface Credential {
  readonly kind: "token" | "session";
  readonly name: string;
  readonly scope: TokenRow["scope"];
  /** Digest of the token it stands on. */
  readonly token: string;
}

export interface Session extends Credential {
  readonly kind: "session";
  /** Digest of the cookie. */
  readonly id: string;
  /** Seconds since 1970 UTC. */
  readonly expiresAt: number;
}

export interface Visitor {
  readonly address: string;
  readonly agent: string;
}
