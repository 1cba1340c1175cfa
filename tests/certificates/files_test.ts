/** Files of the operator that change while they are served: with what is wrong, the one before stays. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { type IssuedPair, TestAuthority } from "../harness/authority.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";
import { postern } from "../cli/command_line.ts";
import { until } from "./relay_with_authority.ts";

const HOST = "chat.example";

/** A server with files, somebody in IDLE, and who has issued them. */
class World {
  readonly chain: string;
  readonly key: string;
  #server!: Server;
  #client!: ImapClient;
  #told = 0;

  private constructor(
    readonly directory: string,
    readonly authority: TestAuthority,
    readonly below: TestAuthority,
    public served: IssuedPair,
  ) {
    this.chain = `${directory}/fullchain.pem`;
    this.key = `${directory}/privkey.pem`;
  }

  static async run(test: (world: World) => Promise<void>): Promise<void> {
    const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
    const authority = await TestAuthority.make("Root");
    const below = await authority.subordinate("Below");
    const world = new World(
      directory,
      authority,
      below,
      await authority.issue([HOST]),
    );
    try {
      await world.#begin();
      await test(world);
      await world.#client.done();
      await world.#client.expectOk("NOOP");
      world.#client.wire.close();
    } finally {
      await world.#server?.dispose();
      await Deno.remove(directory, { recursive: true });
    }
  }

  async #begin(): Promise<void> {
    await this.put(this.served);
    this.#server = await Server.start({
      tls:
        `[tls]\nmode = "file"\ncert = "${this.chain}"\nkey = "${this.key}"\n`,
    });
    const { imapTls } = this.#server.ports;
    this.#client = await ImapClient.connect(imapTls, this.authority.rootPem);
    await this.#client.login("ann.chats@chat.example", "a password of hers");
    await this.#client.expectOk("SELECT INBOX");
    await this.#client.idle();
  }

  async put({ chainPem, keyPem }: Partial<IssuedPair>): Promise<void> {
    const files = [[this.chain, chainPem], [this.key, keyPem]] as const;
    for (const [path, text] of files) {
      if (text !== undefined) await Deno.writeTextFile(path, text);
    }
  }

  async reload(): Promise<number> {
    return (await this.#run("reload", "--scope", "tls")).exit;
  }

  async status() {
    const { exit, out } = await this.#run("certificate", "status");
    return { exit, ...JSON.parse(out).data };
  }

  /** Nothing of the new files is served, and everybody who asks is told why. */
  async isRefused(reason: RegExp): Promise<void> {
    assert.notEqual(await this.reload(), 0);
    await this.isServed();
    const { exit, status, last_error, present } = await this.status();
    assert.deepEqual([exit, status, present], [0, "valid", true]);
    assert.match(last_error, reason);
    this.#told++;
    await until(() => this.#hasSaid("degraded", this.#told));
  }

  /** All is well again. */
  async isMended(): Promise<void> {
    assert.equal(await this.reload(), 0);
    await this.isServed();
    assert.equal((await this.status()).last_error, null);
    await until(() => this.#hasSaid("recovered", this.#told));
  }

  async isServed(): Promise<void> {
    const { fingerprint256 } = new X509Certificate(this.served.chainPem);
    const { imapTls, submissionTls, https, imap } = this.#server.ports;
    assert.ok(imap > 0);
    for (const port of [imapTls, submissionTls, https]) {
      await until(async () => {
        const chain = await seenAt(port, this.authority.rootPem);
        return chain[0] === fingerprint256 || undefined;
      });
    }
  }

  #hasSaid(event: string, times: number): Promise<true | undefined> {
    const line = `${event} part=certificate_files`;
    const count = this.#server.output.split(line).length - 1;
    assert.ok(count <= times, "one line for each");
    return Promise.resolve(count === times ? true : undefined);
  }

  async #run(...args: readonly string[]) {
    return await postern([...args, "--json"], {
      POSTERN_CONFIG: this.#server.configFile,
    });
  }
}

