/**
 * An SMTP session on a socket of `npm:smtp-server`.
 *
 * The package keeps the socket: reading with back-pressure, STARTTLS, half-closed
 * connections, errors. What is said is ours: each octet goes to `SmtpSession`,
 * and timeouts are looked at by one timer of the server instead of one per read.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import { SMTPStream } from "smtp-server/lib/smtp-stream.js";
import type { SmtpAccount } from "./backend.ts";
import type { LoopShare } from "./loop_share.ts";
import type { PackageServer } from "./package_server.ts";
import { type Reply, SESSION_ENDINGS, TIMEOUT } from "./replies.ts";
import { SmtpSession } from "./session.ts";
import type { SmtpSessionOptions, SmtpWire } from "./state.ts";

/** Octets that wait for the session before the socket is paused. */
const HIGH_WATER_OCTETS = 128 * 1024;
/** Of a message that is not over with it. */
const LARGE_CHUNK_OCTETS = 8 * 1024;

/** A stream that stands for a socket; it may want its chunks back. */
export type SocketStream = Duplex & {
  release?(chunk: Uint8Array<ArrayBuffer>): void;
};

export type SmtpSocket = Socket | TLSSocket | SocketStream;

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

export interface SmtpConnectionOptions
  extends Omit<SmtpSessionOptions, "wire"> {
  /** Monotonic milliseconds. */
  now(): number;
  readonly timeouts: SmtpTimeouts;
  readonly share: LoopShare;
  admit(connection: SmtpConnection, account: SmtpAccount): boolean;
  onClose(connection: SmtpConnection): void;
}

export class SmtpConnection extends SMTPConnection {
  readonly #options: SmtpConnectionOptions;
  readonly #package: PackageServer;
  readonly #smtp: SmtpSession;
  readonly #startedAtMs: number;
  #activeAtMs: number; // when the last command, or enough of a message, had come
  #chunkAtMs: number;
  #handshaking: Socket | undefined;
  #greeted = false;
  #lingers = true; // for what the peer still sends, once all has been said
  #chunkOctets = 0; // of the chunk that the session works on

  constructor(
    server: PackageServer,
    socket: SmtpSocket,
    options: SmtpConnectionOptions,
  ) {
    // The package names the class of socket that it makes itself; of any other
    // it uses no more than a stream has.
    super(server, socket as Socket, { id: "-" });
    this.session.secure = this.secure = options.secure;
    this.#options = options;
    this.#startedAtMs = this.#activeAtMs = this.#chunkAtMs = options.now();
    this.#package = server;
    const wire: SmtpWire = {
      send: (text) => this.#write(text),
      pendingOctets: () => this.#pendingOctets(),
      offersTls: () => server.offersTls,
      admit: (account) => options.admit(this, account),
      sessionEnds: (reason) => this.end(SESSION_ENDINGS[reason], true),
    };
    this.#smtp = new SmtpSession({ ...options, wire });
  }

