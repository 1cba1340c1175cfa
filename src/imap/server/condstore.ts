import type { CommandSession, Step } from "./command.ts";

/** Turns mod-sequences on, and tells up to where the client knows the mailbox (RFC 7162 §3.1). */
export async function* startCondstore(
  session: CommandSession,
): AsyncGenerator<Step> {
  if (session.condstore) return;
  session.enableCondstore();
  const mailbox = await session.account.mail.mailbox(session.selected.id);
  if (!mailbox) return;
  yield { text: `* OK [HIGHESTMODSEQ ${mailbox.highestModSeq}] Highest\r\n` };
}
