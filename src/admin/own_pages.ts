/** The operator's own pages, as operations see them; app/ passes them in. @module */

export interface PageProblem {
  readonly file: string;
  readonly line?: number;
  readonly problem: string;
  /** A broken page is not shown as it is written. */
  readonly severity: "error" | "warning";
}

/** What is in the directory of the operator. */
export interface OwnPagesReport {
  readonly templates: number;
  readonly files: number;
  /** Those that stand in place of one of the program's. */
  readonly overridden: readonly string[];
  readonly problems: readonly PageProblem[];
  /** As they were exported, while the program has another version now. */
  readonly stale: readonly string[];
  /** Changed there, and in the program too. */
  readonly both_changed: readonly string[];
}

export interface OwnPages {
  /** Whether the web site has pages at all. */
  areShown(): boolean;
  /** Where they are; undefined: the pages of the program are the only ones. */
  directory(): string | undefined;
  /** Whether visitors see the program's page in place of one that is broken. */
  fallsBack(): boolean;
  /** Whether there is a messenger in the browser while mail goes over HTTP. */
  hasBrowserClient(): boolean;
  /** Renders all of them; undefined if there is no directory that can be read. */
  look(directory: string): Promise<OwnPagesReport | undefined>;
}
