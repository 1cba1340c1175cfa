/**
 * The servers of protocols as the configuration has them. Each value is read
 * where it is used, or for each connection: a reload of the file is in force at
 * once.
 *
 * @module
 */
import type { Config } from "../config/schema.ts";
import type { HttpLimits } from "../http/server/server.ts";
import { DEFAULT_OPTIONS } from "../imap/server/options.ts";
import { ImapServer } from "../imap/server/server.ts";
import { ConnectionCounts } from "../net/connection_counts.ts";
import { SmtpServer } from "../smtp/server/server.ts";
import type { ProtocolParts } from "./protocol_parts.ts";

export function imapServer(parts: ProtocolParts): ImapServer {
  const imap = () => parts.config().imap;
  const auth = () => parts.config().auth;
  const tls = () => parts.config().tls;
  return new ImapServer({
    backend: parts.imap,
    clock: parts.clock,
    timers: parts.timers,
    random: Math.random,
    options: {
      ...DEFAULT_OPTIONS,
      get maxLineOctets() {
        return imap().maxLine;
      },
      get maxLiteralOctets() {
        return imap().maxLiteral;
      },
      get maxLoginFailures() {
        return auth().maxFailuresPerConnection;
      },
      get handshakeTimeoutMs() {
        return tls().handshakeTimeoutS * 1000;
      },
      get preauthTimeoutMs() {
        return imap().preauthTimeoutS * 1000;
      },
      get inactivityTimeoutMs() {
        return imap().inactivityTimeoutS * 1000;
      },
      get idleKeepaliveMs() {
        return imap().idleKeepaliveS * 1000;
      },
      get writeStallMs() {
        return imap().writeStallS * 1000;
      },
    },
  });
}

export function smtpServer(parts: ProtocolParts): SmtpServer {
  return new SmtpServer({
    backend: parts.smtp,
    clock: parts.clock,
    timers: parts.timers,
    get policy() {
      const { smtp, auth } = parts.config();
      return {
        requireTls: smtp.requireTls,
        maxLineOctets: smtp.maxLine,
        maxErrors: smtp.maxErrors,
        maxFailedLogins: auth.maxFailuresPerConnection,
      };
    },
    get timeouts() {
      const { smtp, tls } = parts.config();
      return {
        commandMs: smtp.commandTimeoutS * 1000,
        contentMs: smtp.dataTimeoutS * 1000,
        sessionMs: smtp.sessionMaxS * 1000,
        loginMs: smtp.preauthTimeoutS * 1000,
        handshakeMs: tls.handshakeTimeoutS * 1000,
      };
    },
    get connections() {
      const { smtp, submission } = parts.config();
      return {
        mx: {
          total: parts.turnsStrangersAway() ? 0 : smtp.maxConnections,
          perAddress: smtp.maxConnectionsPerIp,
        },
        submission: {
          total: submission.maxConnections,
          perAddress: submission.maxConnectionsPerIp,
        },
      };
    },
    get maxPerAccount() {
      return parts.config().submission.maxPerUser;
    },
  });
}

/** What an HTTP server holds its clients to, in milliseconds where time is meant. */
export function httpLimits({ http, tls }: Config): HttpLimits {
  return {
    total: http.maxConnections,
    perAddress: http.maxConnectionsPerIp,
    handshakeMs: tls.handshakeTimeoutS * 1000,
    headMs: http.headerTimeoutS * 1000,
    idleMs: http.idleTimeoutS * 1000,
    bodyStallMs: http.bodyTimeoutS * 1000,
    sendStallMs: http.writeStallS * 1000,
  };
}

/** Connections of one service, counted against its limits. */
export function countsOf(
  limits: () => { maxConnections: number; maxConnectionsPerIp: number },
): ConnectionCounts {
  return new ConnectionCounts(() => {
    const { maxConnections, maxConnectionsPerIp } = limits();
    return { total: maxConnections, perAddress: maxConnectionsPerIp };
  });
}
