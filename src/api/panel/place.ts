/** Where the admin panel is, as it is now. @module */
export interface PanelPlace {
  /** Begins with a slash, and does not end with one. */
  readonly path: string;
  /** Path of the admin API. */
  readonly api: string;
}
