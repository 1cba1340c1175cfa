/**
 * One SMTP session (RFC 5321): octets in, replies out. It never sees a socket.
 *
 * Commands run strictly in the order they came; replies to a batch of them go
 * out together (RFC 2920 §3.2). Whatever goes wrong has a reply, and an error of
 * ours ends neither the session nor the process.
 *
 * @module
 */
import type { SmtpCut } from "./backend.ts";
import { isCommand, runCommand } from "./commands.ts";
import { MessageReceipt } from "./message_receipt.ts";
import { type SmtpFault, type SmtpInput, SmtpReceiver } from "./receiver.ts";
import {
  BARE_CR_IN_COMMAND,
  BARE_CR_IN_DATA,
  BARE_LF_IN_COMMAND,
  BARE_LF_IN_DATA,
  greeting,
  LINE_TOO_LONG,
  NUL_IN_COMMAND,
  type Reply,
  SYNCHRONIZATION_ERROR,
  TOO_BIG,
  TOO_MANY_ERRORS,
  WRONG_PROTOCOL,
} from "./replies.ts";
import { type SmtpSessionOptions, SmtpState } from "./state.ts";
import type { Step } from "./step.ts";

/** What the connection does after the session has answered. */
export type SmtpEffect = "close" | "start_tls";

/** Codes of what only a client in error gets; refusals by the relay do not count. */
const CLIENT_ERRORS = new Set([500, 501, 502, 503, 504, 530, 535, 555]);
const MAX_PREAUTH_LINE_OCTETS = 4096; // RFC 4954 §4 has 12288 for mechanisms we do not offer
const PROGRESS_OCTETS = 1024;
const SLOW_FROM_ERRORS = 10;
const SLOW_REPLY_MS = 1000;
const MAX_INPUTS_AT_ONCE = 100;
/** A browser that was made to talk to us (cross-protocol request). */
const OTHER = "OTHER";
const HTTP_METHODS =
  /^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|TRACE|PATCH|CONNECT) /i;

type FaultReplies = Readonly<Record<SmtpFault, Reply | undefined>>;

const IN_COMMAND: FaultReplies = {
  not_smtp: undefined,
  bare_cr: BARE_CR_IN_COMMAND,
  bare_lf: BARE_LF_IN_COMMAND,
  nul: NUL_IN_COMMAND,
  endless_line: LINE_TOO_LONG,
};
const FAULT_REPLIES = {
  command: IN_COMMAND,
  content: {
    ...IN_COMMAND,
    bare_cr: BARE_CR_IN_DATA,
    bare_lf: BARE_LF_IN_DATA,
  },
} as const satisfies Record<string, FaultReplies>;

