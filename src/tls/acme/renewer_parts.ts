/** What getting certificates works with, and what comes of it. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Certificate } from "../certificate.ts";
import type { AccountWishes } from "./account.ts";
import type { KeyType } from "./keys/certificate_key.ts";
import type { NameFacts } from "./dns/name_look.ts";
import type { AcmeState } from "./kept_state.ts";
import type { Solver } from "./solvers.ts";
import type { AcmeTransport } from "./transport.ts";
import type { AcmeTrouble } from "./trouble.ts";

export interface AcmeOptions {
  /** URL of the directory. */
  readonly directory: string;
  readonly account: AccountWishes;
  /** "auto", or the name of one. */
  readonly profile: string;
  /** Common name of the root that chains are to end below; "": any. */
  readonly preferredChain: string;
  readonly keyType: KeyType;
  readonly reuseKey: boolean;
  /** What may be left of the lifetime. */
  readonly renewFraction: number;
}

/** Why there is no certificate, and when it is tried again: milliseconds since 1970 UTC. */
export interface CertificateTrouble {
  readonly message: string;
  readonly nextMs?: number;
}

export interface RenewerParts extends NameFacts {
  /** What the certificate is for: DNS name or IP address. */
  readonly name: string;
  /** Where key, certificate and state are kept. */
  readonly folder: string;
  /** Where the accounts are kept, which are those of all names. */
  readonly accountFolder: string;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  random(): number;
  /** Undefined while certificates come from elsewhere. */
  options(): Promise<AcmeOptions | undefined>;
  solvers(signal: AbortSignal): readonly Solver[];
  transport(): Promise<AcmeTransport>;
  /** PKCS #8 PEM of what was served until there was one from an authority. */
  keyBefore?(): Promise<string | undefined>;
  /** A new one is in its place. */
  onIssued(certificate: Certificate): Promise<void>;
  /** Of an order that was made. */
  onOutcome?(outcome: Outcome): void;
  /** undefined: all is well. */
  onTrouble(trouble: CertificateTrouble | undefined): void;
}

export type Outcome =
  | { readonly kind: "issued"; readonly certificate: Certificate }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly trouble: AcmeTrouble };

/** What is known, milliseconds since 1970 UTC. */
export interface RenewerStatus {
  readonly certificate: Certificate | undefined;
  /** Why no authority is asked. */
  readonly obstacle: string | undefined;
  readonly busy: boolean;
  readonly state: AcmeState;
  readonly renewalMs: number | undefined;
  /** When the next order may be, if one is due. */
  readonly earliestMs: number;
}
