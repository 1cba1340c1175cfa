/**
 * Requests that bring a message, over a connection that leads nowhere: the server
 * of HTTP and the route of mail are the real ones, and who takes it forgets it.
 *
 * @module
 */
import type { ServerMessage } from "../../api/mxdeliv/backend.ts";
import { mxdelivAlone } from "../../api/mxdeliv/mxdeliv.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { concat } from "../../base/octets.ts";
import { HttpServer } from "../../http/server/server.ts";
import type { Wire } from "../../net/wire.ts";

export interface IncomingParts {
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every" | "sleep">;
  /** A message is there. */
  begin(): ServerMessage;
  reportBug(error: unknown): void;
}

const MAX_OCTETS = 64 * 1024;
const PATIENCE_MS = 10_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Gives the status of each answer, and how to end. */
export function incoming({ clock, timers, begin, reportBug }: IncomingParts): {
  post(recipient: string, message: Uint8Array): Promise<number>;
  end(): void;
} {
  const server = new HttpServer({
    handler: mxdelivAlone({
      clock,
      timers,
      backend: {
        takesPlain: () => true,
        maxOctets: () => MAX_OCTETS,
        enter: () => ({ hold() {}, leave() {} }),
        begin: () => Promise.resolve(begin()),
        countRefusal() {},
        reportBug,
      },
    }),
    clock,
    timers,
    limits: () => ({
      total: 1,
      perAddress: 1,
      handshakeMs: PATIENCE_MS,
      headMs: PATIENCE_MS,
      idleMs: PATIENCE_MS,
      bodyStallMs: PATIENCE_MS,
      sendStallMs: PATIENCE_MS,
    }),
    trustedProxies: () => [],
    onMail() {},
    onRefused() {},
    reportBug,
  });
  return {
    async post(recipient, message) {
      const wire = new OneRequest(requestOf(recipient, message));
      await server.serve(wire);
      return wire.status;
    },
    end: () => server.destroy(),
  };
}

function requestOf(recipient: string, message: Uint8Array): Uint8Array {
  const head = [
    "POST /mxdeliv HTTP/1.1",
    "Host: localhost",
    "User-Agent: chatmail-relay",
    `X-Mail-From: ${recipient}`,
    `X-Mail-To: ${recipient}`,
    "Content-Type: message/rfc822",
    `Content-Length: ${message.length}`,
    "",
    "",
  ];
  return concat([encoder.encode(head.join("\r\n")), message]);
}

/** A peer that sends this, and closes when it is answered. */
class OneRequest implements Wire {
  readonly peerAddress = "::1";
  readonly secure = true;
  readonly #gone = Promise.withResolvers<void>();
  #request: Uint8Array | undefined;
  #answer = "";

  constructor(request: Uint8Array) {
    this.#request = request;
  }

  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#answer)?.[1] ?? 0);
  }

  async read(): Promise<Uint8Array | undefined> {
    const request = this.#request;
    this.#request = undefined;
    if (!request) await this.gone;
    return request;
  }

  release(): void {}

  write(octets: Uint8Array): Promise<void> {
    this.#answer += decoder.decode(octets);
    if (this.#answer.includes("\r\n\r\n")) this.close();
    return Promise.resolve();
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  startTls(): Promise<void> {
    return Promise.reject(new TypeError("There is nobody to do this with"));
  }

  close(): void {
    this.#gone.resolve();
  }

  abort(): void {
    this.#gone.resolve();
  }
}
