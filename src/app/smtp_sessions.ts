/** Gives federation the SMTP of `smtp/client/`. @module */
import type { Timers } from "../base/clock.ts";
import type { SmtpSessions } from "../federation/transports/smtp_sessions.ts";
import { SmtpTrouble } from "../smtp/client/outcome.ts";
import { DEADLINES, SmtpClient } from "../smtp/client/session.ts";

export function smtpSessions(timers: Timers): SmtpSessions {
  return {
    open: (wire, { name, finalMs }) =>
      new SmtpClient({
        wire,
        name,
        timers,
        deadlines: { ...DEADLINES, finalMs },
      }),
    trouble: (error) => error instanceof SmtpTrouble ? error : undefined,
  };
}
