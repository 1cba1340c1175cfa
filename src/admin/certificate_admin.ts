/** Certificates as operations see them; app/ passes them in. @module */
import type { Outcome, RenewerStatus } from "../tls/acme/renewer_parts.ts";
import type { Named } from "../tls/acme/renewers.ts";
import type { AlpnTrial } from "../tls/acme/alpn/alpn_challenges.ts";
import type { Certificate } from "../tls/certificate.ts";

export const CERTIFICATE_MODES = ["self_signed", "file", "autocert"] as const;
export type CertificateMode = (typeof CERTIFICATE_MODES)[number];

export interface OrderOptions {
  /** Also if it is not due. */
  readonly force: boolean;
  /** Not with the key of the one before. */
  readonly newKey: boolean;
  /** At an authority for trying things out; nothing of it is kept or served. */
  readonly rehearsal: boolean;
  /** Where to answer the authority while no server runs: address and port. */
  readonly httpListen?: string;
  /** Of this name alone. */
  readonly name?: string;
  /** In a rehearsal: where the authority may write to. */
  readonly email?: string;
}

export interface CertificateAdmin {
  readonly mode: CertificateMode;
  /** What clients connect to. */
  readonly hostname: string;
  /** File of the chain, and that of the key, which may be the same. */
  readonly path: string;
  readonly keyPath: string;
  /** URL of the authority's directory. */
  readonly directory: string;
  /** By which names are shown to be ours, in this order. */
  readonly challenges: readonly string[];
  /** Host name and domains, without brackets. */
  readonly names: readonly string[];
  /** What an authority is asked for, the host name first. */
  readonly ordered: readonly string[];
  /** Common name of the root that chains are to end below; "": any. */
  readonly preferredChain: string;
  /** What is served, or would be: what is for the host name first; without those that cannot be read. */
  current(): Promise<readonly Certificate[]>;
  /** Why files are not served as they are. */
  problem(): Promise<string | undefined>;
  /** Of each name that an authority is asked for, the host name first. */
  status(): Promise<readonly Named<RenewerStatus>[]>;
  /** Why no authority can be asked. */
  obstacles(): readonly string[];
  /** Of each name, the host name first. @throws {Refusal} */
  order(options: OrderOptions): Promise<readonly Named<Outcome>[]>;
  /**
   * Answers at the port of HTTPS to this name as to an authority (TLS-ALPN-01),
   * with a certificate that any client can see; undefined without a server.
   *
   * @throws {AcmeTrouble} why it cannot
   */
  presentTrial?(name: string): Promise<AlpnTrial>;
  /** What may be the matter when a name is not seen to be ours. */
  hints(): Promise<readonly string[]>;
}
