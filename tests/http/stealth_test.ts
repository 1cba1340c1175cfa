/** A relay that hides, as somebody sees it who looks for relays. */
import assert from "node:assert/strict";
import { AUTOCONFIG_PATHS } from "../../src/api/autoconfig.ts";
import { type SiteParts, siteRoutes } from "../../src/api/site.ts";
import { KEPT_ROUTES } from "../../src/api/stealth/kept_routes.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { answerOf, type Door, type Probe, probe } from "./probe.ts";

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
  "TRACE",
  "CONNECT",
  "BREW",
];
/** Paths by which relays of this kind are found, there or not. */
const LOOKED_FOR = [
  "/new/abc",
  "/inv/abc",
  "/share",
  "/share/edit",
  "/qr/account.svg",
  "/docs",
  "/docs/",
  "/info.html",
  "/app",
  "/account",
  "/postern",
  "/madmail",
  "/release.json",
  "/webimap/accounts",
  "/websmtp/send",
  "/api/admin",
  "/admin/",
  "/metrics",
  "/relay",
  "/ping",
  "/generate_204",
  "/favicon.ico",
  "/static/site.css",
  "/.well-known/acme-challenge/abc",
  "/.well-known/webimap.json",
  "/.well-known/security.txt",
  "/mxdeliv/x",
  "/%6eew",
  "//new",
  "/new?token=abc",
  "/?k=wrong-key",
];
/** What an ordinary site has too. */
const ORDINARY = ["/", "/?k=wrong-key", "/robots.txt", ...AUTOCONFIG_PATHS];
const FIELDS = [
  "connection",
  "content-length",
  "content-type",
  "cache-control",
  "date",
  "vary",
];
const TELLS = /postern|chat ?mail|delta|madmail|dclogin|dcaccount|openpgp/i;
const UNKNOWN = "/no-such-page";
const INVITED = { POSTERN_SET__registration__token_required: "true" };

const ADMIN_PATHS = [
  "/api/admin",
  "/api/admin/session",
  "/api/admin/events",
  "/api/admin/nothing",
  "/admin",
  "/admin/",
];

/** Every path that the site knows, those of later routes too. */
function everyPath(): string[] {
  const nothing = {} as SiteParts[keyof SiteParts];
  const known = siteRoutes(
    {
      backend: nothing,
      mail: nothing,
      serving: nothing,
      clock: nothing,
    } as unknown as SiteParts,
  ).routes.map(({ path }) => path.replaceAll(/:\w+/g, "abc"));
  const kept = KEPT_ROUTES.flatMap(({ paths }) => {
    if ("prefix" in paths) return [`${paths.prefix}abc`];
    return "below" in paths ? ADMIN_PATHS : paths;
  });
  const all = new Set([...known, ...kept, ...LOOKED_FOR]);
  return [...all].filter((path) => !path.includes("*"));
}

async function hiding(
  config: string,
  work: (server: Server) => Promise<void>,
  environment: Record<string, string> = INVITED,
): Promise<void> {
  const server = await Server.start({ config, environment });
  try {
    await work(server);
  } finally {
    await server.dispose();
  }
}

function stealth(mode: string, more = ""): string {
  return `[web]\nstealth = "${mode}"\n${more}`;
}

/** A path that nobody knows, as long as the other and as it is written. */
function unknownAs({ target, ...rest }: Probe): Probe {
  const query = target.indexOf("?");
  return { ...rest, target: UNKNOWN + (query < 0 ? "" : target.slice(query)) };
}

async function sameAsUnknown(door: Door, asked: Probe): Promise<boolean> {
  const seen = await probe(door, asked);
  const { method, target } = asked;
  const shown = seen.replaceAll(DOMAIN, "");
  assert.doesNotMatch(shown, TELLS, `${method} ${target}`);
  assert.match(shown, /^HTTP\/1\.1 /, `${method} ${target}`);
  return seen === await probe(door, unknownAs(asked));
}

function doors({ ports }: Server): Door[] {
  return [
    { port: ports.http },
    { port: ports.https, serverName: DOMAIN },
    { port: ports.https, serverName: "other.example" },
    { port: ports.https, serverName: "" },
  ];
}

