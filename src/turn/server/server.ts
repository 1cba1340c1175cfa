/**
 * A STUN and TURN server (RFC 8489, RFC 8656) without sockets: octets of
 * clients and peers come in, and go out through `TurnPeer` and `RelaySocket`.
 * Nobody unknown is answered with more than 64 octets above what was asked.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { encodeXorAddress } from "../proto/address.ts";
import {
  type Attribute,
  ATTRIBUTES,
  errorAttribute,
  unknownAttribute,
  unknownTypes,
} from "../proto/attributes.ts";
import { isChannelData } from "../proto/channel_data.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  METHODS,
  type StunMessage,
} from "../proto/message.ts";
import { AllocationTable } from "./allocation_table.ts";
import { authenticate, type AuthenticationParts } from "./authentication.ts";
import { type TurnCounters, TurnCounts } from "./counters.ts";
import { CredentialKeys, signWith } from "./credentials.ts";
import { Forwarding } from "./forwarding.ts";
import { Nonces } from "./nonces.ts";
import type { TurnOptions } from "./options.ts";
import { PeerPolicy } from "./peer_policy.ts";
import type { RelaySockets, Sent, TurnPeer } from "./ports.ts";
import {
  AnswerLimit,
  BINDING_RATES,
  CHALLENGE_RATES,
  FailureLimit,
  SIGNATURE_RATES,
} from "./rates.ts";
import { RecentReplies } from "./recent_replies.ts";
import {
  type Answer,
  peerOf,
  type RequestParts,
  REQUESTS,
} from "./requests.ts";

export interface TurnServerParts {
  readonly clock: Clock;
  readonly random: Random;
  /** From 0 to 1. */
  readonly lot: () => number;
  readonly sockets: RelaySockets;
}

const NONCE_KEY_OCTETS = 32;

export class TurnServer {
  readonly #clock: Clock;
  readonly #allocations: AllocationTable;
  readonly #forwarding: Forwarding;
  readonly #counts = new TurnCounts();
  readonly #nonces: Nonces;
  readonly #bindings: AnswerLimit;
  readonly #challenges: AnswerLimit;
  readonly #signatures: AnswerLimit;
  readonly #failures: FailureLimit;
  readonly #replies: RecentReplies;
  #options: TurnOptions;
  #authentication: AuthenticationParts;
  #requests: RequestParts;

