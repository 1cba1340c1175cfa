/**
 * Octets through Shadowsocks: a client of shadowsocks-libev downloads through our
 * server, and through the server of shadowsocks-libev, one after the other.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { utf8 } from "../../src/base/octets.ts";
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";
import { cpuSeconds, type Row } from "./measure.ts";

const MEGABYTES = 400;
const PASSWORD = "a password of the benchmark";
const CIPHERS = ["chacha20-ietf-poly1305", "aes-128-gcm", "aes-256-gcm"];
const LOCAL = "/usr/bin/ss-local";
const SERVER = "/usr/bin/ss-server";
const ROUNDS = 3;

/** Nothing where Debian's shadowsocks-libev is not installed. */
export async function measureShadowsocks(): Promise<Row[]> {
  if (!existsSync(LOCAL) || !existsSync(SERVER)) return [];
  const source = new Source();
  try {
    const rows: Row[] = [];
    for (const cipher of CIPHERS) {
      rows.push(...await measureCipher(cipher, source.port));
    }
    return rows;
  } finally {
    source.close();
  }
}

async function measureCipher(cipher: string, target: number): Promise<Row[]> {
  const [theirPort = 0] = reservePorts(1);
  const theirs = start(SERVER, [
    "-s",
    "127.0.0.1",
    "-p",
    `${theirPort}`,
    "-k",
    PASSWORD,
    "-m",
    cipher,
  ]);
  const server = await Server.start({
    config: `[shadowsocks]
enabled = true
cipher = "${cipher}"
password = "${PASSWORD}"
allowed_ports = [${target}]`,
  });
  try {
    // in turns, so that what else the machine does is shared
    let best = { ours: 0, theirs: 0, cpu: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const reference = await throughput(theirPort, cipher, target);
      const before = await cpuSeconds(server.pid);
      const own = await throughput(server.ports.shadowsocks, cipher, target);
      const cpu = await cpuSeconds(server.pid) - before;
      best = {
        ours: Math.max(best.ours, own),
        theirs: Math.max(best.theirs, reference),
        cpu: best.cpu === 0 ? cpu : Math.min(best.cpu, cpu),
      };
    }
    const benchmark = `Shadowsocks, ${cipher}`;
    const bound = Math.min(100, best.theirs / 2);
    return [
      {
        benchmark,
        measure: "download",
        value: best.ours,
        unit: "MB/s",
        required: `≥ ${Math.round(bound)}`,
      },
      {
        benchmark,
        measure: "download, shadowsocks-libev",
        value: best.theirs,
        unit: "MB/s",
      },
      {
        benchmark,
        measure: "CPU of 1 GB",
        value: best.cpu * 1000 / MEGABYTES,
        unit: "s",
      },
    ];
  } finally {
    await server.dispose();
    theirs.kill();
    await theirs.status;
  }
}

/** MB/s of one download. */
async function throughput(
  server: number,
  cipher: string,
  target: number,
): Promise<number> {
  const [local = 0] = reservePorts(1);
  const client = start(LOCAL, [
    "-s",
    "127.0.0.1",
    "-p",
    `${server}`,
    "-l",
    `${local}`,
    "-k",
    PASSWORD,
    "-m",
    cipher,
  ]);
  try {
    const { stdout } = await new Deno.Command("curl", {
      args: [
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{speed_download} %{size_download}",
        "--retry",
        "20",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        "--socks5-hostname",
        `127.0.0.1:${local}`,
        `http://127.0.0.1:${target}/`,
      ],
    }).output();
    const [speed = 0, size = 0] = new TextDecoder().decode(stdout).split(" ")
      .map(Number);
    if (size !== MEGABYTES * 1e6) throw new Error(`Only ${size} octets came`);
    return speed / 1e6;
  } finally {
    client.kill();
    await client.status;
  }
}

function start(program: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(program, { args, stdout: "null", stderr: "null" })
    .spawn();
}

/** Answers every request with so many megabytes. */
class Source {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  constructor() {
    void this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  close(): void {
    this.#listener.close();
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) {
      void this.#answer(conn).catch(() => {}).finally(() => conn.close());
    }
  }

  async #answer(conn: Deno.Conn): Promise<void> {
    await conn.read(new Uint8Array(4096));
    const size = MEGABYTES * 1e6;
    await conn.write(
      utf8(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`),
    );
    const piece = new Uint8Array(256 * 1024);
    for (let sent = 0; sent < size;) {
      sent += await conn.write(piece.subarray(0, size - sent));
    }
  }
}
