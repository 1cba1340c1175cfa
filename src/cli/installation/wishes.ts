/** What an installation is to be, from options or from a person's answers. @module */
import { isIP } from "node:net";
import { type Places, placesOf } from "../../ops/install/places.ts";
import type { WishedConfig, Wishes } from "../../ops/install/wishes.ts";
import { PRODUCT } from "../../base/program_name.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { type Call, choiceOption, flagOption, textOption } from "../command.ts";
import { LANGUAGES } from "../../../web/i18n/languages.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { textOf } from "../terminal.ts";
import { NAME } from "../version.ts";

/** @throws {CliError} usage */
export function readPlaces(call: Call): Places {
  const binary = pathOption(call, "binaryPath");
  const configDir = pathOption(call, "configDir");
  // also an option of every command
  const stateDir = call.choice.stateDirFlag === undefined
    ? undefined
    : checkedPath("--state-dir", call.choice.stateDirFlag);
  return placesOf({
    name: NAME,
    ...(binary === undefined ? {} : { binary }),
    ...(configDir === undefined ? {} : { configDir }),
    ...(stateDir === undefined ? {} : { stateDir }),
  });
}

/** Absolute, in characters that a unit file takes as they are. */
export function pathOption(call: Call, name: string): string | undefined {
  const path = textOption(call, name);
  if (path === undefined) return undefined;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return checkedPath(`--${flag}`, path);
}

function checkedPath(flag: string, path: string): string {
  const isPlain = /^(?:\/[\w.@+-]+)+$/.test(path);
  if (isPlain && !path.split("/").includes("..")) return path;
  throw usage(
    `${flag} must be a path from the root, of letters, digits, ".", "_", "@", "+" and "-" (got "${path}")`,
  );
}

/** @throws {CliError} usage */
export function optionWishes(call: Call): Wishes {
  if (flagOption(call, "enableIroh") && flagOption(call, "disableIroh")) {
    throw usage("--enable-iroh and --disable-iroh: one of them");
  }
  const read = {
    domain: textOption(call, "domain"),
    hostname: textOption(call, "hostname"),
    ip: textOption(call, "ip"),
    stateDir: call.choice.stateDirFlag,
    tlsMode: textOption(call, "tlsMode"),
    certPath: pathOption(call, "certPath"),
    keyPath: pathOption(call, "keyPath"),
    ...(flagOption(call, "autoIpCert") ? { autoIpCert: true } : {}),
    acmeEmail: textOption(call, "acmeEmail"),
    ...(flagOption(call, "staging") ? { staging: true } : {}),
    registrationOpen: registrationOption(call),
    lang: textOption(call, "lang"),
    ...(flagOption(call, "enableSs") ? { enableSs: true } : {}),
    ...(flagOption(call, "enableIroh") ? { enableIroh: true } : {}),
    ...(flagOption(call, "disableIroh") ? { disableIroh: true } : {}),
    httpListen: textOption(call, "httpListen"),
  };
  return Object.fromEntries(
    Object.entries(read).filter(([, value]) => value !== undefined),
  );
}

function registrationOption(call: Call): boolean | undefined {
  const chosen = choiceOption(call, "registration", ["open", "closed"]);
  return chosen === undefined ? undefined : chosen === "open";
}

/** Whether a person is to be asked. @throws {CliError} usage */
export function isInteractive(call: Call, isInstalled: boolean): boolean {
  const { domain, ip } = optionWishes(call);
  if (domain !== undefined || ip !== undefined || isInstalled) return false;
  if (flagOption(call, "simple") || flagOption(call, "nonInteractive")) {
    throw usage("--domain or --ip has to name the relay");
  }
  if (call.terminal.isInteractive && !call.json) return true;
  throw usage(
    `nobody can be asked here: "${NAME} install --simple --domain chat.example --start", or --ip in place of --domain`,
  );
}

/**
 * An answer that cannot be used is told why, and the question comes again.
 *
 * @param read Throws what is wrong with wishes so far.
 * @throws {CliError} if it is given up
 */
