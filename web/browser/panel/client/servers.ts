/**
 * Panels of other relays that somebody runs: where they are, and nothing that
 * lets anybody in. Each is opened at its own server, which knows its own people.
 *
 * @module
 */
import { createStore } from "./store.ts";

export interface OtherServer {
  readonly name: string;
  /** Of its panel. */
  readonly url: string;
}

const KEPT = "panel.servers";
const MAX_SERVERS = 20;
export const MAX_NAME = 60;
const MAX_URL = 300;

export const servers = createStore<readonly OtherServer[]>(read());

/** As it is kept; undefined unless it is an address of a panel that may be opened. */
export function panelAddress(text: string): string | undefined {
  if (text.length > MAX_URL) return undefined;
  const url = URL.parse(text.trim());
  if (!url || url.username !== "" || url.password !== "") return undefined;
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) {
    return undefined;
  }
  // what is behind # or ? may let somebody in
  return `${url.origin}${url.pathname}`;
}

/** One of the same address has its name anew. */
export function keepServer(added: OtherServer): void {
  const others = servers.get().filter(({ url }) => url !== added.url);
  write([...others, added].slice(-MAX_SERVERS));
}

export function forgetServer(url: string): void {
  write(servers.get().filter((one) => one.url !== url));
}

function write(next: readonly OtherServer[]): void {
  servers.set(next);
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // nothing may be kept here: it holds for this page
  }
}

/** Whatever else is there is left out. */
function read(): readonly OtherServer[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.flatMap(readOne) : [];
  } catch {
    return [];
  }
}

function readOne(one: unknown): OtherServer[] {
  const { name, url } = Object(one) as Record<string, unknown>;
  if (typeof name !== "string" || typeof url !== "string") return [];
  const address = panelAddress(url);
  return address === undefined
    ? []
    : [{ name: name.slice(0, MAX_NAME), url: address }];
}
