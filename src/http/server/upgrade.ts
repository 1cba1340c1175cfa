/**
 * Requests that turn their connection into another protocol (RFC 9110 §7.8).
 *
 * @module
 */
import type { Wire } from "../../net/wire.ts";
import type { Meter } from "../../observe/traffic.ts";
import type { HttpPeer } from "../peer.ts";
import type { HttpCut } from "./cut.ts";

/** Values beside each other, as ordinary routes are. */
export interface UpgradeRoute {
  readonly path: string;
  /** What Upgrade says, compared without regard to case: "websocket", "iroh derp http". */
  readonly protocol: string;
  /** Counts the octets of connections that were taken over, instead of HTTP's own. */
  readonly meter?: Meter;
  /** It limits its connections itself: they are none of HTTP once they were taken over. */
  readonly countsConnections?: true;
  /** An answer that refuses, or what takes the connection over. */
  accept(
    request: Request,
    peer: HttpPeer,
  ): Response | Takeover | Promise<Response | Takeover>;
}

/** Drives the connection from the 101 to its end; it closes when this settles. */
export type Takeover = (connection: UpgradedConnection) => Promise<void>;

export interface UpgradedConnection {
  readonly request: Request;
  /** Reads first what came behind the head of the request. */
  readonly wire: Wire;
  /** Aborted when the server stops, a few seconds before it ends what is left. */
  readonly stopping: AbortSignal;
  /** It is ended for what its peer did, or did not do. */
  onCut(reason: HttpCut): void;
}

/** Answers 101 and lets `run` have the connection as it is. */
export function rawTakeover(protocol: string, run: Takeover): Takeover {
  return (connection) =>
    // of the request nothing is held while it runs
    connection.wire.write(switching(protocol)).then(() => run(connection));
}

function switching(protocol: string): Uint8Array {
  return new TextEncoder().encode(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${protocol}\r\nConnection: Upgrade\r\n\r\n`,
  );
}

/** A wire that has read some octets already. */
export class ResumedWire implements Wire {
  #first: Uint8Array | undefined;
  #reading: Promise<Uint8Array | undefined> | undefined;
  #lost = false;

  constructor(
    readonly wire: Wire,
    first: Uint8Array,
    reading: Promise<Uint8Array | undefined> | undefined,
  ) {
    this.#first = first.length === 0 ? undefined : first;
    this.#reading = reading;
  }

  get peerAddress(): string {
    return this.wire.peerAddress;
  }

  get secure(): boolean {
    return this.wire.secure;
  }

  get gone(): Promise<void> {
    return this.wire.gone;
  }

  /** All that came before it was taken over has been read. */
  get isSpent(): boolean {
    return this.#first === undefined && this.#reading === undefined;
  }

  /** Reading or writing has failed: whoever uses it can only give up. */
  get isLost(): boolean {
    return this.#lost;
  }

  read(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first) return Promise.resolve(first);
    const reading = this.#reading;
    this.#reading = undefined;
    return (reading ?? this.wire.read()).catch((error) => this.#lose(error));
  }

  release(octets: Uint8Array): void {
    this.wire.release(octets);
  }

  write(octets: Uint8Array): Promise<void> {
    return this.wire.write(octets).catch((error) => this.#lose(error));
  }

  closeWrite(): Promise<void> {
    return this.wire.closeWrite();
  }

  startTls(last?: Uint8Array): Promise<void> {
    return this.wire.startTls(last);
  }

  close(): void {
    this.wire.close();
  }

  abort(): void {
    this.wire.abort();
  }

  #lose(error: unknown): never {
    this.#lost = true;
    throw error;
  }
}

/** What a connection is for from now on, and the wire that it has then. */
export interface Handover {
  readonly wire: ResumedWire;
  run(wire: ResumedWire): Promise<void>;
}

/** The wire itself, where nothing else is to be read before: one that waits costs less. */
export function belowResumed(wire: Wire): Wire {
  return wire instanceof ResumedWire && wire.isSpent ? wire.wire : wire;
}
