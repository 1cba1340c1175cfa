/** HTTP and HTTPS of a whole server, by raw TLS and by curl. */
import assert from "node:assert/strict";
import { LineConnection } from "../harness/line_connection.ts";
import { DOMAIN, Server } from "../harness/server.ts";

const HEAD = `Host: ${DOMAIN}\r\n\r\n`;

interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

async function readAnswer(
  wire: LineConnection,
  isHead = false,
): Promise<Answer> {
  const status = Number((await wire.readLine()).split(" ")[1]);
  const fields = new Map<string, string>();
  for (let line = await wire.readLine(); line; line = await wire.readLine()) {
    const colon = line.indexOf(":");
    fields.set(
      line.slice(0, colon).toLowerCase(),
      line.slice(colon + 1).trim(),
    );
  }
  const size = isHead ? 0 : Number(fields.get("content-length") ?? 0);
  const body = new TextDecoder().decode(await wire.readOctets(size));
  return { status, fields, body };
}

async function curl(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["-sS", "--max-time", "60", ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Waits until a service counts so many connections: others may be on their way out. */
async function counts(server: Server, name: string, expected: number) {
  for (let tries = 0;; tries++) {
    const { data } = JSON.parse(await server.command("status", "--json"));
    const { connections } = data.services.find(
      (one: { name: string }) => one.name === name,
    );
    if (connections === expected || tries === 20) {
      return assert.equal(connections, expected);
    }
  }
}

Deno.test("HTTP of a whole server", async (t) => {
  const server = await Server.start({
    config: '\n[http]\ntrusted_proxies = ["127.0.0.1"]\n',
  });
  try {
    const certificate = await server.certificate();
    const { http, https } = server.ports;
    const open = () => LineConnection.open(https, certificate);

    await t.step("many requests on one TLS connection", async () => {
      const wire = await open();
      for (let at = 0; at < 20; at++) {
        await wire.write(`GET /robots.txt HTTP/1.1\r\n${HEAD}`);
        const { status, body } = await readAnswer(wire);
        assert.equal(status, 200);
        assert.match(body, /Disallow/);
      }
      await counts(server, "http", 1);
      wire.close();
    });

    await t.step("requests that were sent at once", async () => {
      const wire = await open();
      await wire.write(
        `GET /robots.txt HTTP/1.1\r\n${HEAD}HEAD / HTTP/1.1\r\n${HEAD}` +
          `POST /new HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: application/json\r\n` +
          `${HEAD}{}GET /new/x HTTP/1.1\r\n${HEAD}GET /none HTTP/1.1\r\n${HEAD}`,
      );
      assert.equal((await readAnswer(wire)).status, 200);
      const head = await readAnswer(wire, true);
      assert.equal(head.status, 200);
      assert.match(head.fields.get("etag") ?? "", /^W\//);
      const made = await readAnswer(wire);
      assert.match(JSON.parse(made.body).email, /@chat\.example$/);
      const missing = await readAnswer(wire);
      assert.equal(missing.status, 404);
      assert.equal(JSON.parse(missing.body).code, "not_found");
      assert.equal((await readAnswer(wire)).status, 404);
      wire.close();
    });

    for (const prefix of ["/new", "/webimap", "/websmtp"]) {
      await t.step(`404 as JSON below ${prefix}/`, async () => {
        const wire = await open();
        for (const method of ["GET", "POST", "PUT"]) {
          await wire.write(`${method} ${prefix}/a/b HTTP/1.1\r\n${HEAD}`);
          const { status, body, fields } = await readAnswer(wire);
          assert.equal(status, 404);
          assert.match(fields.get("content-type") ?? "", /json/);
          assert.equal(JSON.parse(body).error, "not found");
        }
        wire.close();
      });
    }

    await t.step("a page is not sent again, nor uncompressed", async () => {
      const wire = await open();
      await wire.write(`GET / HTTP/1.1\r\nAccept-Encoding: gzip\r\n${HEAD}`);
      const { fields } = await readAnswer(wire);
      assert.equal(fields.get("content-encoding"), "gzip");
      const etag = fields.get("etag");
      await wire.write(
        `GET / HTTP/1.1\r\nIf-None-Match: "a", ${etag}\r\n${HEAD}`,
      );
      assert.equal((await readAnswer(wire)).status, 304);
      await wire.write(`GET / HTTP/1.1\r\nIf-None-Match: "a"\r\n${HEAD}`);
      assert.equal((await readAnswer(wire)).status, 200);
      wire.close();
    });

    await t.step("static files answer 405 with what is allowed", async () => {
      const wire = await open();
      await wire.write(`GET / HTTP/1.1\r\n${HEAD}`);
      const style = /\/static\/[^"]+\.css/.exec((await readAnswer(wire)).body);
      assert.ok(style);
      await wire.write(`DELETE ${style[0]} HTTP/1.1\r\n${HEAD}`);
      const { status, fields } = await readAnswer(wire);
      assert.equal(status, 405);
      assert.equal(fields.get("allow"), "GET, HEAD");
      await wire.write(`GET ${style[0]} HTTP/1.1\r\n${HEAD}`);
      const { fields: file } = await readAnswer(wire);
      assert.match(file.get("etag") ?? "", /^"[0-9a-f]+"$/);
      for (const accepted of ["", "gzip", "br"]) {
        await wire.write(
          `GET /main.css HTTP/1.1\r\nAccept-Encoding: ${accepted}\r\n${HEAD}`,
        );
        const { fields } = await readAnswer(wire);
        assert.equal(fields.get("content-encoding") ?? "", accepted);
        assert.equal(fields.get("vary"), "accept-encoding");
      }
      wire.close();
    });

    await t.step("curl keeps its connection, plain and by TLS", async () => {
      for (
        const url of [`http://127.0.0.1:${http}`, `https://127.0.0.1:${https}`]
      ) {
        const text = await curl(
          ...["-k", "--http1.1", "-w", "%{num_connects} %{http_code}\n"],
          ...[
            "-o",
            "/dev/null",
            `${url}/`,
            "-o",
            "/dev/null",
            `${url}/robots.txt`,
          ],
          ...["-o", "/dev/null", `${url}/none`],
        );
        assert.equal(text, "1 200\n0 200\n0 404\n");
      }
    });

    await t.step("curl gets its 413 though it sends on", async () => {
      const large = await Deno.makeTempFile();
      await Deno.truncate(large, 50_000_000);
      const text = await curl(
        ...["-k", "-w", "\n%{http_code}", "-H", "Expect:"],
        ...["--data-binary", `@${large}`],
        `https://127.0.0.1:${https}/new`,
      );
      await Deno.remove(large);
      assert.match(text, /413$/);
    });

    await t.step("a proxy that is trusted says who asks, and how", async () => {
      const text = await curl(
        ...["-i", "-X", "POST", "-H", "X-Forwarded-Proto: https"],
        ...["-H", "X-Forwarded-For: 192.0.2.1"],
        `http://127.0.0.1:${http}/new`,
      );
      assert.match(text, /^HTTP\/1\.1 200 /);
      const plain = await curl(
        ...["-i", "-X", "POST", "-H", "X-Forwarded-Proto: http"],
        ...["-H", "X-Forwarded-For: 192.0.2.1"],
        `http://127.0.0.1:${http}/new`,
      );
      assert.match(plain, /^HTTP\/1\.1 403 /);
    });

    for (
      const [protocol, greeting, service] of [
        ["imap", /^\* OK/, "imap"],
        ["smtp", /^220 /, "submission"],
      ] as const
    ) {
      await t.step(`${protocol} by ALPN counts as mail`, async () => {
        const plain = await Deno.connect({
          hostname: "127.0.0.1",
          port: https,
        });
        const wire = new LineConnection(
          await Deno.startTls(plain, {
            hostname: DOMAIN,
            caCerts: [certificate],
            alpnProtocols: [protocol],
          }),
        );
        assert.match(await wire.readLine(), greeting);
        await counts(server, service, 1);
        wire.close();
      });
    }

    await t.step(
      "a certificate that is new is served, and no connection lost",
      async () => {
        const wire = await open();
        await wire.write(`GET /robots.txt HTTP/1.1\r\n${HEAD}`);
        assert.equal((await readAnswer(wire)).status, 200);
        await server.command("reload");
        await wire.write(`GET /robots.txt HTTP/1.1\r\n${HEAD}`);
        assert.equal((await readAnswer(wire)).status, 200);
        wire.close();
      },
    );

    await t.step(
      "SIGTERM ends who waits, and answers who has asked",
      async () => {
        const idle = await open();
        await idle.write(`GET /robots.txt HTTP/1.1\r\n${HEAD}`);
        await readAnswer(idle);
        const busy = await open();
        const body = '{"username":"somebody-new"}';
        await busy.write(
          `POST /new HTTP/1.1\r\nContent-Type: application/json\r\n` +
            `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n${HEAD}`,
        );
        assert.match(await busy.readLine(), /^HTTP\/1\.1 100 /);
        await busy.readLine();
        const ended = server.end("SIGTERM");
        await assert.rejects(idle.readLine(), /closed/);
        await busy.write(body);
        const { status, fields } = await readAnswer(busy);
        assert.equal(status, 200);
        assert.equal(fields.get("connection"), "close");
        await assert.rejects(busy.readLine(), /closed/);
        busy.close();
        assert.equal((await ended).code, 0);
      },
    );
  } finally {
    await server.dispose();
  }
});
