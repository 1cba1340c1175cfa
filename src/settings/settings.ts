/**
 * Runtime settings: database before TOML file before built-in value. Only what
 * an admin set is stored. A change is validated, stored and told to those who
 * listen in one step; a listener that cannot live with it has it taken back.
 * What another server on the same store has set is only reported then: it
 * stays stored, and here the value before it stays in force.
 *
 * @module
 */
import { adminPathsProblem } from "../config/web_kinds.ts";
import { collisions } from "../config/listeners.ts";
import type { Kind } from "../config/kinds.ts";
import type { LoadedConfig } from "../config/load.ts";
import {
  lengthProblem,
  relayedPort,
  relayPortsProblem,
} from "../config/checks.ts";
import { Refusal } from "../base/refusal.ts";
import type { SettingStore } from "../store/settings.ts";
import { hostNameProblem } from "../mail/address.ts";
import { passwordProblem } from "../config/tunnel_kinds.ts";
import { effectiveListeners } from "./listeners.ts";
import { settingMeant } from "./names.ts";
import {
  isSettingName,
  SETTING_NAMES,
  type SettingName,
  settingNamed,
  type SettingValue,
} from "./registry.ts";

/** The store's part that is needed here. */
export type SettingRows = Pick<SettingStore, "all" | "change">;

/** In place of a secret. */
const HIDDEN = "(set)";

/** So often a change begins again because somebody else changed the table. */
const MAX_TRIES = 5;

export interface SettingView {
  readonly name: SettingName;
  /** As people write it. */
  readonly value: string;
  readonly source: "db" | "config" | "default";
  /** The value without the row in the database. */
  readonly default: string;
  readonly kind: string;
  readonly effect: "live" | "rebind";
  readonly summary: string;
  /** The file says what it is, and nobody changes it otherwise. */
  readonly locked: boolean;
}

export interface Applied {
  readonly changed: readonly SettingName[];
  /** Not in force here, because a listener threw; tried again with the next look. */
  readonly refused: readonly { name: SettingName; reason: string }[];
}

/** Texts to be stored; undefined: nothing is. */
type Changes = ReadonlyMap<SettingName, string | undefined>;

type Listener = (value: unknown) => void | Promise<void>;

export class Settings {
  readonly #rows: SettingRows;
  readonly #listeners = new Map<SettingName, Set<Listener>>();
  #config: LoadedConfig;
  #stored: ReadonlyMap<SettingName, string> = new Map();
  #values: ReadonlyMap<SettingName, unknown> = new Map();
  /** Changes happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(rows: SettingRows, config: LoadedConfig) {
    this.#rows = rows;
    this.#config = config;
  }

  static async open(
    rows: SettingRows,
    config: LoadedConfig,
  ): Promise<Settings> {
    const settings = new Settings(rows, config);
    settings.#stored = known((await rows.all()).values);
    settings.#values = settings.#effective(settings.#stored);
    return settings;
  }

  /** A look-up in memory: read it at each use. */
  get<N extends SettingName>(name: N): SettingValue<N> {
    return this.#values.get(name) as SettingValue<N>;
  }

  list(): SettingView[] {
    return SETTING_NAMES.map((name) => this.view(name));
  }