  constructor(parts: TurnServerParts, options: TurnOptions) {
    const { clock, random } = parts;
    this.#clock = clock;
    this.#nonces = new Nonces(random(NONCE_KEY_OCTETS));
    this.#bindings = new AnswerLimit(clock, BINDING_RATES);
    this.#challenges = new AnswerLimit(clock, CHALLENGE_RATES);
    this.#signatures = new AnswerLimit(clock, SIGNATURE_RATES);
    this.#failures = new FailureLimit(clock);
    this.#replies = new RecentReplies(clock);
    this.#options = options;
    this.#allocations = new AllocationTable({
      ...parts,
      options: () => this.#options,
      onDatagram: (...datagram) => this.#forwarding.toClient(...datagram),
    });
    this.#forwarding = new Forwarding({
      allocations: this.#allocations,
      counts: this.#counts,
      random,
    });
    this.#authentication = this.#authenticationFor(options);
    this.#requests = this.#requestPartsFor(options);
  }

  /** In force for what is asked from now on; allocations stay as they are. */
  use(options: TurnOptions): void {
    this.#options = options;
    this.#authentication = this.#authenticationFor(options);
    this.#requests = this.#requestPartsFor(options);
  }

  counters(): TurnCounters {
    return this.#counts.snapshot(this.#allocations.size);
  }

  /** The client that has an allocation by this key: who receives for it need not make it anew. */
  clientOf(key: string): TurnPeer | undefined {
    return this.#allocations.byClient(key)?.client;
  }

  /** One message of a client, whole. */
  receive(client: TurnPeer, octets: Uint8Array): Sent {
    if (octets.length > 0 && isChannelData(octets)) {
      const allocation = this.#allocations.of(client);
      if (allocation) return this.#forwarding.fromChannel(allocation, octets);
      this.#counts.dropped.unknown++;
      return;
    }
    const message = decodeMessage(octets);
    if (!message) {
      this.#counts.dropped.malformed++;
      return;
    }
    if (message.class === "indication") {
      return this.#indication(client, message);
    }
    // responses are nothing that a client sends
    if (message.class !== "request") {
      this.#counts.dropped.malformed++;
      return;
    }
    return message.method === METHODS.binding
      ? this.#binding(client, message)
      : this.#request(client, message, octets);
  }

  /** A stream ended: what was allocated over it is nobody's. */
  gone(client: TurnPeer): void {
    const allocation = this.#allocations.of(client);
    if (allocation) this.#allocations.remove(allocation);
  }

  /** To be called about once a second. */
  sweep(): void {
    this.#allocations.sweep();
    this.#replies.sweep();
  }

  /** Every allocation ends. */
  close(): void {
    this.#allocations.clear();
  }

  #binding(client: TurnPeer, message: StunMessage): Sent {
    if (!this.#bindings.take(client)) {
      this.#counts.dropped.too_many++;
      return;
    }
    this.#counts.bindings++;
    const unknown = unknownTypes(message.attributes);
    if (unknown.length > 0) return this.#unknown(client, message, unknown);
    const { transactionId } = message;
    return this.#reply(client, message, "success", [{
      type: ATTRIBUTES.xorMappedAddress,
      value: encodeXorAddress(client.address, transactionId),
    }]);
  }

  #request(client: TurnPeer, message: StunMessage, octets: Uint8Array): Sent {
    const handle = REQUESTS.get(message.method);
    const { dropped } = this.#counts;
    if (!this.#isHeard(client, message)) {
      dropped.too_many++;
      return;
    }
    const who = authenticate(this.#authentication, client, message, octets);
    if ("error" in who) {
      if (who.isFailure) {
        this.#counts.failedLogins++;
        this.#failures.failed(client);
      }
      if (message.integrity && !this.#challenges.take(client)) {
        dropped.too_many++;
        return;
      }
      return this.#reply(client, message, "error", who.attributes());
    }
    const { username, key } = who;
    const unknown = unknownTypes(message.attributes);
    if (unknown.length > 0) return this.#unknown(client, message, unknown, key);
    if (!handle) return this.#answer(client, message, 400, key);
    const transaction = transactionOf(message);
    const earlier = this.#replies.find(client, message.method, transaction);
    if (earlier) return client.send(earlier);
    const answer = handle(this.#requests, { client, message, username });
    return this.#answer(client, message, answer, key);
  }

  /** Before anything is computed, however a request is signed. */
  #isHeard(client: TurnPeer, { integrity }: StunMessage): boolean {
    if (this.#allocations.of(client)) {
      // a call that is under way is not its neighbour's fault
      return integrity
        ? this.#signatures.takeOwn(client)
        : this.#challenges.take(client);
    }
    if (this.#failures.isSilenced(client)) return false;
    if (!integrity) return this.#challenges.take(client);
    return !this.#challenges.isSpent(client) && this.#signatures.take(client);
  }

  /** RFC 8656 §11.2: what is not right is dropped without a word. */
  #indication(client: TurnPeer, message: StunMessage): Sent {
    const { dropped } = this.#counts;
    const allocation = this.#allocations.of(client);
    if (message.method !== METHODS.send || !allocation) {
      // a Binding indication keeps a NAT open (RFC 8445 §11)
      if (message.method !== METHODS.binding) dropped.unknown++;
      return;
    }
    const peer = peerOf(message);
    const data = attributeOf(message, ATTRIBUTES.data);
    if (!peer || !data || unknownTypes(message.attributes).length > 0) {
      dropped.malformed++;
      return;
    }
    const verdict = this.#requests.policy.peer(peer);
    if (verdict === "forbidden" || !allocation.permits(peer.hostname)) {
      dropped.no_permission++;
      return;
    }
    return this.#forwarding.toPeer(allocation, {
      target: { transport: "udp", ...peer },
      isRelayed: verdict === "relayed",
    }, data);
  }

  #unknown(
    client: TurnPeer,
    message: StunMessage,
    types: readonly number[],
    key?: Uint8Array,
  ): Sent {
    const attributes = [errorAttribute(420), unknownAttribute(types)];
    return this.#reply(client, message, "error", attributes, key);
  }

  #answer(
    client: TurnPeer,
    message: StunMessage,
    answer: Answer,
    key: Uint8Array,
  ): Sent {
    return typeof answer === "number"
      ? this.#reply(client, message, "error", [errorAttribute(answer)], key)
      : this.#reply(client, message, "success", answer, key);
  }

  #reply(
    client: TurnPeer,
    { method, transactionId, hasFingerprint }: StunMessage,
    kind: "success" | "error",
    attributes: readonly Attribute[],
    key?: Uint8Array,
  ): Sent {
    const octets = encodeMessage(
      { method, class: kind, transactionId, attributes },
      {
        fingerprint: hasFingerprint,
        ...(key ? { sign: (input) => signWith(key, input) } : {}),
      },
    );
    if (key && kind === "success") {
      const transaction = transactionOf({ transactionId });
      this.#replies.keep(client, method, transaction, octets);
    }
    return client.send(octets);
  }

  #authenticationFor({ realm, secret }: TurnOptions): AuthenticationParts {
    return {
      clock: this.#clock,
      nonces: this.#nonces,
      realm,
      keys: new CredentialKeys(secret, realm),
    };
  }

  #requestPartsFor(options: TurnOptions): RequestParts {
    return {
      allocations: this.#allocations,
      counts: this.#counts,
      policy: new PeerPolicy(options),
      options,
    };
  }
}

function transactionOf(
  { transactionId }: Pick<StunMessage, "transactionId">,
): string {
  return String.fromCharCode(...transactionId);
}
