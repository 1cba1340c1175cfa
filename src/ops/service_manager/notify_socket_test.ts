import assert from "node:assert/strict";
import { NotifySocket, watchdogMs } from "./notify_socket.ts";

/** Places at which a service manager may listen: as they are bound, and as the variable has them. */
async function listening(
  bound: string,
  work: (next: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const manager = Deno.listenDatagram({ transport: "unixpacket", path: bound });
  try {
    await work(async () => {
      const [octets] = await manager.receive();
      return new TextDecoder().decode(octets);
    });
  } finally {
    manager.close();
  }
}

Deno.test("tell() reaches a path", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/notify`;
  await listening(path, async (next) => {
    const socket = NotifySocket.open({ NOTIFY_SOCKET: path });
    assert.ok(socket);
    await socket.tell({ READY: "1", STATUS: "Serves chat.example" });
    assert.equal(await next(), "READY=1\nSTATUS=Serves chat.example");
    socket.close();
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("tell() reaches an abstract address", async () => {
  const name = `notify-${crypto.randomUUID()}`;
  await listening(`\0${name}`, async (next) => {
    const socket = NotifySocket.open({ NOTIFY_SOCKET: `@${name}` });
    assert.ok(socket);
    await socket.tell({ WATCHDOG: "1" });
    assert.equal(await next(), "WATCHDOG=1");
    socket.close();
  });
});

Deno.test("tell() keeps a value on its line, and short", async () => {
  const name = `notify-${crypto.randomUUID()}`;
  await listening(`\0${name}`, async (next) => {
    const socket = NotifySocket.open({ NOTIFY_SOCKET: `@${name}` });
    await socket?.tell({ STATUS: `a\nREADY=1\r\0${"x".repeat(5000)}` });
    const told = await next();
    assert.match(told, /^STATUS=a READY=1 x+$/);
    assert.ok(told.length < 300);
    socket?.close();
  });
});

Deno.test("tell() does without a manager that is gone", async () => {
  const socket = NotifySocket.open({ NOTIFY_SOCKET: "/nowhere/notify" });
  await socket?.tell({ READY: "1" });
  socket?.close();
  await socket?.tell({ READY: "1" });
  socket?.close();
});

Deno.test("open() gives nothing without an address", () => {
  for (const NOTIFY_SOCKET of [undefined, "", "/", "@", "vsock:2:1234", "x"]) {
    assert.equal(NotifySocket.open({ NOTIFY_SOCKET }), undefined);
  }
});

Deno.test("watchdogMs() is for this process alone", () => {
  const pid = 42;
  const WATCHDOG_USEC = "60000000";
  assert.equal(watchdogMs({ WATCHDOG_USEC }, pid), 60_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID: "42" }, pid), 60_000);
  assert.equal(
    watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID: "7" }, pid),
    undefined,
  );
  for (const wrong of ["", "0", "-1", "x", "1e99"]) {
    assert.equal(watchdogMs({ WATCHDOG_USEC: wrong }, pid), undefined, wrong);
  }
  assert.equal(watchdogMs({}, pid), undefined);
});
