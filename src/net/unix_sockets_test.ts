import assert from "node:assert/strict";
import { socketsAt } from "../../tests/harness/descriptors.ts";
import { UnixConnection, UnixListener } from "./unix_sockets.ts";

const LARGE = new Uint8Array(16 * 1024 * 1024);

async function paired(
  test: (
    client: UnixConnection,
    server: UnixConnection,
    path: string,
  ) => Promise<void>,
): Promise<void> {
  const directory = Deno.makeTempDirSync();
  const path = `${directory}/socket`;
  const listener = new UnixListener(path);
  const [client, server] = await Promise.all([
    UnixConnection.connect(path),
    listener.accept(),
  ]);
  assert.ok(server);
  try {
    await test(client, server, path);
  } finally {
    client.close();
    server.close();
    server.close();
    listener.close();
    listener.close();
    assert.equal(await listener.accept(), undefined);
    Deno.removeSync(directory, { recursive: true });
  }
}

async function openAre(path: string, count: number): Promise<void> {
  while (socketsAt(path).size !== count) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

Deno.test("a Unix connection passes octets, and their end", () =>
  paired(async (client, server) => {
    await client.write(new Uint8Array([1, 2, 3]));
    assert.deepEqual(await server.read(), new Uint8Array([1, 2, 3]));
    await server.write(new Uint8Array([4]));
    server.close();
    assert.deepEqual(await client.read(), new Uint8Array([4]));
    assert.equal(await client.read(), undefined);
    await assert.rejects(client.write(new Uint8Array(1)));
  }));

for (const pending of ["read", "write"] as const) {
  Deno.test(`close() frees a Unix connection whose ${pending} is pending, and no other`, () =>
    paired(async (client, server, path) => {
      const work = pending === "read" ? server.read() : server.write(LARGE);
      const ended = work.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await openAre(path, 2);
      server.close();
      assert.equal(await ended, undefined);
      await openAre(path, 1);
      while (await client.read() !== undefined);
    }));
}

Deno.test("close() ends the read of a client", () =>
  paired(async (client) => {
    const read = client.read();
    client.close();
    assert.equal(await read.catch(() => undefined), undefined);
  }));

Deno.test("connect() says with a code why there is no connection", async () => {
  const error = await UnixConnection.connect("/nowhere/socket").catch((e) => e);
  assert.equal(error.code, "ENOENT");
});

/** A second close(2) could hit what another thread has opened meanwhile. */
async function closesOnce(): Promise<void> {
  const program = `
    import { UnixConnection, UnixListener } from ${
    JSON.stringify(new URL("unix_sockets.ts", import.meta.url).href)
  };
    const path = Deno.makeTempDirSync() + "/socket";
    const listener = new UnixListener(path);
    for (let i = 0; i < 3; i++) {
      const [client, server] = await Promise.all([
        UnixConnection.connect(path), listener.accept(),
      ]);
      const read = server.read();
      server.close();
      await read;
      client.close();
    }
    listener.close();
    await listener.accept();
    Deno.exit();`;
  const directory = await Deno.makeTempDir();
  try {
    const trace = `${directory}/trace`;
    const { success, stderr } = await new Deno.Command("strace", {
      args: [
        ...["-f", "-qq", "-e", "trace=close", "-o", trace],
        ...[Deno.execPath(), "eval", "--no-check", program],
      ],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const closed = await Deno.readTextFile(trace);
    assert.match(closed, /close\(\d+\) += 0/);
    assert.doesNotMatch(closed, /EBADF/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  name: "descriptors of Unix sockets are closed once",
  ignore: !hasStrace(),
  fn: closesOnce,
});

function hasStrace(): boolean {
  try {
    const { success } = new Deno.Command("strace", {
      args: ["-qq", "-o", "/dev/null", "true"],
    }).outputSync();
    return success;
  } catch {
    return false;
  }
}
