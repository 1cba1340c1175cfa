/** What an authority answers with, as far as it is used (RFC 8555 §7.1). @module */
import * as v from "valibot";
import { AcmeTrouble } from "./trouble.ts";

const url = v.pipe(v.string(), v.maxLength(4096), v.url());
const word = v.pipe(v.string(), v.maxLength(512));

const IDENTIFIER = v.object({ type: word, value: word });

export const DIRECTORY = v.object({
  newNonce: url,
  newAccount: url,
  newOrder: url,
  renewalInfo: v.optional(url),
  meta: v.optional(
    v.object({
      profiles: v.optional(v.record(word, v.string())),
      externalAccountRequired: v.optional(v.boolean()),
    }),
    {},
  ),
});
export type Directory = v.InferOutput<typeof DIRECTORY>;

export const ORDER = v.object({
  status: v.picklist(["pending", "ready", "processing", "valid", "invalid"]),
  expires: v.optional(word),
  authorizations: v.pipe(v.array(url), v.maxLength(200)),
  finalize: url,
  certificate: v.optional(url),
  error: v.optional(v.unknown()),
});
export type Order = v.InferOutput<typeof ORDER>;

const CHALLENGE = v.object({
  type: word,
  url,
  token: v.optional(
    v.pipe(v.string(), v.maxLength(512), v.regex(/^[A-Za-z0-9_-]+$/)),
  ),
  status: word,
  error: v.optional(v.unknown()),
});

export const AUTHORIZATION = v.object({
  identifier: IDENTIFIER,
  status: v.picklist([
    "pending",
    "valid",
    "invalid",
    "deactivated",
    "expired",
    "revoked",
  ]),
  wildcard: v.optional(v.boolean(), false),
  challenges: v.pipe(v.array(CHALLENGE), v.maxLength(50)),
});
export type Authorization = v.InferOutput<typeof AUTHORIZATION>;

/** RFC 9773 §4.2. */
export const RENEWAL_INFO = v.object({
  suggestedWindow: v.object({ start: word, end: word }),
});

/** @throws {AcmeTrouble} `protocol` */
export function readShape<S extends v.GenericSchema>(
  schema: S,
  body: string,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, parseJson(body));
  if (result.success) return result.output;
  throw new AcmeTrouble("protocol", `The authority's ${what} has another form`);
}

/** undefined for what is no JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
