/** Pages of the operator's own, by command, and as a running server shows them. */
import assert from "node:assert/strict";
import { adminCall } from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";
import { type Outcome, postern } from "./command_line.ts";
import { withDirectory } from "../harness/directory.ts";

const run = (...args: string[]): Promise<Outcome> => postern(args, {});

async function get(server: Server, path: string): Promise<string> {
  const client = Deno.createHttpClient({ http2: false });
  try {
    const url = `http://127.0.0.1:${server.ports.http}${path}`;
    return await (await fetch(url, { client })).text();
  } finally {
    client.close();
  }
}

Deno.test("pages are exported, served, broken, mended and left again", () =>
  withDirectory(async (directory) => {
    const server = await Server.start();
    try {
      const exported = await server.command("html-export", directory);
      assert.match(exported, /Exported: index\.html\n/);
      assert.match(exported, /Exported: main\.css\n/);
      const checked = await server.command("html-check", directory);
      assert.match(checked, /^Looked at \d+ templates among \d+ files\n$/);

      await Deno.writeTextFile(
        `${directory}/info.html`,
        "<p>Mine: {{ Domain }}</p>",
      );
      const served = await server.command("html-serve", directory);
      assert.match(served, /In force now/);
      assert.match(await get(server, "/info"), /<p>Mine: /);
      assert.match(await get(server, "/privacy"), /What is stored/);

      await Deno.writeTextFile(`${directory}/info.html`, "a\n{% bogus %}");
      await new Promise((resolve) => setTimeout(resolve, 1100));
      assert.match(await get(server, "/info"), /About this server/);
      const status = await server.command("status");
      assert.match(status, /info\.html line 2: unknown block tag: bogus/);
      await assert.rejects(server.command("html-check"), /info\.html:2/);
      const seen = await adminCall(server, "html.status");
      assert.equal(seen.directory, directory);
      assert.ok(seen.readable);
      assert.ok(seen.overridden.includes("info.html"));
      assert.deepEqual(seen.problems, [{
        file: "info.html",
        line: 2,
        problem: "unknown block tag: bogus",
        severity: "error",
      }]);
      const told = await server.command("html-status");
      assert.match(told, /^pages of your own +\/.*postern-test-/);
      assert.match(told, /\nbroken: info\.html:2: unknown block tag: bogus/);
      await Deno.remove(directory, { recursive: true });
      const gone = await server.command("html-status");
      assert.match(gone, /is not there, or the server cannot read it/);
      await Deno.mkdir(directory);

      await Deno.writeTextFile(`${directory}/info.html`, "a\n{% bogus %}");
      const broken = await server.command("html-serve", directory);
      assert.match(broken, /^In force now\nbroken: info\.html:2: unknown/m);

      const back = await server.command("html-serve", "embedded");
      assert.match(back, /In force now/);
      assert.match(await get(server, "/info"), /About this server/);
      const config = await Deno.readTextFile(server.configFile);
      assert.match(config, /www_dir = ""/);
      const none = await server.command("html-status");
      assert.match(none, /^pages of your own +none: web\.www_dir is empty\n/);
    } finally {
      await server.dispose();
    }
  }));

