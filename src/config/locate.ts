/** Which configuration file and which state directory a command means. @module */
import { isIP } from "node:net";
import { isAbsolute, join, resolve } from "node:path";
import { PRODUCT, renamed } from "../base/program_name.ts";
import { quote } from "./kinds.ts";
import { LISTENER_NAMES, listenerRow } from "./listener_table.ts";
import { loadConfig, type LoadedConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";
import { SCHEMA } from "./schema.ts";

const LOCAL_DIR = "data";

const LOOPBACK = "127.0.0.1";

/**
 * Development mode: no file, no privileges, one address of this machine. A
 * password of 16 characters lets a QR code with all ports fit into 23 lines.
 */
function devConfig(address: string): string {
  const isV6 = address.includes(":");
  const at = isV6 ? `[${address}]` : address;
  const listen = LISTENER_NAMES.filter((name) =>
    !listenerRow(name).isOffByDefault
  ).map((name) => `${name} = "${at}:${listenerRow(name).devPort}"`).join("\n");
  return `
[server]
domain = "[${isV6 ? "IPv6:" : ""}${address}]"

[listen]
${listen}

[registration]
password_length = 16
max_load_1m = 0
min_available_memory = 0
min_free_disk = 0

[storage]
min_free = "32M"

[log]
level = "info"
`;
}

/** @throws {ConfigError} if it is not one that others could connect to */
function checkDevAddress(address: string): void {
  if (isIP(address) !== 0 && !/^(?:0\.0\.0\.0|[0:]+)$/.test(address)) return;
  throw new ConfigError([{
    severity: "error",
    source: "--address",
    message: `must be an IP address of this machine, as phones see it ` +
      `(got ${quote(address)})`,
  }]);
}

export interface ConfigChoice {
  readonly configFlag?: string;
  readonly stateDirFlag?: string;
  /** Development mode, or not; undefined: it if that is what is here. */
  readonly dev?: boolean;
  /** Where development mode listens in place of 127.0.0.1. */
  readonly devAddress?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the program is called, and so its directories; as it is published when absent. */
  readonly program?: string;
  /** Where relative paths begin; the working directory when absent. */
  readonly directory?: string;
}

/**
 * Finds and reads the configuration: flag, environment, `./data`, `/etc`. The
 * state directory of a flag or the environment wins over the file's.
 *
 * @throws {ConfigError} with every problem, or that there is no configuration
 * @throws {Deno.errors.PermissionDenied} where there may be one that is not ours to see
 */
export function locateConfig(choice: ConfigChoice): LoadedConfig {
  const { environment, dev, devAddress = LOOPBACK } = choice;
  checkDevAddress(devAddress);
  const local = localDirectory(choice);
  const path = fileOf(choice);
  const fromEnvironment = environment.POSTERN_SET__server__domain !== undefined;
  // commands find the relay that "run --dev" has left here; a server must be told
  const base = dev ||
      (dev === undefined && path === undefined && !fromEnvironment &&
        hasState(choice.stateDirFlag ?? local))
    ? devConfig(devAddress)
    : undefined;
  if (path === undefined && base === undefined && !fromEnvironment) {
    const program = choice.program ?? PRODUCT;
    checkVisible(systemFile(choice));
    throw new ConfigError([{
      severity: "error",
      source: systemFile(choice),
      message: `there is no configuration: "${program} install" writes one ` +
        `there, --config names another, and "${program} run --dev" tries it ` +
        `out without`,
    }]);
  }
  const loaded = loadConfig({
    environment,
    ...(path === undefined ? {} : { path }),
    ...(base === undefined ? {} : { base }),
  });
  const stateDir = stateDirOf(choice, loaded, local);
  return withStateDir(loaded, resolve(choice.directory ?? "", stateDir));
}

export interface Directories {
  readonly stateDir: string;
  readonly runtimeDir: string;
}

/**
 * The directories of a relay whose configuration cannot be used, if they can be
 * made out: enough to find the server that still runs with an earlier one.
 * undefined where a guess might find the server of another file: there is no
 * such file, or it says where they are in a way that cannot be read. Never throws.
 */
export function guessDirectories(
  choice: ConfigChoice,
): Directories | undefined {
  const { environment } = choice;
  const path = fileOf(choice);
  const text = path === undefined ? "" : textOf(path);
  if (text === undefined) return undefined;
  const isUnclear = (name: string) =>
    assigned(text, name) === undefined && mentions(text, name);
  if (choice.stateDirFlag === undefined && isUnclear("state_dir")) {
    return undefined;
  }
  if (isUnclear("runtime_dir")) return undefined;
  function written(name: string): string | undefined {
    const variable = environment[`POSTERN_SET__server__${name}`];
    return variable?.replace(/^(["'])(.*)\1$/, "$2") ??
      assigned(text ?? "", name);
  }
  const local = localDirectory(choice);
  const stateDir = choice.stateDirFlag ?? environment.POSTERN_STATE_DIR ??
    written("state_dir") ??
    (hasState(local) ? local : systemStateDir(choice));
  const absolute = resolve(choice.directory ?? "", stateDir);
  return {
    stateDir: absolute,
    runtimeDir: resolve(absolute, written("runtime_dir") ?? ""),
  };
}

/** The value of a line `name = "…"`, whatever else is wrong in the file. */
function assigned(text: string, name: string): string | undefined {
  for (const line of text.split("\n")) {
    if (!line.trimStart().startsWith(name)) continue;
    const value = /^\s*\w+ *= *(?:"([^"\\]*)"|'([^']*)')/.exec(line);
    if (value) return value[1] ?? value[2];
  }
  return undefined;
}

/** Outside of what is a comment in any case. */
function mentions(text: string, name: string): boolean {
  return text.split("\n").some((line) =>
    !line.trimStart().startsWith("#") && line.includes(name)
  );
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** The file that was named, or the first that is there. */
function fileOf(choice: ConfigChoice): string | undefined {
  const { environment, dev, configFlag } = choice;
  const named = configFlag ?? environment.POSTERN_CONFIG;
  if (named === undefined) {
    const { program = PRODUCT } = choice;
    const local = `${localDirectory(choice)}/${program}.toml`;
    return [local, ...dev ? [] : [systemFile(choice)]].find(exists);
  }
  // in messages, as it was written
  return isAbsolute(named) ? named : join(choice.directory ?? "", named);
}

function localDirectory({ directory = "" }: ConfigChoice): string {
  return resolve(directory, LOCAL_DIR);
}

function stateDirOf(
  choice: ConfigChoice,
  loaded: LoadedConfig,
  local: string,
): string {
  const named = choice.stateDirFlag ?? choice.environment.POSTERN_STATE_DIR;
  if (named !== undefined) return named;
  if (loaded.given.has("server.state_dir")) {
    return loaded.values.server.stateDir;
  }
  return choice.dev || hasState(local) ? local : systemStateDir(choice);
}

/** The file of the configuration, or where it would be. */
export function chosenFile(choice: ConfigChoice): string {
  return fileOf(choice) ?? systemFile(choice);
}

function systemFile({ program = PRODUCT }: ConfigChoice): string {
  return `/etc/${program}/${program}.toml`;
}

function systemStateDir({ program = PRODUCT }: ConfigChoice): string {
  return renamed(SCHEMA["server.state_dir"].initial, program);
}

/** Paths of the result do not depend on the working directory. */
function withStateDir(loaded: LoadedConfig, stateDir: string): LoadedConfig {
  const { server } = loaded.values;
  const runtimeDir = resolve(stateDir, server.runtimeDir);
  return {
    ...loaded,
    values: {
      ...loaded.values,
      server: { ...server, stateDir, runtimeDir },
    },
  };
}

function hasState(directory: string): boolean {
  return exists(`${directory}/chat.db`) || exists(`${directory}/admin_token`);
}

/** @throws {Deno.errors.PermissionDenied} */
function checkVisible(path: string): void {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
