/** Shadowsocks of a whole server: what it leads to, for whom, and who may change it. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { existsSync } from "node:fs";
import { utf8 } from "../../src/base/octets.ts";
import { Server, type ServerOptions } from "../harness/server.ts";
import { reservePorts } from "../harness/ports.ts";
import { ShadowsocksClient } from "./shadowsocks_client.ts";
import { LIMIT_MS } from "../harness/until.ts";

const PASSWORD = "a password of the tests";
const METHOD = "chacha20-ietf-poly1305";
const REQUEST =
  "GET /robots.txt HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n";

async function withRelay(
  work: (server: Server) => Promise<void>,
  { config = "" }: ServerOptions = {},
): Promise<void> {
  const server = await Server.start({
    config: `[shadowsocks]
enabled = true
password = "${PASSWORD}"
host = "127.0.0.1"
${config}`,
  });
  try {
    await work(server);
  } finally {
    await server.dispose();
  }
}

/** Sends it from this address, and gives all that comes until the other end closes. */
async function exchange(
  server: Server,
  octets: Uint8Array,
  from = "127.0.0.1",
): Promise<Uint8Array> {
  const socket = dialled(server, from);
  socket.write(octets);
  return await untilClosed(socket);
}

function dialled(server: Server, from = "127.0.0.1"): Socket {
  const { hostname, port } = server.endpoint("shadowsocks");
  const socket = connect({ host: hostname, port, localAddress: from });
  socket.on("error", () => {}); // shows in what has come
  return socket;
}

async function untilClosed(socket: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => late.reject(new Error("It does not close")),
    LIMIT_MS,
  );
  socket.on("data", (part: Uint8Array) => parts.push(part));
  socket.once("close", () => late.resolve()); // or a reset
  try {
    await late.promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

async function first(socket: Socket): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    socket.once("data", resolve);
    socket.once("close", () => reject(new Error("closed")));
  });
}

Deno.test("clients reach the ports that clients use, and no others", () =>
  withRelay(async (server) => {
    const { ports } = server;
    const client = new ShadowsocksClient(METHOD, PASSWORD);
    const request = client.request({ port: ports.http, first: REQUEST });
    const page = client.open(await exchange(server, request));
    assert.match(page, /^HTTP\/1\.1 200 /);
    const stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const closed = [ports.smtp, ports.shadowsocks, stranger.addr.port, 22, 1];
    for (const port of closed) {
      const asking = client.request({ port, first: "EHLO x\r\n" });
      assert.equal((await exchange(server, asking)).length, 0, `port ${port}`);
    }
    stranger.close();
    const { traffic } =
      JSON.parse(await server.command("proxy", "--json")).data;
    assert.equal(traffic.streams, 1);
    assert.equal(traffic.refused.port, closed.length);
    assert.equal(traffic.bytes_in, REQUEST.length);
    assert.ok(traffic.bytes_out >= page.length);
  }));

Deno.test("allowed_ports opens others of this machine, and closes ours", async () => {
  const [port = 0] = reservePorts(1);
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const serving = (async () => {
    for await (const conn of listener) {
      await conn.write(utf8("hello"));
      conn.close();
    }
  })();
  await withRelay(async (server) => {
    const client = new ShadowsocksClient(METHOD, PASSWORD);
    const allowed = client.request({ port, first: "x" });
    assert.equal(client.open(await exchange(server, allowed)), "hello");
    const ours = client.request({ port: server.ports.http, first: REQUEST });
    assert.equal((await exchange(server, ours)).length, 0);
  }, { config: `allowed_ports = [${port}]` });
  listener.close();
  await serving;
});

Deno.test("a service sees the client, not the tunnel", () =>
  withRelay(async (server) => {
    const open = async (from: string) => {
      const client = new ShadowsocksClient(METHOD, PASSWORD);
      const socket = dialled(server, from);
      socket.write(
        client.request({ port: server.ports.imap, first: "a NOOP\r\n" }),
      );
      return { socket, greeting: client.open(await first(socket)) };
    };
    const one = await open("127.0.0.5");
    assert.match(one.greeting, /^\* OK/);
    // the limit is of the client's address
    const two = await open("127.0.0.5");
    assert.match(two.greeting, /^\* BYE/);
    const other = await open("127.0.0.6");
    assert.match(other.greeting, /^\* OK/);
    for (const { socket } of [one, two, other]) socket.destroy();
  }, { config: "[imap]\nmax_connections_per_ip = 1" }));

