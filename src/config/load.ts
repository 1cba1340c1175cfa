/**
 * From a TOML file, the environment and built-in values to one checked
 * configuration, or to everything that is wrong with it.
 *
 * @module
 */
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
  const layers: Layer[] = [];
  if (sources.base !== undefined) {
    layers.push(readTomlLayer("built-in", sources.base, outside, report));
  }
  if (sources.path !== undefined) {
    const text = sources.text ?? readFile(sources.path, outside);
    layers.push(readTomlLayer(sources.path, text, outside, report));
  }
  layers.push(
    readEnvironmentLayer(sources.environment ?? {}, outside, report),
  );

  // what cannot be read at all makes everything else look absent
  if (problems.some(({ key }) => key === undefined)) {
    throw new ConfigError(problems);
  }
  const places = new Map<KeyName, Layer>();
  const values = new Map<KeyName, unknown>();
  for (const layer of layers) {
    for (const [key, value] of layer.values) {
      values.set(key, value);
      places.set(key, layer);
    }
  }
  const source = sources.path ?? "environment";
  const wrong = new Set(problems.map(({ key }) => key));
  for (const key of KEY_NAMES) {
    if (values.has(key)) continue;
    const { initial, required } = keyNamed(key);
    values.set(key, initial);
    if (!required || wrong.has(key)) continue;
    wrong.add(key);
    const position = { line: 1, column: 1 };
    const message = "is required";
    report({ severity: "error", source, position, key, message });
  }
  const config = nest(values);
  const file = sources.path === undefined ? undefined : layers.at(-2);
  for (const check of checkConfig(config)) {
    // a wrong domain would make others look wrong
    if (wrong.has(check.key) || wrong.has("server.domain")) continue;
    const place = (places.get(check.key) ?? file)?.place(check.key);
    report({ source, ...place, ...check });
  }
  if (problems.some(({ severity }) => severity === "error")) {
    throw new ConfigError(problems);
  }
  return {
    values: config,
    given: new Set(places.keys()),
    ...(sources.path === undefined ? {} : { path: sources.path }),
    warnings: problems,
  };
}

function readFile(path: string, outside: Outside): string {
  let text: string;
  try {
    text = outside.readFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : `cannot be read: ${error instanceof Error ? error.message : error}`;
    throw unreadable(path, reason);
  }
  if (text.length > MAX_FILE_OCTETS) throw unreadable(path, "is over 1 MiB");
  return text;
}

function unreadable(source: string, message: string): ConfigError {
  return new ConfigError([{ severity: "error", source, message }]);
}