/** Fingerprints of what a client sees that trusts this root alone, leaf first. */
function seenAt(port: number, ca: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: "127.0.0.1", ca, servername: HOST },
      () => {
        const seen = [socket.getPeerCertificate(true).fingerprint256];
        resolve(seen);
        socket.destroy();
      },
    );
    socket.on("error", reject);
  });
}

async function rsa(modulusLength: number): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  ) as CryptoKeyPair;
}

const ENCRYPTED = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIIBvTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIIH
-----END ENCRYPTED PRIVATE KEY-----
`;
const ENCRYPTED_AS_BEFORE = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,8F3C

MIIBvTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIIH
-----END EC PRIVATE KEY-----
`;

type Breaking = (world: World) => Promise<void>;

const REFUSED: Readonly<Record<string, readonly [RegExp, Breaking]>> = {
  "has ended": [
    /chat\.example ended at /,
    async (world) =>
      await world.put(await world.authority.issue([HOST], [-9, -1])),
  ],
  "is not valid yet": [
    /chat\.example begins at /,
    async (world) =>
      await world.put(await world.authority.issue([HOST], [2, 9])),
  ],
  "has another key": [
    /does not belong to the certificate \(certificate .*fullchain\.pem, key .*privkey\.pem\)/,
    async (world) => {
      const { keyPem } = await world.authority.issue([HOST]);
      await world.put({ keyPem });
    },
  ],
  "has a key with a password": [
    /private key is encrypted/,
    (world) => world.put({ keyPem: ENCRYPTED }),
  ],
  "has a key with a password, in the old form": [
    /private key is encrypted/,
    (world) => world.put({ keyPem: ENCRYPTED_AS_BEFORE }),
  ],
  "has a key that is too short for TLS": [
    /cannot be served: .*RSA from 2048 bits/,
    async (world) =>
      await world.put(
        await world.authority.issue([HOST], [-1, 30], await rsa(1024)),
      ),
  ],
  "comes last in its chain": [
    /wrong order/,
    async (world) => {
      const { chainPem, keyPem } = await world.below.issue([HOST]);
      await world.put({ chainPem: world.below.rootPem + chainPem, keyPem });
    },
  ],
  "has a chain that no client takes": [
    /has 101 certificates, and may have 100/,
    async (world) => {
      const { chainPem, keyPem } = await world.below.issue([HOST]);
      const others = world.below.rootPem.repeat(100);
      await world.put({ chainPem: chainPem + others, keyPem });
    },
  ],
  "is longer than any client takes": [
    /chain has \d+ octets, and may have 86000/,
    async (world) => {
      const others = Array.from(
        { length: 4000 },
        (_, i) => `n${i}.example.org`,
      );
      await world.put(await world.authority.issue([HOST, ...others]));
    },
  ],
  "is half written": [
    /Cannot read the certificate/,
    async (world) => {
      const { chainPem, keyPem } = await world.authority.issue([HOST]);
      await world.put({
        chainPem: `${chainPem.slice(0, 300)}\n-----END CERTIFICATE-----\n`,
        keyPem,
      });
    },
  ],
  "is empty": [
    /There is no certificate \(PEM\) in it/,
    (world) => world.put({ chainPem: "" }),
  ],
  "is gone, with its key": [
    /certificate .*no such file.*; .*private key .*no such file/,
    async (world) => {
      await Deno.remove(world.chain);
      await Deno.remove(world.key);
    },
  ],
  "is a directory": [
    /it is a directory/,
    async (world) => {
      await Deno.remove(world.chain);
      await Deno.mkdir(world.chain);
    },
  ],
  "is a link to what is not there": [
    /is a link to \/nowhere\/fullchain\.pem, and there is no such file/,
    async (world) => {
      await Deno.remove(world.chain);
      await Deno.symlink("/nowhere/fullchain.pem", world.chain);
    },
  ],
  "is a link to itself": [
    /links lead in a circle/,
    async (world) => {
      await Deno.remove(world.chain);
      await Deno.symlink(world.chain, world.chain);
    },
  ],
};

