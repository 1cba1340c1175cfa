/** Settings of every kind, by name. @module */
import { settingMeant } from "../../settings/names.ts";
import type { SettingView } from "../../settings/settings.ts";
import type { AdminContext } from "../context.ts";
import { line, secretText } from "../fields.ts";
import { inField, operation } from "../operation.ts";
import {
  READ_RETENTION,
  resetReadRetention,
  setReadRetention,
  viewReadRetention,
} from "./forms/read_retention.ts";
import { checkTyped } from "./forms/typed_values.ts";

export interface SettingShape {
  readonly key: string;
  readonly value: string;
  readonly source: "db" | "config" | "default";
  readonly default: string;
  readonly kind: string;
  readonly effect: "live" | "rebind";
  readonly summary: string;
  /** The file says what it is, and nobody changes it otherwise. */
  readonly locked: boolean;
}

function viewed({ settings }: AdminContext, name: string): SettingShape {
  if (name === READ_RETENTION) return viewReadRetention(settings);
  return shape(settings.view(settingMeant(name)));
}

function shape({ name, ...view }: SettingView): SettingShape {
  return { key: name, ...view };
}

const NAME = line("a name of settings.list");

export const SETTINGS_OPERATIONS = {
  "settings.list": operation({
    summary: "All settings with their values",
    scope: "read",
    changes: false,
    input: {},
    run: ({ settings }) => ({ settings: settings.list().map(shape) }),
  }),
  "settings.get": operation({
    summary: "One setting",
    scope: "read",
    changes: false,
    input: { name: NAME },
    run: (context, { name }) => viewed(context, name),
  }),
  "settings.set": operation({
    summary: "Change a setting; in force at once",
    scope: "full",
    changes: true,
    input: {
      name: NAME,
      // the result tells it where it may be told
      value: secretText("as a person writes it"),
    },
    async run(context, { name, value }) {
      const { settings } = context;
      await inField(
        "value",
        async () => {
          checkTyped(viewed(context, name), value, "value");
          await (name === READ_RETENTION
            ? setReadRetention(settings, value)
            : settings.set(name, value));
        },
      );
      return viewed(context, name);
    },
  }),
  "settings.reset": operation({
    summary: "Back to the value of the file, or the built-in one",
    scope: "full",
    changes: true,
    input: { name: NAME },
    async run(context, { name }) {
      const { settings } = context;
      await inField(
        "name",
        () =>
          name === READ_RETENTION
            ? resetReadRetention(settings)
            : settings.reset(settingMeant(name)),
      );
      return viewed(context, name);
    },
  }),
  "settings.changed": operation({
    summary: "Read the settings again that another program has written",
    scope: "full",
    changes: true,
    input: {},
    run: ({ settings }) => settings.reload(),
  }),
} as const;
