/** Which configuration file and which state directory a command means. @module */
import { resolve } from "node:path";
import { loadConfig, type LoadedConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

const SYSTEM_FILE = "/etc/postern/postern.toml";
const LOCAL_DIR = "data";
const LOCAL_FILE = "data/postern.toml";

/** Development mode: no file, no privileges, this machine only. */
const DEV_CONFIG = `
[server]
domain = "[127.0.0.1]"

[listen]
smtp = "127.0.0.1:2525"
imap = "127.0.0.1:1143"
imap_tls = "127.0.0.1:1993"
submission_tls = "127.0.0.1:1465"
submission = "127.0.0.1:1587"
http = "127.0.0.1:8080"
https = "127.0.0.1:8443"

[registration]
max_load_1m = 0
min_available_memory = 0
min_free_disk = 0

[storage]
min_free = "32M"

[log]
level = "info"
`;

export interface ConfigChoice {
  readonly configFlag?: string;
  readonly stateDirFlag?: string;
  /** Ask for development mode. */
  readonly dev?: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds and reads the configuration: flag, environment, `./data`, `/etc`. The
 * state directory of a flag or the environment wins over the file's.
 *
 * @throws {ConfigError} with every problem, or that there is no configuration
 */
export function locateConfig(choice: ConfigChoice): LoadedConfig {
  const { environment } = choice;
  const path = choice.configFlag ?? environment.POSTERN_CONFIG ??
    [LOCAL_FILE, ...choice.dev ? [] : [SYSTEM_FILE]].find(exists);
  const isLocal = path === undefined &&
    environment.POSTERN_SET__server__domain === undefined &&
    (choice.dev || hasState(choice.stateDirFlag ?? LOCAL_DIR));
  if (
    path === undefined && !isLocal && !choice.dev && !hasDomain(environment)
  ) {
    throw new ConfigError([{
      severity: "error",
      source: SYSTEM_FILE,
      message: `there is no configuration: write one there, name one with ` +
        `--config, or try "postern run --dev"`,
    }]);
  }
  const loaded = loadConfig({
    environment,
    ...(path === undefined ? {} : { path }),
    ...(choice.dev || isLocal ? { base: DEV_CONFIG } : {}),
  });
  return withStateDir(loaded, stateDirOf(choice, loaded));
}

function stateDirOf(choice: ConfigChoice, loaded: LoadedConfig): string {
  const named = choice.stateDirFlag ?? choice.environment.POSTERN_STATE_DIR;
  if (named !== undefined) return named;
  const inFile = loaded.values.server.stateDir;
  if (loaded.given.has("server.state_dir")) return inFile;
  return choice.dev || hasState(LOCAL_DIR) ? LOCAL_DIR : inFile;
}

/** Paths of the result do not depend on the working directory. */
function withStateDir(loaded: LoadedConfig, stateDir: string): LoadedConfig {
  const { server } = loaded.values;
  const absolute = resolve(stateDir);
  const runtimeDir = resolve(server.runtimeDir || absolute);
  return {
    ...loaded,
    values: {
      ...loaded.values,
      server: { ...server, stateDir: absolute, runtimeDir },
    },
  };
}

function hasDomain(environment: Readonly<Record<string, string>>): boolean {
  return environment.POSTERN_SET__server__domain !== undefined;
}

function hasState(directory: string): boolean {
  return exists(`${directory}/chat.db`) || exists(`${directory}/admin_token`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
