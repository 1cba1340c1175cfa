/**
 * Templates of Go, which older relays had, as those that are understood here.
 * What cannot be turned by itself is said, with the line where it stands.
 *
 * @module
 */
import { filesIn } from "./site_tree.ts";

export const BACKUP_SUFFIX = ".go-template.bak";

export interface MigratedFile {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface MigrationNote {
  readonly file: string;
  readonly line: number;
  readonly note: string;
}

export interface Migration {
  /** How many files were looked at. */
  readonly scanned: number;
  /** Those whose QR codes the server of older relays drew. */
  readonly qrFiles: readonly string[];
  readonly changed: readonly MigratedFile[];
  readonly notes: readonly MigrationNote[];
}

/** What would change; nothing is written. */
export async function planMigration(directory: string): Promise<Migration> {
  const changed: MigratedFile[] = [];
  const notes: MigrationNote[] = [];
  const qrFiles: string[] = [];
  let scanned = 0;
  for (const file of await filesIn(directory)) {
    if (!/\.(?:html|js)$/.test(file)) continue;
    scanned++;
    const before = textOf(await Deno.readFile(`${directory}/${file}`));
    if (before === undefined) {
      const note = "is not UTF-8, and stays as it is: save it as UTF-8 first";
      notes.push({ file, line: 1, note });
      continue;
    }
    if (/\/qr\?data=/.test(before)) qrFiles.push(file);
    if (file.endsWith(".html")) {
      const migrated = migrateTemplate(before);
      const after = withQrCodes(migrated.text);
      if (after !== before) changed.push({ file, before, after });
      notes.push(...migrated.notes.map((note) => ({ file, ...note })));
      notes.push(...oldAddresses(after).map((note) => ({ file, ...note })));
    } else {
      notes.push(...oldAddresses(before).map((note) => ({ file, ...note })));
    }
  }
  return { scanned, qrFiles, changed, notes };
}

/** Each file that changes is kept beside, under another name. */
export async function carryOut(
  directory: string,
  { changed }: Migration,
): Promise<void> {
  for (const { file, after } of changed) {
    const path = `${directory}/${file}`;
    await Deno.copyFile(path, path + BACKUP_SUFFIX);
    await Deno.writeTextFile(path, after);
  }
}

/** undefined: what is none would be lost by being written again. */
function textOf(octets: Uint8Array): string | undefined {
  const options = { fatal: true, ignoreBOM: true }; // which stays, too
  try {
    return new TextDecoder("utf-8", options).decode(octets);
  } catch {
    return undefined;
  }
}

type Note = Omit<MigrationNote, "file">;

const ACTION = /\{\{(-?)\s*([^{}]*?)\s*(-?)\}\}/g;
const FILTERS: Readonly<Record<string, string>> = {
  cleanDomain: "clean_domain",
  formatBytes: "format_bytes",
  safeHTML: "safe_html",
  upper: "upper",
};
/** Here URLs are escaped as everything is, and what is put out is a text. */
const DROPPED = new Set(["safeURL", 'printf "%s"', 'printf "%v"']);
const PATH = /^\.?(?:\$\.)?([A-Za-z]\w*(?:\.\w+)*)$/;

export function migrateTemplate(
  source: string,
): { readonly text: string; readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  const blocks: ("if" | "for")[] = [];
  const text = source.replace(
    ACTION,
    (
      whole: string,
      before: string,
      action: string,
      after: string,
      at: number,
    ) => {
      if (!looksLikeGo(action, blocks)) return whole;
      const turned = turn(action, blocks);
      if (turned === undefined) {
        notes.push({
          line: lineAt(source, at),
          note: `${whole} has no counterpart here: change it by hand`,
        });
        return whole;
      }
      const [open, close, inside] = turned;
      return `${open}${before} ${inside} ${after}${close}`;
    },
  );
  return { text, notes };
}

type Turned = readonly [open: string, close: string, inside: string];

/** What begins with a dot, or is a word of that language alone. */
function looksLikeGo(action: string, blocks: readonly unknown[]): boolean {
  return /^(?:if|else if|with|range|template|define|block|slice|end)\b/.test(
    action,
  ) ||
    /^\.|^\$/.test(action) || /\s\./.test(action) ||
    (action === "else" && blocks.length > 0);
}

function turn(action: string, blocks: ("if" | "for")[]): Turned | undefined {
  const statement = (inside: string): Turned => ["{%", "%}", inside];
  const condition = /^(if|else if)\s+(.+)$/.exec(action);
  if (condition) {
    const test = testOf(condition[2]!);
    if (test === undefined) return undefined;
    if (condition[1] === "else if") return statement(`elif ${test}`);
    blocks.push("if");
    return statement(`if ${test}`);
  }
  const loop = /^range\s+(.+)$/.exec(action);
  if (loop) {
    const list = PATH.exec(loop[1]!)?.[1];
    if (list === undefined) return undefined;
    blocks.push("for");
    return statement(`for item in ${list}`);
  }
  if (action === "else") return statement("else");
  if (action === "end") {
    const block = blocks.pop();
    return block === undefined ? undefined : statement(`end${block}`);
  }
  const template = /^template\s+"([^"]+)"(?:\s+\.)?$/.exec(action);
  if (template) return statement(`include "${template[1]}"`);
  if (action === "." && blocks.includes("for")) return ["{{", "}}", "item"];
  const value = valueOf(action);
  return value === undefined ? undefined : ["{{", "}}", value];
}

