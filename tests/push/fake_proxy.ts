/** A notification proxy that answers as it is told to. @module */
import { createServer as createPlain, type RequestListener } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import type { IssuedPair } from "../harness/authority.ts";

/** `hang`: no answer at all; `cut`: the connection ends instead. */
export type Answer =
  | number
  | "hang"
  | "cut"
  | { readonly status: number; readonly retryAfter: string }
  | { readonly status: number; readonly afterMs: number };

export interface Heard {
  readonly token: string;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly path: string;
}

export class FakeProxy {
  readonly heard: Heard[] = [];
  /** What the next requests get; when it is empty, `otherwise`. */
  readonly script: Answer[] = [];
  otherwise: Answer = 200;
  connections = 0;
  readonly #waiting = new Set<() => void>();
  readonly #server;
  port = 0;

  private constructor(readonly pair: IssuedPair | undefined) {
    const answer: RequestListener = (request, response) => {
      const pieces: Uint8Array[] = [];
      request.on("error", () => {}); // we cut some
      request.on("data", (piece: Uint8Array) => pieces.push(piece));
      request.on("end", () => {
        const { headers, url = "" } = request;
        this.heard.push({
          token: new TextDecoder().decode(
            Uint8Array.from(pieces.flatMap((piece) => [...piece])),
          ),
          atMs: performance.now(),
          headers,
          path: url,
        });
        const what = this.script.shift() ?? this.otherwise;
        if (what === "cut") request.socket.destroy();
        else if (typeof what === "number") {
          response.writeHead(what).end("said");
        } else if (what !== "hang") {
          const { status } = what;
          if ("afterMs" in what) {
            setTimeout(() => response.writeHead(status).end(), what.afterMs);
          } else {
            response.writeHead(status, { "retry-after": what.retryAfter })
              .end();
          }
        }
        for (const wake of [...this.#waiting]) wake();
      });
    };
    this.#server = pair
      ? createSecure({ cert: pair.chainPem, key: pair.keyPem }, answer)
      : createPlain(answer);
    this.#server.on("connection", () => this.connections++);
  }

  static async start(pair?: IssuedPair, port = 0): Promise<FakeProxy> {
    const proxy = new FakeProxy(pair);
    await new Promise<void>((resolve) =>
      proxy.#server.listen(port, "127.0.0.1", resolve)
    );
    proxy.port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  get url(): string {
    const scheme = this.pair ? "https" : "http";
    return `${scheme}://127.0.0.1:${this.port}/notify`;
  }

  get tokens(): string[] {
    return this.heard.map(({ token }) => token);
  }

  /** Resolves when so many requests have come in all. */
  async hears(count: number): Promise<void> {
    while (this.heard.length < count) {
      const woken = Promise.withResolvers<void>();
      this.#waiting.add(woken.resolve);
      await woken.promise;
      this.#waiting.delete(woken.resolve);
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
