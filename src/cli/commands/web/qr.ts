/** Any text as a QR code in the terminal. @module */
import { qrText } from "../../../api/qr_text.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";

/** Of the largest code, with the least correction. */
const MAX_OCTETS = 2953;

function show(call: Call): Promise<CommandResult> {
  const text = argument(call, 0);
  const { length } = new TextEncoder().encode(text);
  if (length === 0 || length > MAX_OCTETS) {
    throw new CliError(
      "invalid_value",
      `A QR code holds 1 to ${MAX_OCTETS} octets`,
      EXIT.conflict,
    );
  }
  const code = qrText(text, flagOption(call, "invert"));
  return Promise.resolve({ data: { text, code }, text: code });
}

export const QR_COMMANDS: readonly Command[] = [{
  usage: "qr <text>",
  summary: "Show a text as a QR code",
  options: [{
    flags: "--invert",
    summary: "for terminals with a light background",
  }],
  run: (call) => Promise.try(() => show(call)),
}];