export async function askWishes(
  call: Call,
  read: (wishes: Wishes) => WishedConfig,
): Promise<Wishes> {
  const given = optionWishes(call);
  const address = publicAddress();
  let wishes = await ask(
    call,
    `Domain of the relay${
      address === undefined ? "" : `, or nothing for ${address}`
    }: `,
    (text) => checked({ ...named(text || address), ...given }, read),
  );
  const add = (more: Wishes) => checked({ ...wishes, ...more }, read);
  if (given.certPath === undefined && given.autoIpCert === undefined) {
    wishes = await ask(
      call,
      "Certificate file, or nothing for one that the relay gets or makes itself: ",
      (text) =>
        text === ""
          ? wishes
          : add({ certPath: checkedPath("the certificate", text) }),
    );
  }
  const { certPath, ip, domain, tlsMode } = wishes;
  if (certPath !== undefined && given.keyPath === undefined) {
    wishes = await ask(
      call,
      "Its key: ",
      (text) => add({ keyPath: checkedPath("the key", text) }),
    );
  }
  const isAddress = domain === undefined && isPublicAddress(ip ?? "");
  if (isAddress && (certPath ?? tlsMode ?? given.autoIpCert) === undefined) {
    wishes = await ask(
      call,
      `May an authority be asked for a certificate for ${ip}? It has to reach port 80 or 443. [Y/n] `,
      (text) => /^n/i.test(text) ? wishes : add({ autoIpCert: true }),
    );
  }
  const isAsked = read(wishes).written.get("tls.mode") === "autocert";
  if (isAsked && given.acmeEmail === undefined) {
    wishes = await ask(
      call,
      "E-mail address that the authority may write to, or nothing: ",
      (text) => text === "" ? wishes : add({ acmeEmail: text }),
    );
  }
  if (given.registrationOpen === undefined) {
    wishes = await ask(
      call,
      "May anybody sign up? [Y/n] ",
      (text) => /^n/i.test(text) ? add({ registrationOpen: false }) : wishes,
    );
  }
  if (given.lang === undefined) {
    wishes = await ask(
      call,
      `Language of pages (${
        LANGUAGES.join(", ")
      }), or nothing for each visitor's own: `,
      (text) => text === "" ? wishes : add({ lang: text }),
    );
  }
  return wishes;
}

/** An address has no letter but those of IPv6. @throws {CliError} usage */
function named(text: string | undefined): Wishes {
  if (text === undefined) throw usage("name a domain, or a public address");
  return isIP(text.replace(/^\[(?:IPv6:)?|\]$/gi, "")) !== 0
    ? { ip: text.replace(/^\[(?:IPv6:)?|\]$/gi, "") }
    : { domain: text };
}

function checked(
  wishes: Wishes,
  read: (wishes: Wishes) => WishedConfig,
): Wishes {
  read(wishes);
  return wishes;
}

/** One answer that can be used. @throws {CliError} if it is given up */
async function ask<T>(
  call: Call,
  question: string,
  use: (answer: string) => T,
): Promise<T> {
  for (;;) {
    call.terminal.err(question);
    const line = await call.terminal.readLine();
    if (line === undefined) {
      throw new CliError("aborted", "Aborted", EXIT.aborted);
    }
    try {
      return use(textOf(line).trim());
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      // nobody has typed the option
      call.terminal.err(`${error.message.replace(/^--[a-z-]+: /, "")}\n`);
    }
  }
}

/** The first of this machine, those that clients reach more often first. */
function publicAddress(): string | undefined {
  const addresses = Deno.networkInterfaces()
    .filter(({ address }) => isPublicAddress(address))
    .toSorted((one, other) => one.family.localeCompare(other.family));
  return addresses[0]?.address;
}

export function usage(message: string): CliError {
  return new CliError("usage", message, EXIT.usage);
}

/** Whether what runs is the executable, which can be copied. */
export function executable(call: Call): string {
  const named = textOption(call, "from");
  if (named !== undefined) {
    if (isThere(named, "isFile")) return named;
    throw usage(`--from: there is no file ${named}`);
  }
  if (Deno.build.standalone) return Deno.execPath();
  throw usage(
    `this runs from its sources: "make build" makes build/${PRODUCT}, and that installs itself`,
  );
}

/** The tree of another system. @throws {CliError} usage */
export function rootOption(call: Call): string {
  const root = pathOption(call, "root");
  if (root === undefined) return "";
  if (isThere(root, "isDirectory")) return root;
  throw usage(`--root: there is no directory ${root}`);
}

function isThere(path: string, kind: "isFile" | "isDirectory"): boolean {
  try {
    return Deno.statSync(path)[kind];
  } catch {
    return false;
  }
}
