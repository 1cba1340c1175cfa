/**
 * A client of an iroh relay (0.35) that says exactly what it is told to, in octets
 * of its own making.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export const TYPES = {
  introduction: 2,
  send: 4,
  received: 5,
  gone: 8,
  ping: 12,
  pong: 13,
  health: 14,
  restarting: 15,
} as const;

export interface IrohFrame {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface Identity {
  readonly key: Uint8Array;
  readonly secret: KeyObject;
}

export function newIdentity(): Identity {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return {
    key: new Uint8Array(Buffer.from(x, "base64url")),
    secret: privateKey,
  };
}

export function frame(
  type: number,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(5);
  header[0] = type;
  header.writeUInt32BE(payload.length, 1);
  return new Uint8Array(Buffer.concat([header, payload]));
}

export function introduction({ key, secret }: Identity): Uint8Array {
  const info = Buffer.from([3]);
  const magic = Buffer.from("RELAY\u{1F511}");
  return frame(
    TYPES.introduction,
    magic,
    key,
    sign(null, info, secret),
    info,
  );
}

export interface IrohTarget {
  readonly port: number;
  readonly hostname?: string;
  readonly path?: string;
  /** Over TLS. */
  readonly tls?: Deno.StartTlsOptions;
}

const REQUEST = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: relay.example\r\nUpgrade: iroh derp http\r\n\r\n`;

const READ_OCTETS = 16_384;

/** Raw mode. What is read before somebody asks for it waits in the kernel. */
export class IrohClient {
  #rest = Buffer.alloc(0);
  #piece: Uint8Array | undefined;

  private constructor(
    readonly connection: Deno.Conn,
    readonly identity: Identity,
  ) {}

  /** Sends request and introduction; @param early Sends both at once. */
  static async connect(
    target: IrohTarget,
    { identity = newIdentity(), early = false, first }: {
      readonly identity?: Identity;
      readonly early?: boolean;
      /** In place of an introduction. */
      readonly first?: Uint8Array;
    } = {},
  ): Promise<IrohClient> {
    const { hostname = "127.0.0.1", port, path = "/relay" } = target;
    const tcp = await Deno.connect({ hostname, port });
    tcp.setNoDelay(true);
    const connection = target.tls ? await Deno.startTls(tcp, target.tls) : tcp;
    const client = new IrohClient(connection, identity);
    const introduced = first ?? introduction(identity);
    const request = Buffer.from(REQUEST(path));
    if (early) await client.write(Buffer.concat([request, introduced]));
    else await client.write(request);
    const head = await client.#head();
    if (!head.startsWith("HTTP/1.1 101 ")) {
      connection.close();
      throw new Error(head.split("\r\n")[0]);
    }
    if (!early) await client.write(introduced);
    return client;
  }

  get key(): Uint8Array {
    return this.identity.key;
  }

  async write(octets: Uint8Array): Promise<void> {
    for (let rest = octets; rest.length > 0;) {
      rest = rest.subarray(await this.connection.write(rest));
    }
  }

  send(to: Uint8Array, data: Uint8Array): Promise<void> {
    return this.write(frame(TYPES.send, to, data));
  }

  /** Waits until the relay has taken all that was sent before. */
  async settle(): Promise<void> {
    const question = crypto.getRandomValues(new Uint8Array(8));
    await this.write(frame(TYPES.ping, question));
    const { type, payload } = await this.next();
    if (type !== TYPES.pong || Buffer.compare(payload, question) !== 0) {
      throw new Error(`Frame ${type} in place of a pong`);
    }
  }

  /** @throws {Error} when the connection is over */
  async next(): Promise<IrohFrame> {
    const frame = await this.nextOrEnd();
    if (!frame) throw new Error("The relay has closed");
    return frame;
  }

  async nextOrEnd(): Promise<IrohFrame | undefined> {
    for (;;) {
      if (this.#rest.length >= 5) {
        const end = 5 + this.#rest.readUInt32BE(1);
        if (this.#rest.length >= end) {
          const [type = 0] = this.#rest;
          const payload = new Uint8Array(this.#rest.subarray(5, end));
          this.#rest = this.#rest.subarray(end);
          return { type, payload };
        }
      }
      if (!await this.#read()) return undefined;
    }
  }

  close(): void {
    try {
      this.connection.close();
    } catch {
      // the relay has closed it
    }
  }

  async #head(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      if (end >= 0) {
        const head = this.#rest.subarray(0, end).toString("latin1");
        this.#rest = this.#rest.subarray(end + 4);
        return head;
      }
      if (!await this.#read()) return this.#rest.toString("latin1");
    }
  }

  async #read(): Promise<boolean> {
    const piece = this.#piece ??= new Uint8Array(READ_OCTETS);
    let count: number | null;
    try {
      count = await this.connection.read(piece);
    } catch {
      count = null; // reset
    }
    if (count === null) return false;
    this.#rest = Buffer.concat([this.#rest, piece.subarray(0, count)]);
    return true;
  }
}
