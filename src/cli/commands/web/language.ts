/** The language of the web site, where a visitor asks for none that there is. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import {
  SITE_LANGUAGES,
  type SiteLanguage,
} from "../../../admin/operations/web/language.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  withApplied,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { appliedNote, facts } from "../../text.ts";

type Status = AdminOutput<"language.status">;

const NAMES: Readonly<Record<SiteLanguage, string>> = {
  auto: "auto: as visitors ask, else English",
  en: "en: English",
  fa: "fa: Persian",
  ru: "ru: Russian",
  es: "es: Spanish",
};

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("language.status", {});
  return { data, text: statusText(data) };
}

async function set(call: Call): Promise<CommandResult> {
  const text = argument(call, 0);
  const language = SITE_LANGUAGES.find((one) => one === text);
  if (language === undefined) {
    throw new CliError(
      "usage",
      `There is no language "${text.slice(0, 40)}", only ${
        SITE_LANGUAGES.join(", ")
      }`,
      EXIT.usage,
    );
  }
  return await changed(
    call,
    await call.access.call("language.set", { language }),
  );
}

async function reset(call: Call): Promise<CommandResult> {
  return await changed(call, await call.access.call("language.reset", {}));
}

async function changed(call: Call, now: Status): Promise<CommandResult> {
  const data = await withApplied(call, now);
  return { data, text: statusText(data) + appliedNote(data.applied) };
}

function statusText({ current, config_default, source }: Status): string {
  return facts([
    ["language", NAMES[current]],
    [
      "set by",
      source === "db" ? "command or panel" : "the file of configuration",
    ],
    ["in the file", NAMES[config_default]],
  ]);
}

export const LANGUAGE_COMMANDS: readonly Command[] = [
  {
    usage: "language status",
    summary: "What the web site falls back to",
    isDefault: true,
    run: status,
  },
  {
    usage: "language set <code>",
    summary: "Fall back to en, fa, ru or es; auto: English",
    run: set,
  },
  {
    usage: "language reset",
    summary: "Fall back to the language of the file of configuration",
    run: reset,
  },
];
