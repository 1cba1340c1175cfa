import assert from "node:assert/strict";
import {
  type Ask,
  ask,
  FACTS,
  SELF_SIGNED,
} from "../../../tests/harness/test_site.ts";
import {
  CHANNEL,
  CONTACT,
  GROUP,
  testShares,
} from "../../../tests/harness/test_shares.ts";
import { Refusal } from "../../base/refusal.ts";
import { builtInFiles, TEMPLATE_NAMES } from "./built_in.ts";
import { Overlay } from "./overlay.ts";
import { checkSite } from "./site_tree.ts";

interface World {
  readonly directory: string;
  readonly overlay: Overlay;
  readonly time: { ms: number };
  readonly faults: string[];
}

async function withOverlay(
  work: (world: World) => Promise<void>,
  fallsBack = true,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "postern-www-" });
  const time = { ms: 0 };
  const faults: string[] = [];
  const overlay = new Overlay({
    directory: () => directory,
    fallsBack: () => fallsBack,
    contentSecurityPolicy: () => "",
    now: () => time.ms,
    onFaults(now) {
      faults.splice(0, faults.length, ...[...now.values()].map(String));
    },
  });
  try {
    await work({ directory, overlay, time, faults });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Alike for every reader of HTML. */
function same(html: string): string {
  return html.replaceAll('=""', "").replaceAll("&#39;", "'").replaceAll(
    "&gt;",
    ">",
  )
    .replace(/\s+/g, " ").replace(/> /g, ">").replace(/ </g, "<")
    .replace(/<\/(\w+)>/g, "</$1>").trim();
}

const TUNNEL = "ss://Y2hhY2hhMjA=@relay.example:8388#relay";
const INVITATIONS = { good1234: { usesLeft: 5, expiresAt: 1_893_456_000 } };
const CLEAR = { address: "192.0.2.1", secure: false };

/** Pages in the states that they have. */
async function states(): Promise<readonly [string, RequestInit, Ask][]> {
  const { shares } = await testShares();
  await shares.create({ url: CONTACT, slug: "ann", name: `A<b>"'&` });
  await shares.create({ url: GROUP, slug: "bike" });
  await shares.create({ url: CHANNEL, slug: "news" });
  const sharing = { shares, isOn: () => true, perTenMinutes: () => 0 };
  const web = {
    ...FACTS.web,
    version: "1.2.3",
    operatorName: "Ann & Bob",
    abuseContact: "abuse@relay.example",
    securityContact: "security@relay.example",
    webClient: true,
  };
  const rich = { ...FACTS, web, tunnelLink: TUNNEL };
  const bare = {
    ...SELF_SIGNED,
    adminContact: "",
    registration: "closed",
    rules: { ...FACTS.rules, chosenNames: false },
    web: {
      ...FACTS.web,
      sharing: false,
      docs: false,
      operatorDocs: false,
      quotaRolls: false,
      programPath: "",
    },
  } as const;
  const paths = ["/", "/new", "/info", "/privacy", "/security", "/deploy"];
  const html = { headers: { accept: "text/html" } };
  const form = (body: string) => ({
    method: "POST",
    body,
    headers: {
      ...html.headers,
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    },
  });
  const many: [string, RequestInit, Ask][] = [];
  for (const facts of [FACTS, SELF_SIGNED, rich, bare]) {
    for (const path of paths) many.push([path, html, { facts }]);
  }
  const { httpsPort: _none, ...noHttps } = SELF_SIGNED;
  for (const path of ["/", "/?lang=fa", "/?lang=ru"]) {
    many.push([path, html, { facts: rich }]);
    many.push([path, html, { facts: { ...FACTS, registration: "token" } }]);
    many.push([path, html, { facts: SELF_SIGNED, peer: CLEAR }]);
    many.push([path, html, { facts: noHttps, peer: CLEAR }]);
  }
  many.push(
    ["/inv/good1234", html, { invitations: INVITATIONS }],
    ["/inv/bad", html, {}],
    ["/inv/", html, {}],
    ["/nothing", html, {}],
    ["/new/nothing", html, {}],
    ["/docs/", html, { facts: rich }],
    ["/docs/general?lang=es", html, {}],
    ["/docs/api?lang=fa", html, {}],
    ["/share", html, { sharing }],
    ["/ann", html, { sharing, facts: rich }],
    ["/bike?lang=fa", html, { sharing }],
    ["/news?lang=ru", html, { sharing }],
    ["/share", form("url=x%3C&name=%22&slug=a"), { sharing }],
    ["/new", form("token=%22a&username=b%3C&password=c"), {
      refusal: new Refusal("username_taken"),
    }],
    ["/new", form("token=a"), {
      facts: bare,
      refusal: new Refusal("token_invalid"),
    }],
  );
  return many;
}

Deno.test("exported templates say what the built-in pages say, in every state", () =>
  withOverlay(async ({ directory, overlay, faults }) => {
    for (const [name, octets] of builtInFiles()) {
      if (name.endsWith(".html")) {
        await Deno.writeFile(`${directory}/${name}`, octets, { mode: 0o644 });
      }
    }
    for (const [path, init, given] of await states()) {
      const built = await ask(path, init, given);
      const own = await ask(path, init, { ...given, overlay });
      assert.deepEqual(faults, [], path);
      assert.equal(own.response.status, built.response.status, path);
      assert.match(
        own.response.headers.get("content-security-policy")!,
        /unsafe-inline/,
        path,
      );
      const [shown, wanted] = [same(own.text), same(built.text)];
      let at = 0;
      while (at < wanted.length && shown[at] === wanted[at]) at++;
      assert.equal(
        shown.slice(Math.max(0, at - 60), at + 60),
        wanted.slice(Math.max(0, at - 60), at + 60),
        path,
      );
      assert.equal(shown, wanted, path);
    }
  }));

Deno.test("one file of the operator's leaves all others as they are", () =>
  withOverlay(async ({ directory, overlay }) => {
    const own = "<p>{{ MailDomain }} {{ DefaultQuota | format_bytes }}</p>";
    await Deno.writeTextFile(`${directory}/info.html`, own);
    await Deno.writeTextFile(`${directory}/main.css`, "p { color: red }");
    const info = await ask("/info", {}, { overlay });
    assert.equal(info.text, "<p>relay.example 1.0 GB</p>");
    const { text } = await ask("/privacy", {}, { overlay });
    assert.match(text, /<link rel="stylesheet" href="\/main\.css"/);
    assert.match(text, /What is stored/);
    const css = await ask("/main.css", {}, { overlay });
    assert.equal(css.text, "p { color: red }");
    assert.match(css.response.headers.get("content-type")!, /^text\/css/);
    assert.equal(
      css.response.headers.get("cache-control"),
      "no-cache, must-revalidate",
    );
    assert.ok(css.response.headers.get("etag"));
    const built = await ask("/main.css", {}, {});
    assert.match(built.text, /:root/);
  }));

Deno.test("a page of the operator that the program has none of is a template too", () =>
  withOverlay(async ({ directory, overlay }) => {
    await Deno.mkdir(`${directory}/club`);
    await Deno.writeTextFile(
      `${directory}/club/about.html`,
      '{% include "club/head.html" %}{{ t("nav_home") }}',
    );
    await Deno.writeTextFile(
      `${directory}/club/head.html`,
      "<h1>{{ Domain }}</h1>",
    );
    const { response, text } = await ask("/club/about.html?lang=es", {}, {
      overlay,
    });
    assert.equal(response.status, 200);
    assert.equal(text, "<h1>relay.example</h1>Inicio");
  }));

Deno.test("a broken page is the built-in one, told of, and mended", () =>
  withOverlay(async ({ directory, overlay, time, faults }) => {
    await Deno.writeTextFile(`${directory}/info.html`, "a\n{% bogus %}");
    const broken = await ask("/info", {}, { overlay });
    assert.equal(broken.response.status, 200);
    assert.match(broken.text, /About this server/);
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /info\.html line 2: unknown block tag: bogus/);
    await Deno.writeTextFile(`${directory}/info.html`, "mended");
    time.ms = 1000;
    assert.equal((await ask("/info", {}, { overlay })).text, "mended");
    assert.deepEqual(faults, []);
    await Deno.writeTextFile(`${directory}/info.html`, "{{ again | bogus }}");
    time.ms = 2000;
    await ask("/info", {}, { overlay });
    assert.equal(faults.length, 1);
    await Deno.remove(`${directory}/info.html`);
    time.ms = 3000;
    await ask("/info", {}, { overlay });
    assert.deepEqual(faults, []);
  }));

