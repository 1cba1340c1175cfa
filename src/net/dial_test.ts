import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { TestAuthority } from "../../tests/harness/authority.ts";
import { connectionsTo, openOf } from "../../tests/harness/descriptors.ts";
import { happens } from "../../tests/harness/until.ts";
import { makeSelfSigned } from "../tls/self_signed.ts";
import {
  dial,
  type DialledWire,
  type DialOptions,
  dialTls,
  DialTrouble,
} from "./dial.ts";
import { waitingAt } from "./descriptors/accept_queue.ts";
import { withOptions } from "./listening_options.ts";
import { SocketWire } from "./socket_wire.ts";
import {
  type CertificateFault,
  type ClientTls,
  ClientUpgrade,
} from "./tls_upgrade.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const timers = {
  every(periodMs: number, tick: () => void) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};
const NAME = "b.example";
const authority = await TestAuthority.make();
const pairs = {
  good: await authority.issue([NAME]),
  wrong_name: await authority.issue(["c.example"]),
  expired: await authority.issue([NAME], [-30, -1]),
  not_yet_valid: await authority.issue([NAME], [1, 30]),
  untrusted: await (await TestAuthority.make()).issue([NAME]),
  self_signed: await makeSelfSigned({
    names: [NAME],
    nowMs: Date.now(),
    days: 30,
  }),
  address: await authority.issue(["127.0.0.1"]),
};

function optionsFor(
  port: number,
  tls: Partial<ClientTls> = {},
): DialOptions {
  return {
    addresses: ["127.0.0.1"],
    port,
    deadlineMs: 600_000,
    tls: {
      host: NAME,
      certificate: "verified",
      roots: [authority.rootPem],
      ...tls,
    },
    clock,
    timers,
  };
}

