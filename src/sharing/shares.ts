/**
 * Contact links: who made one may change it by its key, whoever opens it is
 * counted and not known. All are in memory and in the store; endings are told
 * apart without regard to case.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { type Clock, dayOf, nowSeconds } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import { LazyRecords } from "../store/lazy_records.ts";
import { RecordSet, type RecordSetParts } from "../store/record_set.ts";
import { type Invite, INVITE_KINDS, parseInvite } from "./invite.ts";
import { cleanName } from "./name.ts";
import { checkSlug, drawSlug, foldSlug, isReserved } from "./slug.ts";

const SHARES = "shares";
const VIEWS = "share_views";
/** All are in memory, and looked through when they are listed. */
const MAX_SHARES = 20_000;
const KEY_OCTETS = 16;
const TRIES = 8;
const MAX_KEY_CHARACTERS = 100;
const DAY = 86_400;

const ROW = v.object({
  slug: v.string(),
  kind: v.picklist([...INVITE_KINDS, "reserved"]),
  url: v.string(),
  name: v.string(),
  /** SHA-256; absent where an operator made it. */
  edit_key_hash: v.optional(v.string()),
  created_at: v.number(),
});
type Row = v.InferOutput<typeof ROW>;
const VIEWED = v.object({ views: v.number(), last_view_day: v.number() });

export interface Share {
  readonly slug: string;
  readonly kind: Row["kind"];
  /** `openpgp4fpr:…`; empty if it is reserved. */
  readonly url: string;
  readonly name: string;
  /** Seconds since 1970 UTC. */
  readonly createdAt: number;
  readonly views: number;
  /** Counted from 1970 UTC; undefined: nobody has looked yet. */
  readonly lastViewDay?: number;
}

export interface ShareWish {
  readonly url: string;
  /** Empty: one is drawn. */
  readonly slug?: string;
  /** Empty: the one in the link. */
  readonly name?: string;
}

export interface SharesParts {
  readonly store: RecordSetParts<unknown>["store"];
  readonly clock: Clock;
  readonly random: Random;
  readonly options: ShareOptions;
  onUnreadable(collection: string): void;
  reportBug(error: unknown): void;
}

/** As they are now. */
export interface ShareOptions {
  /** Endings that this server needs or does not want, folded. */
  reserved(): Iterable<string>;
  /** After it was made; 0: never. */
  maxAgeSeconds(): number;
  /** Without anybody who looks; 0: never. */
  unusedSeconds(): number;
}

export class Shares {
  readonly #parts: SharesParts;
  readonly #rows: RecordSet<Row>;
  readonly #views: LazyRecords<v.InferOutput<typeof VIEWED>>;
  /** Endings that somebody is being given. */
  readonly #promised = new Set<string>();

  private constructor(
    parts: SharesParts,
    rows: RecordSet<Row>,
    views: LazyRecords<v.InferOutput<typeof VIEWED>>,
  ) {
    this.#parts = parts;
    this.#rows = rows;
    this.#views = views;
  }

  static async open(parts: SharesParts): Promise<Shares> {
    const { store, reportBug } = parts;
    const shared = { store, reportBug };
    return new Shares(
      parts,
      await RecordSet.open({
        ...shared,
        collection: SHARES,
        schema: ROW,
        onUnreadable: () => parts.onUnreadable(SHARES),
      }),
      await LazyRecords.open({ ...shared, collection: VIEWS, schema: VIEWED }),
    );
  }

