/** HEAD and conditional requests of a whole server: the fields are those of GET (RFC 9110 §9.3.2, §15.4.5). */
import assert from "node:assert/strict";
import { DOMAIN, Server } from "../harness/server.ts";
import { probe } from "./probe.ts";

const CODINGS = ["", "gzip", "br", "br;q=0, gzip;q=0.5", "*;q=0"];
const PATHS = [
  "/",
  "/new",
  "/info",
  "/docs/",
  "/docs/general",
  "/share",
  "/share/edit",
  "/inv/abc",
  "/nothing",
  "/qr?data=x",
  "/robots.txt",
  "/main.css",
  "/own.css",
  "/own.html",
  "/translations.js",
  "/mail/config-v1.1.xml",
  "/webimap/mailboxes",
  "/api/admin/session",
  "/account",
  "/healthz",
];

/** Lines of a head, without those of one answer alone. */
function headOf(text: string): string[] {
  const [head = ""] = text.split("\r\n\r\n", 1);
  return head.split("\r\n").filter((line) =>
    !/^(?:date|connection):/i.test(line)
  ).toSorted();
}

Deno.test("HEAD tells what GET would, 304 by what it was chosen", async (t) => {
  const www = await Deno.makeTempDir();
  await Deno.writeTextFile(`${www}/own.css`, "a { b: c }\n".repeat(500));
  await Deno.writeTextFile(`${www}/own.html`, "<p>text\n".repeat(500));
  const server = await Server.start({
    config: `[web]\nwww_dir = "${www}"\npages_per_second = 0\n` +
      "[webmail]\nwebimap = true\n",
  });
  try {
    const door = { port: server.ports.https, serverName: DOMAIN };
    const asked = (method: string, target: string, ...fields: string[]) =>
      probe(door, {
        method,
        target,
        host: DOMAIN,
        fields: [...fields, "Accept: text/html", "Connection: close"],
      });
    for (const path of PATHS) {
      await t.step(path, async () => {
        for (const coding of CODINGS) {
          const accepted = coding && [`Accept-Encoding: ${coding}`];
          const fields = accepted === "" ? [] : accepted;
          const get = headOf(await asked("GET", path, ...fields));
          const head = await asked("HEAD", path, ...fields);
          assert.deepEqual(headOf(head), get, `${path} ${coding}`);
          assert.match(head, /\r\n\r\n$/);
          const etag = get.find((line) => line.startsWith("etag: "))?.slice(6);
          if (etag === undefined) continue;
          const known = headOf(
            await asked("GET", path, ...fields, `If-None-Match: ${etag}`),
          );
          assert.match(known.join("\n"), /^HTTP\/1\.1 304/m);
          for (const name of ["vary", "etag", "cache-control"]) {
            const line = (lines: readonly string[]) =>
              lines.find((one) => one.startsWith(`${name}:`))
                ?.replace("W/", ""); // compared weakly
            assert.equal(line(known), line(get), `${path} ${coding}`);
          }
        }
      });
    }
  } finally {
    await server.dispose();
    await Deno.remove(www, { recursive: true });
  }
});
