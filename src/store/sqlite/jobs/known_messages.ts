/**
 * Messages that come again: by their key as a whole, with the results of the
 * first time, or by the key and each recipient.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { AccountId } from "../../../base/ids.ts";
import type { RecipientResult } from "../../mail.ts";
import type { MessageKey } from "../../message_key.ts";
import type { OutboundMessage } from "../../queue.ts";
import type { JobContext } from "./context.ts";

const KEY_OCTETS = 16;

type Outcome = RecipientResult["outcome"];

/** As stored: accounts with one of these behind each, as in `12d 7q`. */
const LETTERS: Readonly<Record<Outcome, string>> = {
  delivered: "d",
  quota_exceeded: "q",
  no_such_user: "n",
  withheld: "w",
  duplicate: "r",
};
const OUTCOMES = new Map(
  Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome]),
) as ReadonlyMap<string, Outcome>;

/** Beside the accounts: the results were told again. */
const TOLD_AGAIN = "!";

/** What became of the message as a whole when it came first. */
export function resultsBefore(
  { accepted, livedSeconds }: JobContext,
  { octets, of }: MessageKey,
): RecipientResult[] | undefined {
  if (of !== "message") return undefined;
  const results = accepted.find(octets, livedSeconds);
  return results?.split(" ").filter(isAccount).map((one) => ({
    account: Number(one.slice(0, -1)) as AccountId,
    outcome: OUTCOMES.get(one.slice(-1))!,
  }));
}

/** @param recipient An account's id, or an address elsewhere. */
export function hasHad(
  { accepted, livedSeconds }: JobContext,
  key: MessageKey,
  recipient: string,
): boolean {
  if (key.of !== "recipient") return false;
  const found = accepted.find(keyFor(key, recipient), livedSeconds);
  return found !== undefined;
}

export function remember(
  { accepted, livedSeconds }: JobContext,
  key: MessageKey,
  { results, outbound }: {
    readonly results: readonly RecipientResult[];
    readonly outbound: OutboundMessage | undefined;
  },
): void {
  const times = { until: livedSeconds + key.seconds, livedSeconds };
  if (key.of === "message") {
    const text = results.map(({ account, outcome }) =>
      `${account}${LETTERS[outcome]}`
    ).join(" ");
    return accepted.put(key.octets, text, times);
  }
  const recipients = [
    ...results.filter(({ outcome }) => outcome === "delivered")
      .map(({ account }) => String(account)),
    ...outbound?.recipients.map(({ address }) => address) ?? [],
  ];
  for (const one of recipients) {
    accepted.put(keyFor(key, one), "", times);
  }
}

function isAccount(word: string): boolean {
  return word !== "" && word !== TOLD_AGAIN;
}

/** Somebody else than who waits for the first reply has one now. */
export function noteToldAgain(
  { accepted }: JobContext,
  { octets, of }: MessageKey,
): void {
  if (of === "message") accepted.append(octets, ` ${TOLD_AGAIN}`);
}

export function wasToldAgain(
  { accepted, livedSeconds }: JobContext,
  { octets }: MessageKey,
): boolean {
  return accepted.find(octets, livedSeconds)?.endsWith(TOLD_AGAIN) ?? false;
}

/** As if it had never come. */
export function forget(
  { accepted }: JobContext,
  { octets, of }: MessageKey,
): void {
  if (of === "message") accepted.remove(octets);
}

/** Tells nothing of the recipient to who reads the table. */
function keyFor({ octets }: MessageKey, recipient: string): Uint8Array {
  const hash = createHash("sha256");
  hash.update(octets);
  hash.update(recipient);
  return hash.digest().subarray(0, KEY_OCTETS);
}
