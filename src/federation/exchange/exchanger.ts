/**
 * An exchanger: a server that carries mail between relays that cannot reach each
 * other. We push mail to it, pull ours from it, or let it fetch what waits here.
 *
 * @module
 */
import {
  array,
  boolean,
  type InferOutput,
  number,
  object,
  optional,
  picklist,
  string,
} from "valibot";
import { Refusal } from "../../base/refusal.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { literalIp, parseDomain } from "../../mail/address.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { overrideKey } from "../overrides/override.ts";
import { DELIVERY_PATH, EXCHANGER_NAME, httpUrl } from "../overrides/target.ts";
import { tokenHash } from "./token.ts";

/** `push`: mail goes to it; `pull`: we ask it for ours; `serve`: it asks us for what waits. */
export const ROLES = ["push", "pull", "serve"] as const;
export type Role = (typeof ROLES)[number];
export const PROTOCOLS = ["auto", "v1", "pull", "me"] as const;
export type Protocol = (typeof PROTOCOLS)[number];
export const EXCHANGER_TLS = ["verify", "any"] as const;
export const WHEN = ["always", "fallback"] as const;

export const POLL_INTERVAL = { min: 1, max: 86_400 } as const;
export const LONG_POLL = { min: 0, max: 55 } as const;
export const MAX_DOMAINS = 200;

/** As it is kept, but for its name. */
export const EXCHANGER_RECORD = object({
  /** Empty for one that only asks. */
  url: string(),
  roles: array(picklist(ROLES)),
  protocol: picklist(PROTOCOLS),
  /** Of ours, as it is sent. */
  token: optional(string()),
  /** Of its own, by which it is known here; SHA-256 in hexadecimal digits. */
  tokenHash: optional(string()),
  /** Whose mail it carries; canonical. */
  domains: array(string()),
  enabled: boolean(),
  pollInterval: number(),
  longPoll: number(),
  tls: picklist(EXCHANGER_TLS),
  when: picklist(WHEN),
  trustAuth: boolean(),
  allowInsecure: boolean(),
  /** Seconds since 1970 UTC. */
  createdAt: number(),
  updatedAt: number(),
});
export type ExchangerRecord = InferOutput<typeof EXCHANGER_RECORD>;

export interface Exchanger extends ExchangerRecord {
  readonly name: string;
}

/** What is not given stays as it is, or is as `NEW` says. */
export interface ExchangerChange {
  readonly url?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly protocol?: Protocol | undefined;
  readonly token?: string | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly enabled?: boolean | undefined;
  readonly pollInterval?: number | undefined;
  readonly longPoll?: number | undefined;
  readonly tls?: ExchangerRecord["tls"] | undefined;
  readonly when?: ExchangerRecord["when"] | undefined;
  readonly trustAuth?: boolean | undefined;
  readonly allowInsecure?: boolean | undefined;
}

const NEW: Omit<ExchangerRecord, "createdAt" | "updatedAt"> = {
  url: "",
  roles: ["pull"],
  protocol: "auto",
  domains: [],
  enabled: true,
  pollInterval: 60,
  longPoll: 50,
  tls: "verify",
  when: "always",
  trustAuth: false,
  allowInsecure: false,
};

const TOKEN = /^[!-~]{8,512}$/;

/** @throws {Refusal} `invalid_value` */
export function exchangerName(text: string): string {
  const name = text.slice(0, 100).trim().toLowerCase();
  if (EXCHANGER_NAME.test(name)) return name;
  throw invalid(
    "name",
    "write up to 64 of a-z, 0-9, dots, dashes and underscores",
  );
}

/** The record with the change. @throws {Refusal} `invalid_value` */
export function changed(
  before: ExchangerRecord | undefined,
  change: ExchangerChange,
  { domains, now }: { readonly domains: LocalDomains; readonly now: number },
): ExchangerRecord {
  const { token, url, ...plain } = change;
  const given = Object.fromEntries(
    Object.entries(plain).filter(([, value]) => value !== undefined),
  );
  const whole: ExchangerRecord = {
    ...(before ?? { ...NEW, createdAt: now }),
    ...given,
    ...(url !== undefined && { url: canonicalUrl(url) }),
    updatedAt: now,
  };
  const record = withToken({
    ...whole,
    roles: ROLES.filter((role) => whole.roles.includes(role)),
    domains: canonicalDomains(whole.domains, domains),
  }, token);
  check(record);
  return record;
}

export function has({ roles }: Pick<ExchangerRecord, "roles">, role: Role) {
  return roles.includes(role);
}

/** A resource of the exchanger: its URL may name where it begins, or `/mxdeliv`. */
export function resourceOf(
  { url }: Pick<ExchangerRecord, "url">,
  path: string,
): URL {
  const resource = new URL(url);
  const base = resource.pathname.replace(/\/$/, "");
  resource.pathname = base.endsWith(DELIVERY_PATH)
    ? base.slice(0, -DELIVERY_PATH.length) + path
    : base + path;
  return resource;
}

/** The secret is kept only as far as its roles need it. */
function withToken(
  { token: kept, tokenHash: keptHash, ...record }: ExchangerRecord,
  given: string | undefined,
): ExchangerRecord {
  if (given !== undefined && !TOKEN.test(given)) {
    throw invalid("token", "write 8 to 512 visible ASCII characters");
  }
  const token = given ?? kept;
  const isSent = has(record, "push") || has(record, "pull");
  const hash = token === undefined ? keptHash : tokenHash(token);
  return {
    ...record,
    ...(isSent && token !== undefined && { token }),
    ...(has(record, "serve") && hash !== undefined && { tokenHash: hash }),
  };
}

function check(record: ExchangerRecord): void {
  const { url, roles, domains, allowInsecure } = record;
  if (roles.length === 0) {
    throw invalid("roles", `name some of ${ROLES.join(", ")}`);
  }
  if (domains.length > MAX_DOMAINS) {
    throw invalid("domains", `there may be up to ${MAX_DOMAINS}`);
  }
  if (url === "") {
    if (roles.some((role) => role !== "serve")) {
      throw invalid("url", "it is needed to push and to pull");
    }
    return;
  }
  const { protocol, hostname } = new URL(url);
  if (allowInsecure) return;
  if (protocol !== "https:") {
    throw invalid("url", "it is in clear: allow_insecure says that it may be");
  }
  const ip = literalIp(parseDomain(hostname));
  if (ip !== undefined && !isPublicAddress(ip)) {
    throw invalid(
      "url",
      "it is in a private network: allow_insecure says that it may be",
    );
  }
}

function canonicalUrl(text: string): string {
  const written = text.trim();
  if (written === "") return "";
  const url = httpUrl(written);
  if (url && url.search === "") return url.href;
  throw invalid("url", "write https://host, with a port or a path if need be");
}

function canonicalDomains(
  written: readonly string[],
  domains: LocalDomains,
): string[] {
  try {
    return [...new Set(written.map((one) => overrideKey(one, domains)))];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, { ...error.detail, field: "domains" });
  }
}

export function invalid(field: string, problem: string): Refusal {
  return new Refusal("invalid_value", {
    field,
    explanation: `${field}: ${problem}`,
  });
}
