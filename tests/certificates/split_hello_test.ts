/** Clients whose ClientHello comes in pieces, as a long one does over a network. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { TestAuthority } from "../harness/authority.ts";
import { DOMAIN, Server } from "../harness/server.ts";

const OTHER = "other.example";
/** So much of it comes octet by octet: the header of the record, and more. */
const SPLIT_OCTETS = 60;
const PORTS = ["https", "imapTls", "submissionTls"] as const;

/** Between a client and a port: what the client says first comes slowly. */
function hesitant(port: number): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      server.setNoDelay(true);
      void server.readable.pipeTo(client.writable).catch(() => {});
      const ups = client.readable[Symbol.asyncIterator]();
      const { value: hello = new Uint8Array() } = await ups.next();
      try {
        for (let at = 0; at < SPLIT_OCTETS; at++) {
          await server.write(hello.subarray(at, at + 1));
          await new Promise((resolve) => setTimeout(resolve));
        }
        await server.write(hello.subarray(SPLIT_OCTETS));
        for await (const octets of { [Symbol.asyncIterator]: () => ups }) {
          await server.write(octets);
        }
      } catch {
        // the server has hung up: the client sees it
      }
    }
  })();
  return listener;
}

/** The names of the certificate that a client sees there. */
async function namesSeen(port: number, servername: string): Promise<string> {
  using listener = hesitant(port);
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: listener.addr.port,
      servername,
      rejectUnauthorized: false,
    }, () => {
      const { subjectaltname = "" } = socket.getPeerCertificate();
      socket.destroy();
      resolve(subjectaltname);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("The server has hung up")));
  });
}

Deno.test("a ClientHello in pieces is understood at every port for TLS", async () => {
  const server = await Server.start();
  try {
    for (const port of PORTS) {
      const names = await namesSeen(server.ports[port], DOMAIN);
      assert.match(names, /DNS:chat\.example/, port);
    }
  } finally {
    await server.dispose();
  }
});

Deno.test("a ClientHello in pieces chooses among certificates", async () => {
  const authority = await TestAuthority.make();
  const folder = await Deno.makeTempDir();
  const files = async (name: string) => {
    const { chainPem, keyPem } = await authority.issue([name]);
    await Deno.writeTextFile(`${folder}/${name}.pem`, chainPem);
    await Deno.writeTextFile(`${folder}/${name}.key`, keyPem);
    return `cert = "${folder}/${name}.pem", key = "${folder}/${name}.key"`;
  };
  const [cert, key] = (await files(DOMAIN)).split(", ");
  const server = await Server.start({
    tls: `[tls]\nmode = "file"\n${cert}\n${key}\nextra = [{ ${await files(
      OTHER,
    )} }]`,
  });
  try {
    const choose = async () => {
      for (const port of PORTS) {
        for (const name of [DOMAIN, OTHER]) {
          const names = await namesSeen(server.ports[port], name);
          assert.equal(names, `DNS:${name}`, port);
        }
      }
    };
    await choose();
    // the next process, which has taken the ports over
    const { data } = JSON.parse(await server.command("restart", "--json"));
    try {
      await choose();
    } finally {
      Deno.kill(data.pid, "SIGKILL");
    }
  } finally {
    await server.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});
