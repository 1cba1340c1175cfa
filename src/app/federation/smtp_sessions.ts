/** Gives federation the SMTP of `smtp/client/`. @module */
import type { Timers } from "../../base/clock.ts";
import type { SmtpSessions } from "../../federation/transports/smtp_sessions.ts";
import { SmtpTrouble } from "../../smtp/client/outcome.ts";
import {
  DEADLINES,
  SmtpClient,
  type SmtpDeadlines,
} from "../../smtp/client/session.ts";

export function smtpSessions(
  timers: Timers,
  deadlines: SmtpDeadlines = DEADLINES,
): SmtpSessions {
  return {
    open: (wire, { name, finalMs }) =>
      new SmtpClient({
        wire,
        name,
        timers,
        deadlines: { ...deadlines, finalMs },
      }),
    trouble: (error) => error instanceof SmtpTrouble ? error : undefined,
  };
}