Deno.test("files that cannot be served change nothing, and it is told why and until when", () =>
  World.run(async (world) => {
    for (const [what, [reason, spoil]] of Object.entries(REFUSED)) {
      try {
        await spoil(world);
        await world.isRefused(reason);
        await Deno.remove(world.chain, { recursive: true }).catch(() => {});
        await world.put(world.served);
        await world.isMended();
      } catch (error) {
        throw new Error(`A certificate that ${what}`, { cause: error });
      }
    }
  }));

Deno.test("renewed files are served as they come: RSA, EC, other forms of keys, another link", () =>
  World.run(async (world) => {
    const { authority, below } = world;
    const rsa2048 = await rsa(2048);
    const p384 = await crypto.subtle.generateKey(
      { name: "ECDSA", namedCurve: "P-384" },
      true,
      ["sign", "verify"],
    ) as CryptoKeyPair;
    const asKept = async (
      type: "pkcs1" | "sec1",
      keys: CryptoKeyPair,
    ): Promise<IssuedPair> => {
      const { chainPem, keyPem } = await authority.issue(
        [HOST],
        [-1, 30],
        keys,
      );
      const key = createPrivateKey(keyPem);
      return {
        chainPem,
        keyPem: key.export({ type, format: "pem" }) as string,
      };
    };
    const rows = {
      "RSA, PKCS #1": () => asKept("pkcs1", rsa2048),
      "P-384, SEC 1": () => asKept("sec1", p384),
      "EC, PKCS #8": () => authority.issue([HOST]),
    };
    for (const [what, make] of Object.entries(rows)) {
      world.served = await make();
      await world.put(world.served);
      assert.equal(await world.reload(), 0, what);
      await world.isServed();
    }
    // as certbot does: live/ leads to another file of archive/
    const pairs = [
      await authority.issue([HOST]),
      await authority.issue([HOST]),
    ];
    for (const [at, pair] of pairs.entries()) {
      const archive = `${world.directory}/archive${at}`;
      await Deno.mkdir(archive);
      await Deno.writeTextFile(`${archive}/chain`, pair.chainPem);
      await Deno.writeTextFile(`${archive}/key`, pair.keyPem);
      for (const [path, name] of [[world.chain, "chain"], [world.key, "key"]]) {
        await Deno.symlink(`${archive}/${name}`, `${path}.new`);
        await Deno.rename(`${path}.new`, path!);
      }
      world.served = pair; // nobody says so: it is looked for
      await world.isServed();
    }
    // what follows the leaf is put in order: the client knows the root alone
    const lower = await below.subordinate("Lower");
    const leaf = await lower.issue([HOST]);
    world.served = leaf;
    await Deno.remove(world.chain);
    await Deno.remove(world.key);
    await world.put({
      chainPem: leaf.chainPem + below.rootPem + lower.rootPem,
      keyPem: leaf.keyPem,
    });
    await world.isServed();
    assert.equal((await world.status()).last_error, null);
  }));

Deno.test("config check tells of files that have ended, or are for other names", async () => {
  const authority = await TestAuthority.make();
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const config = `${directory}/postern.toml`;
  try {
    await Deno.writeTextFile(
      config,
      `[server]\ndomain = "chat.example"\nstate_dir = "${directory}"\n[tls]\nmode = "file"\ncert = "${directory}/c.pem"\nkey = "${directory}/k.pem"\n`,
    );
    for (
      const [names, days, code] of [
        [[HOST], [-9, -1], "certificate_expired"],
        [["other.example"], [-1, 90], "certificate_names"],
        [[HOST], [-1, 90], undefined],
      ] as const
    ) {
      const { chainPem, keyPem } = await authority.issue(names, days);
      await Deno.writeTextFile(`${directory}/c.pem`, chainPem);
      await Deno.writeTextFile(`${directory}/k.pem`, keyPem);
      const { out } = await postern(["config", "check", "--json"], {
        POSTERN_CONFIG: config,
      });
      const found = JSON.parse(out).data.degraded
        .map(({ code }: { code: string }) => code)
        .filter((one: string) => one.startsWith("certificate_"));
      assert.deepEqual(found, code === undefined ? [] : [code]);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
