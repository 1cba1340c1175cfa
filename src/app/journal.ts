/**
 * What the log tells of logins and messages, and what is counted of them. With
 * logging off nothing is written and messages are not even looked at.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import type { Counters } from "../observe/counters.ts";
import { shownAddress, shownPeer, type Word, word } from "../observe/fields.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import type { HttpCut } from "../http/server/cut.ts";
import type { ImapCut } from "../imap/server/backend.ts";
import { redactError } from "../observe/redact.ts";
import { ThreadDied } from "../observe/threads.ts";
import type {
  SmtpCut,
  SmtpSender,
  SmtpTransaction,
} from "../smtp/server/backend.ts";
import { countedTransaction } from "./metrics/counted_transaction.ts";

export interface LoginAttempt {
  readonly protocol: "imap" | "submission" | "web";
  readonly address: string;
  readonly peer: { readonly address: string };
}

/** Who brings a message, and how. */
export interface ToldSender extends Pick<SmtpSender, "peer" | "reversePath"> {
  readonly service: SmtpSender["service"] | "mxdeliv" | "web";
}

type ServedProtocol = "imap" | "smtp" | "submission" | "http";
type CutReason = ImapCut | SmtpCut | HttpCut;

export class Journal {
  readonly #cuts: Record<ServedProtocol, number> = {
    imap: 0,
    smtp: 0,
    submission: 0,
    http: 0,
  };

  constructor(
    readonly log: Log,
    readonly counters: Counters,
    readonly metrics: Metrics,
  ) {}

  /** Notes how a login ends. @throws whatever `work` throws */
  async login<T>(attempt: LoginAttempt, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.counters.add("logins");
      this.metrics.count("auth_total", attempt.protocol, "ok");
      this.#tellLogin(attempt, word("ok"));
      return result;
    } catch (error) {
      this.metrics.count("auth_total", attempt.protocol, codeOf(error));
      this.#tellLogin(attempt, resultOf(error));
      throw error;
    }
  }

  /** A connection that was ended for what the peer did. */
  cut(service: ServedProtocol, reason: CutReason): void {
    this.#cuts[service]++;
    this.metrics.count("connections_cut_total", service, reason);
    this.log.info(word("cut"), {
      service: word(service),
      reason: word(reason),
    });
  }

  /** How many were ended so, since the start. */
  get cuts(): Readonly<Record<ServedProtocol, number>> {
    return this.#cuts;
  }

  /** One that is counted, and tells how it ends where that is logged. */
  transaction(
    sender: ToldSender,
    transaction: SmtpTransaction,
  ): SmtpTransaction {
    const { level } = this.log;
    const counted = countedTransaction(
      transaction,
      sender.service,
      this.metrics,
    );
    if (level !== "info" && level !== "debug") return counted;
    return new ToldTransaction(counted, sender, this.log);
  }

  /** An error that is ours. */
  bug(error: unknown): void {
    this.counters.add("bugs");
    if (error instanceof ThreadDied) {
      this.#tellCrash(error.thread, error.message);
    } else this.log.bug(word("relay"), error);
  }

  /** An error of the main thread that nobody caught. */
  crash(error: unknown): void {
    this.counters.add("bugs");
    this.#tellCrash("main", redactError(error));
  }

  /** One line of everything that was counted since the last. */
  tellTotals(): void {
    if (!this.counters.isOn()) return;
    this.log.info(word("totals"), this.counters.sinceLast());
  }

  /** @param message redacted */
  #tellCrash(part: string, message: string): void {
    this.log.operational({ event: "crash", part, message });
  }

  #tellLogin({ protocol, address, peer }: LoginAttempt, result: Word): void {
    this.log.info(word("login"), {
      protocol: word(protocol),
      result,
      account: shownAddress(address),
      peer: shownPeer(peer.address),
    });
  }
}

class ToldTransaction implements SmtpTransaction {
  #recipients = 0;
  #octets = 0;

  constructor(
    readonly inner: SmtpTransaction,
    readonly sender: ToldSender,
    readonly log: Log,
  ) {}

  async addRecipient(forwardPath: string): Promise<void> {
    await this.inner.addRecipient(forwardPath);
    this.#recipients++;
    this.log.debug(word("recipient"), { address: shownAddress(forwardPath) });
  }

  write(octets: Uint8Array): Promise<void> {
    this.#octets += octets.length;
    return this.inner.write(octets);
  }

  async finish(): Promise<void> {
    try {
      await this.inner.finish();
      this.#tell(word("ok"));
    } catch (error) {
      this.#tell(resultOf(error));
      throw error;
    }
  }

  discard(): Promise<void> {
    return this.inner.discard();
  }

  #tell(result: Word): void {
    const { service, reversePath, peer } = this.sender;
    this.log.info(word("message"), {
      service: word(service),
      result,
      from: reversePath === "" ? word("null") : shownAddress(reversePath),
      recipients: this.#recipients,
      octets: this.#octets,
      peer: shownPeer(peer.address),
    });
  }
}

function resultOf(error: unknown): Word {
  return error instanceof Refusal ? word(error.code) : word("error");
}

function codeOf(error: unknown): string {
  return error instanceof Refusal ? error.code : "error";
}
