/** A message from a user, over the way that submission takes. @module */
import * as v from "valibot";
import { CrlfLines } from "../../../pgp/line_ends.ts";
import { action } from "../action.ts";
import type { WebTransaction } from "../backend.ts";
import { badRequest, WebmailFault } from "../faults.ts";

const MAX_RECIPIENTS = 100;
const MAX_ADDRESS = 1000;
/** Characters that become octets at once. */
const PIECE = 32 * 1024;

const address = v.pipe(v.string(), v.maxLength(MAX_ADDRESS));

export const send = action({
  input: {
    /** Whoever it names: the sender is who has logged in. */
    from: v.optional(address, ""),
    to: v.optional(
      v.pipe(v.array(address), v.maxLength(10 * MAX_RECIPIENTS)),
      [],
    ),
    body: v.optional(v.string(), ""),
  },
  async run({ account, backend }, { from, to, body }) {
    const { websmtp, maxMessageOctets } = backend.options();
    if (!websmtp) {
      throw new WebmailFault(404, "send is not enabled", "not_enabled");
    }
    if (hasControl(from)) throw badRequest("invalid sender");
    const recipients = [...new Set(to.map((one) => one.trim()))];
    if (recipients.length === 0) throw badRequest("missing recipients");
    if (recipients.length > MAX_RECIPIENTS) {
      throw badRequest(`too many recipients: at most ${MAX_RECIPIENTS}`);
    }
    if (recipients.some(hasControl)) throw badRequest("invalid recipient");
    const transaction = await account.begin(body.length);
    try {
      for (const recipient of recipients) {
        await addRecipient(transaction, recipient);
      }
      const sizeOctets = await write(transaction, body, maxMessageOctets);
      account.countTraffic(sizeOctets, 0);
      await transaction.finish();
    } finally {
      await transaction.discard();
    }
    return { status: "sent" } as const;
  },
});

async function addRecipient(
  transaction: WebTransaction,
  recipient: string,
): Promise<void> {
  try {
    await transaction.addRecipient(recipient);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest("invalid recipient");
  }
}

/** Gives how many octets there were. @throws {WebmailFault} over so many */
async function write(
  transaction: WebTransaction,
  text: string,
  maxOctets: number,
): Promise<number> {
  const encoder = new TextEncoder();
  const lines = new CrlfLines();
  let sizeOctets = 0;
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(text, at);
    const octets = lines.convert(encoder.encode(text.slice(at, end)));
    sizeOctets += octets.length;
    if (sizeOctets > maxOctets) {
      throw new WebmailFault(
        413,
        "552 5.3.4 message file too big",
        "too_large",
      );
    }
    await transaction.write(octets);
    at = end;
  }
  return sizeOctets;
}

/** Not between both halves of one character. */
function pieceEnd(text: string, start: number): number {
  const end = Math.min(start + PIECE, text.length);
  const last = text.charCodeAt(end - 1);
  const isSplit = end < text.length && last >= 0xd800 && last <= 0xdbff;
  return isSplit ? end - 1 : end;
}

function hasControl(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\x00-\x1f\x7f]/.test(text);
}
