/** A host of releases, whose programs are scripts, and a place where one of them is installed. */
import { createHash } from "node:crypto";
import type {
  ProgramFacts,
  Service,
  UpgradeParts,
} from "../../src/ops/upgrade/upgrade.ts";
import { programFacts } from "../../src/cli/life/service.ts";
import type { ReleaseSource } from "../../src/ops/upgrade/fetch_release.ts";
import { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import type { SwitchGuard } from "../../src/ops/upgrade/switch_guard.ts";
import { VersionTree } from "../../src/ops/upgrade/version_tree.ts";

export const NAME = "postern";

/** A program that says who it is; with `refuses`, it cannot use the configuration. */
export function script(
  version: string,
  { schema = 6, refuses = false } = {},
): string {
  const data = JSON.stringify({ data: { name: NAME, version, schema } });
  return `#!/bin/sh
# ${"padding ".repeat(20_000)}
case "$1" in
version) echo '${data}' ;;
config) ${refuses ? "echo 'unknown key' ; exit 7" : "exit 0"} ;;
esac
`;
}

export interface SigningKey {
  readonly publicKey: string;
  sign(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export async function signingKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return {
    publicKey: new Uint8Array(raw).toBase64(),
    sign: async (octets) =>
      new Uint8Array(
        await crypto.subtle.sign("Ed25519", pair.privateKey, octets),
      ),
  };
}

export interface ReleaseFiles {
  [name: string]: Uint8Array<ArrayBuffer>;
}

/** `release.json` with its signature, and the program as it is. */
export async function makeRelease(
  version: string,
  program: string,
  key: SigningKey,
  more: object = {},
): Promise<ReleaseFiles> {
  const octets = new TextEncoder().encode(program);
  const sha256 = createHash("sha256").update(octets).digest("hex");
  const release = new TextEncoder().encode(JSON.stringify({
    schema: 1,
    version,
    published: "2026-01-01T00:00:00Z",
    assets: [{
      os: Deno.build.os,
      arch: Deno.build.arch,
      name: NAME,
      size: octets.length,
      sha256,
      program: {
        size: octets.length,
        sha256,
        signature: (await key.sign(octets)).toBase64(),
      },
    }],
    ...more,
  }));
  return {
    "release.json": release,
    "release.json.sig": await key.sign(release),
    [NAME]: octets,
  };
}

/** Serves these files; `files` may be changed meanwhile. */
export class ReleaseHost {
  files: ReleaseFiles = {};
  /** Where all else is said to be. */
  leadsTo: string | undefined;
  readonly #tls: { readonly cert: string; readonly key: string } | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(tls?: { readonly cert: string; readonly key: string }) {
    this.#tls = tls;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls },
      (request) => this.#answer(new URL(request.url)),
    );
  }

  #answer({ pathname }: URL): Response {
    const file = this.files[pathname.slice(1)];
    if (!file && this.leadsTo !== undefined) {
      const location = `${this.leadsTo}x/`;
      return new Response(null, { status: 302, headers: { location } });
    }
    return file
      ? new Response(file)
      : new Response("Not found", { status: 404 });
  }

  get base(): string {
    const scheme = this.#tls ? "https" : "http";
    return `${scheme}://127.0.0.1:${this.#server.addr.port}/`;
  }

  get source(): ReleaseSource {
    return { base: this.base };
  }

  close(): Promise<void> {
    return this.#server.shutdown();
  }
}

/** Version 1.0.0 as `install` leaves it, without a tree of versions. */
export class Installed {
  readonly directory = Deno.makeTempDirSync({ prefix: "postern-upgrade-" });
  readonly tree = new VersionTree({
    name: NAME,
    root: `${this.directory}/opt`,
    binary: `${this.directory}/${NAME}`,
  });

  constructor(program = script("1.0.0")) {
    Deno.writeTextFileSync(this.tree.places.binary, program, { mode: 0o755 });
  }

  /** What is called now. */
  facts(): Promise<ProgramFacts> {
    return programFacts(this.tree.places.binary);
  }

  async parts(
    key: string,
    service: Partial<Service> = {},
    allowDowngrade = false,
  ): Promise<UpgradeParts> {
    const { binary } = this.tree.places;
    return {
      tree: this.tree,
      service: { ...new FakeService().service, ...service },
      guard: NO_GUARD,
      installed: { program: binary, facts: await programFacts(binary) },
      keys: [{ octets: Uint8Array.fromBase64(key), notAfter: Infinity }],
      platform: { os: Deno.build.os, arch: Deno.build.arch },
      allowDowngrade,
      now: () => Date.parse("2026-02-01T00:00:00Z"),
      tell() {},
    };
  }

  dispose(): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** Of a machine without systemd. */
export const NO_GUARD: SwitchGuard = {
  arm: () => Promise.resolve(),
  disarm: () => Promise.resolve(),
};

/** A server that runs whatever it is told, unless a version is to fail. */
export class FakeService {
  readonly did: string[] = [];
  /** What the server says that answers. */
  serves: string | undefined = "1.0.0";
  /** These do not come to serve. */
  readonly broken = new Set<string>();
  /** The new version has taken mail before it failed. */
  hasTaken = false;

  readonly service: Service = {
    examine: async (program) => {
      const facts = await programFacts(program);
      const { success } = await new Deno.Command(program, {
        args: ["config", "check"],
        stdout: "null",
      }).output();
      if (success) return facts;
      throw new UpgradeFailed("preflight", "It cannot use the configuration");
    },
    served: () => Promise.resolve(this.serves),
    atRest: () => Promise.resolve(this.serves),
    watchForMail() {},
    hasTakenMail: () => this.hasTaken,
    watchNoLonger() {},
    stop: () => {
      this.serves = undefined;
      return Promise.resolve();
    },
    needsCopy: () => Promise.resolve(true),
    copyDatabase: () => {
      this.did.push("copy");
      return Promise.resolve("/a/copy");
    },
    restoreDatabase: (copy) => {
      this.did.push(`restore ${copy}`);
      return Promise.resolve();
    },
    restart: (version) => {
      this.did.push(`restart ${version}`);
      const isBroken = this.broken.has(version);
      this.serves = isBroken ? undefined : version;
      return isBroken
        ? Promise.reject(new Error(`version ${version} does not serve`))
        : Promise.resolve();
    },
  };
}
