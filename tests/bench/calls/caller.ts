/** A client of a TURN server that costs the machine little: its sockets are those of the relay's own loop. @module */
import { randomBytes } from "node:crypto";
import {
  type DatagramLoop,
  type LoopSocket,
} from "../../../src/app/turn/datagram_loop.ts";
import { encodeAddress } from "../../../src/app/turn/socket_addresses.ts";
import {
  encodeXorAddress,
  type TransportAddress,
} from "../../../src/turn/proto/address.ts";
import {
  type Attribute,
  ATTRIBUTES,
  errorNumber,
  numberAttribute,
  textAttribute,
} from "../../../src/turn/proto/attributes.ts";
import { setChannelHeader } from "../../../src/turn/proto/channel_data.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  METHODS,
  type StunMessage,
} from "../../../src/turn/proto/message.ts";
import {
  longTermKey,
  passwordFor,
  signWith,
} from "../../../src/turn/server/credentials.ts";
import { HEADROOM } from "../../../src/turn/server/ports.ts";

const CHANNEL = 0x4001;
const PATIENCE_MS = 5000;
const VALID_S = 3600;

export function openSocket(
  loop: DatagramLoop,
  take: (
    octets: Uint8Array,
    from: Uint8Array<ArrayBuffer>,
    socket: LoopSocket,
  ) => void,
): { readonly socket: LoopSocket; readonly port: number } {
  let port = 0;
  const socket = loop.add(
    () => {
      const bound = Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: 0,
      });
      port = (bound.addr as Deno.NetAddr).port;
      return bound;
    },
    (buffer, size, from) => {
      const octets = buffer.subarray(HEADROOM, HEADROOM + size);
      take(octets, from.octets, socket as LoopSocket);
    },
    65_535,
  );
  if ("denied" in socket) throw new Error("The C library is needed");
  return { socket, port };
}

export interface CallServer {
  readonly port: number;
  readonly secret: string;
}

export class Caller {
  readonly #address: Uint8Array<ArrayBuffer>;
  readonly #socket: LoopSocket;
  readonly #username: string;
  readonly #password: string;
  readonly #waiting = new Map<string, (message: StunMessage) => void>();
  #login: { readonly realm: string; readonly nonce: string } | undefined;

  /** @param onData ChannelData that comes, whole. */
  constructor(
    loop: DatagramLoop,
    { port, secret }: CallServer,
    onData: (octets: Uint8Array) => void,
  ) {
    const address = encodeAddress({ hostname: "127.0.0.1", port });
    if (!address) throw new TypeError("No address");
    this.#address = address;
    this.#username = String(Math.floor(Date.now() / 1000) + VALID_S);
    this.#password = passwordFor(secret, this.#username);
    this.#socket = openSocket(loop, (octets) => {
      if (octets[0]! >> 6 === 1) return onData(octets);
      const message = decodeMessage(octets.slice());
      if (message) this.#waiting.get(message.transactionId.join())?.(message);
    }).socket;
  }

  close(): void {
    this.#socket.close();
  }

  /** Binds a channel to this port of this machine. */
  async bind(peer: TransportAddress): Promise<void> {
    await this.#request(METHODS.allocate, () => [
      numberAttribute(ATTRIBUTES.requestedTransport, 17 << 24),
    ]);
    await this.#request(METHODS.channelBind, (id) => [
      numberAttribute(ATTRIBUTES.channelNumber, CHANNEL << 16),
      { type: ATTRIBUTES.xorPeerAddress, value: encodeXorAddress(peer, id) },
    ]);
  }

  /** Gives the allocation back. */
  async end(): Promise<void> {
    await this.#request(METHODS.refresh, () => [
      numberAttribute(ATTRIBUTES.lifetime, 0),
    ]);
  }

  /** @param octets Four are free before the data. */
  send(octets: Uint8Array): void {
    setChannelHeader(octets, CHANNEL, octets.length - HEADROOM);
    this.#socket.send(octets, this.#address);
  }

  async #request(
    method: number,
    attributes: (transactionId: Uint8Array) => readonly Attribute[],
  ): Promise<void> {
    for (let tries = 0; tries < 2; tries++) {
      const transactionId = randomBytes(12);
      const answer = await this.#exchange(
        transactionId,
        this.#signed(method, attributes(transactionId), transactionId),
      );
      if (answer.class === "success") return;
      const error = errorNumber(
        attributeOf(answer, ATTRIBUTES.errorCode) ?? new Uint8Array(),
      );
      if (error !== 401) throw new Error(`The TURN server answers ${error}`);
      this.#login = {
        realm: textIn(answer, ATTRIBUTES.realm),
        nonce: textIn(answer, ATTRIBUTES.nonce),
      };
    }
    throw new Error("The TURN server refuses the credentials");
  }

  #signed(
    method: number,
    attributes: readonly Attribute[],
    transactionId: Uint8Array,
  ): Uint8Array {
    const request = { method, class: "request", transactionId } as const;
    if (!this.#login) return encodeMessage({ ...request, attributes });
    const { realm, nonce } = this.#login;
    const key = longTermKey(this.#username, realm, this.#password);
    return encodeMessage({
      ...request,
      attributes: [
        ...attributes,
        textAttribute(ATTRIBUTES.username, this.#username),
        textAttribute(ATTRIBUTES.realm, realm),
        textAttribute(ATTRIBUTES.nonce, nonce),
      ],
    }, { sign: (octets) => signWith(key, octets) });
  }

  /** Again after 500 ms, as clients do (RFC 8489 §6.2.1). */
  async #exchange(id: Uint8Array, octets: Uint8Array): Promise<StunMessage> {
    const name = id.join();
    const { promise, resolve, reject } = Promise.withResolvers<StunMessage>();
    this.#waiting.set(name, resolve);
    const again = setInterval(
      () => this.#socket.send(octets, this.#address),
      500,
    );
    const end = setTimeout(() => reject(new Error("No answer")), PATIENCE_MS);
    try {
      this.#socket.send(octets, this.#address);
      return await promise;
    } finally {
      clearInterval(again);
      clearTimeout(end);
      this.#waiting.delete(name);
    }
  }
}

function textIn(message: StunMessage, type: number): string {
  return new TextDecoder().decode(attributeOf(message, type));
}