/** `not .X`, `eq .X "v"`, `and .X .Y`, `.X` */
function testOf(written: string): string | undefined {
  const not = /^not\s+(.+)$/.exec(written);
  if (not) {
    const test = testOf(not[1]!.replace(/^\((.*)\)$/, "$1"));
    return test && `not ${test}`;
  }
  const compared = /^(eq|ne)\s+(\S+)\s+("[^"]*"|\d+|\S+)$/.exec(written);
  if (compared) {
    const [, word, left, right] = compared;
    const path = PATH.exec(left!)?.[1];
    const other = /^["\d]/.test(right!) ? right : PATH.exec(right!)?.[1];
    const sign = word === "eq" ? "==" : "!=";
    return path && other && `${path} ${sign} ${other}`;
  }
  const joined = /^(and|or)\s+(\S+)\s+(\S+)$/.exec(written);
  if (joined) {
    const left = PATH.exec(joined[2]!)?.[1];
    const right = PATH.exec(joined[3]!)?.[1];
    return left && right && `${left} ${joined[1]} ${right}`;
  }
  return valueOf(written);
}

function valueOf(written: string): string | undefined {
  const [first = "", ...filters] = written.split("|").map((part) =>
    part.trim()
  );
  const value = sliceOf(first) ?? PATH.exec(first)?.[1];
  if (value === undefined || !first.includes(".")) return undefined;
  let turned = value;
  for (const filter of filters) {
    if (DROPPED.has(filter)) continue;
    const name = FILTERS[filter];
    if (name === undefined) return undefined;
    turned += ` | ${name}`;
  }
  return turned;
}

function sliceOf(written: string): string | undefined {
  const slice = /^slice\s+\.([\w.]+)\s+(\d+)\s+(\d+)$/.exec(written);
  return slice ? `${slice[1]}[${slice[2]}:${slice[3]}]` : undefined;
}

const QR_ADDRESS =
  /([\w$.]+(?:\((?:"[^"]*"|'[^']*')\))?)\.src = `\/qr\?data=\$\{encodeURIComponent\(([\w$.]+)\)\}`/g;
const QR_FUNCTION = "<script>function setQrCodeImage(image, text) " +
  '{ import("/qrcode.js").then((qr) => qr.show(image, text)); }</script>\n';

/** Codes that were asked of the server are drawn by the page. */
export function withQrCodes(text: string): string {
  const turned = text.replace(QR_ADDRESS, "setQrCodeImage($1, $2)");
  if (turned === text || /function setQrCodeImage\b/.test(text)) return turned;
  return turned.replace(/<\/head>|<script\b/i, (found) => QR_FUNCTION + found);
}

/** QR codes of any text are drawn by no server here. */
function oldAddresses(text: string): Note[] {
  return [...text.matchAll(/\/qr\?data=/g)].map(({ index }) => ({
    line: lineAt(text, index),
    note:
      "/qr?data= is not served: take {{ AccountQR | safe_html }}, /qr/account.svg or /qr/{slug}.svg",
  }));
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
