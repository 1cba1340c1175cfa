/**
 * One source of configuration values: the TOML file, the environment, or the
 * values that development mode starts from. Reads it into values of the schema
 * and reports every key that is unknown or cannot be meant.
 *
 * @module
 */
import { reasonOf } from "../base/system_errors.ts";
import { parse, TomlError } from "smol-toml";
import { quote } from "./kinds.ts";
import { nearest } from "./nearest.ts";
import { isSectionOfOthers, OTHER_KEYS } from "./names/other_names.ts";
import { KeyPositions } from "./positions.ts";
import type { ConfigProblem } from "./problems.ts";
import {
  isKeyName,
  KEY_NAMES,
  type KeyName,
  keyNamed,
  SECTIONS,
} from "./schema.ts";

/** Where secrets come from, so that tests need no files. */
export interface Outside {
  /** @throws {Error} when it cannot be read */
  readFile(path: string): string;
  env(name: string): string | undefined;
}

export interface Layer {
  readonly values: ReadonlyMap<KeyName, unknown>;
  /** Where the value of a key is written, for checks that come later. */
  place(key: KeyName): Pick<ConfigProblem, "source" | "position">;
}

const ENV_PREFIX = "POSTERN_SET__";

/** What people write who know an older or another relay's file. */
export const HINTS: Readonly<Record<string, string>> = {
  accounts: "registration",
  web: "http",
  inbound: "smtp",
  network: "listen",
  database: "storage",
  "accounts.registration_open": "registration.open",
  "accounts.jit_registration": "registration.jit",
  "server.aliases": "server.domains",
  "admin.web": "admin.web_enabled",
  "limits.default_quota": "quota.default",
  "limits.max_federation_size": "federation.max_size",
  "limits.max_smtp_recipients": "smtp.max_recipients",
  "queue.initial_retry": "queue.retry",
  "queue.max_delivery_time": "queue.lifetime",
  "queue.retry_time_scale": "queue.retry",
  "retention.seen_messages": "retention.seen",
  "storage.fsync": "storage.sync",
  "log.target": "log.targets",
  "log.file": "log.targets",
  "registration.min_password_length": "registration.password_min_length",
  "turn.enabled": "listen.turn",
  "turn.max_bandwidth_per_allocation": "turn.max_bandwidth",
  "turn.tls_listen": "listen.turn_tls",
  "web.contact_sharing": "sharing.enabled",
};

export interface TomlSource {
  /** Its name in messages. */
  readonly source: string;
  readonly text: string;
}

export function readTomlLayer(
  { source, text }: TomlSource,
  outside: Outside,
  report: (problem: ConfigProblem) => void,
): Layer {
  const positions = new KeyPositions(text);
  const values = new Map<KeyName, unknown>();
  const places = new Map<KeyName, readonly string[]>();
  function problem(path: readonly string[], message: string): void {
    const position = positions.find(path);
    const key = path.map(segmentText).join(".");
    report({ severity: "error", source, position, key, message });
  }
  const document = parseToml({ source, text }, report);
  for (const [section, keys] of Object.entries(document)) {
    if (!Object.hasOwn(SECTIONS, section)) {
      problem([section], unknownName(section, isTable(keys)));
    } else if (!isTable(keys)) {
      problem([section], `is a section: write [${section}]`);
    } else {
      for (const { path, name, value } of keysIn(section, keys)) {
        try {
          const written = path.join(".");
          const other = Object.hasOwn(OTHER_KEYS, written)
            ? OTHER_KEYS[written]
            : undefined;
          const key = other?.key ?? name;
          if (!isKeyName(key)) problem(path, unknownName(written, false));
          else if (places.has(key)) {
            problem(path, `is ${places.get(key)!.join(".")} once more`);
          } else {
            const given = other ? other.read(value) : value;
            values.set(key, readValue(key, given, outside));
            places.set(key, path);
          }
        } catch (error) {
          problem(path, messageOf(error));
        }
      }
    }
  }
  return {
    values,
    place: (key) => ({
      source,
      position: positions.find(places.get(key) ?? key.split(".")),
    }),
  };
}

interface WrittenKey {
  readonly path: readonly string[];
  readonly name: string;
  readonly value: unknown;
}

