/** Every page of a running site, by the links that lead there: none leads nowhere. */
import assert from "node:assert/strict";
import { LANGUAGES } from "../../web/i18n/languages.ts";
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { DOMAIN, Server } from "../harness/server.ts";
import { CONTACT } from "../harness/test_shares.ts";

/** Links that only an app opens, and those that lead to other sites. */
const ELSEWHERE = /^(?:https?:|mailto:|dcaccount:|dclogin:|openpgp4fpr:)/i;
const FEWEST_PAGES = 25;
const LANDING_OCTETS = 30_000;

interface Read {
  readonly type: string;
  readonly text: string;
  /** As it was sent. */
  readonly octets: number;
}

type Reader = (
  path: string,
  headers?: Record<string, string>,
) => Promise<Read>;

async function withSite(
  work: (read: Reader, server: Server) => Promise<void>,
): Promise<void> {
  const server = await Server.start({
    config: "\n[web]\npages_per_second = 0\n" +
      "[webmail]\nwebimap = true\nwebsmtp = true\n",
  });
  try {
    await work((path, headers) => read(server, path, headers), server);
  } finally {
    await server.dispose();
  }
}

/** Over HTTPS, with a certificate of its own. @throws {AssertionError} if it is not there */
async function read(
  server: Server,
  path: string,
  headers: Record<string, string> = {},
): Promise<Read> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({
    host: "127.0.0.1",
    port: server.ports.https,
    path,
    headers: { host: DOMAIN, accept: "text/html", ...headers },
    rejectUnauthorized: false,
    agent: false,
  }, resolve).on("error", reject);
  const response = await promise;
  const parts: Uint8Array[] = [];
  for await (const part of response) parts.push(part);
  assert.equal(response.statusCode, 200, path);
  const octets = parts.reduce((sum, { length }) => sum + length, 0);
  return {
    type: response.headers["content-type"] ?? "",
    text: Buffer.concat(parts).toString(),
    octets,
  };
}

/** Of what a page loads, and of what it leads to. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)]
    .map(([, link = ""]) => link.replaceAll("&amp;", "&"));
}

function idsOf(html: string): ReadonlySet<string> {
  return new Set(
    [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id ?? ""),
  );
}

/** Follows every link, and looks for every place in a page that one names. */
async function followed(read: Reader, language: string): Promise<number> {
  const pages = new Map<string, Read>();
  const waiting = ["/", "/new", "/ann", "/inv/welcome1", "/account"];
  for (
    let path: string | undefined = waiting.pop();
    path;
    path = waiting.pop()
  ) {
    if (pages.has(path)) continue;
    const found = await read(path, { "accept-language": language });
    pages.set(path, found);
    if (!found.type.startsWith("text/html")) continue;
    for (const link of linksOf(found.text)) {
      if (ELSEWHERE.test(link) || link.startsWith("data:")) continue;
      const url: URL = new URL(link, `https://site${path}`);
      const { pathname, search, hash } = url;
      // the same page in another language is another round
      if (search.includes("lang=")) continue;
      const target: string = pathname + search;
      waiting.push(target);
      if (hash === "") continue;
      const there: Read = target === path
        ? found
        : await read(target, { "accept-language": language });
      const id = decodeURIComponent(hash.slice(1));
      assert.ok(idsOf(there.text).has(id), `${path} names ${link}`);
    }
  }
  return pages.size;
}

Deno.test("no link of the site leads nowhere, in any language", () =>
  withSite(async (read, server) => {
    await server.command("sharing", "create", "ann", CONTACT);
    const create = ["registration-tokens", "create", "--token", "welcome1"];
    await server.command(...create, "--max-uses", "5");
    for (const language of LANGUAGES) {
      const count = await followed(read, language);
      assert.ok(count >= FEWEST_PAGES, `${count} pages in ${language}`);
    }
  }));

Deno.test("the landing page is small, with all that it loads", () =>
  withSite(async (read) => {
    for (const language of LANGUAGES) {
      const headers = {
        "accept-encoding": "br, gzip",
        "accept-language": language,
      };
      const page = await read("/", headers);
      const plain = await read("/", { "accept-language": language });
      let octets = page.octets;
      const loaded = [
        ...plain.text.matchAll(
          /<(?:link rel="(?:icon|stylesheet)"|script|img)[^>]*\s(?:href|src)="([^"]+)"/g,
        ),
      ].map(([, path = ""]) => path);
      for (const path of new Set(loaded)) {
        if (path.startsWith("data:")) continue;
        octets += (await read(path, headers)).octets;
      }
      assert.ok(octets <= LANDING_OCTETS, `${octets} octets in ${language}`);
    }
  }));
