/** What a command reads and writes: the process's streams, or a test's. @module */
import { CR, LF } from "../base/octets.ts";
import { CliError, EXIT } from "./exit_codes.ts";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Somebody can be asked. */
  readonly isInteractive: boolean;
  /** One line of standard input, without its end; undefined at its end. */
  readLine(): Promise<Uint8Array | undefined>;
  /** One line that is not shown while it is typed. */
  readHidden(prompt: string): Promise<Uint8Array>;
}

const encoder = new TextEncoder();
const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACES = [8, 127];
const LINE_ENDS = [LF, CR, CTRL_D];
/** More is no password and no answer. */
const MAX_LINE_OCTETS = 64 * 1024;

export class ProcessTerminal implements Terminal {
  get isInteractive(): boolean {
    return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  }

  out(text: string): void {
    writeAll(Deno.stdout, shownOn(Deno.stdout, text));
  }

  err(text: string): void {
    writeAll(Deno.stderr, shownOn(Deno.stderr, text));
  }

  async readLine(): Promise<Uint8Array | undefined> {
    const octets: number[] = [];
    const one = new Uint8Array(1);
    for (;;) {
      const count = await Deno.stdin.read(one);
      if (count === null) {
        return octets.length === 0 ? undefined : Uint8Array.from(octets);
      }
      const [octet = 0] = one;
      if (octet === LF) {
        if (octets.at(-1) === CR) octets.pop();
        return Uint8Array.from(octets);
      }
      if (octets.length >= MAX_LINE_OCTETS) {
        throw new CliError("invalid_value", "Line too long", EXIT.conflict);
      }
      octets.push(octet);
    }
  }

  async readHidden(prompt: string): Promise<Uint8Array> {
    if (!Deno.stdin.isTerminal()) {
      return await this.readLine() ?? new Uint8Array();
    }
    this.err(prompt);
    Deno.stdin.setRaw(true);
    try {
      return await readKeys();
    } finally {
      Deno.stdin.setRaw(false);
      this.err("\n");
    }
  }
}

async function readKeys(): Promise<Uint8Array> {
  const octets: number[] = [];
  const buffer = new Uint8Array(256);
  for (;;) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return Uint8Array.from(octets);
    for (const octet of buffer.subarray(0, count)) {
      if (octet === CTRL_C) {
        throw new CliError("interrupted", "Interrupted", EXIT.interrupted);
      }
      if (LINE_ENDS.includes(octet)) return Uint8Array.from(octets);
      if (BACKSPACES.includes(octet)) erase(octets);
      else if (octets.length < MAX_LINE_OCTETS) octets.push(octet);
    }
  }
}

/** Takes away the last character, which may be several octets of UTF-8. */
function erase(octets: number[]): void {
  while ((octets.at(-1) ?? 0) >> 6 === 0b10) octets.pop();
  octets.pop();
}

/**
 * What others have said, such as a DNS server or an authority, may be in it: a
 * terminal shows it, and is not told to do anything by it.
 */
export function shownOn(
  stream: { isTerminal(): boolean },
  text: string,
): string {
  return stream.isTerminal() ? text.replaceAll(CONTROLS, "\ufffd") : text;
}

// All of C0 and C1 but for tabs and the ends of lines.
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** What was read, where only text will do. @throws {CliError} if it is not UTF-8 */
export function textOf(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(octets);
  } catch {
    throw new CliError("invalid_value", "Input is not UTF-8", EXIT.conflict);
  }
}

function writeAll(
  stream: { writeSync(octets: Uint8Array): number },
  text: string,
): void {
  let octets = encoder.encode(text);
  try {
    while (octets.length > 0) {
      octets = octets.subarray(stream.writeSync(octets));
    }
  } catch (error) {
    // whoever read it has seen enough
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
