/** How tests have a log written. @module */
import type { LogShape } from "../../src/observe/log.ts";

/** As it is unless the configuration says otherwise, files without an end. */
export const USUAL_SHAPE: LogShape = {
  format: "text",
  isOperational: true,
  rotation: { maxOctets: 0, keep: 1 },
};
