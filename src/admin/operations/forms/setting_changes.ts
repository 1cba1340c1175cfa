/** Settings as forms need them: what each takes, several at once, secrets. @module */
import type { Kind } from "../../../config/kinds.ts";
import { Refusal } from "../../../base/refusal.ts";
import {
  isSettingName,
  SETTING_NAMES,
  type SettingName,
  settingNamed,
} from "../../../settings/registry.ts";
import type { SettingView } from "../../../settings/settings.ts";
import type { AdminContext } from "../../context.ts";
import { line, secretEntries } from "../../fields.ts";
import { operation } from "../../operation.ts";
import { checkTyped } from "./typed_values.ts";

/** What a field of a form is made of. */
export type SettingType =
  | "flag"
  | "choice"
  | "integer"
  | "percentage"
  | "duration"
  | "size"
  | "list"
  | "text";

export interface SettingField {
  readonly key: string;
  readonly type: SettingType;
  /** What is expected, for people. */
  readonly kind: string;
  readonly options: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Whether it may be empty. */
  readonly optional: boolean;
  readonly secret: boolean;
  readonly value: string;
  readonly default: string;
  readonly source: SettingView["source"];
  readonly effect: SettingView["effect"];
  readonly restart_required: boolean;
  /** The file keeps it: it cannot be changed here. */
  readonly locked: boolean;
  /** Its key in the file. */
  readonly toml: string | null;
  readonly summary: string;
}

const TYPES: readonly (readonly [RegExp, SettingType])[] = [
  [/^true or false/, "flag"],
  [/^one of /, "choice"],
  [/^integer /, "integer"],
  [/^percentage /, "percentage"],
  [/^duration/, "duration"],
  [/^size/, "size"],
  [/^list of /, "list"],
];

function typeOf({ name }: Kind<unknown>): SettingType {
  return TYPES.find(([pattern]) => pattern.test(name))?.[1] ?? "text";
}

function fieldOf({ settings }: AdminContext, name: SettingName): SettingField {
  const { kind, toml } = settingNamed(name);
  const view = settings.view(name);
  const type = typeOf(kind);
  const range = / from (\d+) to (\d+)/.exec(kind.name);
  return {
    key: name,
    type,
    kind: kind.name,
    options: type === "choice"
      ? kind.name.slice("one of ".length).split(", ")
      : null,
    min: range ? Number(range[1]) : null,
    max: range ? Number(range[2]) : null,
    optional: kind.name.endsWith(", or empty") || type === "list",
    secret: kind.secret ?? false,
    value: view.value,
    default: view.default,
    source: view.source,
    effect: view.effect,
    restart_required: false,
    locked: view.locked,
    toml: toml ?? null,
    summary: view.summary,
  };
}

/** Of what was named, as it is now. */
function valuesNow({ settings }: AdminContext, names: readonly string[]) {
  return names.filter(isSettingName).map((name) => {
    const { value, source } = settings.view(name);
    return { key: name, value, source };
  });
}

export const SETTING_CHANGES = {
  "settings.schema": operation({
    summary: "Every setting with what it takes, for forms",
    scope: "read",
    changes: false,
    input: {},
    run: (context) => ({
      settings: SETTING_NAMES.map((name) => fieldOf(context, name)),
    }),
  }),
  /** Refuses with `not_found` and `invalid_value`. */
  "settings.change": operation({
    summary: "Change several settings: all of them, or none",
    scope: "full",
    changes: true,
    input: {
      values: secretEntries(
        "by name, as a person writes them; null: back to the file's",
        SETTING_NAMES.length,
      ),
    },
    async run(context, { values }) {
      const changes = Object.entries(values);
      for (const [name, text] of changes) {
        if (text === null || !isSettingName(name)) continue;
        checkTyped({ key: name, kind: settingNamed(name).kind.name }, text);
      }
      await context.settings.change(
        new Map(changes.map(([name, text]) => [name, text ?? undefined])),
      );
      return {
        settings: valuesNow(context, changes.map(([name]) => name)),
        restart_required: false,
      };
    },
  }),
  /** Kept in records as a change is: somebody has read a secret. */
  "settings.reveal": operation({
    summary: "One setting, and be it a secret",
    scope: "full",
    changes: true,
    input: { name: line("a name of settings.list") },
    secretOutputs: ["value"],
    run({ settings }, { name }) {
      if (!isSettingName(name)) {
        throw new Refusal("not_found", {
          explanation: `No setting is named "${name}"`,
        });
      }
      return {
        key: name,
        value: settingNamed(name).kind.format(settings.get(name)),
      };
    },
  }),
} as const;