export class SmtpSession {
  readonly #state: SmtpState;
  readonly #receiver = new SmtpReceiver();
  #receipt: MessageReceipt | undefined;
  #continuation: Step["continuation"];
  #command = OTHER; // the last one that there is
  #out = "";
  #errors = 0;
  #lines = 0;
  #contentOctets = 0;
  #busy = false;
  #closed = false;
  #ending: { readonly reply: Reply; readonly abort: boolean } | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(readonly options: SmtpSessionOptions) {
    this.#state = new SmtpState(options);
  }

  /** What the session waits for, or "nothing" while it works for the client. */
  get waitsFor(): "command" | "content" | "nothing" {
    if (this.#busy) return "nothing";
    return this.#receipt ? "content" : "command";
  }

  /** In a message, of which all that was received has been passed on. */
  get holdsNothing(): boolean {
    return this.#receiver.inContent && this.#receiver.pending === 0;
  }

  /** Rises with each command line and each KiB of a message, but not with mere octets. */
  get progress(): number {
    return this.#lines + Math.floor(this.#contentOctets / PROGRESS_OCTETS);
  }

  get authenticated(): boolean {
    return this.#state.account !== undefined;
  }

  get greeting(): string {
    return greeting(this.options.backend.hostname).text;
  }

  /** Takes the next octets; resolves when they are dealt with and answered. Never rejects. */
  async receive(octets: Uint8Array): Promise<SmtpEffect | undefined> {
    this.#busy = true;
    try {
      this.#state.account?.countTraffic(octets.length);
      this.#receiver.push(octets);
      return await this.#work();
    } catch (error) {
      this.options.backend.reportBug(error);
      return "close";
    } finally {
      this.#busy = false;
      if (this.#closed) await this.#state.dropTransaction();
    }
  }

  /**
   * Ends the session with this reply: at once if it is idle, and then the text
   * to send is returned, else after the current command or message.
   *
   * @param abort Not even the message that is being received may be delivered.
   */
  end(reply: Reply, abort = false): string | undefined {
    this.#ending = { reply, abort };
    const idle = this.waitsFor === "command" ||
      (abort && this.waitsFor === "content");
    return idle ? reply.text : undefined;
  }

  /** STARTTLS has succeeded. */
  secured(): void {
    this.#state.startOver();
  }

  /** The connection is gone. What was not finished is forgotten. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#receipt = undefined;
    if (!this.#busy) await this.#state.dropTransaction();
  }

  async #work(): Promise<SmtpEffect | undefined> {
    let effect: SmtpEffect | undefined;
    for (let count = 1; !effect && !this.#closed; count++) {
      const input = this.#receiver.next(this.#maxLineOctets());
      if (!input) break;
      effect = await this.#take(input);
      if (count % MAX_INPUTS_AT_ONCE === 0) await this.#giveWay();
    }
    if (!effect && this.#ending && !this.#receipt) {
      this.#out += this.#ending.reply.text;
      effect = "close";
    }
    await this.#flush();
    return effect;
  }

  /** A chunk holds thousands of short commands; other sessions need not wait for all of them. */
  async #giveWay(): Promise<void> {
    await this.#flush();
    await this.options.timers.sleep(0);
  }

  /** Of who has not shown who he is, no more is read than a login needs. */
  #maxLineOctets(): number {
    const { maxLineOctets } = this.options.policy;
    return this.#state.account
      ? maxLineOctets
      : Math.min(maxLineOctets, MAX_PREAUTH_LINE_OCTETS);
  }

  #take(input: SmtpInput): Promise<SmtpEffect | undefined> {
    if (input.kind !== "content" || input.last) this.#lines++;
    switch (input.kind) {
      case "line":
        return this.#line(input.text, input.ascii);
      case "content":
        this.#contentOctets += input.octets.length;
        return this.#content(input.octets, input.last);
      case "long_line":
        this.#continuation = undefined;
        return this.#answer({ reply: LINE_TOO_LONG });
      case "fault":
        return this.#fault(input.fault);
    }
  }

  async #line(line: string, ascii: boolean): Promise<SmtpEffect | undefined> {
    const continuation = this.#continuation;
    if (continuation) {
      this.#continuation = undefined;
      await this.#flush();
      return this.#answer(await continuation(line));
    }
    if (HTTP_METHODS.test(line)) {
      return this.#answer({ reply: WRONG_PROTOCOL, effect: "close" });
    }
    const space = line.indexOf(" ");
    const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    const text = space < 0 ? "" : line.slice(space + 1).trim();
    this.#command = isCommand(verb) ? verb : OTHER;
    // These may take long, and what came before need not wait for them.
    if (verb === "MAIL" || verb === "AUTH") await this.#flush();
    const step = await runCommand(this.#state, verb, text, ascii);
    if (verb === "DATA") return this.#answer(this.#synchronized(step));
    return this.#answer(step);
  }

  /** What came before the reply to DATA: a client that does not wait, or another's commands. */
  #synchronized(step: Step): Step {
    if (this.#unreadOctets() === 0) return step;
    if (this.options.service === "mx") {
      return { reply: SYNCHRONIZATION_ERROR, effect: "close" };
    }
    return step.effect === "start_data" ? step : { ...step, effect: "close" };
  }

  #unreadOctets(): number {
    return this.#receiver.pending + this.options.wire.pendingOctets();
  }

  async #content(
    octets: Uint8Array,
    last: boolean,
  ): Promise<SmtpEffect | undefined> {
    const receipt = this.#receipt;
    if (!receipt) return undefined; // the connection is gone
    if (octets.length > 0) await receipt.write(octets);
    if (receipt.endless) {
      await this.#dropMessage();
      return this.#answer({ reply: TOO_BIG, effect: "close" });
    }
    if (!last || this.#closed) return undefined;
    if (this.#ending?.abort) {
      await this.#dropMessage();
      this.#out += this.#ending.reply.text;
      return "close";
    }
    await this.#flush();
    const reply = await receipt.finish();
    this.#receipt = undefined;
    this.#state.transaction = undefined;
    return this.#answer({ reply });
  }

  async #dropMessage(): Promise<void> {
    this.#receipt = undefined;
    await this.#state.dropTransaction();
  }

  async #fault(fault: SmtpFault): Promise<SmtpEffect | undefined> {
    const inContent = this.#receiver.inContent;
    await this.#dropMessage();
    const reply = FAULT_REPLIES[inContent ? "content" : "command"][fault];
    if (!reply) return this.#cut("not_smtp");
    this.#command = inContent ? "DATA" : OTHER;
    this.#count(reply);
    this.#out += reply.text;
    return "close";
  }

  #count(reply: Reply): void {
    if (reply.code < 400) return;
    const { backend, service } = this.options;
    backend.countError(service, this.#command, reply);
  }

  /** Queues a reply, counts it if it is to an error, and does what the step says. */
  async #answer(step: Step): Promise<SmtpEffect | undefined> {
    if (step.effect === "start_tls") return this.#startTls(step.reply);
    this.#count(step.reply);
    if (CLIENT_ERRORS.has(step.reply.code)) await this.#countError();
    this.#out += step.reply.text;
    this.#continuation = step.continuation;
    this.#watchAccount();
    if (step.effect === "start_data") this.#startData();
    if (step.effect === "close" || step.reply.code === 421) return "close";
    const farewell = step.farewell ?? this.#farewell();
    if (!farewell) return undefined;
    this.#out += farewell.text;
    if (step.farewell) return this.#cut("failed_logins");
    return farewell === TOO_MANY_ERRORS
      ? this.#cut("too_many_errors")
      : "close";
  }

  #cut(reason: SmtpCut): "close" {
    const { backend, service } = this.options;
    backend.countCut(service, reason);
    return "close";
  }

  async #startTls(reply: Reply): Promise<SmtpEffect> {
    await this.#flush();
    // Sent in clear, it would be trusted once TLS is on (RFC 3207 §6).
    if (this.#unreadOctets() > 0) return this.#cut("too_early");
    this.options.wire.startTls(reply.text);
    return "start_tls";
  }

  #startData(): void {
    const open = this.#state.transaction;
    if (!open) return;
    this.#receipt = new MessageReceipt(this.#state, open.mail);
    this.#receiver.startContent();
  }

  #farewell(): Reply | undefined {
    if (this.#errors >= this.options.policy.maxErrors) return TOO_MANY_ERRORS;
    return this.#receipt ? undefined : this.#ending?.reply;
  }

  async #countError(): Promise<void> {
    this.#errors++;
    if (this.#errors < SLOW_FROM_ERRORS) return;
    await this.#flush();
    await this.options.timers.sleep(SLOW_REPLY_MS);
  }

  #watchAccount(): void {
    const { account } = this.#state;
    if (!account || this.#stopWatching) return;
    const { wire } = this.options;
    this.#stopWatching = account.onInactive((reason) =>
      wire.sessionEnds(reason)
    );
    if (this.#closed) this.#stopWatching();
  }

  async #flush(): Promise<void> {
    const text = this.#out;
    this.#out = "";
    if (text !== "" && !this.#closed) await this.options.wire.send(text);
  }
}
