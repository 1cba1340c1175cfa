/** One server for several domains: each answers for itself, by Host. */
import assert from "node:assert/strict";
import { request } from "node:https";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string;
}

/** Asks the server on this machine as if it were a host. */
async function ask(
  { server, ca, host }: { server: Server; ca: string; host: string },
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body = "" } = options;
  return await new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port: server.ports.https,
      path,
      method,
      ca,
      servername: host,
      headers: {
        host,
        "content-length": String(body.length),
        ...headers,
      },
    }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => text += piece);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          location: response.headers.location ?? "",
        }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Without what says which way a name is read. */
function bare(page: string): string {
  return page.replace(/<\/?bdi[^>]*>/g, "").replace(/ dir="ltr"/g, "");
}

Deno.test("page, /new, links and autoconfig answer for the domain in Host", async (t) => {
  const server = await Server.start({
    server: `domains = ["two.example"]
domain_aliases = { "deux.example" = "two.example" }
admin_contact = "mailto:op@two.example"`,
  });
  try {
    const ca = await server.certificate();
    for (
      const [host, domain] of [
        [DOMAIN, DOMAIN],
        ["two.example", "two.example"],
      ] as const
    ) {
      const at = { server, ca, host };
      await t.step(`the page of ${host}`, async () => {
        const { text } = await ask(at, "/", {
          headers: { accept: "text/html" },
        });
        assert.ok(bare(text).includes(`<h1>${domain}</h1>`));
        assert.match(text, /Messages are deleted here after 20 days/);
        assert.match(text, /op@two\.example/);
      });
      await t.step(`an account of ${host}`, async () => {
        const { status, text } = await ask(at, "/new", { method: "POST" });
        assert.equal(status, 200, text);
        const made = JSON.parse(text);
        assert.ok(made.email.endsWith(`@${domain}`), made.email);
        assert.ok(
          made.dclogin_url.includes(`&ih=${domain}&`),
          made.dclogin_url,
        );
        const client = await ImapClient.connect(server.ports.imapTls, ca);
        await client.login(made.email, made.password);
        client.close();
      });
      await t.step(`a chosen name at ${host}, twice`, async () => {
        const form = {
          method: "POST",
          headers: {
            accept: "text/html",
            "content-type": "application/x-www-form-urlencoded",
          },
          body: "username=ann.chats",
        };
        const made = await ask(at, "/new", form);
        assert.equal(made.status, 303);
        const page = await ask(at, made.location, {
          headers: { accept: "text/html" },
        });
        assert.match(
          bare(page.text),
          new RegExp(`<code[^>]*>ann\\.chats@${domain}</code>`),
        );
        assert.ok(
          bare(page.text).includes(
            `<code>${domain} port ${server.ports.imapTls}</code>`,
          ),
          page.text,
        );
        const again = await ask(at, "/new", form);
        assert.equal(again.status, 409);
      });
      await t.step(`autoconfiguration of ${host}`, async () => {
        for (const name of [host, `autoconfig.${host}`]) {
          const { text } = await ask(
            { server, ca, host },
            "/mail/config-v1.1.xml?emailaddress=x",
            { headers: { host: name } },
          );
          assert.ok(text.includes(`<emailProvider id="${domain}">`), text);
          assert.ok(text.includes(`<hostname>${domain}</hostname>`), text);
        }
      });
    }

    await t.step(
      "an alias stands for its domain, a stranger for the first",
      async () => {
        for (
          const [host, domain] of [["deux.example", "two.example"], [
            "evil.example",
            DOMAIN,
          ]] as const
        ) {
          const { text } = await ask({ server, ca, host: DOMAIN }, "/", {
            headers: { accept: "text/html", host },
          });
          assert.ok(bare(text).includes(`<h1>${domain}</h1>`));
          assert.ok(!text.includes("evil"));
        }
      },
    );

    await t.step("nothing of an account travels in the clear", async () => {
      const answer = await fetch(
        `http://127.0.0.1:${server.ports.http}/new`,
        { method: "POST", headers: { forwarded: "for=192.0.2.1" } },
      );
      assert.equal(answer.status, 403);
      assert.equal((await answer.json()).code, "https_required");
    });
  } finally {
    await server.dispose();
  }
});
