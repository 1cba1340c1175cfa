/** Real Delta Chat cores, each a process with its own folder of accounts. @module */
import { type ChildProcess, spawn } from "node:child_process";
import {
  type BaseDeltaChat,
  StdioDeltaChat,
  type T,
} from "@deltachat/jsonrpc-client";
import { fileURLToPath } from "node:url";
import type { ListenerName } from "../../src/config/listener_table.ts";
import type { Host } from "../harness/network/host.ts";
import { LIMIT_MS } from "../harness/until.ts";

const PACKAGE = "@deltachat/stdio-rpc-server-linux-x64";
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** A relay as its users find it. */
export interface MailServer {
  readonly domain: string;
  endpoint(service: ListenerName): {
    readonly hostname: string;
    readonly port: number;
  };
}

export interface CoreOptions {
  /** Where it runs; without it, where the test does. */
  readonly host?: Host;
  /** Another command than the executable of the package. */
  readonly command?: readonly [string, ...string[]];
  /** Of the process, besides what it has anyway. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The executable from the package, fetched when the cache does not have it. */
async function rpcServerPath(): Promise<string> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${REPOSITORY}deno.json`),
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "-q", imports[PACKAGE] ?? PACKAGE],
    cwd: REPOSITORY,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return fileURLToPath(import.meta.resolve(PACKAGE));
}

export interface CoreEvent {
  readonly account: number;
  readonly event: T.EventType;
}

/** How often is asked where no event tells. */
const LOOK_MS = 1000;

export class Core {
  readonly #waiting = new Set<() => void>();
  /** Everything the core has reported. */
  readonly events: CoreEvent[] = [];
  /** Rejected when the process has ended. */
  readonly #life = Promise.withResolvers<never>();
  private constructor(
    readonly rpc: BaseDeltaChat<never>["rpc"],
    readonly folder: string,
    readonly process: ChildProcess,
    client: StdioDeltaChat,
  ) {
    this.#life.promise.catch(() => {}); // perhaps nobody waits
    process.once("exit", (code, signal) => {
      this.#life.reject(new Error(`The core has ended: ${signal ?? code}`));
    });
    client.on("ALL", (account, event) => {
      this.events.push({ account, event });
      for (const wake of [...this.#waiting]) wake();
    });
  }

  static async start(options: CoreOptions = {}): Promise<Core> {
    const folder = await Deno.makeTempDir({ prefix: "postern-core-" });
    const own = options.command ?? [await rpcServerPath()] as const;
    const [command, ...args] = options.host?.namespace.command(own) ?? own;
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "ignore"],
      env: {
        ...Deno.env.toObject(),
        ...options.environment,
        DC_ACCOUNTS_PATH: `${folder}/accounts`,
      },
    });
    const client = new StdioDeltaChat(child.stdin, child.stdout, true);
    return new Core(client.rpc, folder, child, client);
  }

  /** Ends the process, as when a phone is lost. Safe to repeat. */
  async end(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#life.promise.catch(() => {});
  }

  /** Ends the process and removes its folder. */
  async dispose(): Promise<void> {
    await this.end();
    await Deno.remove(this.folder, { recursive: true });
  }

  /**
   * Asks again at every event until the answer is neither null, undefined nor false.
   *
   * @throws {Error} when it takes too long, with the core's last warnings, or
   * when the process has ended
   */
  async until<Answer>(
    what: string,
    ask: () => Promise<Answer | undefined | null | false>,
  ): Promise<Answer> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const seen = this.events.length;
      const answer = await Promise.race([ask(), this.#life.promise]);
      if (answer != null && answer !== false) return answer;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`No ${what} in time:\n${this.warnings()}`);
      // not all that changes is told by an event of its own
      const lookMs = Math.min(left, LOOK_MS);
      if (this.events.length === seen) await this.#nextEvent(lookMs);
    }
  }

  /** Resolves at the next event, or when the time is over. */
  #nextEvent(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), atMostMs);
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  warnings(): string {
    return this.events.map(({ event }) => event)
      .filter(({ kind }) => kind === "Warning" || kind === "Error")
      .slice(-10).map((event) => "msg" in event ? event.msg : "").join("\n");
  }

  /** An account that has signed up and whose I/O runs. */
  async signUp(server: MailServer, name: string): Promise<Member> {
    const address = `${name}@${server.domain}`;
    const password = `password of ${name}`;
    const id = await this.rpc.addAccount();
    await this.rpc.setConfig(id, "displayname", name);
    await this.rpc.addTransportFromQr(
      id,
      loginLink(server, address, password),
    );
    return await this.#ready(id, address, password);
  }

  /** One more device of an account whose secret key is in a file. */
  async secondDevice(
    server: MailServer,
    { address, password, key }: {
      readonly address: string;
      readonly password: string;
      readonly key: string;
    },
  ): Promise<Member> {
    const id = await this.rpc.addAccount();
    await this.rpc.importSelfKeys(id, key, null);
    await this.rpc.setConfig(id, "bcc_self", "1");
    await this.rpc.addTransportFromQr(
      id,
      loginLink(server, address, password),
    );
    return await this.#ready(id, address, password);
  }

  /** As `signUp`, with what a user types into the form. */
  async signUpByForm(
    server: MailServer,
    name: string,
    security: "ssl" | "starttls",
    password = `password of ${name}`,
  ): Promise<Member> {
    const address = `${name}@${server.domain}`;
    const id = await this.rpc.addAccount();
    await this.rpc.setConfig(id, "displayname", name);
    await this.rpc.addOrUpdateTransport(
      id,
      formOf(server, address, password, security),
    );
    return await this.#ready(id, address, password);
  }

  async #ready(id: number, address: string, password: string): Promise<Member> {
    await this.rpc.startIo(id);
    const member = new Member(this, id, address, password);
    await member.untilEvent(
      `IDLE of ${address}`,
      ({ kind }) => kind === "ImapInboxIdle",
    );
    return member;
  }

  /** The same account in this core, after a backup. */
  account(id: number, original: Member): Member {
    return new Member(this, id, original.address, original.password);
  }
}

/** What the relay's own page offers for a self-signed certificate. */
export function loginLink(
  server: MailServer,
  address: string,
  password: string,
): string {
  const imap = server.endpoint("imap_tls");
  const smtp = server.endpoint("submission_tls");
  const query = [
    `p=${encodeURIComponent(password)}`,
    "v=1",
    `ih=${imap.hostname}`,
    `ip=${imap.port}`,
    "is=ssl",
    `sh=${smtp.hostname}`,
    `sp=${smtp.port}`,
    "ss=ssl",
    "ic=3",
  ];
  return `dclogin:${address}?${query.join("&")}`;
}

export function formOf(
  server: MailServer,
  address: string,
  password: string,
  security: "ssl" | "starttls",
): T.EnteredLoginParam {
  const implicit = security === "ssl";
  const imap = server.endpoint(implicit ? "imap_tls" : "imap");
  const smtp = server.endpoint(implicit ? "submission_tls" : "submission");
  return {
    addr: address,
    password,
    imapServer: imap.hostname,
    imapPort: imap.port,
    imapFolder: null,
    imapSecurity: security,
    imapUser: null,
    smtpServer: smtp.hostname,
    smtpPort: smtp.port,
    smtpSecurity: security,
    smtpUser: null,
    smtpPassword: null,
    certificateChecks: "acceptInvalidCertificates",
  };
}

/** What tells a joiner that Secure-Join is done. */
export function hasJoined(event: T.EventType): boolean {
  return event.kind === "SecurejoinJoinerProgress" && event.progress === 1000;
}

/** One account in a core. */
export class Member {
  constructor(
    readonly core: Core,
    readonly id: number,
    readonly address: string,
    readonly password: string,
  ) {}

  get rpc(): Core["rpc"] {
    return this.core.rpc;
  }

  /** Whether its account has told of such, since there were so many events of the core. */
  hasTold(fits: (event: T.EventType) => boolean, since = 0): boolean {
    return this.core.events.slice(since).some(({ account, event }) =>
      account === this.id && fits(event)
    );
  }

  untilEvent(
    what: string,
    fits: (event: T.EventType) => boolean,
    since?: number,
  ): Promise<true> {
    const ask = () => Promise.resolve(this.hasTold(fits, since));
    return this.core.until(what, ask) as Promise<true>;
  }

  /** Secure-Join by the other's code; gives the chat with them once both sides are done. */
  async join(inviter: Member): Promise<number> {
    const code = await inviter.rpc.getChatSecurejoinQrCode(inviter.id, null);
    // either may have met others before
    const [here, there] = [this.core, inviter.core].map(({ events }) =>
      events.length
    );
    const chat = await this.rpc.secureJoin(this.id, code);
    await this.untilEvent("end of Secure-Join at the joiner", hasJoined, here);
    await inviter.untilEvent(
      "end of Secure-Join at the inviter",
      (event) =>
        event.kind === "SecurejoinInviterProgress" && event.progress === 1000,
      there,
    );
    return chat;
  }

  /** Sends a text and gives the message's number here. */
  send(chat: number, text: string): Promise<number> {
    return this.rpc.miscSendTextMessage(this.id, chat, text);
  }

  /** Waits for a message that fits, in any chat, and gives it. */
  async receive(
    what: string,
    fits: (message: T.Message) => boolean,
  ): Promise<T.Message> {
    return await this.core.until(
      `message "${what}" at ${this.address}`,
      async () => (await this.messages()).find(fits),
    );
  }

  receiveText(text: string): Promise<T.Message> {
    return this.receive(text, (message) => message.text === text);
  }

  /**
   * Whether so many are in a chat, and the key of each is here: a member who is
   * only listed by others is not written to.
   */
  async knowsAll(chat: number, count: number): Promise<boolean> {
    const ids = await this.rpc.getChatContacts(this.id, chat);
    const contacts = await this.rpc.getContactsByIds(this.id, ids);
    return ids.length === count &&
      ids.every((id) => contacts[id]?.e2eeAvail === true);
  }

  /** Every message of every chat. */
  async messages(): Promise<T.Message[]> {
    const found: T.Message[] = [];
    for (
      const chat of await this.rpc.getChatlistEntries(this.id, 0, null, null)
    ) {
      if (chat <= 9) continue; // pseudo chats such as the archive link
      const ids = await this.rpc.getMessageIds(this.id, chat, false, false);
      const loaded = await this.rpc.getMessages(this.id, ids);
      for (const id of ids) {
        const one = loaded[id];
        if (one?.kind === "message") found.push(one);
      }
    }
    return found;
  }

  message(id: number): Promise<T.Message> {
    return this.rpc.getMessage(this.id, id);
  }

  /** States of core: 26 delivered, 28 read by the recipient, 24 failed. */
  async untilState(id: number, state: number): Promise<void> {
    await this.core.until(
      `state ${state} of message ${id}`,
      async () => (await this.message(id)).state === state,
    );
  }
}
