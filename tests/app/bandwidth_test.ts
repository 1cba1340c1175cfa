/** What counts as what, and what is off once all that may go out in a month has. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { DOMAIN, Server } from "../harness/server.ts";

/** First line of the answer on the port for HTTP; the body is sent once the server wants it. */
async function answerTo(
  server: Server,
  request: string,
  body = "",
): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: server.ports.http });
  socket.setEncoding("latin1");
  const done = Promise.withResolvers<string>();
  socket.on("error", done.reject);
  socket.on("close", () => done.reject(new Error("No answer")));
  let text = "";
  socket.on("data", (part: string) => {
    text += part;
    const [line, rest] = text.split("\r\n");
    if (line === "HTTP/1.1 100 Continue") {
      text = "";
      socket.write(body);
    } else if (rest !== undefined) done.resolve(line!);
  });
  socket.write(request);
  try {
    return await done.promise;
  } finally {
    socket.destroy();
  }
}

Deno.test("mail of relays is told apart; at the cap calls and tunnels end, and come again", async (t) => {
  const server = await Server.start({
    turn: true,
    config: `[http_proxy]
enabled = true
username = "anna"
password = "a password"
[federation]
http_inbound = true
`,
  });
  const data = async (...args: string[]) =>
    JSON.parse(await server.command(...args, "--json")).data;
  const through = () => {
    const at = `${DOMAIN}:${server.ports.imap}`;
    return answerTo(
      server,
      `CONNECT ${at} HTTP/1.1\r\nHost: ${at}\r\n` +
        `Proxy-Authorization: Basic ${btoa("anna:a password")}\r\n\r\n`,
    );
  };
  const callsAreRelayed = async () => (await data("turn", "status")).running;
  try {
    await t.step("a connection that brings mail counts as such", async () => {
      const body = "x".repeat(50_000);
      const line = await answerTo(
        server,
        `POST /mxdeliv HTTP/1.1\r\nHost: ${DOMAIN}\r\nX-Mail-From: a@b.example\r\n` +
          `X-Mail-To: ann@${DOMAIN}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
        body,
      );
      assert.match(line, /^HTTP\/1\.1 [245]/);
      const { by_category: by } = await data("bandwidth", "show");
      assert.ok(by.federation_in.bytes_in > 30_000, JSON.stringify(by));
      assert.ok(by.http.bytes_in < 20_000, JSON.stringify(by));
      const { bandwidth } = await data("status");
      assert.ok(bandwidth.bytes_in > 50_000);
      assert.equal(bandwidth.percent_used, null);
    });

    await t.step("a cap alone turns nothing off", async () => {
      await server.command("settings", "set", "bandwidth_monthly_cap", "1B");
      assert.match(await through(), / 200 /);
      assert.equal(await callsAreRelayed(), true);
    });

    await t.step("with disable_relays, calls and tunnels are off", async () => {
      await server.command(
        ...["settings", "set", "bandwidth_cap_action", "disable_relays"],
      );
      assert.match(await through(), / 405 /);
      assert.equal(await callsAreRelayed(), false);
      const { degraded } = await data("status");
      const found = degraded.find(({ code }: { code: string }) =>
        code === "bandwidth_used_up"
      );
      assert.match(found?.message ?? "", /no calls are relayed/);
    });

    await t.step("with a larger cap they are on again", async () => {
      await server.command("settings", "set", "bandwidth_monthly_cap", "1G");
      assert.match(await through(), / 200 /);
      assert.equal(await callsAreRelayed(), true);
    });
  } finally {
    await server.dispose();
  }
});