  view(name: SettingName): SettingView {
    const { kind, effect, summary, toml } = settingNamed(name);
    const inFile = toml !== undefined && this.#config.given.has(toml);
    return {
      name,
      value: shown(kind, this.#values.get(name)),
      source: this.#stored.has(name) && !this.#isLocked(name)
        ? "db"
        : inFile
        ? "config"
        : "default",
      default: shown(kind, settingNamed(name).fallback(this.#config.values)),
      kind: kind.name,
      effect,
      summary,
      locked: this.#isLocked(name),
    };
  }

  /**
   * Sets what a person wrote; in force when this resolves.
   *
   * @throws {Refusal} `not_found` for an unknown name, `invalid_value` for a
   * value that cannot be read or that a listener could not live with
   */
  async set(name: string, text: string): Promise<void> {
    await this.change(new Map([[name, text]]));
  }

  /** Back to the file's or the built-in value. @throws {Refusal} as `set` */
  async reset(name: string): Promise<void> {
    await this.change(new Map([[name, undefined]]));
  }

  /**
   * Several at once: all of them or none. undefined goes back to the file's or
   * the built-in value.
   *
   * @throws {Refusal} as `set`; the field is the name of the setting
   */
  async change(
    wanted: ReadonlyMap<string, string | undefined>,
  ): Promise<void> {
    const changes = new Map(Array.from(wanted, ([name, text]) => {
      const setting = settingMeant(name);
      if (this.#isLocked(setting)) {
        throw new Refusal("locked", {
          field: setting,
          explanation: `${setting} is locked by the configuration file`,
        });
      }
      const { kind } = settingNamed(setting);
      return [
        setting,
        text === undefined
          ? undefined
          : kind.format(parsed(setting, text, wanted.size > 1)),
      ];
    }));
    await this.#change(changes);
  }

  /** Reads the table again, after another process may have written it. */
  reload(): Promise<Applied> {
    return this.#inTurn(async () => {
      this.#stored = known((await this.#rows.all()).values);
      return await this.#apply();
    });
  }

  /** Takes a new version of the file into account. */
  useConfig(config: LoadedConfig): Promise<Applied> {
    return this.#inTurn(() => {
      this.#config = config;
      return this.#apply();
    });
  }

  /**
   * Calls `listener` after each change of the value, until the returned
   * function is called. If it throws, the value before stays in force.
   */
  onChange<N extends SettingName>(
    name: N,
    listener: (value: SettingValue<N>) => void | Promise<void>,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as Listener);
    return () => void listeners.delete(listener as Listener);
  }

  #change(changes: Changes): Promise<void> {
    return this.#inTurn(async () => {
      const { before, after } = await this.#storeChecked(changes);
      this.#stored = after;
      const { refused } = await this.#apply();
      const refusal = refused.find(({ name }) => changes.has(name));
      if (!refusal) return;
      for (const [name, text] of changes) {
        await this.#takeBack(name, text, before.get(name));
      }
      if (changes.size > 1) await this.#apply();
      throw invalid(
        refusal.reason,
        changes.size > 1 ? refusal.name : undefined,
      );
    });
  }

  /** Checks and stores a change together with all that is stored. @throws {Refusal} */
  async #storeChecked(changes: Changes) {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { values, revision } = await this.#rows.all();
      const before = known(values);
      const after = new Map(before);
      for (const [name, text] of changes) {
        if (text === undefined) after.delete(name);
        else after.set(name, text);
      }
      this.#check(after);
      if (await this.#rows.change(changes, revision)) return { before, after };
    }
    throw new Refusal("busy");
  }

  /** Undoes a change of ours, unless somebody has changed the same since. */
  async #takeBack(
    name: SettingName,
    from: string | undefined,
    to: string | undefined,
  ): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { values, revision } = await this.#rows.all();
      this.#stored = known(values);
      if (values.get(name) !== from) return;
      const back = new Map([[name, to]]);
      if (!await this.#rows.change(back, revision)) continue;
      this.#stored = known((await this.#rows.all()).values);
      return;
    }
  }

  /** What must hold between settings. @throws {Refusal} `invalid_value` */
  #check(stored: ReadonlyMap<SettingName, string>): void {
    const values = this.#effective(stored);
    const reader = {
      get: <N extends SettingName>(name: N) =>
        values.get(name) as SettingValue<N>,
    };
    const lengths = lengthProblem({
      shortest: reader.get("min_username_length"),
      generated: reader.get("username_length"),
      longest: reader.get("max_username_length"),
    });
    if (lengths) throw invalid(`username_length ${lengths}`);
    if (reader.get("password_length") < reader.get("password_min_length")) {
      throw invalid("password_length would be below password_min_length");
    }
    const listeners = effectiveListeners(this.#config.values, reader);
    const range = [
      reader.get("turn_relay_port_min"),
      reader.get("turn_relay_port_max"),
    ] as const;
    const relayPorts = relayPortsProblem(...range);
    if (relayPorts) throw invalid(`turn_relay_port_max ${relayPorts}`);
    const relayed = relayedPort(listeners.turn, ...range);
    if (relayed !== undefined) {
      throw invalid(
        `turn would listen on port ${relayed}, one of those of relayed calls (${
          range[0]
        } to ${range[1]})`,
      );
    }
    const problem = passwordProblem(
      reader.get("shadowsocks_cipher"),
      reader.get("shadowsocks_password"),
    );
    if (problem) throw invalid(`shadowsocks_password ${problem}`);
    const paths = adminPathsProblem(
      reader.get("admin_path"),
      reader.get("admin_web_path"),
    );
    if (paths) throw new Refusal("already_exists", { explanation: paths });
    const [collision] = collisions(listeners);
    if (collision) {
      const { first, second, port: taken } = collision;
      throw invalid(`port ${taken} would be used by ${first} and ${second}`);
    }
  }

  /** Makes what is stored effective and tells whom it concerns. */
  async #apply(): Promise<Applied> {
    const before = this.#values;
    const after = new Map(this.#effective(this.#stored));
    this.#values = after;
    const changed: SettingName[] = [];
    const refused: { name: SettingName; reason: string }[] = [];
    for (const name of SETTING_NAMES) {
      const { kind } = settingNamed(name);
      const was = before.get(name);
      if (kind.format(was) === kind.format(after.get(name))) continue;
      try {
        await this.#tell(name, after.get(name));
        changed.push(name);
      } catch (error) {
        after.set(name, was);
        const reason = error instanceof Error ? error.message : String(error);
        refused.push({ name, reason });
      }
    }
    return { changed, refused };
  }

  async #tell(name: SettingName, value: unknown): Promise<void> {
    for (const listener of this.#listeners.get(name) ?? []) {
      await listener(value);
    }
  }

  #effective(
    stored: ReadonlyMap<SettingName, string>,
  ): ReadonlyMap<SettingName, unknown> {
    return new Map(SETTING_NAMES.map((name) => {
      const { kind, fallback } = settingNamed(name);
      const text = this.#isLocked(name) ? undefined : stored.get(name);
      return [
        name,
        text === undefined ? fallback(this.#config.values) : kind.parse(text),
      ];
    }));
  }

  #isLocked(name: SettingName): boolean {
    return this.#config.values.admin.locked.includes(name);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** As people write it, unless nobody is to read it over their shoulder. */
function shown(kind: Kind<unknown>, value: unknown): string {
  const text = kind.format(value);
  return kind.secret && text !== "" ? HIDDEN : text;
}

/** @param isOneOf Several are changed: it matters which one is wrong. */
function parsed(name: SettingName, text: string, isOneOf: boolean): unknown {
  try {
    const { kind } = settingNamed(name);
    const value = kind.parse(text);
    for (const host of kind.hosts?.(value) ?? []) checkHostName(host);
    return value;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    // it goes on with "must be", or says something of its own
    const between = problem.startsWith("must ") ? " " : ": ";
    throw invalid(`${name}${between}${problem}`, isOneOf ? name : undefined);
  }
}

/** @throws {SyntaxError} if no host may have it */
function checkHostName(name: string): void {
  const problem = hostNameProblem(name);
  if (problem !== undefined) throw new SyntaxError(problem);
}

function invalid(explanation: string, field?: string): Refusal {
  return new Refusal("invalid_value", {
    explanation,
    ...(field === undefined ? {} : { field }),
  });
}

/** Rows of another version, with names or values that are none today, are as if not set. */
function known(
  rows: ReadonlyMap<string, string>,
): ReadonlyMap<SettingName, string> {
  return new Map([...rows].filter((row): row is [SettingName, string] => {
    const [name, text] = row;
    return isSettingName(name) && isReadable(name, text);
  }));
}

function isReadable(name: SettingName, text: string): boolean {
  try {
    settingNamed(name).kind.parse(text);
    return true;
  } catch {
    return false;
  }
}