Deno.test("a relay begins with pages that this program cannot render, and says so", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/index.html`, "<p>Mine</p>");
    await Deno.writeTextFile(
      `${directory}/info.html`,
      "{{ Domain | filter_of_an_older_program }}",
    );
    await Deno.writeTextFile(`${directory}/more.html`, "{% endif %}");
    const server = await Server.start({
      config: `\n[web]\nwww_dir = "${directory}"\n`,
    });
    try {
      // nobody has visited yet
      const seen = await until(
        () => server.command("status"),
        (status) => /info\.html.*, and 1 more/.test(status),
      );
      assert.match(seen, /filter_of_an_older_program/);
      const doctor = await postern(["doctor", "--only", "degraded", "--json"], {
        POSTERN_CONFIG: server.configFile,
      });
      const finding = JSON.parse(doctor.out).data
        .find(({ remedy }: { remedy: string | null }) =>
          remedy?.includes("html-check")
        );
      assert.equal(finding.status, "warn");
      assert.match(await get(server, "/"), /Mine/);
      assert.match(await get(server, "/info"), /About this server/);

      await Deno.writeTextFile(`${directory}/info.html`, "{{ Domain }}");
      await Deno.remove(`${directory}/more.html`);
      assert.equal((await server.end("SIGTERM")).code, 0);
      await server.run();
      assert.equal(await get(server, "/info"), "chat.example");
      assert.doesNotMatch(await server.command("status"), /info\.html/);
    } finally {
      await server.dispose();
    }
  }));

/** Asks again until it is so, for a while. */
async function until(
  ask: () => Promise<string>,
  isSo: (text: string) => boolean,
): Promise<string> {
  for (let tries = 0;; tries++) {
    const text = await ask();
    if (isSo(text) || tries === 20) return text;
  }
}

Deno.test("html-export leaves alone what differs, and html-check tells what is old", () =>
  withDirectory(async (directory) => {
    const first = await run("html-export", directory, "--only", "in*.html");
    assert.equal(first.exit, 0);
    assert.match(first.out, /Exported: info\.html/);
    assert.doesNotMatch(first.out, /privacy|main\.css/);
    await Deno.writeTextFile(`${directory}/info.html`, "mine");
    const second = await run("html-export", directory, "--json");
    assert.equal(second.exit, 8);
    const { data } = JSON.parse(second.out);
    assert.deepEqual(data.kept, ["info.html"]);
    assert.ok(data.same.includes("index.html"));
    assert.equal(await Deno.readTextFile(`${directory}/info.html`), "mine");
    const forced = await run("html-export", directory, "--force");
    assert.equal(forced.exit, 0);
    assert.notEqual(await Deno.readTextFile(`${directory}/info.html`), "mine");

    // as if another version had exported it
    const origin = `${directory}/.origin.json`;
    const written = JSON.parse(await Deno.readTextFile(origin));
    const digest = new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode("old")),
    ).toHex();
    written.files["info.html"] = digest;
    written.files["index.html"] = digest;
    await Deno.writeTextFile(origin, JSON.stringify(written));
    await Deno.writeTextFile(`${directory}/info.html`, "old");
    await Deno.writeTextFile(`${directory}/index.html`, "old, changed");
    const report = await run("html-check", directory, "--json");
    assert.equal(report.exit, 0);
    const found = JSON.parse(report.out).data;
    assert.deepEqual(found.stale, ["info.html"]);
    assert.deepEqual(found.both_changed, ["index.html"]);
  }));

Deno.test("html-migrate leaves alone what is no UTF-8, and says so", () =>
  withDirectory(async (directory) => {
    const latin = Uint8Array.of(...new TextEncoder().encode("{{.Name}}"), 0xe9);
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...latin.subarray(0, -1));
    await Deno.writeFile(`${directory}/index.html`, latin);
    await Deno.writeFile(`${directory}/info.html`, marked);
    const done = await run("html-migrate", directory, "--yes");
    assert.match(done.out, /index\.html:1: is not UTF-8/);
    assert.deepEqual(await Deno.readFile(`${directory}/index.html`), latin);
    assert.deepEqual(
      await Deno.readFile(`${directory}/info.html.go-template.bak`),
      marked,
    );
    assert.equal(
      new TextDecoder("utf-8", { ignoreBOM: true })
        .decode(await Deno.readFile(`${directory}/info.html`)),
      "\ufeff{{ Name }}",
    );
  }));

Deno.test("html-migrate turns older pages into what is read, when told to", () =>
  withDirectory(async (directory) => {
    const go =
      "<p>{{if .RegistrationOpen}}{{.MailDomain | cleanDomain}}{{end}}</p>";
    await Deno.writeTextFile(`${directory}/index.html`, go);
    await Deno.writeTextFile(
      `${directory}/main.js`,
      "img.src = `/qr?data=${encodeURIComponent(v)}`;",
    );
    const asked = await run("html-migrate", directory, "--diff");
    assert.match(asked.out, /\+ <p>\{% if RegistrationOpen %\}/);
    assert.match(asked.out, /main\.js:1: \/qr\?data= is not served/);
    assert.match(asked.out, /say so with --yes/);
    assert.equal(await Deno.readTextFile(`${directory}/index.html`), go);
    const done = await run("html-migrate", directory, "--json", "--yes");
    const { data } = JSON.parse(done.out);
    assert.equal(data.action, "migrated");
    assert.deepEqual(
      [data.scanned, data.go_style_files, data.qr_legacy_files, data.errors],
      [2, ["index.html"], ["main.js"], []],
    );
    assert.ok("config" in data);
    assert.equal(
      await Deno.readTextFile(`${directory}/index.html`),
      "<p>{% if RegistrationOpen %}{{ MailDomain | clean_domain }}{% endif %}</p>",
    );
    assert.equal(
      await Deno.readTextFile(`${directory}/index.html.go-template.bak`),
      go,
    );
    const again = await run("html-migrate", directory, "--json", "--yes");
    assert.equal(JSON.parse(again.out).data.action, "noop_already_migrated");
  }));

Deno.test("html-serve refuses what cannot be served", async () => {
  const nowhere = await run("html-serve", "/nowhere/at/all");
  assert.equal(nowhere.exit, 3);
  const check = await run("html-check", "/nowhere/at/all");
  assert.equal(check.exit, 3);
});
