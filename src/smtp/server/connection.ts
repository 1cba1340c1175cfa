/**
 * An SMTP session on a connection: the only code that waits for a peer.
 *
 * Each octet goes to `SmtpSession`, one chunk after another. What comes while
 * the session works waits in a `ReadAhead`, and beyond that with the peer.
 *
 * @module
 */
import type { SmtpAccount, SmtpCut } from "./backend.ts";
import { hasLeft } from "../../base/system_errors.ts";
import type { LoopShare } from "../../base/loop_share.ts";
import { ReadAhead } from "./read_ahead.ts";
import { type Reply, SESSION_ENDINGS, TIMEOUT } from "./replies.ts";
import { SmtpSession } from "./session.ts";
import type { SmtpSessionOptions, SmtpWire } from "./state.ts";
import type { Wire } from "./wire.ts";

/** Of a message that is not over with it. */
const LARGE_CHUNK_OCTETS = 8 * 1024;
/** For a peer that still sends to see the last reply, before the connection is no more. */
const LINGER_MS = 5000;
const encoder = new TextEncoder();

export interface SmtpTimeouts {
  /** Between two commands. */
  readonly commandMs: number;
  /** Between two reads within a message. */
  readonly contentMs: number;
  /** On submission, until somebody has logged in. */
  readonly loginMs: number;
  /** Until TLS is on: from the connection where it begins at once, else from STARTTLS. */
  readonly handshakeMs: number;
  readonly sessionMs: number;
}

export interface SmtpConnectionOptions extends
  Omit<
    SmtpSessionOptions,
    "wire" | "secure" | "peerAddress"
  > {
  /** Monotonic milliseconds. */
  now(): number;
  readonly timeouts: SmtpTimeouts;
  readonly share: LoopShare;
  admit(connection: SmtpConnection, account: SmtpAccount): boolean;
}

export class SmtpConnection {
  readonly #wire: Wire;
  readonly #input: ReadAhead;
  readonly #options: SmtpConnectionOptions;
  readonly #session: SmtpSession;
  readonly #startedAtMs: number;
  #activeAtMs: number; // when the last command, or enough of a message, had come
  #chunkAtMs: number;
  #securing: Promise<void> | undefined;
  #writes = 0; // that are pending
  #handshaking = true; // TLS begins, or we say who we are
  #endsUnheard = false; // by us, before anything could be said
  #lingers = true; // for what the peer still sends, once all has been said
  #saidAllAtMs: number | undefined;

