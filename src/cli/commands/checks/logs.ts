/** `postern logs`: what the server has written, from its file or from the journal. @module */
import { resolve } from "node:path";
import { SYSTEM_TIMERS } from "../../../app/system_time.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  numberOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { NAME } from "../../version.ts";
import { LinePieces, parseLogLine } from "./log_lines.ts";

const LINES = 100;
const PIECE_OCTETS = 64 * 1024;
const LOOK_MS = 500;
const LF = 10;
const decoder = new TextDecoder();

async function logs(call: Call): Promise<CommandResult> {
  const { log, server } = call.access.config.values;
  const lines = numberOption(call, "lines", { min: 0, max: 1_000_000 }) ??
    LINES;
  const follows = flagOption(call, "follow");
  if (log.level === "off") {
    call.terminal.err(
      `${NAME}: the file says that nothing is logged (log.level = "off"), but for the start and faults: ${NAME} settings set log_level info\n`,
    );
  }
  const file = log.targets.find((target) => target !== "stderr");
  if (file === undefined) {
    return call.json
      ? await journalObjects(call, lines, follows)
      : await journal(lines, follows);
  }
  const path = resolve(server.stateDir, file);
  const text = tail(path, lines);
  if (!follows) {
    return { data: { path, lines: linesOf(text).map(parseLogLine) }, text };
  }
  const write = call.json
    ? objectWriter(call)
    : (more: string) => call.terminal.out(more);
  if (text !== "") write(`${text}\n`);
  return await follow(path, write);
}

/** Each line is an object then, as soon as it is whole. */
function objectWriter({ terminal }: Call): (piece: string) => void {
  const pieces = new LinePieces();
  return (piece) => {
    for (const line of pieces.add(piece)) {
      terminal.out(`${JSON.stringify(parseLogLine(line))}\n`);
    }
  };
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

/** journalctl writes to the terminal itself. */
async function journal(
  lines: number,
  follows: boolean,
): Promise<CommandResult> {
  const process = journalctl(lines, follows, [], "inherit");
  await ended(process);
  return { data: { unit: NAME }, text: "" };
}

/** Lines as the server wrote them, and objects of these. */
async function journalObjects(
  call: Call,
  lines: number,
  follows: boolean,
): Promise<CommandResult> {
  const process = journalctl(lines, follows, ["-q", "-o", "cat"], "piped");
  const pieces = new LinePieces();
  const write = objectWriter(call);
  const found: string[] = [];
  for await (
    const piece of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    if (follows) write(piece);
    else found.push(...pieces.add(piece));
  }
  await ended(process);
  const data = { unit: NAME, lines: found.map(parseLogLine) };
  return { data, text: "", ...(follows ? { raw: "" } : {}) };
}

/** @throws {CliError} where there is none */
function journalctl(
  lines: number,
  follows: boolean,
  more: readonly string[],
  stdout: "inherit" | "piped",
): Deno.ChildProcess {
  const wanted = ["-u", NAME, "-n", String(lines), ...follows ? ["-f"] : []];
  try {
    return new Deno.Command("journalctl", {
      args: [...wanted, ...more],
      stdin: "inherit",
      stdout,
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError(
      "not_found",
      "The log goes to standard error, and there is no journalctl that would keep it: see whatever started the server, or name a file in log.targets",
      EXIT.not_found,
    );
  }
}

/** @throws {CliError} if it failed */
async function ended(process: Deno.ChildProcess): Promise<void> {
  const { code } = await process.status;
  if (code === 0) return;
  throw new CliError("failed", `journalctl ended with ${code}`, EXIT.failed);
}

/** The last lines, without the end of the last one, read from the end. */
function tail(path: string, lines: number): string {
  using file = Deno.openSync(path);
  let at = file.statSync().size;
  let pieces: Uint8Array[] = [];
  let ends = 0;
  while (at > 0 && ends <= lines) {
    const start = Math.max(0, at - PIECE_OCTETS);
    const piece = readAt(file, start, at - start);
    ends += piece.filter((octet) => octet === LF).length;
    pieces = [piece, ...pieces];
    at = start;
  }
  const text = pieces.map((piece) => decoder.decode(piece, { stream: true }))
    .join("") + decoder.decode();
  const all = linesOf(text.replace(/\n$/, ""));
  return lines === 0 ? "" : all.slice(-lines).join("\n");
}

/** What is appended, until the command is ended; a file that was moved away is opened anew. */
async function follow(
  path: string,
  write: (text: string) => void,
): Promise<never> {
  let file = Deno.openSync(path);
  let at = file.statSync().size;
  for (;;) {
    const { size } = file.statSync();
    if (size > at) {
      const piece = readAt(file, at, Math.min(size - at, PIECE_OCTETS));
      write(decoder.decode(piece, { stream: true }));
      at += piece.length;
      continue;
    }
    if (size < at || isAnother(path, file)) {
      const next = reopened(path);
      if (next) {
        file.close();
        file = next;
        at = 0;
        continue;
      }
    }
    await SYSTEM_TIMERS.sleep(LOOK_MS);
  }
}

function isAnother(path: string, file: Deno.FsFile): boolean {
  try {
    return Deno.statSync(path).ino !== file.statSync().ino;
  } catch {
    return false; // moved away, and the new one is not there yet
  }
}

function reopened(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch {
    return undefined;
  }
}

function readAt(
  file: Deno.FsFile,
  start: number,
  count: number,
): Uint8Array {
  const octets = new Uint8Array(count);
  file.seekSync(start, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < count) {
    const taken = file.readSync(octets.subarray(filled));
    if (taken === null) break;
    filled += taken;
  }
  return octets.subarray(0, filled);
}

export const LOG_COMMANDS: readonly Command[] = [{
  usage: "logs",
  summary:
    "What the server has logged: of its file, else of the journal; with --json each line is an object",
  options: [
    { flags: "-n, --lines <n>", summary: `the last so many (${LINES})` },
    { flags: "-f, --follow", summary: "and what comes, until it is ended" },
  ],
  run: logs,
}];