/** `[federation.limits]` with `spool` is `limits_spool` of `[federation]`. */
function* keysIn(
  section: string,
  keys: Record<string, unknown>,
): Generator<WrittenKey> {
  for (const [key, value] of Object.entries(keys)) {
    const name = `${section}.${key}`;
    const isPrefix = isSectionOfOthers(name) ||
      KEY_NAMES.some((key) => key.startsWith(`${name}_`));
    if (isKeyName(name) || !isTable(value) || !isPrefix) {
      yield { path: [section, key], name, value };
      continue;
    }
    for (const [below, inner] of Object.entries(value)) {
      yield {
        path: [section, key, below],
        name: `${name}_${below}`,
        value: inner,
      };
    }
  }
}

/** Nothing, after reporting where, if it is not TOML. */
function parseToml(
  { source, text }: TomlSource,
  report: (problem: ConfigProblem) => void,
): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const position = { line: error.line, column: error.column };
    const [message = ""] = error.message.split("\n");
    report({ severity: "error", source, position, message });
    return {};
  }
}

/** Reads `POSTERN_SET__section__key=value`; the value is TOML, or else plain text. */
export function readEnvironmentLayer(
  variables: Readonly<Record<string, string>>,
  outside: Outside,
  report: (problem: ConfigProblem) => void,
): Layer {
  const values = new Map<KeyName, unknown>();
  const sources = new Map<KeyName, string>();
  for (const [variable, text] of Object.entries(variables)) {
    if (!variable.startsWith(ENV_PREFIX)) continue;
    const key = variable.slice(ENV_PREFIX.length).replace("__", ".");
    if (!isKeyName(key)) {
      const message = unknownName(key, false);
      report({ severity: "error", source: variable, key, message });
      continue;
    }
    sources.set(key, variable);
    try {
      values.set(key, readEnvironmentValue(key, text, outside));
    } catch (error) {
      const message = messageOf(error);
      report({ severity: "error", source: variable, key, message });
    }
  }
  return {
    values,
    place: (key) => ({ source: sources.get(key) ?? "environment" }),
  };
}

function readEnvironmentValue(
  key: KeyName,
  text: string,
  outside: Outside,
): unknown {
  let value: unknown;
  try {
    value = parse(`value = ${text}`).value;
  } catch {
    return keyNamed(key).kind.parse(text);
  }
  return readValue(key, value, outside);
}

/** `{ file = "…" }` and `{ env = "…" }` stand for the text found there. */
function readValue(key: KeyName, value: unknown, outside: Outside): unknown {
  const { kind } = keyNamed(key);
  if (key === "server.domain_aliases" || !isTable(value)) {
    return kind.fromToml(value);
  }
  const [[from, name] = [], ...rest] = Object.entries(value);
  if (
    typeof name !== "string" || rest.length > 0 ||
    (from !== "file" && from !== "env")
  ) {
    throw new SyntaxError(
      `must be ${kind.name}, { file = "path" } or { env = "NAME" }`,
    );
  }
  return kind.parse(from === "file" ? fromFile(name) : fromEnvironment(name));

  function fromFile(path: string): string {
    try {
      return outside.readFile(path).replace(/\r?\n$/, "");
    } catch (error) {
      throw new SyntaxError(`cannot read ${quote(path)}: ${reasonOf(error)}`);
    }
  }
  function fromEnvironment(variable: string): string {
    const text = outside.env(variable);
    if (text !== undefined) return text;
    throw new SyntaxError(`the environment has no ${quote(variable)}`);
  }
}

function unknownName(name: string, isSection: boolean): string {
  const what = isSection ? "unknown section" : "unknown key";
  const meant = HINTS[name] ?? nearestName(name, isSection);
  return meant === undefined ? what : `${what}, did you mean ${meant}?`;
}

function nearestName(name: string, isSection: boolean): string | undefined {
  if (isSection) return nearest(name, Object.keys(SECTIONS));
  const [, last = name] = name.split(".");
  const [section] = name.split(".");
  const turned = KEY_NAMES.find((key) => key === `${last}.${section}`);
  if (turned !== undefined) return turned;
  const siblings = KEY_NAMES.filter((key) => key.startsWith(`${section}.`));
  const elsewhere = KEY_NAMES.filter((key) => key.endsWith(`.${last}`));
  return nearest(name, siblings) ?? elsewhere[0] ?? nearest(name, KEY_NAMES);
}

function segmentText(segment: string): string {
  return /^[A-Za-z0-9_-]+$/.test(segment) ? segment : JSON.stringify(segment);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Date);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
