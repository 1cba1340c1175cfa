/** The lines by which a dialogue gets to a selected INBOX. @module */

export const GREETING =
  "* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN] IMAP4rev1 ready";
export const CAPABILITIES =
  "IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA APPENDLIMIT=104857600 XCHATMAIL XDELTAPUSH";

/** Logs a session in and selects INBOX, which has so many messages. */
export function selected(
  session: string,
  exists: number,
  uidNext: number,
): string {
  return `S${session}: ${GREETING}
  C${session}: L LOGIN ann@relay.example secret
  S${session}: L OK [CAPABILITY ${CAPABILITIES}] Logged in
  C${session}: S SELECT INBOX
  S${session}: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S${session}: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted
  S${session}: * ${exists} EXISTS
  S${session}: * 0 RECENT
  ${
    exists > 0
      ? `S${session}: * OK [UNSEEN 1] First unseen\n  `
      : ""
  }S${session}: * OK [UIDVALIDITY 1] UIDs valid
  S${session}: * OK [UIDNEXT ${uidNext}] Predicted next UID
  S${session}: * OK [HIGHESTMODSEQ 1] Highest
  S${session}: S OK [READ-WRITE] SELECT completed`;
}