/** Runs `test` with a server; at its end no descriptor of a connection is left. */
async function serving(
  server: Server,
  test: (port: number) => Promise<void>,
  hostname = "127.0.0.1",
): Promise<void> {
  const accepted = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    accepted.add(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((done) => server.listen(0, hostname, done));
  const { port } = server.address() as { port: number };
  try {
    await test(port);
  } finally {
    for (const socket of accepted) socket.destroy();
    server.close();
  }
}

function tlsServer(
  pair: { chainPem: string; keyPem: string },
  onSocket: (socket: Socket) => void = (socket) => socket.end("hello"),
): Server {
  return createTlsServer({
    cert: pair.chainPem,
    key: pair.keyPem,
    ALPNProtocols: ["h2", "http/1.1"],
  }, (socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  });
}

async function readAll(wire: DialledWire): Promise<string> {
  let text = "";
  for (;;) {
    const octets = await wire.read();
    if (!octets) return text;
    text += new TextDecoder().decode(octets);
  }
}

async function freed(sockets: ReadonlySet<string>): Promise<void> {
  await happens(() => openOf(sockets).size === 0);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

Deno.test("dialTls() verifies, and says who is there", async () => {
  await serving(tlsServer(pairs.good), async (port) => {
    const wire = await dialTls(optionsFor(port, { alpn: ["http/1.1"] }));
    assert.equal(wire.secure, true);
    const { fingerprint, ...identity } = wire.identity!;
    assert.deepEqual(identity, { protocol: "TLSv1.3", alpn: "http/1.1" });
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(await readAll(wire), "hello");
    wire.close();
    await wire.gone;
  });
});

const MOST_BUFFERED = 64; // MB: more than all buffers on the way

const FAULTS = [
  "wrong_name",
  "expired",
  "not_yet_valid",
  "untrusted",
  "self_signed",
] as const satisfies readonly CertificateFault[];

for (const fault of FAULTS) {
  Deno.test(`dialTls() refuses a certificate that is ${fault}, or tells`, async () => {
    await serving(tlsServer(pairs[fault]), async (port) => {
      await assert.rejects(dialTls(optionsFor(port)), {
        name: "CertificateError",
        fault,
      });
      const wire = await dialTls(optionsFor(port, { certificate: "any" }));
      assert.equal(wire.identity?.fault, fault);
      assert.equal(await readAll(wire), "hello");
      wire.close();
      await wire.gone;
    });
  });
}

Deno.test("dialTls() verifies an IP address as such, and sends no SNI for it", async () => {
  const names: (string | false)[] = [];
  const server = tlsServer(pairs.address, (socket) => {
    names.push(
      (socket as unknown as { servername: string | false }).servername,
    );
    socket.end("hello");
  });
  await serving(server, async (port) => {
    const wire = await dialTls(optionsFor(port, { host: "127.0.0.1" }));
    assert.equal(await readAll(wire), "hello");
    wire.close();
    await assert.rejects(dialTls(optionsFor(port, { host: "127.0.0.2" })), {
      fault: "wrong_name",
    });
    assert.equal(names.filter((name) => name).length, 0);
  });
});

Deno.test("dialTls() agrees on TLS with nobody who does not speak it", async () => {
  const server = createServer((socket) => socket.end("220 b.example\r\n"));
  await serving(server, async (port) => {
    await assert.rejects(
      dialTls(optionsFor(port, { certificate: "any" })),
      (error) => error instanceof Error && error.name !== "DialTrouble",
    );
  });
});

Deno.test("dialTls() ends a handshake that nobody answers", async () => {
  await serving(createServer(() => {}), async (port) => {
    const options = { ...optionsFor(port), deadlineMs: 100 };
    await assert.rejects(dialTls(options), { kind: "timeout" });
  });
});

Deno.test("startTls() refuses what came in clear before the handshake", async () => {
  const server = createServer((socket) =>
    socket.write("220 go\r\n250 yes\r\n")
  );
  await serving(server, async (port) => {
    const socket = connect({ host: "127.0.0.1", port });
    const { tls } = optionsFor(port);
    const wire = new SocketWire(socket, new ClientUpgrade(tls!, clock));
    await happens(() => socket.readableLength > 0);
    await assert.rejects(wire.startTls(), /before the handshake/);
    wire.abort();
    await wire.gone;
  });
});

Deno.test("dial() takes the next address at once when one says no", async () => {
  await serving(tlsServer(pairs.good), async (port) => {
    // Time does not pass: nothing else than their refusal can call the next one.
    const wire = await dial({
      ...optionsFor(port),
      timers: { every: () => () => {} },
      addresses: ["127.0.0.9", "::1", "127.0.0.1"],
    });
    assert.equal(wire.peerAddress, "127.0.0.1");
    wire.close();
    await wire.gone;
  });
});

Deno.test("dial() says of each address why there is no connection", async () => {
  const server = createServer();
  let free = 0;
  await serving(server, (port) => Promise.resolve(void (free = port)));
  await assert.rejects(
    dial({ ...optionsFor(free), addresses: ["127.0.0.1", "127.0.0.2"] }),
    {
      kind: "unreachable",
      message: "127.0.0.1: connection refused, 127.0.0.2: connection refused",
    },
  );
  await assert.rejects(dial({ ...optionsFor(free), addresses: [] }), {
    kind: "unreachable",
  });
});

Deno.test("dial() does not connect to what the caller refuses", async () => {
  let connections = 0;
  await serving(createServer(() => connections++), async (port) => {
    const refuse = (address: string) =>
      address.startsWith("127.") ? "our own" : undefined;
    await assert.rejects(dial({ ...optionsFor(port), refuse }), {
      kind: "refused",
      message: "127.0.0.1: our own",
    });
    await assert.rejects(
      dial({
        ...optionsFor(port),
        refuse,
        addresses: ["127.0.0.1", "::1"],
      }),
      { kind: "unreachable", message: /our own, ::1: connection refused/ },
    );
    assert.equal(connections, 0);
  });
});

Deno.test("dial() connects from the address that is asked for", async () => {
  const from: (string | undefined)[] = [];
  const server = createServer((socket) => from.push(socket.remoteAddress));
  await serving(server, async (port) => {
    const wire = await dial({
      ...optionsFor(port),
      from: { ipv4: "127.0.0.7" },
    });
    await happens(() => from.length > 0);
    assert.deepEqual(from, ["127.0.0.7"]);
    wire.close();
    await wire.gone;
  });
});

/** A listener that answers nobody any more: the kernel's queue for it is full. */
async function deaf(hostname: string, port: number) {
  const descriptors: number[] = [];
  const listener = withOptions(
    () => Deno.listen({ hostname, port, tcpBacklog: 1 }),
    (found) => descriptors.push(...found),
  );
  const queued: Deno.TcpConn[] = [];
  while (queued.length < 2) { // one more than is asked for, as Linux counts
    queued.push(await Deno.connect({ hostname, port }));
  }
  await happens(() => waitingAt(descriptors) === queued.length);
  return {
    close() {
      for (const connection of queued) connection.close();
      listener.close();
    },
  };
}

Deno.test("dial() does not wait for a silent address", async () => {
  await serving(tlsServer(pairs.good), async (port) => {
    const silent = await deaf("127.0.0.3", port);
    try {
      const startedAt = performance.now();
      const wire = await dial({
        ...optionsFor(port),
        addresses: ["127.0.0.3", "127.0.0.1"],
      });
      const tookMs = performance.now() - startedAt;
      assert.equal(wire.peerAddress, "127.0.0.1");
      assert.ok(tookMs >= 240, `${tookMs} ms`);
      wire.close();
      await wire.gone;
      await assert.rejects(
        dial({
          ...optionsFor(port),
          addresses: ["127.0.0.3"],
          deadlineMs: 100,
        }),
        { kind: "timeout", message: "No answer in time" },
      );
    } finally {
      silent.close();
    }
  });
});

for (const secure of [true, false]) {
  const how = secure ? "over TLS" : "in clear";
  Deno.test(`write() waits for a peer that does not read ${how}, and close() frees all`, async () => {
    const listener = secure
      ? Deno.listenTls({
        hostname: "127.0.0.1",
        port: 0,
        cert: pairs.good.chainPem,
        key: pairs.good.keyPem,
      })
      : Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const accepted = listener.accept().then(async (peer) => {
      await peer.write(new Uint8Array(1)); // which ends the handshake
      return peer;
    });
    const options = optionsFor(port);
    const wire = secure ? await dialTls(options) : await dial(options);
    let taken = 0;
    const writing = (async () => {
      for (; taken < MOST_BUFFERED; taken++) {
        await wire.write(new Uint8Array(1_000_000));
      }
    })();
    const ended = assert.rejects(writing);
    for (let before = -1; before !== taken;) {
      before = taken;
      await pause(300);
    }
    const sockets = connectionsTo(port);
    assert.equal(sockets.size, 1);
    const startedAt = performance.now();
    wire.close(); // what is pending cannot be said any more
    await Promise.all([wire.gone, ended, freed(sockets)]);
    assert.ok(performance.now() - startedAt < 4500); // no grace
    (await accepted).close();
    listener.close();
  });

  Deno.test(`a peer that only sends ${how} is held back, and read to its end`, async () => {
    const MEGABYTES = 64;
    let sent = 0;
    const flood = (socket: Socket) => {
      const piece = new Uint8Array(1_000_000).fill(65);
      const next = () => {
        if (sent === MEGABYTES) return void socket.end();
        sent++;
        socket.write(piece, next);
      };
      next();
    };
    const server = secure ? tlsServer(pairs.good, flood) : createServer(flood);
    await serving(server, async (port) => {
      const options = optionsFor(port);
      const wire = secure ? await dialTls(options) : await dial(options);
      const first = await wire.read();
      for (let before = -1; before !== sent;) {
        before = sent;
        await pause(300);
      }
      assert.ok(sent < MEGABYTES / 2, `${sent} MB were taken`);
      let octets = first!.length;
      for (let got = await wire.read(); got; got = await wire.read()) {
        octets += got.length;
      }
      assert.equal(octets, MEGABYTES * 1_000_000);
      wire.close();
      await wire.gone;
    });
  });

  Deno.test(`a reset ${how} rejects what waits, and frees all`, async () => {
    const peers: Socket[] = [];
    const server = secure
      ? tlsServer(pairs.good, (socket) => void peers.push(socket))
      : createServer((socket) => void peers.push(socket));
    await serving(server, async (port) => {
      const options = optionsFor(port);
      const wire = secure ? await dialTls(options) : await dial(options);
      const sockets = connectionsTo(port);
      const reading = wire.read().then(String, (error) => error.code);
      await happens(() => peers.length === 1);
      peers[0]!.resetAndDestroy();
      const answer = await reading;
      assert.ok(answer === "ECONNRESET" || answer === "undefined", answer);
      await assert.rejects(wire.write(new Uint8Array(1)));
      wire.close();
      await wire.gone;
      await freed(sockets);
    });
  });
}

Deno.test("abort() ends a handshake that is under way", async () => {
  await serving(createServer(() => {}), async (port) => {
    const wire = await dial(optionsFor(port));
    const sockets = connectionsTo(port);
    const handshake = assert.rejects(wire.startTls());
    await pause(20);
    wire.close();
    await Promise.all([handshake, wire.gone, freed(sockets)]);
  });
});

Deno.test("read() comes to the end of what a peer sent while it was held back", async () => {
  const { chainPem, keyPem } = pairs.good;
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: chainPem,
    key: keyPem,
  });
  const { port } = listener.addr as Deno.NetAddr;
  const SIZE = 4_000_000;
  const sending = listener.accept().then(async (peer) => {
    const octets = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE;) at += await peer.write(octets.subarray(at));
    await peer.closeWrite();
    return peer;
  });
  const wire = await dialTls(optionsFor(port));
  await pause(100);
  let size = 0;
  for (let got = await wire.read(); got; got = await wire.read()) {
    size += got.length;
    if (size % 3 === 0) await pause(1);
  }
  assert.equal(size, SIZE);
  wire.close();
  await wire.gone;
  (await sending).close();
  listener.close();
});

for (const begin of [dial, dialTls]) {
  Deno.test(`${begin.name}() gives up when it is told to`, async () => {
    const accepted = Promise.withResolvers<void>();
    const silent = createServer(() => accepted.resolve());
    await serving(silent, async (port) => {
      const abort = new AbortController();
      const dialling = begin({ ...optionsFor(port), signal: abort.signal });
      const ended = (error: unknown) =>
        error instanceof DialTrouble && error.kind === "ended";
      if (begin === dialTls) {
        const failed = assert.rejects(dialling, ended);
        await accepted.promise;
        abort.abort();
        await failed;
      } else (await dialling).abort();
      const sockets = await connectionsTo(port);
      abort.abort();
      await assert.rejects(
        begin({ ...optionsFor(port), signal: abort.signal }),
        ended,
      );
      await freed(sockets);
    });
  });
}

Deno.test("dial() gives up when it is told to while nobody answers", async () => {
  const abort = new AbortController();
  // an address for documents: nobody is there, or there is no way to it
  const dialling = dial({
    ...optionsFor(9),
    addresses: ["192.0.2.1"],
    signal: abort.signal,
  });
  abort.abort();
  await assert.rejects(dialling, { name: "DialTrouble", kind: "ended" });
});
