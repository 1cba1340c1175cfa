/** The two times that a batch of jobs is done at, the same for all of them. @module */
export interface BatchTime {
  /** Seconds since 1970 UTC as the machine's clock says, for people. */
  readonly nowSeconds: number;
  /** Seconds that were lived through, for all that ages. */
  readonly livedSeconds: number;
}
