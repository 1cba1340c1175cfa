/** A WebSocket of web mail as a client has it: what comes is asked for one after another. @module */
import assert from "node:assert/strict";
import { LIMIT_MS } from "../harness/until.ts";
import { PASSWORD, type User } from "./world.ts";

export interface Frame {
  readonly req_id?: string | number;
  readonly action: string;
  // deno-lint-ignore no-explicit-any
  readonly data: any;
}

export interface SocketOptions {
  /** Added to the query. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address and password in the query, as older clients do; unless there is a ticket. */
  readonly ticket?: string;
  readonly password?: string;
}

/** What a browser cannot say: fields of its own, and whose certificate it trusts. */
const connect = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly client: Deno.HttpClient;
  },
) => new (WebSocket as unknown as DenoWebSocket)(url, options);

type DenoWebSocket = new (url: string, options: unknown) => WebSocket;

export class Socket {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  /** Who waits for the answer to a request. */
  readonly #answers = new Map<string, (answer: Frame) => void>();
  readonly closed: Promise<CloseEvent>;
  #wake = () => {};
  #counter = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame: Frame = JSON.parse(data);
      const answer = this.#answers.get(String(frame.req_id));
      if (answer) return answer(frame);
      this.#frames.push(frame);
      this.#wake();
    };
    this.closed = new Promise((resolve) => socket.onclose = resolve);
    void this.closed.then(() => this.#wake());
  }

  /** Resolves when it is open. @throws {Error} when there is none */
  static async open(user: User, options: SocketOptions = {}): Promise<Socket> {
    const { query = "", headers = {}, ticket, password = PASSWORD } = options;
    const { world } = user;
    const url = new URL("/webimap/ws", world.base.replace("https", "wss"));
    if (ticket !== undefined) url.searchParams.set("ticket", ticket);
    else if (!("authorization" in headers)) {
      url.searchParams.set("email", user.address);
      url.searchParams.set("password", password);
    }
    const socket = connect(`${url.href}${query && `&${query}`}`, {
      headers,
      client: world.client,
    });
    const opened = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) =>
        reject(new Error((event as ErrorEvent).message));
    });
    const wrapped = new Socket(socket);
    await opened;
    return wrapped;
  }

  /** The next frame. @throws {Error} when there is none */
  async next(): Promise<Frame> {
    const deadline = performance.now() + LIMIT_MS;
    while (this.#frames.length === 0) {
      const left = deadline - performance.now();
      assert.ok(left > 0, "no frame came");
      assert.equal(this.#socket.readyState, WebSocket.OPEN, "it has closed");
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return this.#frames.shift()!;
  }

  /** What came and was not taken. */
  get pending(): readonly Frame[] {
    return this.#frames;
  }

  /** All of it, which is taken by that. */
  take(): Frame[] {
    return this.#frames.splice(0);
  }

  write(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text);
  }

  /** Asks, and gives the answer; all else that comes stays. Several may ask at once. */
  async ask(action: string, data?: unknown): Promise<Frame> {
    const req_id = String(++this.#counter);
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    const fail = (why: string) => reject(new Error(`${action}: ${why}`));
    void this.closed.then(() => fail("it has closed"));
    const timer = setTimeout(() => fail("no answer came"), LIMIT_MS);
    this.#answers.set(req_id, resolve);
    try {
      this.write(JSON.stringify({ req_id, action, data }));
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#answers.delete(req_id);
    }
  }

  // deno-lint-ignore no-explicit-any
  async result(action: string, data?: unknown): Promise<any> {
    const frame = await this.ask(action, data);
    assert.equal(frame.action, "result", JSON.stringify(frame));
    return frame.data;
  }

  async error(action: string, data?: unknown): Promise<string> {
    const frame = await this.ask(action, data);
    assert.equal(frame.action, "error", JSON.stringify(frame));
    return frame.data;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
