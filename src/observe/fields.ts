/**
 * What a line of the log may tell. Text does not fit: only words written in the
 * source, numbers, and values that show themselves as far as the level allows.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";

export type LogLevel = "off" | "error" | "warn" | "info" | "debug";
export const LOG_LEVELS: readonly LogLevel[] = [
  "off",
  "error",
  "warn",
  "info",
  "debug",
];

/** A value that is shown more or less according to the level. */
export interface Shown {
  /** undefined: not at this level. */
  show(level: LogLevel, hash: AddressHash): string | undefined;
}

export type Field = number | boolean | Word | Shown | undefined;
export type Fields = Readonly<Record<string, Field>>;

/** A text the compiler knows: the name of a thing, never what a peer sent. */
export type Word = string & { readonly brand: "Word" };
type Literal<T extends string> = string extends T ? never : T;

/** Takes literals and unions of them, such as a RefusalCode; `string` does not compile. */
export function word<T extends string>(text: Literal<T>): Word {
  return text as unknown as Word;
}

/** An account or envelope address: a hash at info, itself at debug, else nothing. */
export function shownAddress(address: string): Shown {
  return {
    show(level, hash) {
      if (level === "debug") return quoteIfNeeded(address);
      return level === "info" ? hash.of(address) : undefined;
    },
  };
}

/** The address of a client's machine: at debug only. */
export function shownPeer(ip: string): Shown {
  return {
    show: (level) => level === "debug" ? quoteIfNeeded(ip) : undefined,
  };
}

/** `a1b2c3@own`: the same for a day, and telling nothing once the day is over. */
export class AddressHash {
  #key: Uint8Array = new Uint8Array();
  #day = -1;

  constructor(
    readonly clock: Clock,
    readonly random: Random,
    readonly isOwnDomain: (domain: string) => boolean,
  ) {}

  of(address: string): string {
    const day = Math.floor(this.clock.now() / 86_400_000);
    if (day !== this.#day) {
      this.#day = day;
      this.#key = this.random(32);
    }
    const digest = createHmac("sha256", this.#key).update(address)
      .digest("hex").slice(0, 6);
    const domain = address.slice(address.lastIndexOf("@") + 1);
    return `${digest}@${this.isOwnDomain(domain) ? "own" : "other"}`;
  }
}

/** What begins with a quotation mark is in quotes, and nothing else is. */
function quoteIfNeeded(text: string): string {
  return /^(?!")[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text);
}
