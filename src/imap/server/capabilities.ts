/**
 * The capability lists (RFC 3501 §7.2.1), in the order in which they are sent.
 * Before login they are what any server's would be, so that a scan does not
 * find relays.
 *
 * @module
 */
import type { ImapLimits } from "./backend.ts";

export interface CapabilityState {
  readonly authenticated: boolean;
  readonly secure: boolean;
  readonly compressed: boolean;
  readonly limits: ImapLimits;
}

const PLAINTEXT = "IMAP4rev1 LITERAL+ SASL-IR ENABLE ID STARTTLS LOGINDISABLED";
const BEFORE_LOGIN = "IMAP4rev1 LITERAL+ SASL-IR ENABLE ID IDLE AUTH=PLAIN";
const AFTER_LOGIN =
  "IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE CHILDREN SPECIAL-USE " +
  "LIST-EXTENDED LIST-STATUS UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH WITHIN " +
  "STATUS=SIZE QUOTA QUOTA=RES-STORAGE METADATA";

/** Names separated by spaces. */
export function capabilities(state: CapabilityState): string {
  if (state.authenticated) return afterLogin(state);
  if (!state.secure) return PLAINTEXT;
  if (state.limits.preauthCapabilities === "minimal") return BEFORE_LOGIN;
  const names = `${BEFORE_LOGIN} ${afterLogin(state)}`.split(" ");
  return [...new Set(names)].join(" ");
}

function afterLogin({ limits, compressed }: CapabilityState): string {
  return [
    AFTER_LOGIN,
    `APPENDLIMIT=${limits.maxMessageOctets}`, // RFC 7889 §3
    ...(limits.compress && !compressed ? ["COMPRESS=DEFLATE"] : []),
    ...(limits.advertiseId ? ["ID"] : []),
    "XCHATMAIL",
    ...(limits.push === "advertised" ? ["XDELTAPUSH"] : []),
  ].join(" ");
}
