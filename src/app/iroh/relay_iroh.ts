/**
 * The relay for real-time channels as a part of ours: by which requests it is
 * reached, how many may, and what is told of it.
 *
 * @module
 */
import type { IrohStatusShape } from "../../admin/live_server.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import type { ListenerName } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import type { HttpPeer } from "../../http/peer.ts";
import {
  rawTakeover,
  type Takeover,
  type UpgradeRoute,
} from "../../http/server/upgrade.ts";
import {
  handshakeFault,
  webSocketTakeover,
} from "../../http/server/web_socket.ts";
import { WebSocketWatch } from "../../http/server/web_socket_watch.ts";
import { MAX_MESSAGE_OCTETS } from "../../iroh/proto/frames.ts";
import {
  type Channel,
  MessageChannel,
  StreamChannel,
} from "../../iroh/server/channel.ts";
import type { IrohFigures } from "../../iroh/server/figures.ts";
import { IrohServer } from "../../iroh/server/server.ts";
import { ConnectionCounts } from "../../net/connection_counts.ts";
import { formatAddress, type ListenAddress } from "../../net/listener.ts";
import type { Traffic } from "../../observe/traffic.ts";
import type { Settings } from "../../settings/settings.ts";
import { neededFiles } from "../running/facts.ts";
import { relayUrl } from "./relay_url.ts";

/** The second is the name that clients of older relays know. */
const PATHS = ["/relay", "/derp"];
const RAW = "iroh derp http";
/** Where there are few descriptors. */
const LEAST_CLIENTS = 100;

export interface RelayIrohParts {
  readonly settings: Settings;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  bound(name: ListenerName): ListenAddress[];
  /** That may be open at once; undefined: nobody knows. */
  readonly fileLimit: number | undefined;
  /** What clients connect to, and whether they can verify it. */
  named(): { readonly name: string; readonly isTrusted: boolean };
}

export class RelayIroh {
  readonly upgrades: readonly UpgradeRoute[];
  readonly #parts: RelayIrohParts;
  readonly #server: IrohServer;
  readonly #counts: ConnectionCounts;
  readonly #watch: WebSocketWatch;

  constructor(parts: RelayIrohParts) {
    const { settings, traffic } = parts;
    this.#parts = parts;
    this.#watch = new WebSocketWatch(parts.timers);
    this.#server = new IrohServer({
      ...parts,
      random: systemRandom,
      rate: () => {
        const { rxRate, rxBurst } = parts.config().iroh;
        return { octetsPerSecond: rxRate, burst: rxBurst };
      },
    });
    this.#counts = new ConnectionCounts(() => {
      const { maxClientsPerIp } = parts.config().iroh;
      return { total: this.#most(), perAddress: maxClientsPerIp };
    });
    settings.onChange("iroh_enabled", () => {
      if (!this.isEnabled) this.#server.cut();
    });
    const shared = {
      meter: traffic.meter("iroh_relay"),
      countsConnections: true,
    } as const;
    this.upgrades = PATHS.flatMap((path) => [
      {
        ...shared,
        path,
        protocol: RAW,
        accept: (_request: Request, peer: HttpPeer) =>
          this.#admit(peer, this.#rawTakeover()),
      },
      {
        ...shared,
        path,
        protocol: "websocket",
        accept: (request: Request, peer: HttpPeer) =>
          handshakeFault(request) ?? this.#admit(peer, this.#messages()),
      },
    ]);
  }

  get isEnabled(): boolean {
    return this.#parts.settings.get("iroh_enabled");
  }

  get clients(): number {
    return this.#server.clients;
  }

  get figures(): IrohFigures {
    return this.#server.figures;
  }

  /** What clients are told; undefined if nothing. */
  get url(): string | undefined {
    const { settings, named } = this.#parts;
    const bound = (name: ListenerName) => this.#parts.bound(name);
    return relayUrl({ settings, ...named(), bound });
  }

  status(): IrohStatusShape {
    const { figures, clients, url = null } = this;
    const { forwarded, nobody, full } = figures.datagrams;
    const listen = this.isEnabled
      ? (["https", "http", "iroh"] as const).flatMap((name) =>
        this.#parts.bound(name).map(formatAddress)
      )
      : [];
    return {
      enabled: this.isEnabled,
      listen,
      relay_url: url,
      clients,
      connections: this.#counts.total,
      refused: this.#counts.refused,
      bytes_in: figures.octetsIn,
      bytes_out: figures.octetsOut,
      forwarded,
      dropped: { nobody, full },
      invalid: figures.framesInvalid + figures.strangers,
    };
  }

  /** Tells all to come back in a moment. */
  shutdown(): void {
    this.#server.shutdown();
  }

  #admit({ address }: HttpPeer, run: Takeover): Response | Takeover {
    if (!this.isEnabled) return new Response(null, { status: 404 });
    const counts = this.#counts;
    if (!counts.enter(address)) {
      const isFull = counts.total >= this.#most();
      return new Response(null, {
        status: isFull ? 503 : 429,
        headers: { "retry-after": "60" },
      });
    }
    return (connection) => {
      void connection.wire.gone.then(() => counts.leave(address));
      return run(connection);
    };
  }

  #most(): number {
    const { config, fileLimit } = this.#parts;
    return mostClients(config(), fileLimit);
  }

  #rawTakeover(): Takeover {
    return rawTakeover(
      RAW,
      ({ wire }) => this.#serve(new StreamChannel(wire)),
    );
  }

  #messages(): Takeover {
    const options = {
      maxMessageOctets: MAX_MESSAGE_OCTETS,
      watch: this.#watch,
    };
    return (connection) =>
      webSocketTakeover(
        options,
        (peer) =>
          this.#serve(
            new MessageChannel(peer, () => connection.wire.abort()),
          ),
      )(connection);
  }

  #serve(channel: Channel): Promise<void> {
    return this.#server.serve(channel);
  }
}

/** Mail goes before: they have the descriptors that it does not want. */
export function mostClients(
  config: Config,
  fileLimit: number | undefined,
): number {
  const left = (fileLimit ?? Infinity) - neededFiles(config);
  return Math.min(config.iroh.maxClients, Math.max(LEAST_CLIENTS, left));
}