Deno.test("a new password or cipher cuts who knows the old one; off closes the port", () =>
  withRelay(async (server) => {
    const client = new ShadowsocksClient(METHOD, PASSWORD);
    /** A stream that waits, and when it has ended. */
    async function idle(): Promise<{ closed: Promise<Uint8Array> }> {
      const socket = dialled(server);
      const request = { port: server.ports.imap, first: "a NOOP\r\n" };
      socket.write(client.request(request));
      await first(socket);
      return { closed: untilClosed(socket) };
    }
    const before = await idle();
    await server.command("proxy", "cipher", "set", "AES_256_GCM");
    await before.closed;
    const url = await server.command("proxy", "url");
    assert.match(url, /^ss:\/\/[\w-]+@127\.0\.0\.1:\d+#chat\.example\n$/);
    await server.command("proxy", "cipher", "reset");
    const again = await idle();
    await server.command("proxy", "password", "rotate");
    await again.closed;
    assert.notEqual(await server.command("proxy", "url"), url);
    await server.command("proxy", "password", "reset");
    const last = await idle();
    await server.command("proxy", "disable");
    await last.closed;
    await assert.rejects(Deno.connect(server.endpoint("shadowsocks")));
    await server.command("proxy", "enable");
    (await Deno.connect(server.endpoint("shadowsocks"))).close();
  }));

Deno.test("where the file has no password, one that is reset is another at once", async () => {
  const server = await Server.start({});
  try {
    await server.command("proxy", "enable");
    const before = await server.command("proxy", "url");
    const shown = await server.command("proxy", "password", "reset");
    assert.match(shown, /^password +set$/m);
    const url = await server.command("proxy", "url");
    assert.match(url, /^ss:/);
    assert.notEqual(url, before);
  } finally {
    await server.dispose();
  }
});

Deno.test("secrets are in no list, and those that do not fit are refused", () =>
  withRelay(async (server) => {
    for (
      const command of [
        "settings list",
        "settings get shadowsocks_password",
        "proxy password",
        "proxy",
      ]
    ) {
      const shown = await server.command(...command.split(" "), "--json");
      assert.ok(!shown.includes(PASSWORD), command);
    }
    await assert.rejects(
      server.command("proxy", "cipher", "set", "2022-blake3-aes-128-gcm"),
      /must be a key of 16 octets/,
    );
    await assert.rejects(server.command("proxy", "cipher", "set", "rc4-md5"));
    await assert.rejects(server.command("proxy", "cipher", "grow"));
  }));

Deno.test("one address has so many connections, and no more", () =>
  withRelay(async (server) => {
    const sockets = [dialled(server), dialled(server)];
    const refused = await exchange(server, utf8("x"));
    assert.equal(refused.length, 0);
    for (const socket of sockets) socket.destroy();
    const status = JSON.parse(await server.command("status", "--json")).data;
    const { services } = status as {
      services: { name: string; refused: number }[];
    };
    assert.equal(
      services.find(({ name }) => name === "shadowsocks")?.refused,
      1,
    );
  }, { config: "max_connections_per_ip = 2" }));

/** Debian's shadowsocks-libev: a client that others have written. */
const SS_LOCAL = "/usr/bin/ss-local";

Deno.test({
  name:
    "shadowsocks-libev brings a client to our pages, with each cipher that it knows",
  ignore: !existsSync(SS_LOCAL),
  fn: () =>
    withRelay(async (server) => {
      for (
        const cipher of ["chacha20-ietf-poly1305", "aes-128-gcm", "aes-256-gcm"]
      ) {
        await server.command("proxy", "cipher", "set", cipher);
        const [port = 0] = reservePorts(1);
        const process = new Deno.Command(SS_LOCAL, {
          args: [
            "-s",
            "127.0.0.1",
            "-p",
            `${server.ports.shadowsocks}`,
            "-l",
            `${port}`,
            "-k",
            PASSWORD,
            "-m",
            cipher,
          ],
          stdout: "null",
          stderr: "null",
        }).spawn();
        try {
          const fetched = await new Deno.Command("curl", {
            args: [
              "-sk",
              "-m",
              "20",
              "--retry",
              "20",
              "--retry-connrefused",
              "--retry-delay",
              "1",
              "--socks5-hostname",
              `127.0.0.1:${port}`,
              `https://chat.example:${server.ports.https}/robots.txt`,
            ],
          }).output();
          assert.match(
            new TextDecoder().decode(fetched.stdout),
            /^User-agent/,
            cipher,
          );
        } finally {
          process.kill();
          await process.status;
        }
      }
    }),
});
