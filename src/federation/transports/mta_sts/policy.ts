/**
 * What a domain says about TLS to its mail servers (RFC 8461 §3): the record
 * that tells of a policy, and the policy itself.
 *
 * @module
 */
export type StsMode = "enforce" | "testing" | "none";

export interface StsPolicy {
  readonly mode: StsMode;
  /** Lower-case host names; `*.` stands for one label. */
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}

/** As it is kept. */
export interface StsRecord extends StsPolicy {
  /** Of the record that told of it. */
  readonly id: string;
  /** Lived seconds of the store. */
  readonly fetchedAt: number;
}

export const MAX_POLICY_OCTETS = 64 * 1024;
const MAX_TEXT_LENGTH = 1024;
const MAX_HOSTS = 100;
const MAX_AGE_SECONDS = 31_557_600; // RFC 8461 §3.2
const ID = /^[A-Za-z0-9]{1,32}$/;
const HOST = /^(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
const MODES: readonly string[] = ["enforce", "testing", "none"];

/** The `id` of the one STSv1 record; undefined without one (RFC 8461 §3.1). */
export function stsId(texts: readonly string[]): string | undefined {
  const records = texts.filter((text) => /^v=STSv1[ \t]*;/.test(text));
  const [record] = records;
  if (record === undefined || records.length > 1) return undefined;
  for (const field of record.slice(0, MAX_TEXT_LENGTH).split(";")) {
    const [name = "", value = ""] = field.split("=", 2);
    if (name.trim() === "id" && ID.test(value.trim())) return value.trim();
  }
  return undefined;
}

/** undefined for what is no policy. @param text No longer than a policy may be. */
export function parsePolicy(text: string): StsPolicy | undefined {
  const fields = text.split("\n").flatMap((line) => {
    const colon = line.indexOf(":");
    if (colon < 0) return [];
    return [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
  const first = (name: string) =>
    fields.find(([field]) => field === name)?.[1] ?? "";
  const mode = first("mode");
  const maxAge = first("max_age");
  if (first("version") !== "STSv1" || !isMode(mode)) return undefined;
  if (!/^[0-9]{1,10}$/.test(maxAge)) return undefined;
  const mx = fields.filter(([field]) => field === "mx")
    .map(([, host = ""]) => host.toLowerCase().replace(/\.$/, ""))
    .filter((host) => host.length <= 255 && HOST.test(host))
    .slice(0, MAX_HOSTS);
  if (mx.length === 0 && mode !== "none") return undefined;
  return {
    mode,
    mx,
    maxAgeSeconds: Math.min(Number(maxAge), MAX_AGE_SECONDS),
  };
}

/** RFC 8461 §4.1. @param host Lower case, without a trailing dot. */
export function allowsHost(
  { mx }: Pick<StsPolicy, "mx">,
  host: string,
): boolean {
  return mx.some((pattern) =>
    pattern.startsWith("*.")
      ? host.includes(".") &&
        host.slice(host.indexOf(".")) === pattern.slice(1)
      : host === pattern
  );
}

function isMode(text: string): text is StsMode {
  return MODES.includes(text);
}
