/** What an operator asks for, as keys of the configuration file. @module */
import { isIP } from "node:net";
import { type KeyName, keyNamed } from "../../config/schema.ts";
import { loadConfig } from "../../config/load.ts";
import { completedText } from "../../config/edit.ts";
import { ConfigError } from "../../config/problems.ts";
import { configText, type WrittenKeys } from "../../config/write.ts";
import { canonicalAddress, isPublicAddress } from "../../dns/address_kind.ts";
import { hostNameProblem } from "../../mail/address.ts";
import { isUsual, type Places } from "./places.ts";
import { PRODUCT } from "../../base/program_name.ts";

export interface Wishes {
  readonly domain?: string;
  readonly hostname?: string;
  /** Public address; without a domain, the relay's only name. */
  readonly ip?: string;
  readonly stateDir?: string;
  readonly tlsMode?: string;
  readonly certPath?: string;
  readonly keyPath?: string;
  /** A certificate from an authority for the address alone. */
  readonly autoIpCert?: boolean;
  readonly acmeEmail?: string;
  /** From the authority's directory for trials, whose certificates nobody trusts. */
  readonly staging?: boolean;
  readonly registrationOpen?: boolean;
  /** Of pages, for visitors whose own is not there. */
  readonly lang?: string;
  readonly enableSs?: boolean;
  readonly disableIroh?: boolean;
  readonly enableIroh?: boolean;
  /** Where HTTP without TLS is served. */
  readonly httpListen?: string;
}

/** Names of options, for messages. */
const WISH_OPTIONS: Readonly<Record<keyof Wishes, string>> = {
  domain: "--domain",
  hostname: "--hostname",
  ip: "--ip",
  stateDir: "--state-dir",
  tlsMode: "--tls-mode",
  certPath: "--cert-path",
  keyPath: "--key-path",
  autoIpCert: "--auto-ip-cert",
  acmeEmail: "--acme-email",
  staging: "--staging",
  registrationOpen: "--registration",
  lang: "--lang",
  enableSs: "--enable-ss",
  disableIroh: "--disable-iroh",
  enableIroh: "--enable-iroh",
  httpListen: "--http-listen",
};

export interface WishedConfig {
  /** What was asked for: a file that says otherwise is in conflict with it. */
  readonly asked: WrittenKeys;
  /** What a new file says. */
  readonly written: WrittenKeys;
}

/** What nobody has to say, since it can be seen. */
export interface Seen {
  /** Certificate and key lie where they are looked for. */
  readonly hasCertificate?: boolean;
  /** The domain's, of a machine whose own ones nobody outside reaches. */
  readonly publicAddresses?: readonly string[];
}

/** @throws {SyntaxError} naming the option and what is wrong with it */
export function wishedConfig(
  wishes: Wishes,
  places: Places,
  { hasCertificate = false, publicAddresses }: Seen = {},
): WishedConfig {
  const asked = new Map<KeyName, unknown>();
  function ask(key: KeyName, wish: keyof Wishes, text = wishes[wish]): void {
    if (text === undefined) return;
    asked.set(key, read(key, WISH_OPTIONS[wish], String(text)));
  }
  const { domain, ip } = wishes;
  if (domain !== undefined && isIP(domain.replace(/^\[|\]$/g, "")) !== 0) {
    throw new SyntaxError(
      `--domain: ${domain} is an address, for which there is --ip`,
    );
  }
  ask("server.domain", "domain");
  checkHost(asked, "server.domain", "domain");
  if (domain === undefined && ip !== undefined) {
    ask("server.domain", "ip", literal(ip));
  }
  ask("server.hostname", "hostname");
  checkHost(asked, "server.hostname", "hostname");
  ask("server.public_ip", "ip");
  ask("server.state_dir", "stateDir");
  ask("tls.mode", "tlsMode", wishes.tlsMode ?? modeOf(wishes));
  ask("tls.cert", "certPath");
  ask("tls.key", "keyPath");
  ask("acme.email", "acmeEmail");
  if (wishes.staging) ask("acme.directory", "staging", STAGING);
  ask("registration.open", "registrationOpen");
  ask("web.language", "lang");
  if (wishes.enableSs) ask("shadowsocks.enabled", "enableSs");
  if (wishes.enableIroh) ask("iroh.enabled", "enableIroh", "true");
  if (wishes.disableIroh) ask("iroh.enabled", "disableIroh", "false");
  ask("listen.http", "httpListen");
  const written = new Map(asked);
  if (hasCertificate && !asked.has("tls.mode")) written.set("tls.mode", "file");
  for (const [key, value] of ofPlaces(places, written)) written.set(key, value);
  if (publicAddresses !== undefined && !asked.has("server.public_ip")) {
    written.set("server.public_ip", publicAddresses);
  }
  if (domain !== undefined && !written.has("tls.mode")) {
    written.set("tls.mode", modeOfDomain(written));
  }
  if (isInPrivateNetwork(ip, written)) {
    written.set("federation.allow_private_targets", true);
  }
  return { asked, written };
}

