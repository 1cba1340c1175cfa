/** In which language the web site speaks to visitors who ask for none that there is. @module */
import { siteLanguage } from "../../../config/web_kinds.ts";
import type { AdminContext } from "../../context.ts";
import { choice } from "../../fields.ts";
import { operation } from "../../operation.ts";

export const SITE_LANGUAGES = ["auto", "en", "fa", "ru", "es"] as const;
export type SiteLanguage = (typeof SITE_LANGUAGES)[number];

export interface LanguageStatus {
  readonly current: SiteLanguage;
  /** Of the file of configuration. */
  readonly config_default: SiteLanguage;
  /** Where the current one is from. */
  readonly source: "db" | "config";
}

function status({ settings }: AdminContext): LanguageStatus {
  const view = settings.view("web_language");
  return {
    current: settings.get("web_language"),
    config_default: siteLanguage.parse(view.default),
    source: view.source === "db" ? "db" : "config",
  };
}

export const LANGUAGE_OPERATIONS = {
  "language.status": operation({
    summary: "Which language the web site falls back to",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "language.set": operation({
    summary: "Have the web site fall back to a language; auto: English",
    scope: "full",
    changes: true,
    input: {
      language: choice(
        "for visitors whose browsers ask for none that there is",
        SITE_LANGUAGES,
      ),
    },
    async run(context, { language }) {
      await context.settings.set("web_language", language);
      return status(context);
    },
  }),
  "language.reset": operation({
    summary: "Fall back to the language of the file of configuration again",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.reset("web_language");
      return status(context);
    },
  }),
} as const;
