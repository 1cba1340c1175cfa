import { deepEqual, equal, match, ok } from "node:assert/strict";
import { reservePorts } from "../harness/ports.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";

/** What METADATA has for calls, in its four parts. */
async function turnEntry(client: ImapClient): Promise<string[]> {
  const name = "/shared/vendor/deltachat/turn";
  const { untagged } = await client.expectOk(`GETMETADATA "" (${name})`);
  const [, value = ""] = /turn "?([^")]*)"?\)/.exec(untagged[0]!.text) ?? [];
  return value.split(":");
}

Deno.test("a relay serves calls, tells clients of them, and follows settings", async (t) => {
  const server = await Server.start({ turn: true });
  async function data(...args: string[]) {
    return JSON.parse(await server.command(...args, "--json")).data;
  }
  try {
    await t.step("turn test goes through as two clients would", async () => {
      const { ok: works, steps } = await data("turn", "test");
      deepEqual(steps.filter((step: { ok: boolean }) => !step.ok), []);
      ok(works && steps.length > 5);
      const status = await data("turn", "status");
      equal(status.allocations, 0);
      equal(status.allocated, 2);
      equal(status.packets, 4);
      deepEqual(status.relay_addresses, ["127.0.0.1"]);
    });

    await t.step(
      "turn test --relay comes in where clients are led",
      async () => {
        const { ok: works, steps } = await data("turn", "test", "--relay");
        ok(works, JSON.stringify(steps));
        deepEqual(steps[0], {
          name: "address",
          ok: true,
          detail: "127.0.0.1 is 127.0.0.1",
        });
        equal((await data("turn", "status")).allocated, 4);
        await server.command("settings", "set", "turn_server", "no.invalid");
        const lost = await server.command("turn", "test", "--relay", "--json")
          .then(() => undefined, (error) => String(error));
        match(lost ?? "", /no\.invalid: /);
        await server.command("settings", "reset", "turn_server");
      },
    );

    await t.step("turn credentials --ice is what browsers take", async () => {
      const text = await server.command("turn", "credentials", "--ice");
      const [{ urls, username, credential }] = JSON.parse(text).iceServers;
      deepEqual(urls, [
        `turn:127.0.0.1:${server.ports.turn}?transport=udp`,
        `turn:127.0.0.1:${server.ports.turn}?transport=tcp`,
        `turns:127.0.0.1:${server.ports.turnTls}?transport=tcp`,
      ]);
      match(username, /^\d{10}$/);
      match(credential, /^[A-Za-z0-9+/]{27}=$/);
    });

    await t.step(
      "METADATA has other credentials each time, and the port of now",
      async () => {
        const client = await ImapClient.connect(
          server.ports.imapTls,
          await server.certificate(),
        );
        await client.login("callers1@chat.example", "correct horse battery");
        const first = await turnEntry(client);
        const second = await turnEntry(client);
        equal(first.slice(0, 2).join(":"), `127.0.0.1:${server.ports.turn}`);
        ok(Number(second[2]) > Number(first[2]));
        const [other = 0] = reservePorts(1);
        await server.command("settings", "set", "turn_port", String(other));
        equal((await turnEntry(client))[1], String(other));
        ok((await data("turn", "test")).ok);
        await server.command("turn", "disable");
        deepEqual(await turnEntry(client), ["NIL"]);
        await server.command("turn", "enable");
        equal((await turnEntry(client))[1], String(other));
        client.close();
      },
    );

    await t.step(
      "a port that somebody has is refused, and the one before serves on",
      async () => {
        const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        const { port } = holder.addr as Deno.NetAddr;
        const failed = await data("turn", "status").then(({ listen }) =>
          listen
        );
        let message = "";
        try {
          await server.command("settings", "set", "turn_port", String(port));
        } catch (error) {
          message = String(error);
        }
        holder.close();
        match(message, /port/);
        deepEqual((await data("turn", "status")).listen, failed);
        ok((await data("turn", "test")).ok);
      },
    );
  } finally {
    await server.dispose();
  }
});
