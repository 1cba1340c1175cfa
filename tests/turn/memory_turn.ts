/** A TURN server whose sockets are memory, and clients that speak with it. */
import { createHmac } from "node:crypto";
import {
  type Family,
  familyOf,
  type TransportAddress,
} from "../../src/turn/proto/address.ts";
import {
  type Attribute,
  ATTRIBUTES,
  errorNumber,
  textAttribute,
} from "../../src/turn/proto/attributes.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  METHODS,
  type StunMessage,
} from "../../src/turn/proto/message.ts";
import { longTermKey, passwordFor } from "../../src/turn/server/credentials.ts";
import type { TurnOptions } from "../../src/turn/server/options.ts";
import {
  HEADROOM,
  type RelayEvents,
  type RelaySocket,
  type RelaySockets,
  type RelayTarget,
  type TurnPeer,
} from "../../src/turn/server/ports.ts";
import { TurnServer } from "../../src/turn/server/server.ts";

export const SECRET = "north";
export const NOW_SECONDS = 1_700_000_000;

export const OPTIONS: TurnOptions = {
  realm: "chat.example",
  secret: SECRET,
  relayAddresses: { 4: "203.0.113.5", 6: "2001:db8::5" },
  relayPorts: [50_000, 50_999],
  ownAddresses: ["203.0.113.5", "2001:db8::5"],
  allowedPeers: [],
  deniedPeers: [],
  limits: {
    allocations: 100,
    allocationsPerAddress: 50,
    allocationsPerUser: 3,
    octetsPerSecond: 0,
  },
};

export interface SentDatagram {
  readonly from: number;
  readonly to: RelayTarget;
  readonly octets: Uint8Array;
}

class MemorySockets implements RelaySockets {
  readonly open_ = new Map<string, RelayEvents>();
  readonly sent: SentDatagram[] = [];
  /** Ports that somebody else has. */
  readonly taken = new Set<number>();

  open(
    family: Family,
    port: number,
    events: RelayEvents,
  ): RelaySocket | undefined {
    const name = `${family} ${port}`;
    if (this.taken.has(port) || this.open_.has(name)) return undefined;
    this.open_.set(name, events);
    return {
      send: (octets, to) => {
        this.sent.push({ from: port, to, octets: octets.slice() });
        return undefined;
      },
      close: () => void this.open_.delete(name),
    };
  }
}

export class MemoryTurn {
  readonly sockets = new MemorySockets();
  readonly server: TurnServer;
  nowMs = 0;
  #seed = 1;

  constructor(options: Partial<TurnOptions> = {}) {
    this.server = new TurnServer({
      clock: {
        now: () => NOW_SECONDS * 1000 + this.nowMs,
        monotonic: () => this.nowMs,
      },
      random: (count) => new Uint8Array(count).fill(7),
      // a generator of its own, so that a test is the same each time
      lot: () =>
        (this.#seed = this.#seed * 16_807 % 2_147_483_647) /
        2_147_483_647,
      sockets: this.sockets,
    }, { ...OPTIONS, ...options });
  }

  /** Octets from a peer to a relayed address. */
  arrive(to: TransportAddress, from: TransportAddress, data: Uint8Array): void {
    const buffer = new Uint8Array(HEADROOM + data.length);
    buffer.set(data, HEADROOM);
    this.sockets.open_.get(`${familyOf(to.hostname)} ${to.port}`)
      ?.onDatagram(buffer, data.length, from.hostname, from.port);
  }
}

export interface Response {
  readonly message: StunMessage;
  readonly octets: Uint8Array;
  /** 0 for a success. */
  readonly error: number;
}

let nextPort = 1024;

export class MemoryClient implements TurnPeer {
  readonly key: string;
  readonly address: TransportAddress;
  readonly isStream: boolean;
  readonly got: Uint8Array[] = [];
  username: string;
  /** In place of the one that belongs to the user name. */
  password: string | undefined;
  nonce = "";
  #transactions = 0;

  constructor(
    readonly turn: MemoryTurn,
    { hostname = "198.51.100.1", ttl = 3600, isStream = false } = {},
  ) {
    this.address = { hostname, port: nextPort++ };
    this.key = `${hostname} ${this.address.port}`;
    this.isStream = isStream;
    this.username = String(NOW_SECONDS + ttl + nextPort);
  }

  send(octets: Uint8Array): undefined {
    this.got.push(octets.slice());
  }

  /** A request without credentials. */
  ask(
    method: number,
    attributes: readonly Attribute[] = [],
  ): Response | undefined {
    return this.exchange(encodeMessage({
      method,
      class: "request",
      transactionId: this.transaction(),
      attributes,
    }));
  }

  /** A request with them; asks for a nonce first, if there is none. */
  request(
    method: number,
    attributes: readonly Attribute[] = [],
    transactionId = this.transaction(),
  ): Response {
    if (this.nonce === "") {
      const challenge = this.ask(METHODS.allocate);
      const nonce = attributeOf(challenge!.message, ATTRIBUTES.nonce)!;
      this.nonce = new TextDecoder().decode(nonce);
    }
    const response = this.exchange(
      this.signed(method, attributes, transactionId),
    );
    if (!response) throw new Error("No response");
    return response;
  }

  signed(
    method: number,
    attributes: readonly Attribute[],
    transactionId = this.transaction(),
  ): Uint8Array {
    const password = this.password ?? passwordFor(SECRET, this.username);
    const key = longTermKey(this.username, OPTIONS.realm, password);
    return encodeMessage({
      method,
      class: "request",
      transactionId,
      attributes: [
        ...attributes,
        textAttribute(ATTRIBUTES.username, this.username),
        textAttribute(ATTRIBUTES.realm, OPTIONS.realm),
        textAttribute(ATTRIBUTES.nonce, this.nonce),
      ],
    }, { sign: (octets) => createHmac("sha1", key).update(octets).digest() });
  }

  indicate(
    method: number,
    attributes: readonly Attribute[],
    id = this.transaction(),
  ) {
    this.turn.server.receive(
      this,
      encodeMessage({
        method,
        class: "indication",
        transactionId: id,
        attributes,
      }),
    );
  }

  exchange(octets: Uint8Array): Response | undefined {
    const before = this.got.length;
    this.turn.server.receive(this, octets);
    const answer = this.got[before];
    if (!answer) return undefined;
    const message = decodeMessage(answer);
    if (!message) throw new Error("No message");
    const code = attributeOf(message, ATTRIBUTES.errorCode);
    const error = message.class === "success" ? 0 : errorNumber(code!);
    return { message, octets: answer, error };
  }

  transaction(): Uint8Array {
    const id = new Uint8Array(12);
    new DataView(id.buffer).setUint32(8, ++this.#transactions);
    new DataView(id.buffer).setUint32(0, this.address.port);
    return id;
  }
}
