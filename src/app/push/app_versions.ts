/**
 * Which versions of the apps there are, for clients to tell their users (Delta
 * Chat's `appversions`). The file is passed on only if a key for releases has
 * signed it, and if it leads nowhere but to the project's own downloads.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import {
  array,
  check,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  parse,
  pipe,
  strictObject,
  string,
} from "valibot";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Timers } from "../../base/clock.ts";
import { reasonOf } from "../../base/system_errors.ts";
import {
  isSigned,
  parseKey,
  SIGNATURE_SUFFIX,
} from "../../ops/upgrade/release.ts";
import type { RequiredService } from "../services/service.ts";

export interface AppVersionsParts {
  readonly reported: ReportedConditions;
  readonly timers: Timers;
  /** Empty: there is none. */
  file(): string;
  /** As the configuration has them. */
  keys(): readonly string[];
  now(): number;
}

const LOOK_MS = 30_000;
const MAX_OCTETS = 64 * 1024;
const PLACES = [
  "https://github.com/deltachat/",
  "https://download.delta.chat/",
];

const name = pipe(string(), minLength(1), maxLength(200));
const source = strictObject({
  sourceId: name,
  versionInteger: pipe(
    number(),
    integer(),
    minValue(0),
    maxValue(0xffff_ffff),
  ),
  versionString: name,
  downloadUrl: pipe(
    string(),
    maxLength(1000),
    check(
      (url) => isOfProject(url),
      "leads to a place that is not the project's",
    ),
  ),
});
/** Clients drop all of it for one wrong value. */
const VERSIONS = strictObject({
  clients: pipe(
    array(strictObject({
      clientId: name,
      sources: pipe(array(source), minLength(1), maxLength(50)),
    })),
    minLength(1),
    maxLength(50),
  ),
});

export class AppVersions implements RequiredService {
  readonly name = "app_versions";
  readonly optional = false;
  readonly #parts: AppVersionsParts;
  #text: string | undefined;
  #seen = "";
  #stop = () => {};

  constructor(parts: AppVersionsParts) {
    this.#parts = parts;
  }

  /** One line of JSON; undefined: there is none, or none that may be passed on. */
  get text(): string | undefined {
    return this.#text;
  }

  async start(): Promise<void> {
    await this.look();
    this.#stop = this.#parts.timers.every(LOOK_MS, () => void this.look());
  }

  stop(): void {
    this.#stop();
  }

  /** Reads what has changed. Never rejects. */
  async look(): Promise<void> {
    const { reported, file, keys } = this.#parts;
    const path = file();
    try {
      const seen = path === "" ? "" : await signs(path, keys());
      if (seen === this.#seen) return;
      this.#text = path === "" ? undefined : await this.#read(path);
      this.#seen = seen;
      reported.clear("app_versions");
    } catch (error) {
      this.#text = undefined;
      this.#seen = "?";
      reported.report("app_versions", reasonOf(error));
    }
  }

  async #read(path: string): Promise<string> {
    const { keys, now } = this.#parts;
    const octets = Uint8Array.from(await readFile(path));
    const signature = await readFile(path + SIGNATURE_SUFFIX);
    if (octets.length > MAX_OCTETS) throw new Error("It is too large");
    const trusted = keys().map(parseKey);
    if (!await isSigned(octets, Uint8Array.from(signature), trusted, now())) {
      throw new Error("No key for releases has signed it");
    }
    return JSON.stringify(
      parse(VERSIONS, JSON.parse(new TextDecoder().decode(octets))),
    );
  }
}

/** Changes when what is read would. */
async function signs(path: string, keys: readonly string[]): Promise<string> {
  const files = [path, path + SIGNATURE_SUFFIX];
  const facts = await Promise.all(files.map((file) => stat(file)));
  const marks = facts.map(({ mtimeMs, size, ino }) =>
    `${mtimeMs} ${size} ${ino}`
  );
  return [...files, ...marks, ...keys].join("\n");
}

function isOfProject(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.username === "" &&
    PLACES.some((place) => parsed.href.startsWith(place));
}
