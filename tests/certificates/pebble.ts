/**
 * An authority as real ones are: Pebble, with a DNS server that says 127.0.0.1
 * for every name but those of a test.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { TestAuthority } from "../harness/authority.ts";
import { reservePorts } from "../harness/ports.ts";
import { LIMIT_MS } from "../harness/until.ts";

/** Undefined where it is not installed: a test that needs it is skipped. */
function installed(name: string): string | undefined {
  const home = Deno.env.get("HOME") ?? "/root";
  const folders = [
    ...(Deno.env.get("PATH") ?? "").split(delimiter),
    join(Deno.env.get("GOBIN") ?? ""),
    join(Deno.env.get("GOPATH") ?? join(home, "go"), "bin"),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

const PROGRAM = installed("pebble");
const DNS_PROGRAM = installed("pebble-challtestsrv");
export const HAS_PEBBLE = PROGRAM !== undefined && DNS_PROGRAM !== undefined;

export interface PebbleOptions {
  /** Where it looks for answers over HTTP. */
  readonly httpPort: number;
  /** Where it looks for answers over TLS; absent: where nobody is. */
  readonly tlsPort?: number;
  /** Profiles and their lifetimes in seconds. */
  readonly profiles?: Readonly<Record<string, number>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Names that it gives no certificates for. */
  readonly refused?: readonly string[];
  /** Keys of its customers, without which it makes no account. */
  readonly customers?: Readonly<Record<string, string>>;
}

export class Pebble {
  private constructor(
    readonly directory: string,
    readonly dnsPort: number,
    /** PEM file: who has signed the directory's own certificate. */
    readonly rootFile: string,
    readonly managementUrl: string,
    readonly dnsManagementUrl: string,
    readonly folder: string,
    readonly client: Deno.HttpClient,
    readonly children: readonly Deno.ChildProcess[],
  ) {}

  static async start(
    { httpPort, profiles, environment, customers, refused = [], ...more }:
      PebbleOptions,
  ): Promise<Pebble> {
    const [port, management, dnsPort, dnsManagement, nobody] = reservePorts(5);
    const { tlsPort = nobody } = more;
    const folder = await Deno.makeTempDir({ prefix: "postern-pebble-" });
    const authority = await TestAuthority.make();
    const pair = await authority.issue(["127.0.0.1"]);
    const files = {
      "root.pem": authority.rootPem,
      "cert.pem": pair.chainPem,
      "key.pem": pair.keyPem,
      "config.json": JSON.stringify({
        pebble: {
          listenAddress: `127.0.0.1:${port}`,
          managementListenAddress: `127.0.0.1:${management}`,
          certificate: `${folder}/cert.pem`,
          privateKey: `${folder}/key.pem`,
          httpPort,
          tlsPort,
          retryAfter: { authz: 1, order: 1 },
          keyAlgorithm: "ecdsa",
          domainBlocklist: refused,
          ...(customers === undefined ? {} : {
            externalAccountBindingRequired: true,
            externalAccountMACKeys: customers,
          }),
          profiles: Object.fromEntries(
            Object.entries(profiles ?? PROFILES).map(([name, seconds]) => [
              name,
              { description: name, validityPeriod: seconds },
            ]),
          ),
        },
      }),
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const dns = spawn(DNS_PROGRAM!, [
      ["-dnsserver", `127.0.0.1:${dnsPort}`],
      ["-management", `127.0.0.1:${dnsManagement}`],
      ["-defaultIPv6", ""],
      ["-http01", ""],
      ["-https01", ""],
      ["-tlsalpn01", ""],
      ["-doh", ""],
    ]);
    const authorityProcess = spawn(PROGRAM!, [
      ["-config", `${folder}/config.json`],
      ["-dnsserver", `127.0.0.1:${dnsPort}`],
    ], { PEBBLE_VA_NOSLEEP: "1", ...environment });
    const pebble = new Pebble(
      `https://127.0.0.1:${port}/dir`,
      dnsPort!,
      `${folder}/root.pem`,
      `https://127.0.0.1:${management}`,
      `http://127.0.0.1:${dnsManagement}`,
      folder,
      Deno.createHttpClient({ caCerts: [authority.rootPem] }),
      [dns, authorityProcess],
    );
    try {
      await pebble.#ready();
    } catch (error) {
      await pebble.dispose();
      throw error;
    }
    return pebble;
  }

  /** Of the relay's file: the authority, and its DNS server. */
  config(more = ""): string {
    return `
[acme]
directory = "${this.directory}"
ca_file = "${this.rootFile}"
${more}
[dns]
servers = ["127.0.0.1:${this.dnsPort}"]
`;
  }

  /** What vouches for the certificates that it gives. @param at of its chains */
  async rootPem(at = 0): Promise<string> {
    return await this.#get(`${this.managementUrl}/roots/${at}`);
  }

  /** Changes what its DNS server says, as `add-a` with `{ host, addresses }`. */
  async dns(what: string, values: unknown): Promise<void> {
    const response = await fetch(`${this.dnsManagementUrl}/${what}`, {
      method: "POST",
      body: JSON.stringify(values),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${what}: ${response.status}`);
  }

  /** Has it suggest another time for renewing a certificate. */
  async suggestRenewal(
    chainPem: string,
    window: { readonly start: Date; readonly end: Date },
  ): Promise<void> {
    const response = await fetch(`${this.managementUrl}/set-renewal-info/`, {
      client: this.client,
      method: "POST",
      body: JSON.stringify({
        Certificate: chainPem.slice(0, chainPem.indexOf(END) + END.length),
        ARIResponse: JSON.stringify({ suggestedWindow: window }),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`set-renewal-info: ${text}`);
  }

  async dispose(): Promise<void> {
    for (const child of this.children) {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended
      }
      await child.status;
    }
    this.client.close();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #get(url: string): Promise<string> {
    const response = await fetch(url, { client: this.client });
    return await response.text();
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    for (const url of [this.directory, `${this.dnsManagementUrl}/`]) {
      while (true) {
        try {
          await this.#get(url);
          break;
        } catch (error) {
          if (performance.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    }
  }
}

const PROFILES = { default: 90 * 86_400, shortlived: 160 * 3600 };
const END = "-----END CERTIFICATE-----\n";

function spawn(
  path: string,
  options: readonly (readonly [string, string])[],
  env: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  return new Deno.Command(path, {
    args: options.flat(),
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}