  constructor(wire: Wire, options: SmtpConnectionOptions) {
    this.#wire = wire;
    this.#input = new ReadAhead(wire);
    this.#options = options;
    this.#startedAtMs = this.#activeAtMs = this.#chunkAtMs = options.now();
    const { secure, peerAddress } = wire;
    const toPeer: SmtpWire = {
      send: (text) => this.#write(text),
      startTls: (text) => {
        this.#securing = wire.startTls(encoder.encode(text));
        this.#securing.catch(() => {}); // whoever waits for it is told
      },
      pendingOctets: () => this.#input.octets,
      admit: (account) => options.admit(this, account),
      sessionEnds: (reason) => this.end(SESSION_ENDINGS[reason], true),
    };
    this.#session = new SmtpSession({
      ...options,
      secure,
      peerAddress,
      wire: toPeer,
    });
  }

  /** Resolves when its descriptor is free and what was not finished is forgotten. Never rejects. */
  async run(): Promise<void> {
    void this.#work();
    await this.#wire.gone;
    try {
      await this.#session.abandon();
    } catch (error) {
      this.#options.backend.reportBug(error);
    }
  }

  /** Ends the session at the next boundary, or at once when it is idle. */
  end(reply: Reply, abort = false): void {
    // There is nobody yet to whom it could be said.
    if (this.#handshaking) {
      this.#endsUnheard = true;
      return this.destroy();
    }
    if (this.#saidAllAtMs !== undefined) return this.#wire.close();
    this.#lingers = abort && this.#session.waitsFor === "content";
    const text = this.#session.end(reply, abort);
    if (text !== undefined) this.#finish(text);
  }

  destroy(): void {
    this.#wire.abort();
  }

  /** Closes what has waited too long. Called about once a second. */
  checkTimeouts(nowMs: number): void {
    const { timeouts, service } = this.#options;
    const idleMs = nowMs - this.#activeAtMs;
    const ageMs = nowMs - this.#startedAtMs;
    if (this.#handshaking) {
      if (idleMs < timeouts.handshakeMs || this.#endsUnheard) return;
      this.#endsUnheard = true;
      this.#cut(this.#isTls ? "handshake" : "stalled");
      return this.destroy();
    }
    if (this.#saidAllAtMs !== undefined) {
      if (nowMs - this.#saidAllAtMs >= LINGER_MS) this.destroy();
      return;
    }
    const { waitsFor } = this.#session;
    const anonymous = service === "submission" && !this.#session.authenticated;
    if (waitsFor === "nothing") {
      // Either we work, which ends by itself, or the peer does not read.
      const stallMs = anonymous
        ? Math.min(timeouts.commandMs, timeouts.loginMs)
        : timeouts.commandMs;
      const stalled = this.#writes > 0 && nowMs - this.#chunkAtMs >= stallMs;
      if (stalled) this.#cut("stalled");
      if (stalled) this.destroy();
      return;
    }
    const limitMs = waitsFor === "content"
      ? timeouts.contentMs
      : timeouts.commandMs;
    if (
      idleMs >= limitMs || ageMs >= timeouts.sessionMs ||
      (anonymous && ageMs >= timeouts.loginMs)
    ) {
      this.#cut("silent");
      this.end(TIMEOUT, true);
    }
  }

  async #work(): Promise<void> {
    try {
      await this.#wire.write(encoder.encode(this.#session.greeting));
      this.#handshaking = false;
      let octets = await this.#input.next();
      while (octets !== undefined) {
        await this.#take(octets);
        octets = await this.#input.next();
      }
    } catch (error) {
      // the peer has left, or TLS did not come about
      const isBad = this.#handshaking && this.#isTls && !hasLeft(error);
      if (isBad && !this.#endsUnheard) this.#cut("handshake");
    }
    this.#wire.close();
  }

  /** Or is about to be. */
  get #isTls(): boolean {
    return this.#wire.secure || this.#securing !== undefined;
  }

  #cut(reason: SmtpCut): void {
    const { backend, service } = this.#options;
    backend.countCut(service, reason);
  }

  async #take(octets: Uint8Array): Promise<void> {
    const { now, share } = this.#options;
    if (this.#saidAllAtMs !== undefined) return await share.wait();
    this.#chunkAtMs = now();
    const isLarge = octets.length >= LARGE_CHUNK_OCTETS;
    const { progress } = this.#session;
    const effect = await this.#session.receive(octets);
    if (this.#session.holdsNothing) this.#wire.release?.(octets);
    // Of who sends an octet now and then nothing comes that could be waited for.
    if (this.#session.progress > progress) this.#activeAtMs = now();
    if (effect === "close") this.#leave();
    else if (effect === "start_tls") await this.#secured();
    else if (isLarge || this.#input.octets > 0) await share.wait();
  }

  async #secured(): Promise<void> {
    this.#handshaking = true;
    this.#activeAtMs = this.#options.now();
    await this.#securing;
    this.#handshaking = false;
    this.#activeAtMs = this.#options.now();
    this.#session.secured();
  }

  async #finish(text: string): Promise<void> {
    this.#saidAllAtMs = this.#options.now();
    await this.#write(text);
    this.#leave();
  }

  /**
   * Says that no more comes. Unless we are in a hurry the peer closes then:
   * octets that it still sends would reset the connection, and the last reply be
   * lost.
   */
  #leave(): void {
    this.#saidAllAtMs = this.#options.now();
    if (this.#lingers) this.#wire.closeWrite().catch(() => {});
    else this.#wire.close();
  }

  async #write(text: string): Promise<void> {
    this.#writes++;
    try {
      await this.#wire.write(encoder.encode(text));
    } catch {
      this.#wire.close();
    } finally {
      this.#writes--;
    }
  }
}
