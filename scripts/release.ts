/**
 * `make release`: for each target an archive with the program, `release.json`
 * that binds version, platform, size and hash, a signature of each file, a list
 * of what is in the program (CycloneDX), and SHA-256 sums; in `build/release`.
 *
 * RELEASE_KEY names the private key. DENORT_BIN_X86_64 and DENORT_BIN_AARCH64
 * name runtimes; without them Deno fetches its own where it can.
 *
 * @module
 */
// @ts-types="@types/tar-stream"
import { Buffer } from "node:buffer";
import * as tar from "tar-stream";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { VERSION } from "../src/cli/version.ts";
import { listPackages } from "./executable_content.ts";
import { signature } from "./release_key.ts";
import { fail, print, REPOSITORY, run } from "./repository.ts";

const FOLDER = `${REPOSITORY}/build/release`;
const ARCHES = ["x86_64", "aarch64"] as const;

interface Asset {
  readonly os: "linux";
  readonly arch: string;
  /** The oldest C library that it runs with. */
  readonly libc: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  /** In the archive, and as relays give it to others. */
  readonly program: {
    readonly size: number;
    readonly sha256: string;
    /** In base64. */
    readonly signature: string;
  };
}

async function release(): Promise<void> {
  const key = Deno.env.get("RELEASE_KEY");
  if (key === undefined) {
    throw new Error(
      "RELEASE_KEY has to name a private key: openssl genpkey -algorithm ed25519 -out release.pem",
    );
  }
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
  await Deno.mkdir(FOLDER, { recursive: true });
  const assets: Asset[] = [];
  for (const arch of ARCHES) {
    try {
      assets.push(await makeAsset(arch, key));
    } catch (error) {
      const lines = (error instanceof Error ? error.message : String(error))
        .split("\n").filter((line) => line.trim() !== "");
      const reason = lines.find((line) => /error/i.test(line)) ?? lines[0];
      print(`not built for ${arch}: ${reason}`);
    }
  }
  if (assets.length === 0) throw new Error("No target could be built");
  await put("postern.cdx.json", json(await components()));
  await put(
    "release.json",
    json({
      schema: 1,
      version: VERSION,
      channel: "stable",
      published: await commitTime(),
      assets,
    }),
  );
  const names = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name).sort();
  const sums: string[] = [];
  for (const name of names) {
    const octets = await Deno.readFile(`${FOLDER}/${name}`);
    sums.push(`${sha256(octets)}  ${name}\n`);
    const signed = await signature(key, octets);
    await Deno.writeFile(`${FOLDER}/${name}.sig`, signed);
  }
  await put("SHA256SUMS", new TextEncoder().encode(sums.join("")));
  for (const { name, size, libc } of assets) {
    print(`${name}: ${(size / 1e6).toFixed(0)} MB, ${libc} or newer`);
  }
}

async function makeAsset(
  arch: typeof ARCHES[number],
  key: string,
): Promise<Asset> {
  const program = `build/postern-${arch}`;
  const runtime = Deno.env.get(`DENORT_BIN_${arch.toUpperCase()}`);
  const isOurs = arch === Deno.build.arch;
  const env: Record<string, string> = Deno.env.toObject();
  if (runtime !== undefined) env.DENORT_BIN = runtime;
  else if (!isOurs) delete env.DENORT_BIN; // is for this machine
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "scripts/build.ts",
      program,
      ...isOurs ? [] : [`${arch}-unknown-linux-gnu`],
    ],
    cwd: REPOSITORY,
    clearEnv: true,
    env,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const octets = await Deno.readFile(`${REPOSITORY}/${program}`);
  const name = `postern-linux-${arch}.tar.gz`;
  const packed = await archive(octets);
  await put(name, packed);
  return {
    os: "linux",
    arch,
    libc: oldestLibrary(octets),
    name,
    size: packed.length,
    sha256: sha256(packed),
    program: {
      size: octets.length,
      sha256: sha256(octets),
      signature: (await signature(key, octets)).toBase64(),
    },
  };
}

/** The same octets whenever it is made. */
async function archive(program: Uint8Array): Promise<Uint8Array> {
  const pack = tar.pack();
  pack.entry(
    { name: "postern", mode: 0o755, mtime: new Date(0) },
    Buffer.from(program),
  );
  pack.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of pack) pieces.push(piece);
  return gzipSync(Buffer.concat(pieces));
}

/** The newest version of a symbol that it wants of the GNU C library. */
function oldestLibrary(program: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(program);
  let minor = 0;
  for (const [, found] of text.matchAll(/\0GLIBC_2\.(\d{1,2})(?=\0|\.\d)/g)) {
    minor = Math.max(minor, Number(found));
  }
  if (minor === 0) {
    throw new Error("The program does not say which C library it wants");
  }
  return `glibc2.${minor}`;
}

/** CycloneDX 1.6: the packages in the program, by the hashes of deno.lock. */
async function components(): Promise<object> {
  const { npm }: { npm: Record<string, { integrity?: string }> } = JSON.parse(
    await Deno.readTextFile(`${REPOSITORY}/deno.lock`),
  );
  const workers = (await run("git", ["ls-files", "src/*_worker.ts"])).trim();
  const { all } = await listPackages(["main.ts", ...workers.split("\n")]);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", name: "postern", version: VERSION },
    },
    components: [
      { type: "framework", name: "deno", version: Deno.version.deno },
      ...all.map(({ name, version }) => {
        const id = `${name}@${version}`;
        const entry = Object.keys(npm).find((one) =>
          one === id || one.startsWith(`${id}_`)
        );
        const [, base64 = ""] =
          /^sha512-(.+)$/.exec(npm[entry ?? ""]?.integrity ?? "") ?? [];
        return {
          type: "library",
          name,
          version,
          purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
          hashes: [{
            alg: "SHA-512",
            content: Uint8Array.fromBase64(base64).toHex(),
          }],
        };
      }),
    ],
  };
}

async function commitTime(): Promise<string> {
  return (await run("git", ["show", "-s", "--format=%cI", "HEAD"])).trim();
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

function put(name: string, octets: Uint8Array): Promise<void> {
  return Deno.writeFile(`${FOLDER}/${name}`, octets);
}

function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

try {
  await release();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
