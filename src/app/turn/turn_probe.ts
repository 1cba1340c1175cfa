/**
 * Uses the TURN server as two clients in a call do: what works here works for
 * others too, as far as their networks let them come here.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { ProbeStep } from "../../admin/live_server.ts";
import {
  decodeXorAddress,
  encodeXorAddress,
  type TransportAddress,
} from "../../turn/proto/address.ts";
import {
  type Attribute,
  ATTRIBUTES,
  errorNumber,
  numberAttribute,
  textAttribute,
} from "../../turn/proto/attributes.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  METHODS,
  type StunMessage,
} from "../../turn/proto/message.ts";
import { longTermKey, signWith } from "../../turn/server/credentials.ts";

const PATIENCE_MS = 2000;
const TRANSACTION_OCTETS = 12;
const UDP: Attribute = numberAttribute(ATTRIBUTES.requestedTransport, 17 << 24);
const END: Attribute = numberAttribute(ATTRIBUTES.lifetime, 0);

export interface ProbeTarget {
  readonly server: TransportAddress;
  readonly username: string;
  readonly password: string;
}

class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
}

class ProbeClient {
  readonly #target: ProbeTarget;
  readonly #socket: Deno.DatagramConn;
  #login: { readonly realm: string; readonly nonce: string } | undefined;

  constructor(target: ProbeTarget) {
    this.#target = target;
    this.#socket = Deno.listenDatagram({
      transport: "udp",
      hostname: target.server.hostname.includes(":") ? "::" : "0.0.0.0",
      port: 0,
    });
  }

  close(): void {
    this.#socket.close();
  }

  /** @throws {ProbeFailure} */
  async request(
    method: number,
    attributes: (transactionId: Uint8Array) => readonly Attribute[] = () => [],
  ): Promise<StunMessage> {
    for (let tries = 0; tries < 3; tries++) {
      const transactionId = randomBytes(TRANSACTION_OCTETS);
      await this.#send(
        this.#signed(method, attributes(transactionId), transactionId),
      );
      const answer = await this.#receive((message) =>
        message.transactionId.every((octet, at) => octet === transactionId[at])
      );
      if (answer.class === "success") return answer;
      const error = errorNumber(
        attributeOf(answer, ATTRIBUTES.errorCode) ?? new Uint8Array(),
      );
      if (error !== 401 && error !== 438) {
        throw new ProbeFailure(`error ${error}`);
      }
      this.#login = {
        realm: textIn(answer, ATTRIBUTES.realm),
        nonce: textIn(answer, ATTRIBUTES.nonce),
      };
    }
    throw new ProbeFailure("credentials are refused");
  }

  /** @throws {ProbeFailure} */
  async allocate(): Promise<TransportAddress> {
    const answer = await this.request(METHODS.allocate, () => [UDP]);
    return addressIn(answer, ATTRIBUTES.xorRelayedAddress);
  }

  async indicate(to: TransportAddress, data: Uint8Array): Promise<void> {
    const transactionId = randomBytes(TRANSACTION_OCTETS);
    await this.#send(encodeMessage({
      method: METHODS.send,
      class: "indication",
      transactionId,
      attributes: [peer(to, transactionId), {
        type: ATTRIBUTES.data,
        value: data,
      }],
    }));
  }

  /** The next data of a peer. @throws {ProbeFailure} */
  async data(): Promise<Uint8Array> {
    const message = await this.#receive(({ method }) =>
      method === METHODS.data
    );
    return attributeOf(message, ATTRIBUTES.data) ?? new Uint8Array();
  }

  #signed(
    method: number,
    attributes: readonly Attribute[],
    transactionId: Uint8Array,
  ): Uint8Array {
    const request = { method, class: "request", transactionId } as const;
    if (!this.#login) return encodeMessage({ ...request, attributes });
    const { username, password } = this.#target;
    const { realm, nonce } = this.#login;
    const key = longTermKey(username, realm, password);
    return encodeMessage({
      ...request,
      attributes: [
        ...attributes,
        textAttribute(ATTRIBUTES.username, username),
        textAttribute(ATTRIBUTES.realm, realm),
        textAttribute(ATTRIBUTES.nonce, nonce),
      ],
    }, { sign: (octets) => signWith(key, octets) });
  }

  async #send(octets: Uint8Array): Promise<void> {
    await this.#socket.send(octets, {
      transport: "udp",
      ...this.#target.server,
    });
  }

  async #receive(
    isWanted: (message: StunMessage) => boolean,
  ): Promise<StunMessage> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new ProbeFailure("no answer")),
        PATIENCE_MS,
      );
    });
    try {
      while (true) {
        const [octets] = await Promise.race([this.#socket.receive(), late]);
        const message = decodeMessage(octets);
        if (message && isWanted(message)) return message;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

function peer(address: TransportAddress, transactionId: Uint8Array): Attribute {
  const value = encodeXorAddress(address, transactionId);
  return { type: ATTRIBUTES.xorPeerAddress, value };
}

function textIn(message: StunMessage, type: number): string {
  return new TextDecoder().decode(attributeOf(message, type));
}

function addressIn(message: StunMessage, type: number): TransportAddress {
  const value = attributeOf(message, type);
  const address = value && decodeXorAddress(value, message.transactionId);
  if (!address) throw new ProbeFailure("an answer without an address");
  return address;
}

function written({ hostname, port }: TransportAddress): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/** All steps up to the first that fails. */
export async function probeTurn(target: ProbeTarget): Promise<ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const ann = new ProbeClient(target);
  const bob = new ProbeClient(target);
  async function step<T>(
    name: string,
    work: () => Promise<T>,
    tell: (result: T) => string,
  ): Promise<T> {
    try {
      const result = await work();
      steps.push({ name, ok: true, detail: tell(result) });
      return result;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      steps.push({ name, ok: false, detail });
      throw error;
    }
  }
  try {
    await step(
      "binding",
      async () =>
        addressIn(
          await ann.request(METHODS.binding),
          ATTRIBUTES.xorMappedAddress,
        ),
      (mapped) => `seen as ${written(mapped)}`,
    );
    const annAt = await step("allocate", () => ann.allocate(), written);
    const bobAt = await step("allocate another", () => bob.allocate(), written);
    await step("permit each other", async () => {
      await ann.request(METHODS.createPermission, (id) => [peer(bobAt, id)]);
      await bob.request(METHODS.createPermission, (id) => [peer(annAt, id)]);
    }, () => "");
    for (
      const [name, from, to, at] of [
        ["data one way", ann, bob, bobAt],
        ["data back", bob, ann, annAt],
      ] as const
    ) {
      await step(name, async () => {
        const data = randomBytes(100);
        const [arrived] = await Promise.all([
          to.data(),
          from.indicate(at, data),
        ]);
        if (!data.equals(arrived)) {
          throw new ProbeFailure("other data came");
        }
      }, () => "");
    }
    await step("end", async () => {
      await ann.request(METHODS.refresh, () => [END]);
      await bob.request(METHODS.refresh, () => [END]);
    }, () => "");
  } catch {
    // the step that failed says why
  } finally {
    ann.close();
    bob.close();
  }
  return steps;
}
