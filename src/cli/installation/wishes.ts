/** What an installation is to be, from options or from a person's answers. @module */
import { type Places, placesOf } from "../../ops/install/places.ts";
import type { Wishes } from "../../ops/install/wishes.ts";
import { PRODUCT } from "../../base/program_name.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { type Call, choiceOption, flagOption, textOption } from "../command.ts";
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

/** @throws {CliError} if it is given up */
export async function askWishes(call: Call): Promise<Wishes> {
  const given = optionWishes(call);
  const address = publicAddress();
  const name = await ask(
    call,
    `Domain of the relay${
      address === undefined ? "" : `, or nothing for ${address}`
    }: `,
    address,
  );
  const wishes = /[^\d.]/.test(name) && !name.includes(":")
    ? { domain: name }
    : { ip: name };
  const files = given.certPath ?? await ask(
    call,
    "Certificate file, or nothing for one that the relay gets or makes itself: ",
    "",
  );
  const key = files === "" || given.keyPath !== undefined
    ? given.keyPath
    : await ask(call, "Its key: ");
  const open = await ask(call, "May anybody sign up? [Y/n] ", "y");
  return {
    ...wishes,
    ...given,
    ...(files === ""
      ? {}
      : { certPath: checkedPath("the certificate", files) }),
    ...(key === undefined ? {} : { keyPath: checkedPath("the key", key) }),
    ...(/^n/i.test(open) ? { registrationOpen: false } : {}),
  };
}

/** One answer; the fallback for an empty one, or the question again. */
async function ask(
  call: Call,
  question: string,
  fallback?: string,
): Promise<string> {
  for (;;) {
    call.terminal.err(question);
    const line = await call.terminal.readLine();
    if (line === undefined) {
      throw new CliError("aborted", "Aborted", EXIT.aborted);
    }
    const answer = textOf(line).trim() || fallback;
    if (answer !== undefined) return answer;
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
  if (named !== undefined) return named;
  if (Deno.build.standalone) return Deno.execPath();
  throw usage(
    `this runs from its sources: "make build" makes build/${PRODUCT}, and that installs itself`,
  );
}
