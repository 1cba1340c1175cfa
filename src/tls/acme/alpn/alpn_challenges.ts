/**
 * Shows at the port of HTTPS that a name is ours (RFC 8737): what comes there and
 * asks for the protocol of authorities, and for a name that waits to be shown,
 * gets a certificate that no other service knows.
 *
 * While nothing waits, nobody looks at what comes.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Clock } from "../../../base/clock.ts";
import {
  ClientHelloReceiver,
  type ReceivedHello,
} from "../../handshake/client_hello.ts";
import {
  type HandshakeIdentity,
  type HandshakeStream,
  serveHandshake,
} from "../../handshake/server_handshake.ts";
import { makeSelfSigned } from "../../self_signed.ts";
import type { ChallengeOffer, Solver } from "../solvers.ts";
import { AcmeTrouble } from "../trouble.ts";
import {
  ACME_PROTOCOL,
  challengeCertificate,
} from "./challenge_certificate.ts";

export interface AlpnChallengesParts {
  readonly clock: Pick<Clock, "now">;
  /** The name in the DNS that stands for an address: authorities ask for it (RFC 8738 §6). */
  reverseName(address: string): string;
  /**
   * From when this resolves, all that comes is looked at, or nothing any more.
   *
   * @throws {Error} why it cannot be so
   */
  watch(isOn: boolean): Promise<void>;
  /** Why nobody could come, as when nothing listens. */
  obstacle?(): string | undefined;
}

export interface AlpnTrial {
  /** SHA-256 of the certificate, in hexadecimal digits. */
  readonly fingerprint: string;
  remove(): Promise<void>;
}

/** Whose a connection is, by what it says first. */
export interface Beginning {
  /** undefined: more has to be heard. */
  push(
    octets: Uint8Array,
  ): "service" | ((stream: HandshakeStream) => Promise<void>) | undefined;
}

export class AlpnChallenges implements Solver {
  readonly type = "tls-alpn-01";
  readonly #parts: AlpnChallengesParts;
  readonly #answers = new Map<string, HandshakeIdentity>();
  #watching: Promise<void> = Promise.resolve();

  constructor(parts: AlpnChallengesParts) {
    this.#parts = parts;
  }

  obstacle(): string | undefined {
    return this.#parts.obstacle?.();
  }

  async present(
    { name, keyAuthorization }: ChallengeOffer,
  ): Promise<() => Promise<void>> {
    const { clock, reverseName } = this.#parts;
    const asked = isIP(name) ? reverseName(name) : name;
    const identity = await challengeCertificate({
      name,
      keyAuthorization,
      nowMs: clock.now(),
    });
    return await this.#show(asked.toLowerCase(), identity);
  }

  /**
   * Answers to this name as to an authority that asks for it, with a certificate
   * that any client can see.
   *
   * @returns what is seen of it by who comes through, and how to take it away again
   * @throws {AcmeTrouble} `validation`
   */
  async presentTrial(name: string): Promise<AlpnTrial> {
    const { clock } = this.#parts;
    const pair = await makeSelfSigned({
      names: [name],
      nowMs: clock.now(),
      days: 1,
    });
    const { raw, fingerprint256 } = new X509Certificate(pair.chainPem);
    const remove = await this.#show(name, {
      certificate: new Uint8Array(raw),
      keyPem: pair.keyPem,
      protocol: ACME_PROTOCOL,
    });
    const fingerprint = fingerprint256.replaceAll(":", "").toLowerCase();
    return { fingerprint, remove };
  }

  async #show(
    serverName: string,
    identity: HandshakeIdentity,
  ): Promise<() => Promise<void>> {
    this.#answers.set(serverName, identity);
    const remove = async () => {
      if (this.#answers.get(serverName) === identity) {
        this.#answers.delete(serverName);
      }
      // one that stays as it is passes everything on
      await this.#watch().catch(() => {});
    };
    try {
      await this.#watch();
    } catch (error) {
      await remove();
      const why = error instanceof Error ? error.message : String(error);
      throw new AcmeTrouble(
        "validation",
        `the port of HTTPS cannot be looked at: ${why}`,
      );
    }
    return remove;
  }

  /** Of one connection. */
  beginning(): Beginning {
    const receiver = new ClientHelloReceiver();
    return {
      push: (octets) => {
        let received: ReceivedHello | undefined;
        try {
          received = receiver.push(octets);
        } catch (error) {
          if (error instanceof SyntaxError) return "service"; // it says so
          throw error;
        }
        if (!received) return undefined;
        const identity = this.#identityFor(received);
        if (!identity) return "service";
        return (stream) => serveHandshake(received, identity, stream);
      },
    };
  }

  #identityFor({ hello }: ReceivedHello): HandshakeIdentity | undefined {
    const { protocols: [protocol, ...others], serverName } = hello;
    if (serverName === undefined) return undefined;
    // RFC 8737 §3: it asks for this one alone
    return protocol === ACME_PROTOCOL && others.length === 0
      ? this.#answers.get(serverName)
      : undefined;
  }

  #watch(): Promise<void> {
    const watching = this.#watching.catch(() => {}).then(() =>
      this.#parts.watch(this.#answers.size > 0)
    );
    this.#watching = watching.catch(() => {});
    return watching;
  }
}
