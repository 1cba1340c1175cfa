/** Live events of the admin API: who hears what, who comes again, who is cut off. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import {
  adminCall,
  adminLogin,
  adminToken,
  adminUrl,
} from "../harness/admin_client.ts";

interface Event {
  readonly id: number;
  readonly event: string;
  // deno-lint-ignore no-explicit-any
  readonly data: any;
}

/** One open stream. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Stream> {
    const response = await fetch(url, { headers });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.ok(response.body);
    return new Stream(response.body);
  }

  /** undefined at the end. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (block === ":") continue;
        const fields = Object.fromEntries(
          block.split("\n").map((line) => {
            const at = line.indexOf(": ");
            return [line.slice(0, at), line.slice(at + 2)];
          }),
        );
        return {
          id: Number(fields.id),
          event: fields.event ?? "",
          data: JSON.parse(fields.data ?? "null"),
        };
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The next one of this type. */
  async until(event: string): Promise<Event> {
    for (;;) {
      const next = await this.next();
      assert.ok(next, `no ${event}`);
      if (next.event === event) return next;
    }
  }

  async ended(): Promise<void> {
    while (await this.next());
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("live events of a whole server", async (t) => {
  const server = await Server.start();
  const url = `${adminUrl(server)}/events`;
  const bearer = { authorization: `Bearer ${await adminToken(server)}` };
  try {
    await t.step("nobody listens without a session or token", async () => {
      const response = await fetch(url);
      assert.equal(response.status, 401);
      assert.equal((await response.json()).code, "unauthorized");
    });

    await t.step(
      "a change is told, whatever surface it came by, without secrets",
      async () => {
        const { cookie } = await adminLogin(server);
        const stream = await Stream.open(url, { cookie });
        await server.command(
          "settings",
          "set",
          "admin_contact",
          "mailto:a@b.example",
        );
        const settings = await stream.until("settings");
        assert.deepEqual(settings.data, {
          operation: "settings.set",
          name: "admin_contact",
        });
        await adminCall(server, "accounts.create", {
          username: "ann.chats",
          password: "a secret password",
        });
        const account = await stream.until("account");
        assert.deepEqual(account.data, {
          operation: "accounts.create",
          username: "ann.chats",
        });
        assert.ok(account.id > settings.id);
        await stream.close();
      },
    );

    await t.step(
      "who comes again hears what he missed, and no more",
      async () => {
        const stream = await Stream.open(url, bearer);
        await adminCall(server, "accounts.ban", { username: "ann.chats" });
        const seen = await stream.until("account");
        await stream.close();
        await adminCall(server, "blocklist.remove", { username: "ann.chats" });
        await adminCall(server, "blocklist.add", { username: "ben.chats" });
        const again = await Stream.open(url, {
          ...bearer,
          "last-event-id": String(seen.id),
        });
        assert.deepEqual([
          (await again.until("account")).data.operation,
          (await again.until("account")).data.operation,
        ], ["blocklist.remove", "blocklist.add"]);
        await again.close();
        const other = await Stream.open(url, {
          ...bearer,
          "last-event-id": "999999999",
        });
        const first = await other.next();
        assert.ok(first && first.id <= seen.id, "of an earlier life: all");
        await other.close();
      },
    );

    await t.step(
      "a task and a long operation are jobs that begin and end",
      async () => {
        const stream = await Stream.open(url, bearer);
        await adminCall(server, "tasks.run", { task: "retention" });
        const states: [string, string][] = [];
        while (states.at(-1)?.[1] !== "done") {
          const { data } = await stream.until("job");
          if (data.kind === "prune-old-messages") {
            states.push([data.kind, data.state]);
          }
        }
        assert.equal(states[0]?.[1], "running");
        await assert.rejects(
          adminCall(server, "accounts.delete_all", {
            confirm: "other.example",
          }),
        );
        const jobs = [await stream.until("job"), await stream.until("job")];
        assert.deepEqual(
          jobs.map(({ data }) => [data.kind, data.state, data.code]),
          [
            ["accounts.delete_all", "running", undefined],
            ["accounts.delete_all", "failed", "invalid_value"],
          ],
        );
        await stream.close();
      },
    );

    await t.step("the log is for those who may do everything", async () => {
      const { token } = await adminCall(server, "admin_tokens.create", {
        name: "reader",
        scope: "read",
      });
      const reader = { authorization: `Bearer ${token}` };
      const refused = await fetch(`${url}?log=1`, { headers: reader });
      assert.equal(refused.status, 403);
      assert.equal((await refused.json()).code, "scope");
      const stream = await Stream.open(url, reader);
      const { tokens } = await adminCall(server, "admin_tokens.list");
      await adminCall(server, "admin_tokens.remove", { id: tokens[0].id });
      await stream.ended();
    });

    await t.step(
      "ten listen, the eleventh waits until one has left",
      async () => {
        const streams: Stream[] = [];
        for (let count = 0; count < 10; count++) {
          streams.push(await Stream.open(url, bearer));
        }
        const eleventh = await fetch(url, { headers: bearer });
        assert.equal(eleventh.status, 429);
        assert.equal((await eleventh.json()).code, "too_many_streams");
        await streams.pop()?.close();
        let status = 0;
        while (status !== 200) {
          const response = await fetch(url, { headers: bearer });
          ({ status } = response);
          await response.body?.cancel();
        }
        for (const stream of streams) await stream.close();
      },
    );

    await t.step("a new token cuts all off", async () => {
      const { cookie } = await adminLogin(server);
      const streams = [
        await Stream.open(url, { cookie }),
        await Stream.open(url, bearer),
      ];
      await server.command("admin-token", "rotate", "--yes");
      for (const stream of streams) await stream.ended();
    });

    await t.step("the server stops although somebody listens", async () => {
      const { cookie } = await adminLogin(server);
      const stream = await Stream.open(url, { cookie });
      await server.end("SIGTERM");
      await stream.ended().catch(() => {});
    });
  } finally {
    await server.dispose();
  }
});
