/**
 * Look-ups through the machine's DNS servers, or those of the configuration,
 * with a bounded cache. The same question asked twice at once travels once, and
 * only so many are on their way: what finds no place is a temporary failure.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import {
  type Answer,
  type Dns,
  DnsFailure,
  type Freshness,
  type MailExchanger,
} from "./answers.ts";
import { ask } from "./exchange.ts";
import type {
  DnsResponse,
  Question,
  RecordType,
  ResourceRecord,
} from "./message.ts";
import {
  type Asker,
  NoPlace,
  PLACE_LIMITS,
  type PlaceLimits,
  Places,
} from "./places.ts";
import { reverseName } from "./reverse_name.ts";
import type { DnsServer } from "./servers.ts";

export interface ResolverOptions {
  /** Asked anew for each question, so that a changed file counts. */
  servers(): Promise<readonly DnsServer[]> | readonly DnsServer[];
  /** Of one try; each server is tried twice. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Of all that is remembered together: one answer may have 64 KiB. */
  readonly maxRememberedOctets?: number;
  /** For each kind of asker. */
  readonly limits?: PlaceLimits;
}

const TRIES = 2;
const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_OCTETS = 16 * 1024 * 1024;
const MAX_NAME_OCTETS = 253; // RFC 1035 §2.3.4, as text
/** How long an answer is kept at least and at most, seconds. */
const MIN_TTL_SECONDS = 60;
const MAX_TTL_SECONDS = 86_400;
const NEGATIVE_TTL_SECONDS = 300; // RFC 2308 §5 lets us be shorter

type Outcome =
  | { readonly kind: "records"; readonly answer: Answer<ResourceRecord> }
  | { readonly kind: "none"; readonly failure: DnsFailure };

interface Remembered {
  readonly untilMs: number;
  readonly outcome: Outcome;
  readonly octets: number;
}

export class Resolver implements Dns {
  readonly #questions: Questions;
  readonly #asker: Asker;

  constructor(options: ResolverOptions | Questions, asker: Asker = "own") {
    this.#questions = options instanceof Questions
      ? options
      : new Questions(options);
    this.#asker = asker;
  }

  /** The same look-ups, in the places of those. */
  for(asker: Asker): Resolver {
    return new Resolver(this.#questions, asker);
  }

  /** Of all kinds of askers. */
  get places(): Pick<Places, "figures" | "hasRefused"> {
    return this.#questions.places;
  }

  async mailExchangers(
    domain: string,
    freshness: Freshness = "cached",
  ): Promise<Answer<MailExchanger>> {
    return mapped(
      await this.#lookUp(domain, "MX", freshness),
      ({ preference = 0, text }) => ({ preference, host: text }),
    );
  }

  async texts(
    name: string,
    freshness: Freshness = "cached",
  ): Promise<Answer<string>> {
    return mapped(await this.#lookUp(name, "TXT", freshness), textOf);
  }

  async ipv4(name: string): Promise<Answer<string>> {
    return mapped(await this.#lookUp(name, "A"), textOf);
  }

  async ipv6(name: string): Promise<Answer<string>> {
    return mapped(await this.#lookUp(name, "AAAA"), textOf);
  }

  async names(address: string): Promise<Answer<string>> {
    return mapped(await this.#lookUp(reverseName(address), "PTR"), textOf);
  }

  /** As a zone file has them (RFC 2782, RFC 8659 §4.1.1). @throws {DnsFailure} */
  async zoneData(
    name: string,
    type: "SRV" | "CAA",
  ): Promise<Answer<string>> {
    return mapped(await this.#lookUp(name, type, "fresh"), textOf);
  }

  async #lookUp(
    name: string,
    type: RecordType,
    freshness: Freshness = "cached",
  ): Promise<Answer<ResourceRecord>> {
    const question = { name: checkedName(name), type };
    const outcome = await this.#questions.outcome(question, {
      freshness,
      asker: this.#asker,
    });
    if (outcome.kind === "none") throw outcome.failure;
    return outcome.answer;
  }
}

/** What was asked, is being asked, and is remembered. */
class Questions {
  readonly places: Places;
  readonly #options: ResolverOptions;
  readonly #remembered = new Map<string, Remembered>();
  #rememberedOctets = 0;
  readonly #asking = new Map<string, Promise<Outcome>>();

  constructor(options: ResolverOptions) {
    const { clock, limits = PLACE_LIMITS } = options;
    this.#options = options;
    this.places = new Places(clock, limits);
  }

  async outcome(
    question: Question,
    { freshness, asker }: {
      readonly freshness: Freshness;
      readonly asker: Asker;
    },
  ): Promise<Outcome> {
    const key = `${question.type} ${question.name}`;
    const known = this.#remembered.get(key);
    const nowMs = this.#options.clock.monotonic();
    if (freshness === "cached" && known && known.untilMs > nowMs) {
      return known.outcome;
    }
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#inPlace(question, asker).then((outcome) => {
        this.#remember(key, outcome);
        return outcome.outcome;
      }).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return await asking;
  }

  async #inPlace(question: Question, asker: Asker) {
    try {
      return await this.places.within(
        asker,
        this.#options.timeoutMs,
        () => this.#askServers(question),
      );
    } catch (error) {
      if (!(error instanceof NoPlace)) throw error;
      throw new DnsFailure("temporary", question.name, error.message);
    }
  }