  close(): void {
    this.#rows.close();
    this.#views.close();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Whatever the ending is for; undefined if nobody has it. */
  find(slug: string): Share | undefined {
    const row = this.#current(foldSlug(slug));
    return row && this.#shown(row);
  }

  /** What a visitor sees: nothing of what is reserved. */
  shown(slug: string): Share | undefined {
    const share = this.find(slug);
    return share?.kind === "reserved" ? undefined : share;
  }

  /** Somebody looks at it. */
  count(slug: string): void {
    const key = foldSlug(slug);
    if (!this.#rows.get(key)) return;
    this.#views.put(key, {
      views: (this.#views.get(key)?.views ?? 0) + 1,
      last_view_day: this.#today(),
    });
  }

  /** The newest first. */
  list(): Share[] {
    return [...this.#rows.values.keys()]
      .flatMap((key) => this.find(key) ?? [])
      .sort((one, other) => other.createdAt - one.createdAt);
  }

  /**
   * A new link, and the key by which whoever made it changes it.
   *
   * @throws {Refusal} `invalid_invite`, `slug_too_short`, `slug_invalid`,
   * `slug_reserved`, `slug_taken`, `shares_full`
   */
  async create(
    wish: ShareWish,
  ): Promise<{ readonly share: Share; readonly editKey: string }> {
    const editKey = this.#parts.random(KEY_OCTETS).toHex();
    const share = await this.#add(wish, hashed(editKey));
    return { share, editKey };
  }

  /** The same by an operator: there is no key. @throws {Refusal} as `create` */
  createByOperator(wish: ShareWish): Promise<Share> {
    return this.#add(wish, undefined);
  }

  /** Nobody shall have this ending. @throws {Refusal} `slug_invalid`, `slug_taken`, … */
  async reserve(slug: string): Promise<Share> {
    checkSlug(slug);
    return await this.#put(slug, {
      slug,
      kind: "reserved",
      url: "",
      name: "",
      created_at: nowSeconds(this.#parts.clock),
    });
  }

  /**
   * @param change What is absent stays as it is.
   * @throws {Refusal} `not_found`, `invalid_invite`
   */
  async edit(
    slug: string,
    { url, name }: { readonly url?: string; readonly name?: string },
  ): Promise<Share> {
    const key = foldSlug(slug);
    const row = this.#current(key);
    if (!row || row.kind === "reserved" && url === undefined) throw missing();
    const invite = url === undefined ? undefined : parseInvite(url);
    const changed: Row = {
      ...row,
      ...(invite && { kind: invite.kind, url: invite.url }),
      name: name === undefined
        ? row.name || invite?.name || ""
        : cleanName(name) || invite?.name || row.name,
    };
    await this.#rows.put(key, changed);
    return this.#shown(changed);
  }

  /** @throws {Refusal} `not_found` */
  async remove(slug: string): Promise<void> {
    const key = foldSlug(slug);
    if (!this.#rows.get(key)) throw missing();
    await this.#rows.remove(key);
    await this.#views.forget(key);
  }

  /** Whether this is the key of a link; false for one that has none. */
  isOwner(slug: string, editKey: string): boolean {
    const hash = this.#current(foldSlug(slug))?.edit_key_hash;
    if (hash === undefined || editKey.length > MAX_KEY_CHARACTERS) return false;
    return timingSafeEqual(octets(hash), octets(hashed(editKey)));
  }

  /** Writes who has been looked at, and removes what is over. How many were. */
  async upkeep(): Promise<number> {
    const over = [...this.#rows.values].filter(([key, row]) =>
      this.#isOver(key, row)
    ).map(([key]) => key);
    await this.#rows.change({ remove: over });
    await this.#views.write((key) => this.#rows.get(key) !== undefined);
    return over.length;
  }

  async #add(wish: ShareWish, keyHash: string | undefined): Promise<Share> {
    const invite = parseInvite(wish.url);
    const slug = wish.slug?.trim() || this.#draw();
    checkSlug(slug);
    if (isReserved(foldSlug(slug), this.#parts.options.reserved())) {
      throw new Refusal("slug_reserved");
    }
    return await this.#put(slug, this.#row(slug, invite, wish.name, keyHash));
  }

  #row(
    slug: string,
    { kind, url, name }: Invite,
    wished: string | undefined,
    keyHash: string | undefined,
  ): Row {
    return {
      slug,
      kind,
      url,
      name: cleanName(wished ?? "") || name,
      ...(keyHash === undefined ? {} : { edit_key_hash: keyHash }),
      created_at: nowSeconds(this.#parts.clock),
    };
  }

  /** Of two who want the same ending one gets it. */
  async #put(slug: string, row: Row): Promise<Share> {
    const key = foldSlug(slug);
    const known = this.#current(key);
    if (known || this.#promised.has(key)) {
      const isReservedHere = known?.kind === "reserved" &&
        row.kind !== "reserved";
      throw new Refusal(isReservedHere ? "slug_reserved" : "slug_taken");
    }
    if (this.#rows.size + this.#promised.size >= MAX_SHARES) {
      throw new Refusal("shares_full");
    }
    this.#promised.add(key);
    try {
      await this.#views.forget(key);
      await this.#rows.put(key, row);
    } finally {
      this.#promised.delete(key);
    }
    return this.#shown(row);
  }

  #draw(): string {
    for (let tries = 0; tries < TRIES; tries++) {
      const slug = drawSlug(this.#parts.random);
      if (!this.#rows.get(slug)) return slug;
    }
    throw new Refusal("busy");
  }

  /** undefined also for what is over and not yet removed. */
  #current(key: string): Row | undefined {
    const row = this.#rows.get(key);
    return row && !this.#isOver(key, row) ? row : undefined;
  }

  #isOver(key: string, row: Row): boolean {
    if (row.kind === "reserved") return false;
    const { options, clock } = this.#parts;
    const maxAge = options.maxAgeSeconds();
    const unused = options.unusedSeconds();
    const now = nowSeconds(clock);
    const seen = this.#views.get(key)?.last_view_day;
    const used = seen === undefined
      ? row.created_at
      : Math.max(row.created_at, (seen + 1) * DAY);
    return (maxAge > 0 && now >= row.created_at + maxAge) ||
      (unused > 0 && now >= used + unused);
  }

  #shown({ slug, kind, url, name, created_at }: Row): Share {
    const viewed = this.#views.get(foldSlug(slug));
    return {
      slug,
      kind,
      url,
      name: name || slug,
      createdAt: created_at,
      views: viewed?.views ?? 0,
      ...(viewed ? { lastViewDay: viewed.last_view_day } : {}),
    };
  }

  #today(): number {
    return dayOf(nowSeconds(this.#parts.clock));
  }
}

function hashed(editKey: string): string {
  return createHash("sha256").update(editKey).digest("hex");
}

function octets(hash: string): Uint8Array {
  return new TextEncoder().encode(hash.padEnd(64).slice(0, 64));
}

function missing(): Refusal {
  return new Refusal("not_found", { explanation: "There is no such link" });
}
