/**
 * One handshake of TLS 1.3 (RFC 8446 §2) at the side of the server, and nothing
 * else: it is there for who wants to see a certificate that the TLS of the runtime
 * does not serve, of one protocol. No secret of anybody passes here.
 *
 * It knows AES-128-GCM with SHA-256, X25519 and P-256, and a key of P-256: what
 * RFC 8446 §9.1 has everybody know. Who does not, or says what is against the
 * rules, gets an alert.
 *
 * @module
 */
import { sign, timingSafeEqual } from "node:crypto";
import { concat, utf8 } from "../../base/octets.ts";
import {
  type ClientHello,
  ClientHelloReceiver,
  type ReceivedHello,
} from "./client_hello.ts";
import {
  agree,
  GROUPS,
  hash,
  KeySchedule,
  recordKey,
  verifyData,
} from "./key_schedule.ts";
import { bigEndian, vector } from "./octet_reader.ts";
import {
  plainRecord,
  RECORD,
  RecordReceiver,
  SealedRecords,
  type TlsRecord,
} from "./records.ts";

/** Where the octets come from and go to. */
export interface HandshakeStream {
  /** undefined: the peer has closed. @throws {Error} when it is lost */
  read(): Promise<Uint8Array | undefined>;
  write(octets: Uint8Array): Promise<void>;
}

export interface HandshakeIdentity {
  /** DER. */
  readonly certificate: Uint8Array;
  /** PKCS #8 PEM of a key of P-256. */
  readonly keyPem: string;
  /** What both then speak (RFC 7301 §3.2). */
  readonly protocol: string;
}

/** Why there was no handshake. */
export class HandshakeFailure extends Error {
  override readonly name = "HandshakeFailure";
  constructor(readonly alert: Alert, options?: ErrorOptions) {
    super(`The handshake has failed: ${alert}`, options);
  }
}

// RFC 8446 §6
const ALERTS = {
  unexpected_message: 10,
  bad_record_mac: 20,
  handshake_failure: 40,
  illegal_parameter: 47,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
} as const;
type Alert = keyof typeof ALERTS | "closed" | "alert";
const FATAL = 2;
const CLOSE_NOTIFY = Uint8Array.of(1, 0);

const VERSION = 0x0304;
const OLD_VERSION = 0x0303;
const CIPHER = 0x1301; // TLS_AES_128_GCM_SHA256
const SIGNATURE = 0x0403; // ecdsa_secp256r1_sha256
// RFC 8446 §4
const MESSAGE = {
  serverHello: 2,
  encryptedExtensions: 8,
  certificate: 11,
  certificateVerify: 15,
  finished: 20,
  messageHash: 254,
} as const;
const EXTENSION = { protocols: 16, versions: 43, keyShares: 51 } as const;
/** SHA-256 of "HelloRetryRequest", in the place of the random number (RFC 8446 §4.1.3). */
const RETRY = hash(utf8("HelloRetryRequest"));
const MAX_RECORDS = 20; // that a client may send until it is done

/**
 * Resolves when the client has seen the certificate, and the connection may be
 * closed.
 *
 * @throws {HandshakeFailure} which the client has been told
 * @throws {Error} when the connection is lost
 */
export async function serveHandshake(
  received: ReceivedHello,
  identity: HandshakeIdentity,
  stream: HandshakeStream,
): Promise<void> {
  try {
    await new ServerHandshake(identity, stream).run(received);
  } catch (error) {
    const failure = error instanceof SyntaxError
      ? new HandshakeFailure("decode_error", { cause: error })
      : error;
    if (failure instanceof HandshakeFailure) await tell(failure, stream);
    throw failure;
  }
}

/** In clear: who has keys takes it for one that is broken, and ends as well. */
async function tell(
  { alert }: HandshakeFailure,
  stream: HandshakeStream,
): Promise<void> {
  if (alert === "closed" || alert === "alert") return;
  const octets = Uint8Array.of(FATAL, ALERTS[alert]);
  await stream.write(plainRecord(RECORD.alert, octets));
}

class ServerHandshake {
  readonly #identity: HandshakeIdentity;
  readonly #stream: HandshakeStream;
  readonly #incoming = new RecordReceiver();
  #transcript: Uint8Array[] = [];
  #records = 0;

  constructor(identity: HandshakeIdentity, stream: HandshakeStream) {
    this.#identity = identity;
    this.#stream = stream;
  }

  async run({ hello: first, rest }: ReceivedHello): Promise<void> {
    this.#incoming.push(rest);
    check(first);
    this.#transcript.push(first.message);
    const hello = commonShare(first) ? first : await this.#askAgain(first);
    const share = commonShare(hello);
    if (!share) throw new HandshakeFailure("illegal_parameter");
    const { ours, shared } = await agree(share.group, share.key)
      .catch((error) => {
        throw new HandshakeFailure("illegal_parameter", { cause: error });
      });
    const keys = new KeySchedule(shared);
    const serverHello = message(
      MESSAGE.serverHello,
      helloBody(
        hello,
        crypto.getRandomValues(new Uint8Array(32)),
        concat([bigEndian(2, share.group), vector(2, ours)]),
      ),
    );
    this.#transcript.push(serverHello);
    const { client, server } = keys.handshake(this.#hash());
    const out = new SealedRecords(recordKey(server));
    await this.#stream.write(concat([
      plainRecord(RECORD.handshake, serverHello),
      plainRecord(RECORD.changeCipherSpec, Uint8Array.of(1)), // RFC 8446 §D.4
      out.seal({ type: RECORD.handshake, content: this.#flight(server) }),
    ]));
    const application = keys.application(this.#hash());
    await this.#finished(new SealedRecords(recordKey(client)), client);
    const last = new SealedRecords(recordKey(application.server));
    await this.#stream.write(
      last.seal({ type: RECORD.alert, content: CLOSE_NOTIFY }),
    );
  }

