/**
 * From a TOML file, the environment and built-in values to one checked
 * configuration, or to everything that is wrong with it.
 *
 * @module
 */
import { reasonOf } from "../base/system_errors.ts";
import { checkConfig } from "./checks.ts";
import {
  type Layer,
  type Outside,
  readEnvironmentLayer,
  readTomlLayer,
} from "./layers.ts";
import { ConfigError, type ConfigProblem } from "./problems.ts";
import {
  type Config,
  KEY_NAMES,
  type KeyName,
  keyNamed,
  nest,
} from "./schema.ts";

/** A larger file is a mistake. */
const MAX_FILE_OCTETS = 1024 * 1024;

export interface LoadedConfig {
  readonly values: Config;
  /** Keys that are written down somewhere; the others have built-in values. */
  readonly given: ReadonlySet<KeyName>;
  /** The file, if there is one. */
  readonly path?: string;
  readonly warnings: readonly ConfigProblem[];
}

export interface ConfigSources {
  readonly path?: string;
  /** Text of the file; read from `path` when absent. */
  readonly text?: string;
  /** TOML that everything else overrides; for development mode. */
  readonly base?: string;
  /** Overrides both; `POSTERN_SET__…` of these count. */
  readonly environment?: Readonly<Record<string, string>>;
}

const REAL_OUTSIDE: Outside = {
  readFile: (path) => Deno.readTextFileSync(path),
  env: (name) => Deno.env.get(name),
};

/**
 * Reads and checks a configuration.
 *
 * @throws {ConfigError} with every problem found
 */
export function loadConfig(
  sources: ConfigSources,
  outside: Outside = REAL_OUTSIDE,
): LoadedConfig {
  const problems: ConfigProblem[] = [];
  function report(problem: ConfigProblem): void {
    problems.push(problem);
  }
  const { layers, file } = readLayers(sources, outside, report);
  // what cannot be read at all makes everything else look absent
  if (problems.some(({ key }) => key === undefined)) {
    throw new ConfigError(problems);
  }
  const layerOf = new Map<KeyName, Layer>();
  for (const layer of layers) {
    for (const key of layer.values.keys()) layerOf.set(key, layer);
  }
  function place(key: KeyName): Pick<ConfigProblem, "source" | "position"> {
    return (layerOf.get(key) ?? file)?.place(key) ?? { source: "environment" };
  }
  const wrong = new Set(problems.map(({ key }) => key));
  const values = new Map<KeyName, unknown>();
  for (const key of KEY_NAMES) {
    const { initial, required } = keyNamed(key);
    const layer = layerOf.get(key);
    values.set(key, layer ? layer.values.get(key) : initial);
    if (layer || !required || wrong.has(key)) continue;
    wrong.add(key);
    report({ ...place(key), severity: "error", key, message: "is required" });
  }
  const config = nest(values);
  for (const check of checkConfig(config)) {
    if (!follows(check.key, wrong)) report({ ...place(check.key), ...check });
  }
  if (problems.some(({ severity }) => severity === "error")) {
    throw new ConfigError(problems);
  }
  return {
    values: config,
    given: new Set(layerOf.keys()),
    ...(sources.path === undefined ? {} : { path: sources.path }),
    warnings: problems,
  };
}

/** Later ones win. `file` is where a key would be that is nowhere. */
function readLayers(
  sources: ConfigSources,
  outside: Outside,
  report: (problem: ConfigProblem) => void,
): { layers: readonly Layer[]; file?: Layer } {
  const { base, path, environment = {} } = sources;
  const layers: Layer[] = [];
  if (base !== undefined) {
    layers.push(
      readTomlLayer({ source: "built-in", text: base }, outside, report),
    );
  }
  let file: Layer | undefined;
  if (path !== undefined) {
    const text = sources.text ?? readFile(path, outside);
    file = readTomlLayer({ source: path, text }, outside, report);
    layers.push(file);
  }
  layers.push(readEnvironmentLayer(environment, outside, report));
  return file === undefined ? { layers } : { layers, file };
}

/** Whether a key only looks wrong because another one is. */
function follows(
  key: KeyName,
  wrong: ReadonlySet<string | undefined>,
): boolean {
  return wrong.has(key) ||
    (wrong.has("server.domain") && key.startsWith("server."));
}

function readFile(path: string, outside: Outside): string {
  let text: string;
  try {
    text = outside.readFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : `cannot be read: ${reasonOf(error)}`;
    throw unreadable(path, reason, error);
  }
  if (text.length > MAX_FILE_OCTETS) throw unreadable(path, "is over 1 MiB");
  return text;
}

function unreadable(
  source: string,
  message: string,
  cause?: unknown,
): ConfigError {
  return new ConfigError([{ severity: "error", source, message }], { cause });
}