  override init(): void {
    // A peer that has said all still gets its replies: SessionInput then closes.
    this._socket.allowHalfOpen = true;
    this._setListeners(() => {});
    this._resetSession();
    this._socket.write(this.#smtp.greeting, () => this.#greeted = true);
  }

  /** Ends the session at the next boundary, or at once when it is idle. */
  end(reply: Reply, abort = false): void {
    // There is nobody yet to whom it could be said.
    if (!this.#greeted || this.#handshaking) return this.destroy();
    this.#lingers = abort && this.#smtp.waitsFor === "content";
    const text = this.#smtp.end(reply, abort);
    if (text !== undefined) this.#finish(text);
  }

  destroy(): void {
    this.#handshaking?.destroy();
    this._socket.destroy();
  }

  override close(): void {
    // Without it the package waits up to five seconds for the peer to close.
    if (!this.#lingers) this._socket.once("finish", () => this.destroy());
    super.close();
  }

  /** Closes what has waited too long. Called about once a second. */
  checkTimeouts(nowMs: number): void {
    const { timeouts, service } = this.#options;
    const idleMs = nowMs - this.#activeAtMs;
    const ageMs = nowMs - this.#startedAtMs;
    if (!this.#greeted || this.#handshaking) {
      if (idleMs >= timeouts.handshakeMs) this.destroy();
      return;
    }
    const { waitsFor } = this.#smtp;
    const anonymous = service === "submission" && !this.#smtp.authenticated;
    if (waitsFor === "nothing") {
      // Either we work, which ends by itself, or the peer does not read.
      const stalled = this._socket.writableNeedDrain;
      const stallMs = anonymous
        ? Math.min(timeouts.commandMs, timeouts.loginMs)
        : timeouts.commandMs;
      if (stalled && nowMs - this.#chunkAtMs >= stallMs) this.destroy();
      return;
    }
    const limitMs = waitsFor === "content"
      ? timeouts.contentMs
      : timeouts.commandMs;
    if (
      idleMs >= limitMs || ageMs >= timeouts.sessionMs ||
      (anonymous && ageMs >= timeouts.loginMs)
    ) this.end(TIMEOUT, true);
  }

  // What the package asks of a connection.

  override _createParser(): SMTPStream {
    const input = new SessionInput((octets, done) => {
      this.#receive(octets, done);
    });
    return input.once("finish", () => this.close());
  }

  /** Nothing the package would say is sent: the session has its own texts. */
  override send(): void {}

  /** One timer of the server looks after all connections. */
  override _armTimeout(socket?: Socket): void {
    if (socket) this.#handshaking = socket;
  }

  override _onError(): void {
    if (!this._socket.destroyed) this._socket.destroy();
  }

  override _onClose(): void {
    if (this._closed) return;
    super._onClose();
    const { backend, onClose } = this.#options;
    this.#smtp.abandon()
      .catch((error) => backend.reportBug(error))
      .finally(() => onClose(this));
  }

  async #receive(
    octets: Uint8Array<ArrayBuffer>,
    done: () => void,
  ): Promise<void> {
    this.#chunkOctets = octets.length;
    this.#chunkAtMs = this.#options.now();
    const { progress } = this.#smtp;
    const effect = await this.#smtp.receive(octets);
    if (this.#smtp.holdsNothing) {
      (this._socket as SocketStream).release?.(octets);
    }
    // Of who sends an octet now and then nothing comes that could be waited for.
    if (this.#smtp.progress > progress) this.#activeAtMs = this.#options.now();
    if (octets.length >= LARGE_CHUNK_OCTETS) await this.#options.share.wait();
    this.#chunkOctets = 0;
    if (effect === "close") this.close();
    else if (effect === "start_tls") this.#startTls();
    done();
  }

  #startTls(): void {
    this.#package.useCurrentContext();
    this.upgrade(() => {}, () => {
      this.#handshaking = undefined;
      this._socket.allowHalfOpen = true;
      this.#activeAtMs = this.#options.now();
      this.#smtp.secured();
    });
  }

  /** Octets that have arrived and that the session has not been given. */
  #pendingOctets(): number {
    const parser = this._parser;
    const queued = parser ? parser.writableLength - this.#chunkOctets : 0;
    return queued + this._socket.readableLength;
  }

  #finish(text: string): void {
    this.#write(text);
    this.close();
  }

  #write(text: string): Promise<void> | undefined {
    const socket = this._socket;
    if (this._upgrading || !socket.writable || socket.destroyed) return;
    if (socket.write(text)) return undefined;
    return new Promise((resolve) => {
      const over = () => {
        socket.removeListener("drain", over);
        socket.removeListener("close", over);
        resolve();
      };
      socket.on("drain", over);
      socket.on("close", over);
    });
  }
}

/** Hands octets to the session, one chunk at a time; the socket waits meanwhile. */
class SessionInput extends SMTPStream {
  readonly #take: (octets: Uint8Array<ArrayBuffer>, done: () => void) => void;

  constructor(
    take: (octets: Uint8Array<ArrayBuffer>, done: () => void) => void,
  ) {
    super({ highWaterMark: HIGH_WATER_OCTETS });
    this.#take = take;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.isClosed) return done();
    // A plain array: Buffer has its own ideas of slice and indexOf.
    const { buffer, byteOffset, byteLength } = chunk;
    this.#take(
      new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
      done,
    );
  }
}
