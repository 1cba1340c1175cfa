/** An exchanger on a port of loopback, as a test wants it. @module */
export interface AskedOf {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly token: string | undefined;
  readonly body: string;
}

export type AnswerOf = (
  asked: AskedOf,
) => Response | Promise<Response>;

export class FakeExchanger implements AsyncDisposable {
  readonly asked: AskedOf[] = [];
  answer: AnswerOf = () => new Response("no such path", { status: 404 });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #gone = new AbortController();

  constructor() {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      signal: this.#gone.signal,
      onListen() {},
    }, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Targets of what was asked, without their queries. */
  get paths(): string[] {
    return this.asked.map(({ target }) => target.split("?", 1)[0]!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort();
    await this.#server.finished;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const asked = {
      method: request.method,
      target: url.pathname + url.search,
      token: request.headers.get("authorization")?.replace("Bearer ", ""),
      body: await request.text(),
    };
    this.asked.push(asked);
    return await this.answer(asked);
  }
}

export interface GivenMessage {
  readonly id: string | number;
  readonly to: readonly string[];
  readonly text: string;
  readonly from?: string;
}

/** As `GET /exchanger/pull` answers. */
export function v1Answer(messages: readonly GivenMessage[]): Response {
  return Response.json({
    version: 1,
    domain: "here.example",
    count: messages.length,
    more: false,
    lease: 300,
    messages: messages.map(({ id, to, text, from = "" }) => ({
      id,
      mail_from: from,
      mail_to: to,
      size: text.length,
      created_at: "2026-08-04T10:00:00Z",
      body_b64: new TextEncoder().encode(text).toBase64(),
    })),
  });
}

/** Keeps what it gives until that is acknowledged. */
export class KeepingExchanger {
  readonly waiting: GivenMessage[];
  readonly rejected: { id: string; code: number; text: string }[] = [];

  constructor(messages: readonly GivenMessage[]) {
    this.waiting = [...messages];
  }

  answer({ target, body }: AskedOf): Response {
    if (target.startsWith("/exchanger/pull?")) return v1Answer(this.waiting);
    if (target !== "/exchanger/pull/ack") {
      return new Response("no such path", { status: 404 });
    }
    const { ids, rejected } = JSON.parse(body);
    this.rejected.push(...rejected);
    const gone = new Set([
      ...ids,
      ...rejected.filter((one: { code: number }) => one.code >= 500)
        .map((one: { id: string }) => one.id),
    ]);
    const left = this.waiting.filter(({ id }) => !gone.has(id));
    this.waiting.splice(0, Infinity, ...left);
    return Response.json({ status: "ok", acked: gone.size, unknown: 0 });
  }
}
