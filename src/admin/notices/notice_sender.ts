/**
 * Brings a notice to mailboxes here, some accounts at a time. Each account gets
 * it once, however often the same notice is sent: what was interrupted is sent
 * again, and goes on.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { AccountId } from "../../base/ids.ts";
import { days } from "../../base/durations.ts";
import { nowSeconds } from "../../base/clock.ts";
import {
  noticeMessage,
  type NoticeText,
} from "../../delivery/notices/notice_message.ts";
import type { Address } from "../../mail/address.ts";
import type { Staging } from "../../store/content.ts";
import type { Acceptance, QuotaPolicy } from "../../store/mail.ts";
import type { AdminContext } from "../context.ts";

export interface Reader {
  readonly id: AccountId;
  readonly address: Address;
}

export interface Notice extends NoticeText {
  readonly id: string;
  /** Seconds since 1970 UTC. */
  readonly writtenAt: number;
}

/** How many of some accounts have it now. */
export interface Brought {
  readonly sent: number;
  readonly encrypted: number;
  readonly failed: number;
}

const KEY_OCTETS = 16;
/** So long an interrupted notice can be gone on with. */
const REMEMBERED_SECONDS = days(7);

/** What the operator says is kept whatever the mailbox holds: nothing is expired for it. */
const WHATEVER_QUOTA: QuotaPolicy = {
  defaultOctets: Number.MAX_SAFE_INTEGER,
  whenFull: "reject",
  trimFrom: 100,
  trimTo: 100,
  protectSeconds: 0,
};

export function noticeSender({ domains }: AdminContext): string {
  return `admin@${domains.primary}`;
}

/**
 * Who has a key that is known gets a message of its own, the others one together.
 *
 * @param named Whether the message says whom it is for: they are one then.
 */
export async function bring(
  context: AdminContext,
  notice: Notice,
  readers: readonly Reader[],
  named: boolean,
): Promise<Brought> {
  const keys = await context.store.accountKeys.of(readers.map(({ id }) => id));
  const inClear: Reader[] = [];
  let encrypted = 0;
  for (const reader of readers) {
    const certificate = keys.get(reader.id);
    if (!certificate) {
      inClear.push(reader);
      continue;
    }
    const message = await context.sealer.write(
      notice,
      envelope(context, notice, reader.address),
      certificate,
    );
    if (!message.isEncrypted) inClear.push(reader);
    else encrypted += await accept(context, notice, [reader], message);
  }
  if (inClear.length === 0) return brought(readers, encrypted, encrypted);
  const recipient = named ? inClear[0]?.address : undefined;
  const message = noticeMessage(notice, envelope(context, notice, recipient));
  const sent = await accept(context, notice, inClear, message);
  return brought(readers, sent + encrypted, encrypted);
}

function brought(
  readers: readonly Reader[],
  sent: number,
  encrypted: number,
): Brought {
  return { sent, encrypted, failed: readers.length - sent };
}

export function envelope(
  context: AdminContext,
  { id, writtenAt }: Pick<Notice, "id" | "writtenAt">,
  recipient: Address | undefined,
) {
  return {
    sender: noticeSender(context),
    recipient,
    messageId: `<notice-${id}@${context.domains.primary}>`,
    writtenAt,
  };
}

/** Gives how many have it, be it from before. */
async function accept(
  { store, clock, arrived }: AdminContext,
  { id }: Notice,
  readers: readonly Reader[],
  { octets, headerOctets }: {
    readonly octets: Uint8Array;
    readonly headerOctets: number;
  },
): Promise<number> {
  const staging = store.staging.stage();
  await staging.write(octets, true);
  const acceptance: Acceptance = {
    content: await staging.finish(),
    headerOctets,
    recipients: readers.map((reader) => reader.id),
    arrivedAt: nowSeconds(clock),
    quota: WHATEVER_QUOTA,
    ignoreQuota: true,
    key: {
      octets: keyOf(id),
      of: "recipient",
      seconds: REMEMBERED_SECONDS,
    },
  };
  const { results } = await acceptOrDiscard(store, staging, acceptance);
  const fresh = results.filter(({ outcome }) => outcome === "delivered");
  if (fresh.length > 0) arrived(fresh.map(({ account }) => account));
  return results.filter(({ outcome }) =>
    outcome === "delivered" || outcome === "duplicate"
  ).length;
}

async function acceptOrDiscard(
  { mail }: AdminContext["store"],
  staging: Staging,
  acceptance: Acceptance,
) {
  try {
    return await mail.accept(acceptance);
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

function keyOf(id: string): Uint8Array {
  const hash = createHash("sha256").update(`notice\n${id}`).digest();
  return new Uint8Array(hash.subarray(0, KEY_OCTETS));
}