Deno.test("a decoy answers every method at every path as at an unknown one", () =>
  hiding(stealth("decoy"), async (server) => {
    const [plain, secure] = doors(server);
    for (const door of [plain!, secure!]) {
      const different: string[] = [];
      for (const target of everyPath()) {
        for (const method of METHODS) {
          const asked = { method, target, host: DOMAIN };
          if (!await sameAsUnknown(door, asked)) {
            different.push(`${method} ${target}`);
          }
        }
      }
      const ordinary = ["GET", "HEAD"].flatMap((method) =>
        ORDINARY.map((path) => `${method} ${path}`)
      );
      assert.deepEqual(different.sort(), ordinary.sort());
    }
  }));

Deno.test("a decoy is the same under every name, and whatever somebody sends", () =>
  hiding(stealth("decoy", "[http_proxy]\nenabled = true"), async (server) => {
    const html = ["Accept: text/html"];
    const ways: Omit<Probe, "target">[] = [
      { method: "GET", host: "other.example" },
      { method: "GET", host: `autoconfig.${DOMAIN}` },
      { method: "GET", host: `mta-sts.${DOMAIN}` },
      { method: "GET", host: "127.0.0.1" },
      { method: "GET" },
      { method: "GET", host: DOMAIN, fields: html },
      { method: "GET", host: DOMAIN, fields: ["Authorization: Bearer abc"] },
      {
        method: "GET",
        host: DOMAIN,
        fields: ["Connection: upgrade", "Upgrade: iroh derp http"],
      },
      { method: "POST", host: DOMAIN, fields: html, body: "token=abc" },
      { method: "POST", host: DOMAIN, body: '{"token":"abc"}' },
      { method: "POST", host: DOMAIN, body: "x".repeat(5000) },
      { method: "POST", host: DOMAIN, body: "x".repeat(70_000) },
      { method: "POST", host: DOMAIN, fields: ["Origin: https://a.example"] },
      {
        method: "POST",
        host: DOMAIN,
        fields: ["Expect: 100-continue"],
        body: "x",
      },
      {
        method: "POST",
        host: DOMAIN,
        fields: ["X-Mail-From: a@b.example"],
        body: "x",
      },
      { method: "POST", host: DOMAIN, fields: ["Transfer-Encoding: chunked"] },
    ];
    for (const door of doors(server)) {
      for (const target of ["/new", "/mxdeliv", "/exchanger/pull/ack", "/x"]) {
        for (const way of ways) {
          assert.ok(
            await sameAsUnknown(door, { ...way, target }),
            JSON.stringify({ ...way, target, door }),
          );
        }
      }
    }
  }));

Deno.test("what an ordinary site has carries nothing that is not ordinary", () =>
  hiding(stealth("decoy"), async (server) => {
    for (const door of doors(server)) {
      for (const target of ORDINARY) {
        const text = await probe(door, { method: "GET", target, host: DOMAIN });
        const { status, fields } = answerOf(text);
        assert.equal(status, 200, target);
        for (const field of fields) assert.ok(FIELDS.includes(field), field);
      }
      for (
        const head of [
          "GET x",
          "OPTIONS *",
          `GET /${"x".repeat(9000)}`,
          "GET ftp://a/",
        ]
      ) {
        const [method = "", target = ""] = head.split(" ");
        const text = await probe(door, { method, target, host: DOMAIN });
        assert.match(text, /<h1>[^]*<\/html>/, head);
      }
    }
  }));

Deno.test("minimal stealth shows strangers nothing, and programs what they need", () =>
  hiding(stealth("minimal"), async (server) => {
    const [plain, secure] = doors(server);
    for (const door of [plain!, secure!]) {
      for (const target of everyPath()) {
        for (const method of ["GET", "HEAD", "PUT", "BREW"]) {
          const isSame = await sameAsUnknown(door, {
            method,
            target,
            host: DOMAIN,
          });
          const isKept = AUTOCONFIG_PATHS.includes(target) &&
            (method === "GET" || method === "HEAD");
          assert.equal(isSame, !isKept, `${method} ${target}`);
        }
      }
      const nothing = await probe(door, {
        method: "GET",
        target: "/",
        host: DOMAIN,
        fields: ["Accept: text/html"],
      });
      const { status, body } = answerOf(nothing);
      assert.deepEqual([status, body], [404, ""]);
    }
    const refused = await probe(secure!, {
      method: "POST",
      target: "/new",
      host: DOMAIN,
      fields: ["Accept: text/html"],
    });
    assert.match(refused, /"code":"token_required"/);
  }));