  /** RFC 8446 §4.1.4 */
  async #askAgain(first: ClientHello): Promise<ClientHello> {
    const group = first.groups.find((one) => GROUPS.has(one));
    if (group === undefined) throw new HandshakeFailure("handshake_failure");
    const retry = message(
      MESSAGE.serverHello,
      helloBody(first, RETRY, bigEndian(2, group)),
    );
    this.#transcript = [
      message(MESSAGE.messageHash, hash(first.message)), // RFC 8446 §4.4.1
      retry,
    ];
    await this.#stream.write(concat([
      plainRecord(RECORD.handshake, retry),
      plainRecord(RECORD.changeCipherSpec, Uint8Array.of(1)),
    ]));
    const hello = await this.#secondHello();
    check(hello);
    this.#transcript.push(hello.message);
    return hello;
  }

  async #secondHello(): Promise<ClientHello> {
    const receiver = new ClientHelloReceiver();
    for (;;) {
      const { type, content } = await this.#next();
      if (type !== RECORD.handshake) {
        throw new HandshakeFailure("unexpected_message");
      }
      const received = receiver.push(plainRecord(type, content));
      if (received) return received.hello;
    }
  }

  /** Everything of the server that is sealed. */
  #flight(secret: Uint8Array): Uint8Array {
    const { certificate, keyPem, protocol } = this.#identity;
    const flight: Uint8Array[] = [];
    const add = (one: Uint8Array) => {
      flight.push(one);
      this.#transcript.push(one);
    };
    add(message(
      MESSAGE.encryptedExtensions,
      vector(
        2,
        extension(
          EXTENSION.protocols,
          vector(2, vector(1, utf8(protocol))),
        ),
      ),
    ));
    add(message(
      MESSAGE.certificate,
      concat([
        vector(1), // nobody has asked for a context
        vector(3, vector(3, certificate), vector(2)),
      ]),
    ));
    const signed = concat([
      new Uint8Array(64).fill(0x20),
      utf8("TLS 1.3, server CertificateVerify"),
      Uint8Array.of(0),
      this.#hash(),
    ]);
    add(message(
      MESSAGE.certificateVerify,
      concat([
        bigEndian(2, SIGNATURE),
        vector(2, sign("sha256", signed, keyPem)),
      ]),
    ));
    add(message(MESSAGE.finished, verifyData(secret, this.#hash())));
    return concat(flight);
  }

  /** What the client says last. */
  async #finished(
    records: SealedRecords,
    secret: Uint8Array,
  ): Promise<void> {
    const wanted = message(
      MESSAGE.finished,
      verifyData(secret, this.#hash()),
    );
    let got: Uint8Array = new Uint8Array();
    while (got.length < wanted.length) {
      const { type, content } = this.#opened(await this.#next(), records);
      if (type === RECORD.alert) throw new HandshakeFailure("alert");
      if (type !== RECORD.handshake) {
        throw new HandshakeFailure("unexpected_message");
      }
      got = concat([got, content]);
    }
    if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) {
      throw new HandshakeFailure("decrypt_error");
    }
  }

  #opened(record: TlsRecord, records: SealedRecords): TlsRecord {
    if (record.type === RECORD.alert) return record;
    if (record.type !== RECORD.applicationData) {
      throw new HandshakeFailure("unexpected_message");
    }
    try {
      return records.open(record.content);
    } catch (error) {
      throw new HandshakeFailure("bad_record_mac", { cause: error });
    }
  }

  /** The next record; those that say nothing are passed over (RFC 8446 §5). */
  async #next(): Promise<TlsRecord> {
    for (;;) {
      const record = this.#incoming.next();
      if (!record) {
        const octets = await this.#stream.read();
        if (!octets) throw new HandshakeFailure("closed");
        this.#incoming.push(octets);
        continue;
      }
      if (++this.#records > MAX_RECORDS) {
        throw new HandshakeFailure("unexpected_message");
      }
      if (record.type !== RECORD.changeCipherSpec) return record;
    }
  }

  #hash(): Uint8Array {
    return hash(...this.#transcript);
  }
}

/** @throws {HandshakeFailure} when there is no way to agree */
function check({ versions, ciphers, signatures }: ClientHello): void {
  if (!versions.includes(VERSION)) {
    throw new HandshakeFailure("protocol_version");
  }
  if (!ciphers.includes(CIPHER) || !signatures.includes(SIGNATURE)) {
    throw new HandshakeFailure("handshake_failure");
  }
}

function commonShare({ keyShares }: ClientHello) {
  return keyShares.find(({ group }) => GROUPS.has(group));
}

function message(type: number, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(type), vector(3, body)]);
}

function extension(type: number, body: Uint8Array): Uint8Array {
  return concat([bigEndian(2, type), vector(2, body)]);
}

/** A ServerHello, or one that asks again (RFC 8446 §4.1.3). */
function helloBody(
  { sessionId }: ClientHello,
  random: Uint8Array,
  keyShare: Uint8Array,
): Uint8Array {
  return concat([
    bigEndian(2, OLD_VERSION),
    random,
    vector(1, sessionId),
    bigEndian(2, CIPHER),
    Uint8Array.of(0),
    vector(
      2,
      extension(EXTENSION.versions, bigEndian(2, VERSION)),
      extension(EXTENSION.keyShares, keyShare),
    ),
  ]);
}
