/** What exchangers ask, read and bounded. @module */
import * as v from "valibot";
import type {
  PullRequest,
  Rejection,
} from "../../federation/exchange/serve/served_mail.ts";
import { parseDomain } from "../../mail/address.ts";

export const ACK_OCTETS = 1024 * 1024;

const MAX_DOMAINS = 50;
const MAX_WAIT_SECONDS = 55;
const MAX_MESSAGES = 500;
const DEFAULT_MESSAGES = 50;
const DEFAULT_OCTETS = 8 * 1024 * 1024;
const MAX_OCTETS = 64 * 1024 * 1024;
const RECIPIENTS = 50;
const MAX_IDS = 1000;
const MAX_TEXT = 300;

/** What is wrong with a request, for people. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

/** @throws {BadRequest} */
export function readPull(url: URL, isLegacy: boolean): PullRequest {
  const written = url.searchParams.getAll("domain");
  if (written.length === 0) throw new BadRequest("domain is missing");
  if (written.length > MAX_DOMAINS) throw new BadRequest("too many domains");
  return {
    domains: [...new Set(written.map(domainIn))],
    waitMs: 1000 * number(url, "wait", { min: 0, max: MAX_WAIT_SECONDS }, 0),
    max: number(url, "max", { min: 1, max: MAX_MESSAGES }, DEFAULT_MESSAGES),
    maxOctets: Math.min(
      number(url, "max_bytes", { min: 1, max: 2 ** 40 }, DEFAULT_OCTETS),
      MAX_OCTETS,
    ),
    recipientsPerMessage: isLegacy ? 1 : RECIPIENTS,
  };
}

export interface Acknowledgement {
  readonly ids: readonly string[];
  readonly rejected: readonly Rejection[];
}

const NAME = v.pipe(v.string(), v.maxLength(1024));
const ACKNOWLEDGEMENT = v.object({
  ids: v.optional(v.pipe(v.array(NAME), v.maxLength(MAX_IDS)), []),
  rejected: v.optional(
    v.pipe(
      v.array(v.object({
        id: NAME,
        code: v.pipe(
          v.number(),
          v.integer(),
          v.minValue(400),
          v.maxValue(599),
        ),
        text: v.optional(v.string(), ""),
      })),
      v.maxLength(MAX_IDS),
    ),
    [],
  ),
});
const LEGACY = v.object({
  ids: v.pipe(
    v.array(v.pipe(v.number(), v.safeInteger())),
    v.maxLength(MAX_IDS),
  ),
});

/** @throws {BadRequest} */
export function readAcknowledgement(body: string): Acknowledgement {
  const { ids, rejected } = read(ACKNOWLEDGEMENT, body);
  return {
    ids: [...new Set(ids)],
    rejected: rejected.map((one) => ({ ...one, text: printable(one.text) })),
  };
}

/** @throws {BadRequest} */
export function readLegacyAcknowledgement(body: string): readonly number[] {
  return read(LEGACY, body).ids;
}

function read<T>(schema: v.GenericSchema<unknown, T>, body: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new BadRequest("the body is not JSON");
  }
  const result = v.safeParse(schema, json);
  if (result.success && !Array.isArray(json)) return result.output;
  throw new BadRequest("the body has another shape");
}

function domainIn(written: string): string {
  try {
    return parseDomain(written);
  } catch {
    throw new BadRequest("domain is not valid");
  }
}

function number(
  url: URL,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
  initial: number,
): number {
  const written = url.searchParams.get(name);
  if (written === null) return initial;
  const value = /^[0-9]{1,13}$/.test(written) ? Number(written) : NaN;
  if (value >= min && value <= max) return value;
  throw new BadRequest(`${name} must be from ${min} to ${max}`);
}

/** One line, as it stands in reports and lists. */
function printable(text: string): string {
  return text.slice(0, MAX_TEXT).replace(/[^\x20-\x7e]+/g, " ").trim();
}
