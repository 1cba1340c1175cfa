/** Sizes as people write them on a command line. @module */
import { checkSizeUnit, parseSize } from "../base/sizes.ts";
import { CliError, EXIT } from "./exit_codes.ts";

/** Octets. @throws {CliError} `invalid_value` */
export function sizeArgument(text: string): number {
  try {
    checkSizeUnit(text);
    return parseSize(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError("invalid_value", message, EXIT.conflict);
  }
}
