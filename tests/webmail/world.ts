/** A real server with mail over HTTP on, and a client of it that shows all it is told. @module */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageText } from "../harness/message.ts";
import { Server, type ServerOptions } from "../harness/server.ts";

export const PASSWORD = "correct-horse-battery-staple";
const ON = "[webmail]\nwebimap = true\nwebsmtp = true\n";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

interface Named {
  readonly address: string;
  readonly password: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON, unless it is text. */
  readonly body?: unknown;
  /** In place of the account's own; null: none. */
  readonly as?: User | Named | null;
}

export class World {
  #counter = 0;
  private constructor(
    readonly server: Server,
    readonly certificate: string,
    readonly client: Deno.HttpClient,
    readonly payload: string,
  ) {}

  static async open(options: ServerOptions = {}): Promise<World> {
    const server = await Server.start({
      server: 'hostname = "localhost"',
      ...options,
      config: options.config ?? ON,
    });
    const certificate = await server.certificate();
    const client = Deno.createHttpClient({ caCerts: [certificate] });
    return new World(server, certificate, client, await encryptedPayload(500));
  }

  get base(): string {
    return `https://localhost:${this.server.ports.https}`;
  }

  /** A new account that has logged in once. */
  async account(name: string): Promise<User> {
    const address = `${name}@${this.server.domain}`;
    await this.server.command(
      "accounts",
      "create",
      address,
      "--password",
      PASSWORD,
    );
    return new User(this, address);
  }

  /** An encrypted message; each has an id of its own. */
  message(from: string, payload = this.payload): string {
    return messageText({ from, id: `m${++this.#counter}`, payload });
  }

  async close(): Promise<void> {
    this.client.close();
    await this.server.dispose();
  }
}

export class User {
  constructor(readonly world: World, readonly address: string) {}

  async ask(path: string, options: AskOptions = {}): Promise<Answer> {
    const { method = "GET", headers = {}, body, as = this } = options;
    const who = as === null ? {} : {
      "x-email": as.address,
      "x-password": as instanceof User ? PASSWORD : as.password,
    };
    const { world } = this;
    const response = await fetch(world.base + path, {
      client: world.client,
      method,
      redirect: "manual",
      headers: {
        ...who,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    } as RequestInit);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text);
      },
    };
  }

  send(to: string | readonly string[], body?: string): Promise<Answer> {
    return this.ask("/websmtp/send", {
      method: "POST",
      body: {
        from: this.address,
        to: typeof to === "string" ? [to] : to,
        body: body ?? this.world.message(this.address),
      },
    });
  }

  async imap(): Promise<ImapClient> {
    const client = await ImapClient.connect(
      this.world.server.ports.imapTls,
      this.world.certificate,
    );
    await client.login(this.address, PASSWORD);
    return client;
  }
}

/** Runs `test` on a server of its own, with two accounts. */
export async function withWorld(
  test: (world: World, ann: User, bob: User) => Promise<void>,
  options: ServerOptions = {},
): Promise<void> {
  const world = await World.open(options);
  try {
    await test(world, await world.account("ann"), await world.account("bob"));
  } finally {
    await world.close();
  }
}

/** The error that clients read. */
export function assertFault(
  answer: Answer,
  status: number,
  text: string | RegExp,
): void {
  assert.equal(answer.status, status, answer.text);
  const { error } = answer.json;
  if (typeof text === "string") assert.equal(error, text);
  else assert.match(error, text);
}
