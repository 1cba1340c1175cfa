/**
 * Whether the DNS shows our keys: what is missing there is told, and a new key
 * signs from when it is there.
 *
 * @module
 */
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import type { DkimKeys } from "./dkim_keys.ts";
import { type DkimKeyRow, recordName } from "./key_rows.ts";

/** "unknown": nobody could tell. */
export type RecordState = "ok" | "missing" | "wrong" | "unknown";

export interface Seen {
  readonly state: RecordState;
  /** What is wrong, or why nobody could tell; for people. */
  readonly problem?: string;
  /** What the DNS says. */
  readonly found: readonly string[];
}

export interface KeyCheck extends Seen {
  /** As it is after the check. */
  readonly row: DkimKeyRow;
}

export interface KeyWatchParts {
  readonly keys: DkimKeys;
  readonly dns: Pick<Dns, "texts">;
  isEnabled(): boolean;
  /** What is wrong with records, or with files; undefined when all is well. */
  onRecords(problem: string | undefined): void;
  onFiles(problem: string | undefined): void;
}

export class KeyWatch {
  readonly #parts: KeyWatchParts;
  /** A record was not as it should be, when it was looked at last. */
  #isWaiting = false;

  constructor(parts: KeyWatchParts) {
    this.#parts = parts;
  }

  /** Unless nothing is signed. @throws {Error} when keys that are missing cannot be made */
  async look(): Promise<readonly KeyCheck[]> {
    if (this.#parts.isEnabled()) return await this.check();
    this.#parts.onRecords(undefined);
    this.#parts.onFiles(undefined);
    return [];
  }

  /** The same, while a record is waited for. */
  async lookAgain(): Promise<void> {
    if (this.#isWaiting) await this.look();
  }

  /** The same in any case. */
  async check(): Promise<readonly KeyCheck[]> {
    const { keys, onFiles } = this.#parts;
    await keys.ready();
    await keys.forgetRetired();
    const checks = await Promise.all(
      keys.published().map((row) => this.#check(row)),
    );
    this.#isWaiting = checks.some(({ state }) => state !== "ok");
    this.#tell(checks);
    const lost = await keys.lost();
    onFiles(listed(lost.map(({ why }) => why)));
    return checks;
  }

  async #check(row: DkimKeyRow): Promise<KeyCheck> {
    const { keys, dns } = this.#parts;
    const seen = await lookForKey(dns, row);
    if (seen.state !== "ok" || row.state !== "pending") return { row, ...seen };
    await keys.activate(row);
    return { row: keys.current(row), ...seen };
  }

  /** A key that waits for its record is no fault; what nobody could tell changes nothing. */
  #tell(checks: readonly KeyCheck[]): void {
    const signing = checks.filter(({ row }) => row.state === "active");
    const faults = signing.filter(({ state }) =>
      state === "missing" || state === "wrong"
    );
    const isKnown = signing.every(({ state }) => state !== "unknown");
    if (faults.length === 0 && !isKnown) return;
    this.#parts.onRecords(
      listed(
        faults.map(({ row, problem }) => `TXT ${recordName(row)}: ${problem}`),
      ),
    );
  }
}

/** What the DNS says of a key, asked anew. */
export async function lookForKey(
  dns: Pick<Dns, "texts">,
  row: DkimKeyRow,
): Promise<Seen> {
  try {
    const { values } = await dns.texts(recordName(row), "fresh");
    return compare(row, values);
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return error.problem === "temporary"
      ? { state: "unknown", problem: error.message, found: [] }
      : await lookForTwice(dns, row);
  }
}

/** Most forms add the domain to a name without a dot at its end: then it is there twice. */
async function lookForTwice(
  dns: Pick<Dns, "texts">,
  row: DkimKeyRow,
): Promise<Seen> {
  const twice = `${recordName(row)}.${row.domain}`;
  try {
    const { values } = await dns.texts(twice, "fresh");
    return { state: "wrong", problem: twiceProblem(twice), found: values };
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return { state: "missing", problem: "there is no such record", found: [] };
  }
}

/** @param name That has the domain twice */
export function twiceProblem(name: string): string {
  return `it is at ${name}: the domain was added to a name that had it already, write the name below the domain, or a dot at its end`;
}

function compare(row: DkimKeyRow, found: readonly string[]): Seen {
  if (found.length > 1) {
    const problem =
      "there are several records, of which nobody knows the right one";
    return { state: "wrong", problem, found };
  }
  const [text = ""] = found;
  const problem = /["\\]/.test(text)
    ? "it has quotation marks or backslashes in it, write the value without"
    : differenceOf(row, tagsOf(text));
  return problem === undefined
    ? { state: "ok", found }
    : { state: "wrong", problem, found };
}

/** By what verifiers look at (RFC 6376 §3.6.1). */
function differenceOf(
  row: DkimKeyRow,
  tags: ReadonlyMap<string, string>,
): string | undefined {
  const kind = row.algorithm === "rsa-sha256" ? "rsa" : "ed25519";
  const hashes = tags.get("h")?.split(":");
  const services = tags.get("s")?.split(":");
  if ((tags.get("v") ?? "DKIM1") !== "DKIM1") return "it is no DKIM record";
  if ((tags.get("k") ?? "rsa") !== kind) return `k= is not ${kind}`;
  const key = tags.get("p");
  if (key === undefined) return "it has no key (p=)";
  if (key === "") return "its key is taken back (p= is empty)";
  if (key !== row.publicKey) {
    return row.publicKey.startsWith(key)
      ? "its key is cut off, see that all strings of the record are there"
      : "it is another key";
  }
  if (hashes && !hashes.includes("sha256")) return "h= leaves out sha256";
  if (services && !services.some((one) => one === "*" || one === "email")) {
    return "s= leaves out email";
  }
  return undefined;
}

const MAX_RECORD_LENGTH = 8192;

/** Tags with their values, without white space (RFC 6376 §3.2). */
function tagsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.slice(0, MAX_RECORD_LENGTH).split(";");
  return new Map(parts.flatMap((part) => {
    const at = part.indexOf("=");
    if (at < 0) return [];
    return [[bare(part.slice(0, at)), bare(part.slice(at + 1))] as const];
  }));
}

function bare(text: string): string {
  return text.replace(/\s/g, "");
}

function listed(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.join("; ");
}
