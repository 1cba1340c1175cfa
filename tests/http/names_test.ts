/** Under which names, and whether in clear, a whole server shows its site; changed while it runs. */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { postern } from "../cli/command_line.ts";
import { TestAuthority } from "../harness/authority.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { answerOf, type Door, probe } from "./probe.ts";

const ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
const STRANGER = "evil.example";
const SECOND = "www.chat.example";
const CHALLENGE = "/.well-known/acme-challenge/abc";

async function trusted(): Promise<{ folder: string; tls: string }> {
  const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
  const authority = await TestAuthority.make();
  const pair = await authority.issue([DOMAIN, SECOND]);
  await Deno.writeTextFile(`${folder}/chain.pem`, pair.chainPem);
  await Deno.writeTextFile(`${folder}/key.pem`, pair.keyPem);
  const tls = `[tls]\nmode = "file"\ncert = "${folder}/chain.pem"\n` +
    `key = "${folder}/key.pem"`;
  return { folder, tls };
}

async function ask(
  door: Door,
  host: string,
  target = "/robots.txt",
): Promise<string> {
  return await probe(door, { method: "GET", target, host });
}

async function looked(server: Server): Promise<readonly Finding[]> {
  const { out } = await postern(["doctor", "--json", "--only", "site"], {
    POSTERN_CONFIG: server.configFile,
  });
  const findings: readonly Finding[] = JSON.parse(out).data;
  return findings.filter(({ id }) => id === "site");
}

function locationOf(text: string): string | undefined {
  return /^location: (.*)$/im.exec(text)?.[1]?.trim();
}

Deno.test("a site under names of its own, and others", async (t) => {
  const { folder, tls } = await trusted();
  const server = await Server.start({ tls });
  const written = await Deno.readTextFile(server.configFile);
  const { http, https } = server.ports;
  const plain: Door = { port: http };
  const secure: Door = { port: https, serverName: DOMAIN };

  async function changed(keys: string): Promise<void> {
    await Deno.writeTextFile(server.configFile, `${written}\n[http]\n${keys}`);
    await server.command("reload");
  }

  try {
    await t.step("in clear, by the certificate and by the file", async () => {
      const home = `https://${DOMAIN}:${https}/?a=b`;
      for (
        const [mode, isMoved] of [
          ['"auto"', true],
          ["true", true],
          ["false", false],
        ] as const
      ) {
        await changed(`redirect_to_https = ${mode}`);
        const text = await ask(plain, DOMAIN, "/?a=b");
        assert.equal(answerOf(text).status, isMoved ? 308 : 200, mode);
        assert.equal(locationOf(text), isMoved ? home : undefined);
      }
      const [finding] = await looked(server);
      assert.equal(finding?.status, "warn");
      assert.match(finding.detail, /in clear/);
    });

    await t.step("another name is refused, with TLS and without", async () => {
      await changed(`unknown_host = 421\nextra_hosts = ["${ONION}"]`);
      for (const door of [plain, secure]) {
        for (
          const [host, status] of [
            [DOMAIN, 200],
            [`autoconfig.${DOMAIN}`, 200],
            [ONION, 200],
            [`${ONION}:81`, 200],
            ["127.0.0.1", 200],
            [STRANGER, 421],
            [`${DOMAIN}.${STRANGER}`, 421],
            [SECOND, 421],
          ] as const
        ) {
          const text = await ask(door, host);
          assert.equal(answerOf(text).status, status, host);
          if (status === 421) assert.doesNotMatch(text, /evil|www/);
        }
        const challenge = answerOf(await ask(door, STRANGER, CHALLENGE));
        assert.equal(challenge.status, 404);
      }
      const posted = await probe(plain, {
        method: "POST",
        target: "/mxdeliv",
        host: STRANGER,
        body: "x",
      });
      assert.equal(answerOf(posted).status, 421);
    });

    await t.step("the doctor names what the certificate is for", async () => {
      const [finding] = await looked(server);
      assert.equal(finding?.status, "warn");
      assert.ok(finding.detail.includes(SECOND));
      await changed(`unknown_host = "421"\nextra_hosts = ["${SECOND}"]`);
      const [mended] = await looked(server);
      assert.equal(mended?.status, "pass");
    });

    await t.step("an extra name is led to its own HTTPS alone", async () => {
      await changed(`extra_hosts = ["${ONION}", "${SECOND}"]`);
      const onion = await ask(plain, ONION, "/");
      assert.equal(answerOf(onion).status, 200);
      const second = await ask(plain, SECOND, "/info");
      assert.equal(answerOf(second).status, 308);
      assert.equal(locationOf(second), `https://${SECOND}:${https}/info`);
    });

    await t.step("another name is not answered at all", async () => {
      await changed('unknown_host = "close"');
      assert.equal(await ask(plain, STRANGER), "");
      assert.equal(await ask(secure, STRANGER), "");
      assert.equal(answerOf(await ask(secure, DOMAIN)).status, 200);
    });
  } finally {
    await server.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a certificate that nobody trusts is led to where the file says so", async () => {
  const server = await Server.start({
    config: "\n[http]\nredirect_to_https = true\n",
  });
  try {
    const text = await ask({ port: server.ports.http }, DOMAIN, "/");
    assert.equal(answerOf(text).status, 308);
    // a token that came in clear is not led on as if nothing had happened
    const url = `http://127.0.0.1:${server.ports.http}/api/admin/openapi.json`;
    const refused = await fetch(url, {
      headers: { authorization: "Bearer x", "x-forwarded-for": "192.0.2.7" },
      redirect: "manual",
    });
    assert.equal(refused.status, 403);
    assert.deepEqual(await refused.json(), { error: "HTTPS required" });
    const [finding] = await looked(server);
    assert.equal(finding?.status, "warn");
    assert.match(finding.detail, /no browser trusts/);
  } finally {
    await server.dispose();
  }
});
