/**
 * COMPRESS=DEFLATE (RFC 4978): a connection that speaks raw DEFLATE (RFC 1951)
 * both ways over another one.
 *
 * @module
 */
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
} from "node:zlib";
import { concat } from "../../../base/octets.ts";
import type { Wire } from "./wire.ts";

/** Small windows: tens of kilobytes a session, for a few percent of size. */
const DEFLATE = { windowBits: 12, memLevel: 5, level: 6 };
/** Octets in between looks at how well the peer's data compress. */
const BOMB_WINDOW = 1_048_576;
const BOMB_RATIO = 1000;

/** What came is no DEFLATE, or unfolds to too much. */
export class BadDeflate extends Error {
  override readonly name = "BadDeflate";
}

export function compressed(wire: Wire): Wire {
  return new CompressedWire(wire);
}

class CompressedWire implements Wire {
  readonly #wire: Wire;
  readonly #deflate: DeflateRaw = createDeflateRaw(DEFLATE);
  readonly #inflate: InflateRaw = createInflateRaw();
  readonly #deflated: Uint8Array[] = [];
  #closed = false;
  #feeding = false; // the inflater has not taken all of what it was given
  #failure: Error | undefined;
  #finished = false; // something came behind the peer's last block (BFINAL)
  #arriving: Promise<Uint8Array | undefined> | undefined;
  #wake: (() => void) | undefined;
  #in = 0;
  #out = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#deflate.on("data", (octets: Uint8Array) => {
      this.#deflated.push(octets);
    });
    this.#deflate.on("error", (error: Error) => this.#fail(error));
    this.#inflate.on("readable", () => this.#wake?.());
    this.#inflate.on(
      "error",
      (cause: Error) => this.#fail(new BadDeflate(cause.message, { cause })),
    );
    this.#inflate.on("end", () => {
      this.#finished = true;
      this.#wake?.();
    });
  }

  get peerAddress(): string {
    return this.#wire.peerAddress;
  }

  get secure(): boolean {
    return this.#wire.secure;
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      if (this.#failure) throw this.#failure;
      if (this.#closed) return undefined;
      const octets: Uint8Array | null = this.#inflate.read();
      if (octets) return this.#counted(octets);
      if (this.#finished) return undefined;
      if (this.#feeding) await new Promise<void>((wake) => this.#wake = wake);
      else if (!await this.#feed()) return undefined;
    }
  }

  async write(octets: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#deflate.write(octets);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve);
    });
    if (this.#failure) throw this.#failure;
    const deflated = concat(this.#deflated.splice(0));
    if (deflated.length > 0) await this.#wire.write(deflated);
  }

  /** @throws {TypeError} always: TLS comes before compression */
  startTls(): Promise<void> {
    return Promise.reject(new TypeError("Compression is on"));
  }

  close(): void {
    this.#discard();
    this.#wire.close();
  }

  abort(): void {
    this.#discard();
    this.#wire.abort();
  }

  #discard(): void {
    this.#closed = true;
    this.#deflate.destroy();
    this.#inflate.destroy();
    this.#wake?.();
  }

  /** Gives the inflater what comes next, unless it has something to say first; false at the end. */
  async #feed(): Promise<boolean> {
    const arriving = this.#arriving ??= this.#wire.read();
    const octets = await new Promise<Uint8Array | undefined | "woken">(
      (resolve, reject) => {
        this.#wake = () => resolve("woken");
        arriving.then(resolve, reject);
      },
    );
    if (octets === "woken") return true;
    this.#arriving = undefined;
    if (!octets) return false;
    this.#in += octets.length;
    this.#feeding = true;
    this.#inflate.write(octets, () => {
      this.#feeding = false;
      this.#wake?.();
    });
    return true;
  }

  /** Octets that unfold from next to nothing are an attack. */
  #counted(octets: Uint8Array): Uint8Array {
    this.#out += octets.length;
    if (this.#out >= BOMB_WINDOW) {
      if (this.#out > BOMB_RATIO * this.#in) {
        throw new BadDeflate("The peer's data unfold to too much");
      }
      this.#in = this.#out = 0;
    }
    return octets;
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }
}