  async #askServers(
    question: Question,
  ): Promise<{ readonly outcome: Outcome; readonly ttlSeconds: number }> {
    const { timeoutMs, random } = this.#options;
    const servers = await this.#options.servers();
    let trouble = "no server is configured";
    for (let round = 0; round < TRIES; round++) {
      for (const server of servers) {
        try {
          const response = await ask(question, { server, timeoutMs, random });
          const settled = readResponse(question, response);
          if (settled) return settled;
          trouble = response.code;
        } catch (error) {
          trouble = error instanceof Error ? error.message : String(error);
        }
      }
    }
    throw new DnsFailure("temporary", question.name, trouble);
  }

  /** The oldest go first when there are too many. */
  #remember(
    key: string,
    { outcome, ttlSeconds }: { outcome: Outcome; ttlSeconds: number },
  ): void {
    const { maxRememberedOctets = MAX_REMEMBERED_OCTETS } = this.#options;
    const octets = key.length + sizeOf(outcome);
    this.#forget(key);
    for (const oldest of this.#remembered.keys()) {
      const isRoom = this.#remembered.size < MAX_REMEMBERED &&
        this.#rememberedOctets + octets <= maxRememberedOctets;
      if (isRoom) break;
      this.#forget(oldest);
    }
    const untilMs = this.#options.clock.monotonic() + ttlSeconds * 1000;
    this.#rememberedOctets += octets;
    this.#remembered.set(key, { untilMs, outcome, octets });
  }

  #forget(key: string): void {
    this.#rememberedOctets -= this.#remembered.get(key)?.octets ?? 0;
    this.#remembered.delete(key);
  }
}

function sizeOf(outcome: Outcome): number {
  if (outcome.kind === "none") return RECORD_OCTETS;
  return outcome.answer.values.reduce(
    (sum, { text }) => sum + RECORD_OCTETS + text.length,
    0,
  );
}

/** What a record is besides its text, more or less. */
const RECORD_OCTETS = 200;

/** undefined: another server may know better. */
function readResponse(
  { name }: Question,
  { code, records, negativeTtlSeconds }: DnsResponse,
): { readonly outcome: Outcome; readonly ttlSeconds: number } | undefined {
  if (code === "NOERROR" && records.length > 0) {
    const ttlSeconds = clampTtl(
      Math.min(...records.map(({ ttlSeconds }) => ttlSeconds)),
    );
    const answer = { values: records, ttlSeconds };
    return { outcome: { kind: "records", answer }, ttlSeconds };
  }
  if (code !== "NOERROR" && code !== "NXDOMAIN") return undefined;
  const problem = code === "NOERROR" ? "no_data" : "no_such_name";
  const ttlSeconds = Math.min(
    negativeTtlSeconds ?? NEGATIVE_TTL_SECONDS,
    NEGATIVE_TTL_SECONDS,
  );
  const failure = new DnsFailure(problem, name);
  return { outcome: { kind: "none", failure }, ttlSeconds };
}

function clampTtl(ttlSeconds: number): number {
  return Math.min(Math.max(ttlSeconds, MIN_TTL_SECONDS), MAX_TTL_SECONDS);
}

/** @throws {DnsFailure} `no_such_name` for what cannot be a name at all */
function checkedName(name: string): string {
  const folded = name.toLowerCase();
  const isName = folded.length <= MAX_NAME_OCTETS && isIP(folded) === 0 &&
    folded.split(".").every((label) => LABEL.test(label));
  if (!isName) throw new DnsFailure("no_such_name", name.slice(0, 255));
  return folded;
}

const LABEL = /^[a-z0-9_-]{1,63}$/; // RFC 1035 §2.3.1, and "_" as in RFC 8552 §1.1

function textOf({ text }: ResourceRecord): string {
  return text;
}

function mapped<T>(
  { values, ttlSeconds }: Answer<ResourceRecord>,
  read: (record: ResourceRecord) => T,
): Answer<T> {
  return { values: values.map(read), ttlSeconds };
}
