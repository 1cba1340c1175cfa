/** A whole relay, and whatever octets come to its ports for HTTP. */
import assert from "node:assert/strict";
import { LineConnection } from "../harness/line_connection.ts";
import { Server } from "../harness/server.ts";
import { converse, type HttpDoor, type RawAnswer } from "./http_exchange.ts";
import { type Attack, MATRIX, TRAVERSALS } from "./http_matrix.ts";

/** Of an ordinary answer, and never of ours. */
const FORBIDDEN = ["server", "x-powered-by", "via"];
const SECRET = "what nobody may see";

async function survives(door: HttpDoor): Promise<void> {
  const { answers } = await converse(
    door,
    ["GET /robots.txt HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n"],
    { methods: ["GET"] },
  );
  assert.deepEqual(answers.map(({ status }) => status), [200]);
}

async function attacked(door: HttpDoor, attack: Attack): Promise<void> {
  const { name, said, methods = [], stays, asks, fields = {} } = attack;
  const parts = typeof said === "string" ? [said] : said;
  const { answers, rest, closed } = await converse(door, parts, {
    methods,
    ...(asks ? { asks } : {}),
    ...(stays ? { awaited: attack.answers.length } : {}),
  });
  assert.deepEqual(answers.map(({ status }) => status), attack.answers, name);
  assert.equal(rest, "", name);
  assert.equal(closed, !stays, name);
  for (const answer of answers) checkAnswer(answer);
  for (const [field, expected] of Object.entries(fields)) {
    const value = answers.at(-1)?.fields.get(field) ?? "";
    if (typeof expected === "string") assert.equal(value, expected, name);
    else assert.match(value, expected, name);
  }
}

function checkAnswer({ status, fields, body }: RawAnswer): void {
  for (const field of FORBIDDEN) assert.equal(fields.get(field), undefined);
  if (status < 200) return;
  assert.doesNotMatch(body, /evil\.example|<script>alert| at .*\.ts:|\/work\//);
  if (status >= 400 && body !== "") {
    assert.match(fields.get("content-type") ?? "", /^(?:text|application)\//);
  }
}

/** Of the operator's site: what is shown, and what lies beside it. */
async function ownSite(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
  const site = `${folder}/www`;
  await Deno.mkdir(`${site}/.git`, { recursive: true });
  const hidden = [
    ".git/config",
    ".hidden.txt",
    "secret.key",
    "page.txt.bak",
    "page.txt~",
  ];
  await Deno.writeTextFile(`${site}/page.txt`, "shown");
  for (const name of hidden) {
    await Deno.writeTextFile(`${site}/${name}`, SECRET);
  }
  await Deno.writeTextFile(`${folder}/beside.txt`, SECRET);
  await Deno.symlink(`${folder}/beside.txt`, `${site}/out.txt`);
  await Deno.symlink("/etc", `${site}/out`);
  return folder;
}

Deno.test("a relay answers whatever comes to its ports for HTTP as it should", async (t) => {
  const folder = await ownSite();
  const server = await Server.start({
    config: `\n[web]\nwww_dir = "${folder}/www"\npages_per_second = 0\n` +
      '[log]\nlevel = "info"\n',
  });
  const doors: readonly HttpDoor[] = [
    { port: server.ports.https, secure: true },
    { port: server.ports.http, secure: false },
  ];
  try {
    for (const door of doors) {
      const way = door.secure ? "by TLS" : "in clear";
      for (const attack of MATRIX) {
        // signing up in clear is refused, whatever the rest says
        const isSignUp = String(attack.said).includes("POST /new");
        if (!door.secure && isSignUp) continue;
        await t.step(`${attack.name}, ${way}`, () => attacked(door, attack));
      }
      await t.step(`ways out of the site, ${way}`, async () => {
        for (const path of TRAVERSALS) {
          const { answers } = await converse(
            door,
            [`GET ${path} HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n`],
            { methods: ["GET"] },
          );
          const [answer] = answers;
          assert.equal(answers.length, 1, path);
          const { status, body } = answer!;
          assert.ok(status === 400 || status === 404, `${path}: ${status}`);
          assert.doesNotMatch(body, /root:|what nobody|SQLite/, path);
          checkAnswer(answer!);
        }
      });
      await t.step(`it serves on, ${way}`, () => survives(door));
    }
    await t.step("nothing of it was a bug", () => {
      assert.doesNotMatch(server.output, / bug where=| crash/);
      assert.doesNotMatch(server.output, /evil\.example/);
    });
  } finally {
    await server.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("heads that never end, and peers that ask no more, give way", async () => {
  const server = await Server.start({
    config: "\n[http]\nheader_timeout_s = 4\nidle_timeout_s = 4\n" +
      "max_connections_per_ip = 8\n",
  });
  const { http } = server.ports;
  try {
    const slow: LineConnection[] = [];
    for (let at = 0; at < 8; at++) {
      const wire = await LineConnection.open(http);
      await wire.write("GET / HTTP/1.1\r\nHost: chat.example\r\nX-");
      slow.push(wire);
    }
    // a ninth would have found no room
    await Promise.all(slow.map(async (wire) => {
      await assert.rejects(wire.readLine()); // closed, or reset
      wire.close();
    }));
    await survives({ port: http, secure: false });
    const idle = await LineConnection.open(http);
    await idle.write("GET /robots.txt HTTP/1.1\r\nHost: chat.example\r\n\r\n");
    assert.match(await idle.readLine(), / 200 /);
    await assert.rejects(async () => {
      for (;;) await idle.readLine();
    }, /closed/);
    idle.close();
  } finally {
    await server.dispose();
  }
});
