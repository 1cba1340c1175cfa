/** What a file that was read again changes while the server runs. @module */
import type { LoadedConfig } from "./load.ts";
import { KEY_NAMES, type KeyName, keyNamed, nest, valueOf } from "./schema.ts";

export interface ConfigChange {
  /** What is in force from now on: keys that need a restart have their old values. */
  readonly loaded: LoadedConfig;
  /** Keys whose new value is in force. */
  readonly changed: readonly KeyName[];
  /** Keys whose value in the file is in force after a restart. */
  readonly restart: readonly KeyName[];
}

/** @param current What is in force now. */
export function takeOver(
  current: LoadedConfig,
  fresh: LoadedConfig,
): ConfigChange {
  const different = KEY_NAMES.filter((key) => {
    const { format } = keyNamed(key).kind;
    return format(valueOf(current.values, key)) !==
      format(valueOf(fresh.values, key));
  });
  return {
    loaded: withOld(fresh, current, needsRestart),
    changed: different.filter((key) => !needsRestart(key)),
    restart: different.filter(needsRestart),
  };
}

/** The fresh one with the old values of some keys. */
export function withOld(
  fresh: LoadedConfig,
  old: LoadedConfig,
  isOld: (key: KeyName) => boolean,
): LoadedConfig {
  const values = new Map(KEY_NAMES.map((key) => [
    key,
    valueOf((isOld(key) ? old : fresh).values, key),
  ]));
  return { ...fresh, values: nest(values) };
}

function needsRestart(key: KeyName): boolean {
  return keyNamed(key).inForce === "restart";
}
