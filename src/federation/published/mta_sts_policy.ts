/** What we say of TLS to those who send us mail: an MTA-STS policy (RFC 8461 §3.2). @module */
import { createHash } from "node:crypto";

export interface MtaStsSettings {
  readonly mode: "enforce" | "testing" | "none";
  /** Seconds that others keep it. */
  readonly maxAge: number;
}

export const MTA_STS_PATH = "/.well-known/mta-sts.txt";
const ID_LENGTH = 20; // of at most 32 (RFC 8461 §3.1)

export function mtaStsPolicy(
  { mode, maxAge }: MtaStsSettings,
  mailHost: string,
): string {
  return [
    "version: STSv1",
    `mode: ${mode}`,
    `mx: ${mailHost}`,
    `max_age: ${maxAge}`,
    "",
  ].join("\r\n");
}

/** Another policy has another one, by which others know that they have to fetch it. */
export function mtaStsId(policy: string): string {
  return createHash("sha256").update(policy).digest("hex").slice(0, ID_LENGTH);
}
