/** What is remembered over restarts, as it is stored. @module */
import {
  array,
  exactOptional,
  number,
  object,
  picklist,
  string,
} from "valibot";

/** Of `store/record_set.ts`, as much as is needed here. */
export interface Records<T> {
  readonly values: ReadonlyMap<string, T>;
  change(change: {
    readonly put?: Iterable<readonly [key: string, value: T]>;
    readonly remove?: Iterable<string>;
  }): Promise<void>;
}

/** In lived seconds of the store. */
export interface HostRecord {
  /** It took mail over `/mxdeliv`, last at about. */
  readonly servedAt?: number;
  /** Over HTTPS nobody was there, and SMTP worked. */
  readonly absentAt?: number;
  /** A message of so many octets was too large. */
  readonly tooLarge?: { readonly octets: number; readonly at: number };
  /** Of a host without a name: what its certificates were. */
  readonly pins?: Partial<Record<PinnedWay, Pin>>;
}

/** Ways with TLS; a host may show another certificate on each. */
export type PinnedWay = "https" | "smtp";

/** Fingerprints of certificates. */
export interface Pin {
  readonly fingerprint: string;
  /** Another one that came in its place, and since when. */
  readonly next?: { readonly fingerprint: string; readonly since: number };
}

const PIN = object({
  fingerprint: string(),
  next: exactOptional(object({ fingerprint: string(), since: number() })),
});

/** Of `HostRecord`, by host. */
export const HOSTS = {
  collection: "hosts",
  schema: object({
    servedAt: exactOptional(number()),
    absentAt: exactOptional(number()),
    tooLarge: exactOptional(object({ octets: number(), at: number() })),
    pins: exactOptional(
      object({ https: exactOptional(PIN), smtp: exactOptional(PIN) }),
    ),
  }),
};

/** Of `StsRecord`, by domain. */
export const MTA_STS = {
  collection: "mta_sts",
  schema: object({
    id: string(),
    mode: picklist(["enforce", "testing", "none"]),
    mx: array(string()),
    maxAgeSeconds: number(),
    fetchedAt: number(),
  }),
};
