/** CONNECT on the ports of HTTP of a whole server. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { Server } from "../harness/server.ts";
import { happens, LIMIT_MS } from "../harness/until.ts";

const CREDENTIALS = "anna:a password";
const CONFIG = `[http_proxy]
enabled = true
username = "anna"
password = "a password"
`;

async function withRelay(
  work: (server: Server) => Promise<void>,
  config = CONFIG,
): Promise<void> {
  const server = await Server.start({ config });
  try {
    await work(server);
  } finally {
    await server.dispose();
  }
}

/** What an HTTP client would send for this port. */
function asking(
  target: string,
  credentials: string | null = CREDENTIALS,
): string {
  const authorization = credentials === null
    ? ""
    : `Proxy-Authorization: Basic ${btoa(credentials)}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`;
}

function dialled(server: Server, from = "127.0.0.1"): Socket {
  const socket = connect({
    host: "127.0.0.1",
    port: server.ports.http,
    localAddress: from,
  });
  socket.setEncoding("latin1");
  socket.on("error", () => {});
  return socket;
}

/** Everything until it closes or so much is there. */
async function read(socket: Socket, until?: RegExp): Promise<string> {
  let text = "";
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => done.reject(new Error(`Only this has come: ${text}`)),
    LIMIT_MS,
  );
  socket.on("data", (part: string) => {
    text += part;
    if (until?.test(text)) done.resolve();
  });
  socket.once("close", () => done.resolve());
  socket.once("end", () => done.resolve());
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    socket.removeAllListeners("data");
  }
  return text;
}

async function answerTo(
  server: Server,
  request: string,
  from?: string,
): Promise<string> {
  const socket = dialled(server, from);
  socket.write(request);
  const answer = await read(socket);
  socket.destroy();
  return answer.replace(/^date:.*\r\n/im, "");
}

Deno.test("who knows the password comes to the ports of clients, and is counted as who it is", () =>
  withRelay(async (server) => {
    const { ports } = server;
    async function open(from: string): Promise<[Socket, string]> {
      const socket = dialled(server, from);
      // what follows may come with the request
      socket.write(`${asking(`chat.example:${ports.imap}`)}a LOGOUT\r\n`);
      return [socket, await read(socket)];
    }
    const [, text] = await open("127.0.0.5");
    assert.match(text, /^HTTP\/1\.1 200 [^\r]*\r\n\r\n\* OK /);
    assert.match(text, /a OK /);
    const page = dialled(server);
    page.write(
      `${asking(`[::1]:${ports.http}`)}GET /robots.txt HTTP/1.1\r\n` +
        "Host: chat.example\r\nConnection: close\r\n\r\n",
    );
    assert.match(await read(page), /\r\n\r\nHTTP\/1\.1 200 [^]*User-agent/);
    page.destroy();
    const { traffic } = JSON.parse(
      await server.command("http-proxy", "--json"),
    ).data;
    assert.equal(traffic.streams, 2);
    assert.ok(traffic.bytes_out > 0);
  }));

Deno.test("everybody else hears what an unknown method is answered, whatever is wrong", () =>
  withRelay(async (server) => {
    const { ports } = server;
    const imap = `chat.example:${ports.imap}`;
    const other = await answerTo(server, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.match(other, /^HTTP\/1\.1 405 /);
    assert.doesNotMatch(other, /proxy-auth/i);
    const wrong = [
      asking(imap, null),
      asking(imap, "anna:wrong"),
      asking(imap, "anna"),
      asking(imap, ""),
      asking(imap).replace("Basic", "Bearer"),
      asking(imap).replace("Basic ", "Basic !"),
      asking(imap).replace(/(Proxy-Authorization: .*\r\n)/, "$1$1"),
      asking(`chat.example:${ports.smtp}`),
      asking("chat.example:22"),
      asking("10.0.0.1:80"),
      asking("chat.example"),
      asking("chat.example:99999999"),
      asking("http://chat.example/"),
    ];
    for (const [at, request] of wrong.entries()) {
      // each from an address of its own: failures are limited
      const answer = await answerTo(server, request, `127.0.1.${at + 1}`);
      assert.equal(answer, other, request);
    }
  }));

Deno.test("after ten failures an address hears the same with the right password too", () =>
  withRelay(async (server) => {
    const target = `chat.example:${server.ports.imap}`;
    for (let i = 0; i < 10; i++) {
      await answerTo(server, asking(target, "anna:wrong"), "127.0.0.9");
    }
    const late = await answerTo(server, asking(target), "127.0.0.9");
    assert.match(late, /^HTTP\/1\.1 405 /);
    const other = dialled(server, "127.0.0.10");
    other.write(asking(target));
    assert.match(await read(other, /\* OK/), /^HTTP\/1\.1 200 /);
    other.destroy();
  }));

Deno.test("switched off there is no such method; on, it is made and told; off again, all ends", () =>
  withRelay(async (server) => {
    const target = `chat.example:${server.ports.imap}`;
    assert.match(
      await answerTo(server, asking(target, ":")),
      /^HTTP\/1\.1 405 /,
    );
    await assert.rejects(server.command("http-proxy", "url"));
    await assert.rejects(server.command("http-proxy", "credentials"));
    await server.command("http-proxy", "enable");
    const url = new URL((await server.command("http-proxy", "url")).trim());
    const { data: told } = JSON.parse(
      await server.command("http-proxy", "credentials", "--json"),
    );
    assert.deepEqual([told.username, told.password], [
      url.username,
      url.password,
    ]);
    assert.equal(told.address, `${url.protocol}//${url.host}`);
    assert.equal(url.protocol, "http:"); // the certificate is our own
    const credentials = `${url.username}:${url.password}`;
    const socket = dialled(server);
    socket.write(asking(target, credentials));
    await read(socket, /\* OK/);
    const closed = read(socket);
    await server.command("http-proxy", "rotate");
    await closed;
    const old = await answerTo(server, asking(target, credentials));
    assert.match(old, /^HTTP\/1\.1 405 /);
    await server.command("http-proxy", "disable");
    await assert.rejects(server.command("http-proxy", "url"));
  }, ""));

Deno.test("switched on by the file or a setting alone, it has a link that leads in", () =>
  withRelay(async (server) => {
    const target = `chat.example:${server.ports.imap}`;
    const url = async () => {
      for (;;) {
        const { data } = JSON.parse(
          await server.command("http-proxy", "--json"),
        );
        if (data.credentials_set) break;
        await new Promise((done) => setTimeout(done, 100));
      }
      return new URL((await server.command("http-proxy", "url")).trim());
    };
    const leadsIn = async ({ username, password }: URL) => {
      const socket = dialled(server);
      socket.write(asking(target, `${username}:${password}`));
      assert.match(await read(socket, /\* OK/), /^HTTP\/1\.1 200 /);
      socket.destroy();
    };
    const made = await url();
    await leadsIn(made);
    await server.command("settings", "set", "http_proxy_username", "");
    const again = await url();
    assert.notEqual(again.username, "");
    assert.equal(again.password, made.password);
    await leadsIn(again);
  }, "[http_proxy]\nenabled = true\n"));

Deno.test("who leaves before the answer holds nothing of the relay", () =>
  withRelay(async (server) => {
    const request = asking(`chat.example:${server.ports.imap}`);
    for (let i = 0; i < 60; i++) {
      const socket = dialled(server);
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write(request, () => socket.resetAndDestroy());
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await happens(async () => {
      const { traffic } = JSON.parse(
        await server.command("http-proxy", "--json"),
      ).data;
      return traffic.connections === 0;
    });
  }));
