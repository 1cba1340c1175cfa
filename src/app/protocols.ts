/**
 * The protocol servers, and which of them a new connection goes to.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ServiceConnections } from "../admin/live_server.ts";
import { systemRandom } from "../base/random.ts";
import { HANDSHAKE_LIMITS, HttpServer } from "../http/server/server.ts";
import { type ImapServer, turnAway } from "../imap/server/server.ts";
import type {
  ConnectionCounts,
  ConnectionsSinceStart,
} from "../net/connection_counts.ts";
import { ConnectionSorter } from "../net/connection_sorter.ts";
import { incomingOf } from "../net/carried_peers.ts";
import { NativeConnection } from "../net/native_connection.ts";
import { NativeWire } from "../net/native_wire.ts";
import { SocketWire } from "../net/socket_wire.ts";
import { serverUpgrade } from "../net/tls_upgrade.ts";
import type { Wire } from "../net/wire.ts";
import type { TunnelFigures } from "../shadowsocks/server/figures.ts";
import { ShadowsocksServer } from "../shadowsocks/server/server.ts";
import type { SmtpService } from "../smtp/server/backend.ts";
import type { SmtpServer } from "../smtp/server/server.ts";
import type { OwnProtocol } from "./service_listeners.ts";
import { CATEGORIES } from "./bandwidth/traffic_categories.ts";
import { SaltFiles } from "./proxies/salt_files.ts";
import {
  countsOf,
  httpLimits,
  imapServer,
  smtpServer,
} from "./configured_servers.ts";
import type { ProtocolParts } from "./protocol_parts.ts";
import { webSite } from "./web_site.ts";

const SMTP_READ_OCTETS = 4096; // a small message comes in one or two
const REFUSAL_MS = 5000; // for a peer to take the reason
const MAX_REFUSALS = 100; // at once; others are refused without a word
/** Descriptors that no client gets: without any, what is open already could not go on. */
const KEPT_DESCRIPTORS = 64;
const DRAIN_MS = 10_000; // a message or command that is under way may finish

export interface ConnectionFacts extends ConnectionsSinceStart {
  readonly service: string;
  readonly open: number;
}

export class Protocols {
  readonly #parts: ProtocolParts;
  readonly #imap: ImapServer;
  readonly #smtp: SmtpServer;
  readonly #http: HttpServer;
  readonly #imapCounts: ConnectionCounts;
  readonly #shadowsocks: ShadowsocksServer;
  readonly #shadowsocksCounts: ConnectionCounts;
  /** Of the port for HTTPS, while an authority may come there. */
  readonly sorter: ConnectionSorter;
  #refusals = 0;
  /** Whatever they speak, also in their handshake. */
  #open = 0;
  readonly #letGo = () => void this.#open--;