Deno.test("without falling back visitors see an error, and no more of it", () =>
  withOverlay(async ({ directory, overlay }) => {
    await Deno.writeTextFile(`${directory}/info.html`, "{% secret_tag %}");
    await Deno.writeTextFile(`${directory}/own.html`, "{% secret_tag %}");
    for (const path of ["/info", "/own.html"]) {
      const { response, text } = await ask(path, {}, { overlay });
      assert.equal(response.status, 500);
      assert.match(text, /Something went wrong/);
      assert.doesNotMatch(text, /secret_tag|postern-www/);
    }
  }, false));

for (
  const path of [
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "//etc/passwd",
    "/%2fetc%2fpasswd",
    "/info.html%00",
    "/.origin.json",
    "/info.html.bak",
    "/up/secret.txt",
    "/a%5cb",
    "/%ff",
  ]
) {
  Deno.test(`nothing of the machine is seen by ${path}`, () =>
    withOverlay(async ({ directory, overlay }) => {
      await Deno.writeTextFile(`${directory}/.origin.json`, "secret");
      await Deno.writeTextFile(`${directory}/info.html.bak`, "secret");
      await Deno.symlink("/etc", `${directory}/up`);
      const { response, text } = await ask(path, {}, { overlay });
      assert.ok(response.status >= 400 && response.status < 500, path);
      assert.doesNotMatch(text, /secret|root:/);
    }));
}

