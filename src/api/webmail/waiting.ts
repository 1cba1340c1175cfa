/** A request that waits for mail: until some is there, and no longer than it may. @module */
import { openMailbox, summariesAfter } from "./reading.ts";
import type { Visit } from "./action.ts";
import { unknownMailbox, WebmailFault } from "./faults.ts";
import type { MessageSummary } from "./views.ts";

export interface Awaited {
  readonly mailbox: string;
  readonly sinceUid: number;
  readonly limit: number;
  readonly waitMs: number;
}

/**
 * Messages with a greater UID as soon as there are any; none when the time is
 * over, or mail over HTTP is switched off.
 *
 * @throws {WebmailFault} `unknown mailbox`, or the account's sessions end
 */
export async function awaitMessages(
  { account, backend }: Visit,
  { mailbox: name, sinceUid, limit, waitMs }: Awaited,
  ending: AbortSignal,
): Promise<MessageSummary[]> {
  const { mail } = account;
  const { name: found } = await openMailbox(mail, name);
  let heard = true; // so that what is there is looked at first
  let isOver = false;
  let isRevoked = false;
  let wake = () => {};
  const tell = () => wake();
  const session = account.hold();
  const watched = await mail.select(found, () => {
    heard = true;
    tell();
  }).catch((error) => {
    session.release();
    throw error;
  });
  const stopListening = session.onInactive(() => {
    isRevoked = true;
    tell();
  });
  const stopWatchingSwitch = backend.onSwitch(tell);
  const cancel = backend.timers.every(waitMs, () => {
    isOver = true;
    tell();
  });
  ending.addEventListener("abort", tell);
  try {
    if (!watched) throw unknownMailbox();
    for (;;) {
      if (!backend.options().webimap) return [];
      if (isRevoked) {
        throw new WebmailFault(401, "session revoked", "bad_credentials");
      }
      if (heard) {
        heard = false;
        const { mailbox } = watched;
        const some = await summariesAfter(mail, mailbox, sinceUid, limit);
        if (some.length > 0) return some;
        continue;
      }
      if (isOver || ending.aborted) return [];
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    ending.removeEventListener("abort", tell);
    cancel();
    stopWatchingSwitch();
    stopListening();
    session.release();
    watched?.stop();
  }
}