  constructor(parts: ProtocolParts) {
    const { clock, timers } = parts;
    this.#parts = parts;
    this.#imap = imapServer(parts);
    this.#smtp = smtpServer(parts);
    this.#http = new HttpServer({
      ...webSite(parts),
      openTunnel: (request) => parts.connectProxy.open(request),
      meter: parts.traffic.meter("http"),
      clock,
      timers,
      limits: () => httpLimits(parts.config()),
      trustedProxies: () => parts.config().http.trustedProxies,
      onMail: (protocol, connection) =>
        this.#serveMail(
          protocol === "smtp" ? "submission" : protocol,
          connection,
        ),
      onRefused: () => parts.counters.refused("busy"),
      onCut: (reason) => parts.onCut(reason),
      reportBug: (error) => parts.reportBug(error),
    });
    this.#imapCounts = countsOf(() => parts.config().imap);
    this.#shadowsocks = new ShadowsocksServer({
      backend: parts.shadowsocks,
      clock,
      timers,
      random: systemRandom,
      salts: new SaltFiles(parts.config().server.stateDir),
    });
    this.#shadowsocksCounts = countsOf(() => parts.config().shadowsocks);
    this.sorter = new ConnectionSorter({
      ...parts,
      limits: () => ({
        ...HANDSHAKE_LIMITS,
        patienceMs: httpLimits(parts.config()).handshakeMs,
      }),
      beginning: () => parts.alpnChallenges.beginning(),
      hasRoom: () => !this.#isFull(),
      hold: (gone) => this.#hold(gone),
      onRefused: () => parts.counters.refused("busy"),
    });
  }

  /** On a port for TLS alone. */
  serveNative(protocol: OwnProtocol, conn: Deno.TlsConn): void {
    if (this.#isFull()) return conn.close();
    this.#parts.carried.whose(incomingOf(conn), (peer) => {
      const connection = new NativeConnection(conn, peer);
      this.#hold(connection.gone);
      if (protocol === "http") void this.#http.serveTls(connection);
      else if (protocol === "shadowsocks") {
        const meter = this.#parts.traffic.meter(CATEGORIES[protocol]);
        void this.#serveShadowsocks(
          new NativeWire(connection, undefined, meter),
        );
      } else this.#serveMail(protocol, connection);
    });
  }

  /** One more would take what is open already its files. */
  #isFull(): boolean {
    const { fileLimit = Infinity, counters } = this.#parts;
    // of very few, clients get half
    const most = Math.max(fileLimit - KEPT_DESCRIPTORS, fileLimit / 2);
    if (this.#open < most) return false;
    counters.refused("busy");
    return true;
  }

  #hold(gone: Promise<void>): void {
    this.#open++;
    void gone.then(this.#letGo);
  }

  /** Where TLS is on, or begins at once. */
  #serveMail(
    protocol: "imap" | SmtpService,
    connection: NativeConnection,
  ): void {
    const meter = this.#parts.traffic.meter(CATEGORIES[protocol]);
    if (protocol === "imap") {
      void this.#serveImap(new NativeWire(connection, undefined, meter));
    } else {
      const wire = new NativeWire(connection, SMTP_READ_OCTETS, meter);
      this.#smtp.serve(wire, protocol);
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

  serveSocket(protocol: OwnProtocol, socket: Socket): void {
    if (this.#isFull()) return void socket.resetAndDestroy();
    const { remoteAddress = "", remotePort = 0, localPort = 0 } = socket;
    this.#parts.carried.whose(
      { address: remoteAddress, port: remotePort, to: localPort },
      (peer) => {
        const upgrade = serverUpgrade((name) => this.#parts.contexts.get(name));
        const meter = this.#parts.traffic.meter(CATEGORIES[protocol]);
        const wire = new SocketWire(socket, upgrade, meter, peer);
        this.#hold(wire.gone);
        this.#serveWire(protocol, wire);
      },
    );
  }

  #serveWire(protocol: OwnProtocol, wire: SocketWire): void {
    switch (protocol) {
      case "mx":
      case "submission":
        return this.#smtp.serve(wire, protocol);
      case "imap":
        return void this.#serveImap(wire);
      case "http":
        return void this.#http.serve(wire);
      case "shadowsocks":
        return void this.#serveShadowsocks(wire);
    }
  }

  async #serveShadowsocks(wire: Wire): Promise<void> {
    const { peerAddress } = wire;
    if (!this.#shadowsocksCounts.enter(peerAddress)) {
      this.#parts.counters.refused("busy");
      return wire.abort();
    }
    await this.#shadowsocks.serve(wire);
    this.#shadowsocksCounts.leave(peerAddress);
  }

  /** What clients have to know for Shadowsocks is no longer so: who knows only that goes. */
  cutTunnels(): void {
    this.#shadowsocks.cut();
  }

  /** Numbers about nobody. */
  tunnels(): TunnelFigures & { readonly connections: number } {
    const { figures } = this.#shadowsocks;
    return { ...figures, connections: this.#shadowsocksCounts.total };
  }

  counts(): Omit<ServiceConnections, "cut">[] {
    const { sessions, addresses, sinceStart } = this.#smtp.counts;
    const ofSmtp = (name: string, service: "mx" | "submission") => ({
      name,
      connections: sessions[service],
      unique_ips: addresses[service],
      refused: sinceStart[service].overTotal + sinceStart[service].overAddress,
    });
    return [
      {
        name: "imap",
        connections: this.#imapCounts.total,
        unique_ips: this.#imapCounts.addresses,
        refused: this.#imapCounts.refused,
      },
      ofSmtp("smtp", "mx"),
      ofSmtp("submission", "submission"),
      {
        name: "http",
        connections: this.#http.connections,
        unique_ips: this.#http.addresses,
        refused: this.#http.refused,
      },
      {
        name: "shadowsocks",
        connections: this.#shadowsocksCounts.total,
        unique_ips: this.#shadowsocksCounts.addresses,
        refused: this.#shadowsocksCounts.refused,
      },
    ];
  }

  /** Of each service: open now, and what became of all that came. */
  connectionFacts(): ConnectionFacts[] {
    const { sessions, sinceStart } = this.#smtp.counts;
    return [
      {
        service: "imap",
        open: this.#imapCounts.total,
        ...this.#imapCounts.sinceStart,
      },
      { service: "smtp", open: sessions.mx, ...sinceStart.mx },
      {
        service: "submission",
        open: sessions.submission,
        ...sinceStart.submission,
      },
      {
        service: "http",
        open: this.#http.connections,
        ...this.#http.sinceStart,
      },
      {
        service: "shadowsocks",
        open: this.#shadowsocksCounts.total,
        ...this.#shadowsocksCounts.sinceStart,
      },
    ];
  }

  /** Says goodbye everywhere; what is under way may finish. */
  async shutdown(): Promise<void> {
    const { timers } = this.#parts;
    this.sorter.shutdown();
    this.#shadowsocks.shutdown();
    this.#parts.iroh.shutdown();
    await Promise.all([
      Promise.race([this.#http.stop(), timers.sleep(DRAIN_MS)]),
      Promise.race([this.#imap.shutdown(), timers.sleep(DRAIN_MS)]),
      this.#smtp.shutdown(DRAIN_MS),
    ]);
    this.#http.destroy();
  }
}
