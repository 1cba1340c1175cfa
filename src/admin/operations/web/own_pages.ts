/** Whether the web site has pages of the operator's own, and what is wrong with them. @module */
import type { AdminContext } from "../../context.ts";
import { operation } from "../../operation.ts";
import type { PageProblem } from "../../own_pages.ts";

const MOST_PROBLEMS = 200;

export interface OwnPagesShape {
  /** null: the pages of the program are the only ones. */
  readonly directory: string | null;
  /** Whether there is a directory that the server can read. */
  readonly readable: boolean;
  /** A page that is broken is shown as the program has it. */
  readonly override_fallback: boolean;
  readonly templates: number;
  readonly files: number;
  readonly overridden: readonly string[];
  readonly stale: readonly string[];
  readonly both_changed: readonly string[];
  readonly problems: readonly (Omit<PageProblem, "line"> & {
    readonly line: number | null;
  })[];
  /** Also of those that are not listed. */
  readonly problems_total: number;
  /** Where the web site is; null: nowhere. */
  readonly site_url: string | null;
  /** What can be looked at there. */
  readonly paths: readonly string[];
}

const NOTHING = {
  templates: 0,
  files: 0,
  overridden: [],
  stale: [],
  both_changed: [],
  problems: [],
};

async function look(context: AdminContext): Promise<OwnPagesShape> {
  const { ownPages } = context;
  const directory = ownPages.directory();
  const found = directory === undefined
    ? undefined
    : await ownPages.look(directory);
  const { problems, ...report } = found ?? NOTHING;
  return {
    directory: directory ?? null,
    readable: found !== undefined,
    override_fallback: ownPages.fallsBack(),
    ...report,
    problems: problems.slice(0, MOST_PROBLEMS)
      .map(({ line = null, ...problem }) => ({ ...problem, line })),
    problems_total: problems.length,
    site_url: context.publicUrl() ?? null,
    paths: pathsOf(context),
  };
}

function pathsOf({ settings, ownPages }: AdminContext): string[] {
  if (!ownPages.areShown()) return [];
  const hasClient = ownPages.hasBrowserClient() &&
    settings.get("webimap_enabled") &&
    settings.get("websmtp_enabled");
  return [
    "/",
    "/info",
    "/privacy",
    "/security",
    "/deploy",
    ...(settings.get("web_docs") ? ["/docs/"] : []),
    ...(settings.get("sharing_enabled") ? ["/share"] : []),
    ...(hasClient ? ["/app"] : []),
  ];
}

export const OWN_PAGES_OPERATIONS = {
  "html.status": operation({
    summary:
      "Pages of one's own: which there are, which are broken or older than the program's",
    scope: "read",
    changes: false,
    input: {},
    run: look,
  }),
} as const;
