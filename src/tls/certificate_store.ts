/**
 * The certificate that all listeners serve: loaded or made at start, watched,
 * and replaced without closing anything.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { type Certificate, covers, daysRemaining } from "./certificate.ts";
import { readBundle } from "./certificate_bundle.ts";
import {
  type CertificatePaths,
  pathsIn,
  readCertificate,
  stateOf,
  writeCertificate,
} from "./certificate_files.ts";

const RENEW_SELF_SIGNED_DAYS = 30;
/** Before it was written, this program has made no certificate: the machine's clock is wrong then. */
const FIRST_POSSIBLE_MS = Date.UTC(2025, 0);

export interface SelfSignedSource {
  readonly mode: "self_signed";
  readonly directory: string;
  readonly names: readonly string[];
  readonly days: number;
}

export type CertificateSource =
  | { readonly mode: "file"; readonly paths: CertificatePaths }
  | SelfSignedSource
  | {
    readonly mode: "autocert";
    /** What an authority has given; somebody else sees to that. */
    readonly bundle: string;
    /** Served as long as there is nothing from an authority. */
    readonly meanwhile: SelfSignedSource;
  };

type CertificateListener = (certificate: Certificate) => void | Promise<void>;

export class CertificateStore {
  #source: CertificateSource;
  readonly #listeners = new Set<CertificateListener>();
  #current: Certificate;
  #state: string;

  private constructor(
    source: CertificateSource,
    readonly clock: Clock,
    loaded: { certificate: Certificate; state: string },
  ) {
    this.#source = source;
    this.#current = loaded.certificate;
    this.#state = loaded.state;
  }

  /** @throws {SyntaxError} when files are given and cannot be served */
  static async open(
    source: CertificateSource,
    clock: Clock,
  ): Promise<CertificateStore> {
    return new CertificateStore(source, clock, await load(source, clock));
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Whether clients can verify it: then links ask them to. */
  get publiclyTrusted(): boolean {
    return !this.#current.selfSigned && !isStaged(this.#current) &&
      this.#current.notAfter > this.clock.now();
  }

  /** Called with each new certificate, and waited for. Returns how to stop. */
  onChange(listener: CertificateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the files again if they differ from what is served. False: nothing new. */
  async refresh(): Promise<boolean> {
    const state = await stateOf(pathsOf(this.#source));
    const due = this.#source.mode !== "file" && this.#current.selfSigned &&
      this.#isOld();
    if (state === this.#state && !due) return false;
    return await this.reload();
  }

  /**
   * Reads the files again whatever their state. What is served stays when they
   * are broken.
   *
   * @throws {SyntaxError} naming what is wrong with them
   */
  reload(): Promise<boolean> {
    return this.use(this.#source);
  }

  /**
   * Serves what another source has, from when this resolves; as `reload`, nothing
   * changes when that is broken.
   */
  async use(source: CertificateSource): Promise<boolean> {
    const loaded = await load(source, this.clock);
    this.#source = source;
    this.#state = loaded.state;
    if (loaded.certificate.fingerprint === this.#current.fingerprint) {
      return false;
    }
    this.#current = loaded.certificate;
    await Promise.all(
      [...this.#listeners].map((listener) => listener(loaded.certificate)),
    );
    return true;
  }

  #isOld(): boolean {
    return !isTimely(this.#current, this.clock.now());
  }
}

/** From an authority that gives certificates for trying things out. */
function isStaged({ issuer }: Certificate): boolean {
  return issuer.includes("(STAGING)");
}

/** Neither near its end nor, as one that a wrong clock has made, before its beginning. */
function isTimely(certificate: Certificate, nowMs: number): boolean {
  if (certificate.notBefore > nowMs) return nowMs < FIRST_POSSIBLE_MS;
  return daysRemaining(certificate, nowMs) >= RENEW_SELF_SIGNED_DAYS;
}

function pathsOf(source: CertificateSource): CertificatePaths {
  switch (source.mode) {
    case "file":
      return source.paths;
    case "self_signed":
      return pathsIn(source.directory);
    case "autocert":
      return { chain: source.bundle, key: source.bundle };
  }
}

async function load(
  source: CertificateSource,
  clock: Clock,
): Promise<{ certificate: Certificate; state: string }> {
  // Before the files are read: a change meanwhile is then seen by the next look.
  const state = await stateOf(pathsOf(source));
  switch (source.mode) {
    case "file":
      return { certificate: await readCertificate(source.paths), state };
    case "self_signed":
      return await loadSelfSigned(source, clock);
    case "autocert": {
      // one that cannot be used is obtained anew
      const obtained = await readBundle(source.bundle).catch(() => undefined);
      if (obtained) return { certificate: obtained, state };
      const { certificate } = await loadSelfSigned(source.meanwhile, clock);
      return { certificate, state };
    }
  }
}

async function loadSelfSigned(source: SelfSignedSource, clock: Clock) {
  const paths = pathsOf(source);
  const before = await stateOf(paths);
  const kept = await readCertificate(paths).catch(() => undefined);
  if (
    kept && isTimely(kept, clock.now()) &&
    source.names.every((name) => covers(kept, name))
  ) return { certificate: kept, state: before };
  // Loaded here alone: most starts find their certificate made.
  const { makeSelfSigned } = await import("./self_signed.ts");
  const { names, days } = source;
  const pair = await makeSelfSigned({
    names,
    days,
    nowMs: clock.now(),
    ...(kept?.keyType === "ec" ? { keyPem: kept.keyPem } : {}),
  });
  await writeCertificate(source.directory, pair);
  const state = await stateOf(paths);
  return { certificate: await readCertificate(paths), state };
}
