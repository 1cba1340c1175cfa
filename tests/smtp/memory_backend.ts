/**
 * A relay in memory for SMTP sessions: it knows ann and bob, and refuses what a
 * name tells it to: `busy@…` as reverse-path or recipient, `X-Refuse: busy` in a message.
 *
 * @module
 */
import { latin1 } from "../../src/base/octets.ts";
import type { Secret } from "../../src/base/secret.ts";
import { Refusal, type RefusalCode } from "../../src/base/refusal.ts";
import type {
  SmtpAccount,
  SmtpBackend,
  SmtpCut,
  SmtpEnding,
  SmtpSender,
  SmtpService,
  SmtpTransaction,
} from "../../src/smtp/server/backend.ts";

export interface ReceivedMessage {
  readonly sender: SmtpSender;
  readonly recipients: readonly string[];
  readonly text: string;
}

const decoder = new TextDecoder("latin1");
const CODES = new Set<string>(
  [
    "busy",
    "storage_full",
    "relaying_denied",
    "sender_not_owned",
    "sender_domain_invalid",
    "local_sender_unauthenticated",
    "too_much_mail",
    "too_many_recipients",
    "policy_rejection",
    "encryption_needed",
    "from_missing",
    "from_mismatch",
    "author_too_long",
    "from_repeated",
    "from_several",
    "from_unreadable",
    "sender_mismatch",
    "sender_unreadable",
    "message_empty",
    "storage_read_only",
    "header_line_too_long",
    "header_malformed",
    "header_too_large",
    "routing_loop",
    "no_such_user",
    "quota_exceeded",
    "federation_off",
    "message_too_large",
  ] satisfies RefusalCode[],
);

export class MemoryBackend implements SmtpBackend {
  readonly hostname = "relay.example";
  readonly messages: ReceivedMessage[] = [];
  readonly bugs: unknown[] = [];
  readonly refusals: RefusalCode[] = [];
  readonly inactive = new Map<string, (reason: SmtpEnding) => void>();
  maxMessageOctets = 1000;
  maxRecipients = 3;
  /** Of every account; one character an octet. */
  password = "secret";
  discarded = 0;
  open = 0;
  /** Content is taken when this resolves. */
  stall: Promise<void> | undefined;
  /** Sessions that are logged in and not released. */
  held = 0;
  /** Octets of who is logged in. */
  received = 0;

  limits() {
    return {
      maxMessageOctets: this.maxMessageOctets,
      maxRecipients: this.maxRecipients,
    };
  }

  login(address: string, password: Secret): Promise<SmtpAccount> {
    if (address.startsWith("bug")) return Promise.reject(new Error("a bug"));
    if (address.startsWith("throttled")) {
      return Promise.reject(new Refusal("too_many_attempts"));
    }
    if (latin1(password) !== this.password) {
      return Promise.reject(new Refusal("bad_credentials"));
    }
    this.held++;
    const listen = (listener: (reason: SmtpEnding) => void) => {
      this.inactive.set(address, listener);
      return () => {
        this.held--;
        this.inactive.delete(address);
      };
    };
    return Promise.resolve({
      address,
      onInactive: listen,
      countTraffic: (received) => void (this.received += received),
    });
  }

  begin(sender: SmtpSender): Promise<SmtpTransaction> {
    try {
      refuseAsAsked(sender.reversePath);
    } catch (error) {
      return Promise.reject(error);
    }
    this.open++;
    return Promise.resolve(new MemoryTransaction(this, sender));
  }

  readonly errors: string[] = [];

  readonly cuts: string[] = [];

  countCut(service: SmtpService, reason: SmtpCut): void {
    this.cuts.push(`${service} ${reason}`);
  }

  countError(
    service: SmtpService,
    command: string,
    reply: { readonly code: number },
  ): void {
    this.errors.push(`${service} ${command} ${reply.code}`);
  }

  countRefusal(code: RefusalCode): void {
    this.refusals.push(code);
  }

  reportBug(error: unknown): void {
    this.bugs.push(error);
  }
}

class MemoryTransaction implements SmtpTransaction {
  readonly #recipients: string[] = [];
  readonly #pieces: string[] = [];

  constructor(readonly backend: MemoryBackend, readonly sender: SmtpSender) {}

  async addRecipient(forwardPath: string): Promise<void> {
    await Promise.resolve();
    refuseAsAsked(forwardPath);
    this.#recipients.push(forwardPath);
  }

  async write(octets: Uint8Array): Promise<void> {
    this.#pieces.push(decoder.decode(octets));
    await this.backend.stall;
  }

  async finish(): Promise<void> {
    this.backend.open--;
    const text = this.#pieces.join("");
    const refused = /^X-Refuse: (\w+)/m.exec(text)?.[1];
    if (refused === "bug") throw new Error("a bug");
    if (refused) {
      throw new Refusal(refused as RefusalCode, {
        address: "zoe@relay.example",
      });
    }
    const { sender } = this;
    const recipients = [...this.#recipients];
    this.backend.messages.push({ sender, recipients, text });
    await Promise.resolve();
  }

  discard(): Promise<void> {
    this.backend.open--;
    this.backend.discarded++;
    return Promise.resolve();
  }
}

function refuseAsAsked(path: string): void {
  const name = path.split("@")[0] ?? "";
  if (name === "bug") throw new Error("a bug");
  if (CODES.has(name)) {
    throw new Refusal(name as RefusalCode, { address: path });
  }
}
