/**
 * The protocol servers, and which of them a new connection goes to.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ServiceConnections } from "../admin/live_server.ts";
import { site, type SiteBackend } from "../api/site.ts";
import type { Clock, Timers } from "../base/clock.ts";
import { plainAddress } from "../base/peer_address.ts";
import { systemRandom } from "../base/random.ts";
import type {
  ListenerProtocol,
  ListenerRow,
} from "../config/listener_table.ts";
import type { Config } from "../config/schema.ts";
import { HttpServer } from "../http/server.ts";
import type { ImapBackend } from "../imap/server/backend.ts";
import { DEFAULT_OPTIONS } from "../imap/server/options.ts";
import { ImapServer, turnAway } from "../imap/server/server.ts";
import { ConnectionCounts } from "../net/connection_counts.ts";
import { NativeSocket } from "../net/native_socket.ts";
import { NativeWire } from "../net/native_wire.ts";
import { SocketWire } from "../net/socket_wire.ts";
import type { Wire } from "../net/wire.ts";
import type { SmtpBackend, SmtpService } from "../smtp/server/backend.ts";
import type { SmtpSocket } from "../smtp/server/connection.ts";
import { SmtpServer } from "../smtp/server/server.ts";
import type { SecureContexts } from "./certificates.ts";

const HTTP_PER_ADDRESS = 64;
const REFUSAL_MS = 5000; // for a peer to take the reason
const MAX_REFUSALS = 100; // at once; others are refused without a word
const DRAIN_MS = 10_000; // a message or command that is under way may finish

export interface ProtocolParts {
  readonly imap: ImapBackend;
  readonly smtp: SmtpBackend;
  readonly site: SiteBackend;
  readonly contexts: SecureContexts;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  reportBug(error: unknown): void;
}

export class Protocols {
  readonly #parts: ProtocolParts;
  readonly #imap: ImapServer;
  readonly #smtp: SmtpServer;
  readonly #http: HttpServer;
  readonly #imapCounts: ConnectionCounts;
  #refusals = 0;

  constructor(parts: ProtocolParts) {
    const { clock, timers } = parts;
    this.#parts = parts;
    this.#imap = imapServer(parts);
    this.#smtp = smtpServer(parts);
    this.#http = new HttpServer({
      handler: site({ backend: parts.site, clock, random: systemRandom }),
      clock,
      timers,
      maxPerAddress: HTTP_PER_ADDRESS,
      reportBug: (error) => parts.reportBug(error),
    });
    this.#imapCounts = new ConnectionCounts(() => {
      const { maxConnections, maxConnectionsPerIp } = parts.config().imap;
      return { total: maxConnections, perAddress: maxConnectionsPerIp };
    });
  }

  /** On a port for TLS alone. */
  serveNative(protocol: ListenerProtocol, connection: Deno.TlsConn): void {
    switch (protocol) {
      case "mx":
      case "submission": {
        const socket = new NativeSocket(connection);
        return this.#serveSmtp(socket, protocol, socket.remoteAddress, true);
      }
      case "imap":
        return void this.#serveImap(new NativeWire(connection));
      case "http":
        throw new TypeError("HTTP has sockets");
    }
  }

  /** Drives an IMAP connection to its end; it counts until its descriptor is free. */
  async #serveImap(wire: Wire): Promise<void> {
    const { peerAddress } = wire;
    if (!this.#imapCounts.enter(peerAddress)) return await this.#refuse(wire);
    try {
      await this.#imap.serve(wire);
    } catch (error) {
      this.#parts.reportBug(error);
      wire.abort();
    }
    await wire.gone;
    this.#imapCounts.leave(peerAddress);
  }

  async #refuse(wire: Wire): Promise<void> {
    if (this.#refusals >= MAX_REFUSALS) return wire.abort();
    this.#refusals++;
    const timer = setTimeout(() => wire.abort(), REFUSAL_MS);
    await turnAway(wire);
    await wire.gone;
    clearTimeout(timer);
    this.#refusals--;
  }

  serveSocket({ protocol, tls }: ListenerRow, socket: Socket): void {
    const peerAddress = plainAddress(socket.remoteAddress);
    if (tls === "implicit") {
      return this.#serveByAlpn(socket as TLSSocket, peerAddress);
    }
    switch (protocol) {
      case "mx":
      case "submission":
        return this.#serveSmtp(socket, protocol, peerAddress);
      case "imap":
        return this.#serveImapOn(socket);
      case "http":
        return this.#http.serve(socket, {
          address: peerAddress,
          secure: false,
        });
    }
  }

  counts(): ServiceConnections[] {
    const smtp = this.#smtp.counts;
    return [
      {
        name: "imap",
        connections: this.#imapCounts.total,
        unique_ips: this.#imapCounts.addresses,
      },
      {
        name: "smtp",
        connections: smtp.sessions.mx + smtp.sessions.submission,
        unique_ips: smtp.addresses,
      },
      {
        name: "http",
        connections: this.#http.connections,
        unique_ips: this.#http.addresses,
      },
    ];
  }

  /** Says goodbye everywhere; what is under way may finish. */
  async shutdown(): Promise<void> {
    this.#http.stop();
    await Promise.all([
      Promise.race([
        this.#imap.shutdown(),
        this.#parts.timers.sleep(DRAIN_MS),
      ]),
      this.#smtp.shutdown(DRAIN_MS),
    ]);
    this.#http.destroy();
  }

  /** RFC 7301 §3.2; the handshake has agreed on one of ours or on none. */
  #serveByAlpn(socket: TLSSocket, peerAddress: string): void {
    switch (socket.alpnProtocol) {
      case "imap":
        return this.#serveImapOn(socket);
      case "smtp":
        return this.#serveSmtp(socket, "submission", peerAddress, true);
      default:
        return this.#http.serve(socket, { address: peerAddress, secure: true });
    }
  }

  #serveImapOn(socket: Socket): void {
    const { contexts } = this.#parts;
    void this.#serveImap(new SocketWire(socket, () => contexts.get()));
  }

  #serveSmtp(
    socket: SmtpSocket,
    service: SmtpService,
    peerAddress: string,
    secure = false,
  ): void {
    this.#smtp.serve(socket, { service, secure, peerAddress });
  }
}

/** Read at each use, or for each connection: a reload of the file is in force at once. */
function imapServer(parts: ProtocolParts): ImapServer {
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

function smtpServer(parts: ProtocolParts): SmtpServer {
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
          total: smtp.maxConnections,
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
    secureContext: () => parts.contexts.get(),
  });
}
