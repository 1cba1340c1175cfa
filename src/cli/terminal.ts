/** What a command reads and writes: the process's streams, or a test's. @module */
import { CliError, EXIT } from "./exit_codes.ts";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Somebody can be asked. */
  readonly isInteractive: boolean;
  /** One line of standard input, without its end; undefined at its end. */
  readLine(): Promise<string | undefined>;
  /** One line that is not shown while it is typed. */
  readHidden(prompt: string): Promise<string>;
}

const encoder = new TextEncoder();
const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACES = [8, 127];
const LINE_ENDS = [10, 13];
/** More is no password and no answer. */
const MAX_LINE_OCTETS = 64 * 1024;

export class ProcessTerminal implements Terminal {
  get isInteractive(): boolean {
    return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  }

  out(text: string): void {
    writeAll(Deno.stdout, text);
  }

  err(text: string): void {
    writeAll(Deno.stderr, text);
  }

  async readLine(): Promise<string | undefined> {
    const octets: number[] = [];
    const one = new Uint8Array(1);
    for (;;) {
      const count = await Deno.stdin.read(one);
      if (count === null) {
        return octets.length === 0 ? undefined : decode(octets);
      }
      const [octet = 0] = one;
      if (octet === 10) return decode(octets).replace(/\r$/, "");
      if (octets.length >= MAX_LINE_OCTETS) {
        throw new CliError("invalid_value", "Line too long", EXIT.conflict);
      }
      octets.push(octet);
    }
  }

  async readHidden(prompt: string): Promise<string> {
    if (!Deno.stdin.isTerminal()) return await this.readLine() ?? "";
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

async function readKeys(): Promise<string> {
  const octets: number[] = [];
  const buffer = new Uint8Array(256);
  for (;;) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return decode(octets);
    for (const octet of buffer.subarray(0, count)) {
      if (octet === CTRL_C) {
        throw new CliError("interrupted", "Interrupted", EXIT.interrupted);
      }
      if (LINE_ENDS.includes(octet) || octet === CTRL_D) return decode(octets);
      if (BACKSPACES.includes(octet)) octets.pop();
      else if (octets.length < MAX_LINE_OCTETS) octets.push(octet);
    }
  }
}

function decode(octets: readonly number[]): string {
  return new TextDecoder().decode(new Uint8Array(octets));
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