Deno.test("a template of the program's is no page by itself", () =>
  withOverlay(async ({ directory, overlay }) => {
    for (const name of ["contact_view", "message", "error"]) {
      await Deno.writeTextFile(`${directory}/${name}.html`, "mine");
      const { response } = await ask(`/${name}.html`, {}, { overlay });
      assert.equal(response.status, 404, name);
    }
  }));

Deno.test("routes of the program come before files of the operator", () =>
  withOverlay(async ({ directory, overlay }) => {
    await Deno.writeTextFile(`${directory}/robots.txt`, "mine");
    await Deno.writeTextFile(`${directory}/new`, "mine");
    assert.match((await ask("/robots.txt", {}, { overlay })).text, /Disallow/);
    const made = await ask("/new", { method: "POST" }, { overlay });
    assert.equal(JSON.parse(made.text).email, "ann@relay.example");
  }));

Deno.test("all pages but that of a fresh account can be replaced", () => {
  assert.ok(TEMPLATE_NAMES.length >= 15);
  assert.ok(!TEMPLATE_NAMES.includes("account"));
});

Deno.test("a page that is no UTF-8 is that of the program, and is told of", () =>
  withOverlay(async ({ directory, overlay, time, faults }) => {
    const path = `${directory}/info.html`;
    await Deno.writeFile(path, new Uint8Array([0x3c, 0x70, 0x3e, 0xff, 0xfe]));
    const { response, text } = await ask("/info", {}, { overlay });
    assert.equal(response.status, 200);
    assert.match(text, /<h1>/);
    assert.match(faults.join(), /info\.html: is not UTF-8/);
    await Deno.writeTextFile(path, "mine, mended");
    time.ms += 1001;
    assert.equal((await ask("/info", {}, { overlay })).text, "mine, mended");
    assert.deepEqual(faults, []);
  }));