/** @throws {SyntaxError} */
function checkHost(
  asked: WrittenKeys,
  key: KeyName,
  wish: "domain" | "hostname",
): void {
  const name = asked.get(key);
  const problem = typeof name === "string" ? hostNameProblem(name) : undefined;
  if (problem === undefined) return;
  throw new SyntaxError(`${WISH_OPTIONS[wish]}: ${problem}`);
}

/** A file without the domain, which no relay runs without, has the one that is asked for. */
export function completedConfig(
  text: string | undefined,
  { domain, ip }: Pick<Wishes, "domain" | "ip">,
): string | undefined {
  const name = domain ?? (ip === undefined ? undefined : literal(ip));
  if (text === undefined || name === undefined) return text;
  const value = read("server.domain", WISH_OPTIONS.domain, name);
  return completedText(text, "server.domain", value);
}

const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

function modeOf(wishes: Wishes): string | undefined {
  if (wishes.autoIpCert) return "autocert";
  return wishes.certPath ?? wishes.keyPath ? "file" : undefined;
}

/** From an authority, unless none would give one for such a name. */
function modeOfDomain(written: WrittenKeys): string {
  const mode = "autocert";
  const text = configText(new Map([...written, ["tls.mode", mode]]), []);
  try {
    loadConfig({ path: "", text });
    return mode;
  } catch (error) {
    if (error instanceof ConfigError) return "self_signed";
    throw error;
  }
}

/** Then the relays that it can exchange mail with are in there, too. */
function isInPrivateNetwork(
  ip: string | undefined,
  written: WrittenKeys,
): boolean {
  return ip !== undefined && !isPublicAddress(ip) &&
    modeOfDomain(written) === "self_signed";
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). @throws {SyntaxError} */
function literal(address: string): string {
  if (isIP(address) === 0) {
    throw new SyntaxError(`--ip: ${address} is no IP address`);
  }
  const canonical = canonicalAddress(address);
  return isIP(canonical) === 6 ? `[IPv6:${canonical}]` : `[${canonical}]`;
}

/** What a program of the usual name in the usual place need not be told. */
function ofPlaces(places: Places, written: WrittenKeys): [KeyName, unknown][] {
  const { name, stateDir, certDir, runtimeDir } = places;
  const keys: [KeyName, unknown][] = [["server.runtime_dir", runtimeDir]];
  if (name === PRODUCT && isUsual(places)) return keys;
  if (!written.has("server.state_dir")) {
    keys.push(["server.state_dir", stateDir]);
  }
  if (written.get("tls.mode") !== "file") return keys;
  const { chain, key } = certificateFiles(certDir);
  const files: [KeyName, unknown][] = [["tls.cert", chain], ["tls.key", key]];
  return [...keys, ...files.filter(([key]) => !written.has(key))];
}

/** Where they are looked for unless told otherwise. */
export function certificateFiles(
  certDir: string,
): { readonly chain: string; readonly key: string } {
  return {
    chain: `${certDir}/fullchain.pem`,
    key: `${certDir}/privkey.pem`,
  };
}

function read(key: KeyName, option: string, text: string): unknown {
  const { kind } = keyNamed(key);
  try {
    return kind.parse(text);
  } catch (error) {
    throw new SyntaxError(
      `${option}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