Deno.test("apps sign up with a token, log in, and other servers bring mail, through a decoy", () =>
  hiding(stealth("decoy"), async (server) => {
    const door = doors(server)[1]!;
    const { data: { token } } = JSON.parse(
      await server.command("registration-tokens", "create", "--json"),
    );
    const made = await probe(door, {
      method: "POST",
      target: `/new?token=${token}`,
      host: DOMAIN,
      fields: ["Accept: text/html"],
    });
    const { status, body } = answerOf(made);
    assert.equal(status, 200);
    const { email, password } = JSON.parse(body);
    const client = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await client.login(email, password);
    client.close();
    const mail = await probe(door, {
      method: "POST",
      target: "/mxdeliv",
      host: DOMAIN,
      fields: ["X-Mail-From: a@b.example", `X-Mail-To: ${email}`],
      body: "From: a@b.example\r\n\r\nText\r\n",
    });
    assert.match(answerOf(mail).body, /^523 5\.7\.10 /);
  }));

Deno.test("who logs in first by a link gets an account from a server that hides", () =>
  hiding(stealth("decoy"), async (server) => {
    const client = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await client.login(`ann@${DOMAIN}`, "a long password");
    client.close();
    const { data: status } = JSON.parse(
      await server.command("status", "--json"),
    );
    assert.equal(status.stealth, "decoy");
    assert.ok(
      status.degraded.some(({ code }: { code: string }) =>
        code === "stealth_incomplete"
      ),
    );
  }, {}));

Deno.test("the site is found by its link, and by all once stealth is off", () =>
  hiding(stealth("decoy"), async (server) => {
    const door = doors(server)[1]!;
    const look = async (target: string, cookie = "") =>
      answerOf(
        await probe(door, {
          method: "GET",
          target,
          host: DOMAIN,
          fields: ["Accept: text/html", ...(cookie ? [cookie] : [])],
        }),
      );
    await assert.rejects(server.command("stealth", "url"));
    await server.command("stealth", "rotate");
    const url = new URL((await server.command("stealth", "url")).trim());
    const knocked = await probe(door, {
      method: "GET",
      target: `/${url.search}`,
      host: DOMAIN,
    });
    const cookie = /^set-cookie: (sid=[0-9a-f]{64}); .*HttpOnly.*Secure/im
      .exec(knocked)?.[1];
    assert.ok(cookie);
    assert.match((await look("/new", `Cookie: a=b; ${cookie}`)).body, TELLS);
    assert.equal((await look("/new")).status, 404);
    assert.equal((await look("/new", `Cookie: ${cookie}0`)).status, 404);
    await server.command("stealth", "rotate");
    assert.equal((await look("/new", `Cookie: ${cookie}`)).status, 404);
    await server.command("stealth", "off");
    assert.match((await look("/")).body, TELLS);
    await server.command("stealth", "minimal");
    assert.equal((await look("/")).status, 404);
  }));

Deno.test("files of the operator are the decoy, with the error page among them", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-decoy-" });
  try {
    await Deno.writeTextFile(`${directory}/index.html`, "<p>Bakery</p>");
    await Deno.writeTextFile(`${directory}/404.html`, "<p>No bread</p>");
    await hiding(
      stealth("decoy", `decoy_dir = "${directory}"`),
      async (server) => {
        const door = doors(server)[1]!;
        const look = async (target: string) =>
          answerOf(await probe(door, { method: "GET", target, host: DOMAIN }));
        assert.equal((await look("/")).body, "<p>Bakery</p>");
        assert.equal((await look("/new")).body, "<p>No bread</p>");
        assert.ok(
          await sameAsUnknown(door, {
            method: "GET",
            target: "/new",
            host: DOMAIN,
          }),
        );
      },
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
