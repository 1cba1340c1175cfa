/** A relay in memory, for IMAP sessions under test. @module */
import type { AccountId } from "../../src/base/ids.ts";
import { latin1 } from "../../src/base/octets.ts";
import { type Secret, secretOfText } from "../../src/base/secret.ts";
import { Refusal, type RefusalCode } from "../../src/base/refusal.ts";
import type {
  CommandResult,
  ImapAccount,
  ImapBackend,
  ImapCut,
  ImapLimits,
} from "../../src/imap/server/backend.ts";
import { MemoryMail } from "./memory_mail.ts";

type Inactive = Parameters<ImapAccount["onInactive"]>[0];

/** One account, `ann@relay.example` with the password `secret` unless told otherwise. */
export class MemoryBackend implements ImapBackend {
  readonly mail = new MemoryMail();
  readonly bugs: unknown[] = [];
  readonly refusals: RefusalCode[] = [];
  readonly deviceTokens: string[] = [];
  readonly shared = new Map<string, string | null>();
  readonly idling: boolean[] = [];
  address = "ann@relay.example";
  password = "secret";
  released = 0;
  readonly traffic: [received: number, sent: number] = [0, 0];
  current: ImapLimits = {
    maxMessageOctets: 104_857_600,
    compress: false,
    advertiseId: false,
    preauthCapabilities: "minimal",
    push: "advertised",
  };
  readonly #inactive = new Set<Inactive>();

  limits(): ImapLimits {
    return this.current;
  }

  login(address: string, password: Secret): Promise<ImapAccount> {
    if (
      address.toLowerCase() !== this.address ||
      latin1(password) !== latin1(secretOfText(this.password))
    ) {
      return Promise.reject(new Refusal("bad_credentials"));
    }
    return Promise.resolve(this.#account());
  }

  readonly commands: string[] = [];
  readonly pushesMs: number[] = [];

  countCommand(command: string, result: CommandResult): void {
    this.commands.push(`${command} ${result}`);
  }

  readonly cuts: string[] = [];

  countCut(reason: ImapCut): void {
    this.cuts.push(reason);
  }

  countPush(tookMs: number): void {
    this.pushesMs.push(tookMs);
  }

  countRefusal(code: RefusalCode): void {
    this.refusals.push(code);
  }

  reportBug(error: unknown): void {
    this.bugs.push(error);
  }

  /** Ends all sessions, as an administrator does. */
  endSessions(reason: Parameters<Inactive>[0]): void {
    for (const listener of [...this.#inactive]) listener(reason);
  }

  #account(): ImapAccount {
    return {
      id: 1 as AccountId,
      address: this.address,
      mail: this.mail,
      append: (message) => this.mail.append(message),
      metadata: {
        shared: (entry) => this.shared.get(entry),
        deviceTokens: () => Promise.resolve([...this.deviceTokens]),
        putDeviceToken: (token) => {
          if (!this.deviceTokens.includes(token)) this.deviceTokens.push(token);
          return Promise.resolve();
        },
        clearDeviceTokens: () => {
          this.deviceTokens.length = 0;
          return Promise.resolve();
        },
      },
      onInactive: (listener) => {
        this.#inactive.add(listener);
        return () => void this.#inactive.delete(listener);
      },
      setIdle: (idle) => void this.idling.push(idle),
      countTraffic: (received, sent) => {
        this.traffic[0] += received;
        this.traffic[1] += sent;
      },
      release: () => void this.released++,
    };
  }
}