Deno.test("a page that took long to fail is not tried again for a while", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-www-" });
  let ms = 0;
  const overlay = new Overlay({
    directory: () => directory,
    fallsBack: () => true,
    contentSecurityPolicy: () => "",
    now: () => ms += 150, // as if each look took so long
    onFaults() {},
  });
  try {
    await Deno.writeTextFile(
      `${directory}/info.html`,
      "{% include 'a.html' %}",
    );
    await Deno.writeTextFile(`${directory}/a.html`, "{{ x | bogus }}");
    const info = async () => (await ask("/info", {}, { overlay })).text;
    assert.match(await info(), /<h1>/);
    await Deno.writeTextFile(`${directory}/a.html`, "mine");
    ms += 2000;
    assert.match(await info(), /<h1>/);
    ms += 60_000;
    assert.equal(await info(), "mine");
    await Deno.writeTextFile(`${directory}/a.html`, "{{ x | bogus }}");
    ms += 2000;
    assert.match(await info(), /<h1>/);
    await Deno.writeTextFile(`${directory}/info.html`, "another page");
    ms += 2000;
    assert.equal(await info(), "another page");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("files are of the types that apps know, pages are asked for again", () =>
  withOverlay(async ({ directory, overlay }) => {
    for (
      const [name, type] of [
        ["poll.xdc", "application/x-webxdc"],
        ["App.APK", "application/vnd.android.package-archive"],
        ["a.avif", "image/avif"],
        ["a.unknown", "application/octet-stream"],
      ] as const
    ) {
      await Deno.writeTextFile(`${directory}/${name}`, "text");
      const { response } = await ask(`/${name}`, {}, { overlay });
      assert.equal(response.headers.get("content-type"), type);
    }
    await Deno.writeTextFile(`${directory}/info.html`, "mine");
    const { response } = await ask("/info", {}, { overlay });
    assert.equal(
      response.headers.get("cache-control"),
      "no-cache, must-revalidate",
    );
    assert.match(response.headers.get("etag")!, /^W\//);
  }));

Deno.test("documents of the operator are shown where those of the guide are", () =>
  withOverlay(async ({ directory, overlay, time }) => {
    const write = (path: string, text: string) =>
      Deno.writeTextFile(`${directory}/docs/${path}`, text);
    for (const language of ["en", "ru"]) {
      await Deno.mkdir(`${directory}/docs/${language}`, { recursive: true });
    }
    await write("en/general.html", "<p>{{ Language }} {{ MailDomain }}");
    await write("ru/general.html", "<p>по-русски");
    await write("en/serve.html", "<p>pages");
    await write("en/rules.html", "<p>house rules");
    const shown = async (path: string, language = "en") =>
      (await ask(path, { headers: { "accept-language": language } }, {
        overlay,
      })).text;
    assert.equal(await shown("/docs/general"), "<p>en relay.example");
    assert.equal(await shown("/docs/what-it-is"), "<p>en relay.example");
    assert.equal(await shown("/docs/general", "ru"), "<p>по-русски");
    assert.equal(await shown("/docs/general", "es"), "<p>es relay.example");
    assert.equal(await shown("/docs/custom-html"), "<p>pages");
    assert.equal(await shown("/docs/rules"), "<p>house rules");
    assert.match(await shown("/docs/privacy"), /<h1>/);
    assert.match(await shown("/docs/..%2fen%2frules"), /Not found/i);
    await write("en/general.html", "{% if %}");
    time.ms += 1001;
    assert.match(await shown("/docs/general"), /<h1>/);
    const facts = { ...FACTS, web: { ...FACTS.web, docs: false } };
    const off = await ask("/docs/rules", {}, { overlay, facts });
    assert.equal(off.response.status, 404);
  }));

Deno.test("what is kept beside a file is nothing to warn of", () =>
  withOverlay(async ({ directory }) => {
    for (const name of ["index.html.go-template.bak", "a.orig", "b~"]) {
      await Deno.writeTextFile(`${directory}/${name}`, "{{.X}}");
    }
    await Deno.writeTextFile(`${directory}/site.db`, "");
    const { problems } = await checkSite(directory);
    assert.deepEqual(problems.map(({ file }) => file), ["site.db"]);
  }));
