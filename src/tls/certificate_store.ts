/**
 * The certificates that all listeners serve: one for whoever says no name, and
 * those of other names. Loaded or made at start, watched, and replaced without
 * closing anything.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import {
  type Certificate,
  checkServable,
  covers,
  daysRemaining,
  isTimely,
  p256Key,
} from "./certificate.ts";
import { chooseCertificate } from "./certificate_choice.ts";
import { readBundle } from "./certificate_bundle.ts";
import {
  type CertificatePaths,
  pathsIn,
  readCertificate,
  stateOf,
  writeCertificate,
} from "./certificate_files.ts";
import { readKept } from "./kept_files.ts";

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
  | {
    readonly mode: "file";
    readonly paths: CertificatePaths;
    /** Of other names. */
    readonly extra?: readonly CertificatePaths[];
  }
  | SelfSignedSource
  | {
    readonly mode: "autocert";
    /** What an authority has given; somebody else sees to that. */
    readonly bundle: string;
    /** The same for other names, each in a file of its own. */
    readonly others: readonly string[];
    /** Served as long as there is nothing from an authority. */
    readonly meanwhile: SelfSignedSource;
  };

type CertificateListener = () => void | Promise<void>;

interface Loaded {
  readonly certificate: Certificate;
  readonly others: readonly Certificate[];
  readonly state: string;
}

export class CertificateStore {
  #source: CertificateSource;
  readonly #listeners = new Set<CertificateListener>();
  #current: Certificate;
  #others: readonly Certificate[];
  #state: string;

  private constructor(
    source: CertificateSource,
    readonly clock: Clock,
    loaded: Loaded,
  ) {
    this.#source = source;
    this.#current = loaded.certificate;
    this.#others = loaded.others;
    this.#state = loaded.state;
  }

  /** @throws {SyntaxError} when files are given and cannot be served */
  static async open(
    source: CertificateSource,
    clock: Clock,
  ): Promise<CertificateStore> {
    return new CertificateStore(source, clock, await load(source, clock));
  }

  /** For whoever says no name, or one that is not ours. */
  get current(): Certificate {
    return this.#current;
  }

  /** The current one first. */
  get all(): readonly Certificate[] {
    return [this.#current, ...this.#others];
  }

  /** What is served to whoever asks for this name. */
  for(name: string): Certificate {
    return chooseCertificate(this.all, name, this.clock.now());
  }

  /** What clients that ask for this name can verify: then links ask them to. */
  trustedFor(name: string): Certificate | undefined {
    const certificate = this.for(name);
    return this.isTrusted(certificate) && covers(certificate, name)
      ? certificate
      : undefined;
  }

  /** Whether clients can verify it. */
  isTrusted(certificate: Certificate): boolean {
    return !certificate.selfSigned && !isStaged(certificate) &&
      certificate.notAfter > this.clock.now();
  }

  /** Called when others are served, and waited for. Returns how to stop. */
  onChange(listener: CertificateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the files again if they differ from what is served. False: nothing new. */
  async refresh(): Promise<boolean> {
    const state = await stateOf(filesOf(this.#source));
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
    if (source.mode === "file") this.#refuseUntimely(loaded);
    const before = fingerprints(this.all);
    this.#source = source;
    this.#state = loaded.state;
    this.#current = loaded.certificate;
    this.#others = loaded.others;
    if (fingerprints(this.all) === before) return false;
    await Promise.all([...this.#listeners].map((listener) => listener()));
    return true;
  }

  /** What clients take is not given up for what they do not take. */
  #refuseUntimely({ certificate, others }: Loaded): void {
    const nowMs = this.clock.now();
    for (const one of [certificate, ...others]) {
      const [name = ""] = one.names;
      const served = this.for(name);
      if (
        isTimely(one, nowMs) || !isTimely(served, nowMs) ||
        served.fingerprint === one.fingerprint
      ) continue;
      const [what, ms] = one.notAfter <= nowMs
        ? ["ended", one.notAfter]
        : ["begins", one.notBefore];
      const when = new Date(ms).toISOString().slice(0, 16);
      throw new SyntaxError(`The certificate for ${name} ${what} at ${when}Z`);
    }
  }

  #isOld(): boolean {
    return !isFarFromEnd(this.#current, this.clock.now());
  }
}

/** From an authority that gives certificates for trying things out. */
function isStaged({ issuer }: Certificate): boolean {
  return issuer.includes("(STAGING)");
}

/** Neither near its end nor, as one that a wrong clock has made, before its beginning. */
function isFarFromEnd(certificate: Certificate, nowMs: number): boolean {
  if (certificate.notBefore > nowMs) return nowMs < FIRST_POSSIBLE_MS;
  return daysRemaining(certificate, nowMs) >= RENEW_SELF_SIGNED_DAYS;
}

function fingerprints(certificates: readonly Certificate[]): string {
  return certificates.map(({ fingerprint }) => fingerprint).join();
}

function filesOf(source: CertificateSource): readonly string[] {
  switch (source.mode) {
    case "file":
      return [source.paths, ...source.extra ?? []]
        .flatMap(({ chain, key }) => [chain, key]);
    case "self_signed":
      return Object.values(pathsIn(source.directory));
    case "autocert":
      return [source.bundle, ...source.others];
  }
}

async function load(
  source: CertificateSource,
  clock: Clock,
): Promise<Loaded> {
  // Before the files are read: a change meanwhile is then seen by the next look.
  const state = await stateOf(filesOf(source));
  switch (source.mode) {
    case "file": {
      const { paths, extra = [] } = source;
      const certificate = await readCertificate(paths);
      const others = await Promise.all(extra.map(readCertificate));
      return { certificate, others, state };
    }
    case "self_signed":
      return { ...await loadSelfSigned(source, clock), others: [] };
    case "autocert": {
      const others = await Promise.all(source.others.map(readObtained));
      return {
        certificate: await readObtained(source.bundle) ??
          (await loadSelfSigned(source.meanwhile, clock)).certificate,
        others: others.filter((one) => one !== undefined),
        state,
      };
    }
  }
}

/** undefined too for one that cannot be used: it is obtained anew. */
async function readObtained(path: string): Promise<Certificate | undefined> {
  try {
    const certificate = await readBundle(path);
    if (certificate) checkServable(certificate);
    return certificate;
  } catch {
    return undefined;
  }
}

async function loadSelfSigned(source: SelfSignedSource, clock: Clock) {
  const paths = pathsIn(source.directory);
  const before = await stateOf(filesOf(source));
  const kept = await readCertificate(paths).catch(() => undefined);
  // clients know the key, also that of a certificate which is gone or damaged
  const key = p256Key(await readKept(paths.key).catch(() => undefined) ?? "");
  if (
    kept && isFarFromEnd(kept, clock.now()) &&
    source.names.every((name) => covers(kept, name))
  ) return { certificate: kept, state: before };
  // Loaded here alone: most starts find their certificate made.
  const { makeSelfSigned } = await import("./self_signed.ts");
  const { names, days } = source;
  const pair = await makeSelfSigned({
    names,
    days,
    nowMs: clock.now(),
    ...(key === undefined ? {} : { keyPem: key }),
  });
  await writeCertificate(source.directory, pair);
  const state = await stateOf(filesOf(source));
  return { certificate: await readCertificate(paths), state };
}
