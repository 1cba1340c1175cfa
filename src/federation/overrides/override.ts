/** What an admin says of mail to one domain, or to many. @module */
import {
  boolean,
  type InferOutput,
  number,
  object,
  picklist,
  string,
} from "valibot";
import { Refusal } from "../../base/refusal.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { parsePattern } from "../policy/rules.ts";
import type { RouteTarget, TargetTls } from "../route_override.ts";
import {
  invalidOption,
  invalidTarget,
  type OverrideField,
} from "./refusals.ts";
import { type OverrideTarget, targetDomain } from "./target.ts";

export const TLS_CHOICES = ["any", "verify", "none"] as const;
export const FALLBACK_CHOICES = ["none", "direct"] as const;

export interface OverrideOptions {
  readonly tls: TargetTls;
  readonly fallback: (typeof FALLBACK_CHOICES)[number];
  /** Of a host: plain HTTP may be tried as well. */
  readonly http: boolean;
  /** Of a URL: SMTP at its host, when the URL fails for now. */
  readonly smtp: boolean;
}

/** As it is kept. */
export const OVERRIDE_RECORD = object({
  target: string(),
  tls: picklist(TLS_CHOICES),
  fallback: picklist(FALLBACK_CHOICES),
  http: boolean(),
  smtp: boolean(),
  comment: string(),
  /** Seconds since 1970 UTC. */
  createdAt: number(),
  updatedAt: number(),
});
export type OverrideRecord = InferOutput<typeof OVERRIDE_RECORD>;

export const USE_RECORD = object({
  hits: number(),
  /** Seconds since 1970 UTC. */
  lastUsedAt: number(),
});
export type Use = InferOutput<typeof USE_RECORD>;

/**
 * The canonical form of what an override is for: a domain, `*.domain` or `*`.
 *
 * @throws {Refusal} `invalid_value`, also for a domain of ours
 */
export function overrideKey(text: string, domains: LocalDomains): string {
  try {
    return parsePattern(text, domains);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, { ...error.detail, field: "lookup_key" });
  }
}

/**
 * What does not go together, and what would lead back here.
 *
 * @throws {Refusal} `invalid_value`
 */
export function checkOverride(
  target: OverrideTarget,
  options: OverrideOptions,
  domains: LocalDomains,
): void {
  const domain = targetDomain(target);
  if (domain !== undefined && domains.isLocal(domain)) {
    throw invalidTarget("it is this server, which would send to itself");
  }
  for (const [field, wrong, problem] of CLASHES) {
    if (wrong(target, options)) throw invalidOption(field, problem);
  }
}

/** How the transport is to go there. @param target Not an exchanger. */
export function routeTarget(
  target: Exclude<OverrideTarget, { kind: "exchanger" }>,
  { http, smtp }: OverrideOptions,
): RouteTarget {
  switch (target.kind) {
    case "host": {
      const { host, port } = target;
      return {
        kind: "host",
        host,
        http,
        ...(port === undefined ? {} : { httpsPort: port }),
      };
    }
    case "url":
      return { kind: "url", url: target.url, smtp };
    case "smtp":
      return target;
  }
}

type Clash = readonly [
  field: OverrideField,
  wrong: (target: OverrideTarget, options: OverrideOptions) => boolean,
  problem: string,
];

const CLASHES: readonly Clash[] = [
  [
    "http",
    ({ kind }, { http }) => http && kind !== "host",
    "only a host has other ways than its own",
  ],
  [
    "smtp",
    ({ kind }, { smtp }) => smtp && kind !== "url",
    "only a URL needs to be told of SMTP beside it",
  ],
  [
    "tls",
    (target, { tls }) => tls === "none" && needsTls(target),
    "this target cannot be reached without TLS",
  ],
  [
    "tls",
    (target, { tls }) => tls === "verify" && isClear(target),
    "there is no certificate at http://",
  ],
  [
    "tls",
    ({ kind }, { tls }) => kind === "exchanger" && tls !== "any",
    "the exchanger has an option of its own",
  ],
];

function needsTls(target: OverrideTarget): boolean {
  return target.kind === "url"
    ? target.url.protocol === "https:"
    : target.kind === "smtp" && target.implicitTls;
}

function isClear(target: OverrideTarget): boolean {
  return target.kind === "url" && target.url.protocol === "http:";
}
