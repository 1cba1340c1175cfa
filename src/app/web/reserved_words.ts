/** Endings of links that this server has another use for. @module */
import { STABLE_ASSETS, TEMPLATE_NAMES } from "../../api/overlay/built_in.ts";
import { PRODUCT, programName } from "../../base/program_name.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { foldSlug } from "../../sharing/slug.ts";
import { wwwDirectory } from "./overlay.ts";

/** Looked at when a link is made. */
const MOST_FILES = 1000;
const PROGRAM = Deno.build.standalone ? programName(Deno.execPath()) : PRODUCT;

/** What the operator says, first parts of paths that can be chosen, names of pages and files. */
export function reservedWords(config: Config, settings: Settings): string[] {
  const paths = [settings.get("admin_path"), settings.get("admin_web_path")];
  const files = [
    ...TEMPLATE_NAMES,
    ...Object.keys(STABLE_ASSETS),
    ...ownFiles(wwwDirectory(config)),
  ];
  return [
    PROGRAM,
    ...config.sharing.reservedSlugs,
    ...paths.map((path) => path.split("/")[1]!),
    ...files.map((name) => name.replace(/\..*$/, "")),
  ].map(foldSlug);
}

function ownFiles(directory: string): string[] {
  const names: string[] = [];
  try {
    for (
      const { name } of directory === "" ? [] : Deno.readDirSync(directory)
    ) {
      if (names.push(name) >= MOST_FILES) break;
    }
  } catch {
    // it is not there, or not ours to read: nothing of it is shown
  }
  return names;
}
