/**
 * How a connection in clear becomes a secure one: at our side as the server, and
 * as the client.
 *
 * A handshake of the client always comes to its end, and then it is known whether
 * the certificate can be trusted: so who takes any certificate needs no second
 * connection to know it.
 *
 * @module
 */
import { isIP, type Socket } from "node:net";
import { connect, type SecureContext, TLSSocket } from "node:tls";
import type { Clock } from "../base/clock.ts";

export interface TlsUpgrade {
  /** Tells that the handshake is over. */
  readonly event: "secure" | "secureConnect";
  begin(plain: Socket): TLSSocket;
  /** Looks at who is there. @throws {CertificateError} when nothing may be said to it */
  check(socket: TLSSocket): void;
}

/** What STARTTLS serves to who asks for a name, "" for none (RFC 6066 §3): asked at each handshake, so that a renewed one is used. */
export type SecureContextSource = (serverName: string) => SecureContext;

export function serverUpgrade(contexts: SecureContextSource): TlsUpgrade {
  return {
    event: "secure",
    begin: (plain) =>
      new TLSSocket(plain, {
        isServer: true,
        secureContext: contexts(""),
        SNICallback: (name, done) => done(null, contexts(name)),
      }),
    check() {},
  };
}

export interface ClientTls {
  /** Whom the certificate must name; sent as SNI unless it is an IP address (RFC 6066 §3). */
  readonly host: string;
  /** Whether to go on with a certificate that cannot be trusted. */
  readonly certificate: "verified" | "any";
  /** PEM, trusted beside the roots of the system. */
  readonly roots?: readonly string[];
  /** In order of preference (RFC 7301 §3.1). */
  readonly alpn?: readonly string[];
}

/** Why a certificate cannot be trusted. */
export type CertificateFault =
  | "wrong_name"
  | "self_signed"
  | "expired"
  | "not_yet_valid"
  | "untrusted";

const FAULTS: Readonly<Record<CertificateFault, string>> = {
  wrong_name: "The certificate is for another name",
  self_signed: "The certificate is self-signed",
  expired: "The certificate has expired",
  not_yet_valid: "The certificate is not valid yet",
  untrusted: "The certificate is from no authority that is trusted",
};

export class CertificateError extends Error {
  override readonly name = "CertificateError";
  constructor(readonly fault: CertificateFault) {
    super(FAULTS[fault]);
  }
}

/** What is known of the server after the handshake. */
export interface ServerIdentity {
  /** "TLSv1.2" or "TLSv1.3". */
  readonly protocol: string;
  /** undefined: it is verified. */
  readonly fault?: CertificateFault;
  /** SHA-256 of the certificate, in hexadecimal digits. */
  readonly fingerprint: string;
  /** As agreed on, if at all. */
  readonly alpn?: string;
}

export class ClientUpgrade implements TlsUpgrade {
  readonly event = "secureConnect";
  #identity: ServerIdentity | undefined;

  constructor(
    readonly options: ClientTls,
    readonly clock: Pick<Clock, "now">,
  ) {}

  get identity(): ServerIdentity | undefined {
    return this.#identity;
  }

  begin(plain: Socket): TLSSocket {
    trustTheSystem();
    const { host, roots, alpn } = this.options;
    return connect({
      socket: plain,
      host,
      servername: isIP(host) === 0 ? host : "",
      rejectUnauthorized: false, // check() does
      ...(roots ? { ca: [...roots] } : {}),
      ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
    });
  }

  check(socket: TLSSocket): void {
    const fault = faultOf(socket, this.clock.now());
    const { fingerprint256 } = socket.getPeerCertificate();
    this.#identity = {
      protocol: socket.getProtocol() ?? "",
      fingerprint: (fingerprint256 ?? "").replaceAll(":", "").toLowerCase(),
      ...(fault ? { fault } : {}),
      ...(socket.alpnProtocol ? { alpn: socket.alpnProtocol } : {}),
    };
    if (fault && this.options.certificate === "verified") {
      throw new CertificateError(fault);
    }
  }
}

function faultOf(
  socket: TLSSocket,
  nowMs: number,
): CertificateFault | undefined {
  if (socket.authorized) return undefined;
  switch (codeOf(socket.authorizationError)) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "wrong_name";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return "self_signed";
  }
  // Deno 2.8.3 has one code for the rest
  const { valid_from, valid_to } = socket.getPeerCertificate();
  if (Date.parse(valid_to) < nowMs) return "expired";
  if (Date.parse(valid_from) > nowMs) return "not_yet_valid";
  return "untrusted";
}

/** An error, or its code, contrary to its type. */
function codeOf(error: unknown): string {
  if (typeof error === "string") return error;
  return (error as NodeJS.ErrnoException | null)?.code ?? "";
}

/**
 * Deno knows the authorities of its own list. Those of the system are newer, or
 * the operator's: both are read once, at the first handshake.
 */
function trustTheSystem(): void {
  if (Deno.env.has(CA_STORE)) return;
  Deno.env.set(CA_STORE, "system,mozilla");
}

const CA_STORE = "DENO_TLS_CA_STORE";
