/** How the log is written, from the configuration. @module */
import type { Config } from "../../config/schema.ts";
import type { LogShape } from "../../observe/log.ts";

export function logShape(
  { format, operational, maxSize, keep }: Config["log"],
): LogShape {
  return {
    format,
    isOperational: operational,
    rotation: { maxOctets: maxSize, keep },
  };
}
