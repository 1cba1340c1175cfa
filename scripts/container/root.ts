/**
 * The files of a container that runs the executable: it, the libraries of this
 * machine that it is linked with or loads by name, and certificates of
 * authorities. No image has to be fetched for it.
 *
 * @module
 */
import { dirname } from "node:path";
import { run } from "../repository.ts";

/** Loaded by name: for what fetches names and what signs mail. */
const BY_NAME = [
  "libcrypto.so.3",
  "libnss_dns.so.2",
  "libnss_files.so.2",
  "libresolv.so.2",
];
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const USER = 999;

const FILES: Readonly<Record<string, string>> = {
  "etc/passwd":
    `root:x:0:0::/:/none\npostern:x:${USER}:${USER}::/var/lib/postern:/none\n`,
  "etc/group": `root:x:0:\npostern:x:${USER}:\n`,
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/** Makes the directory anew. @throws {Error} what of this machine is missing */
export async function makeRoot(
  root: string,
  executable: string,
): Promise<void> {
  await Deno.remove(root, { recursive: true }).catch(() => {}); // it need not be there
  for (const path of ["tmp", "run/postern", "var/lib/postern", "etc/postern"]) {
    await Deno.mkdir(`${root}/${path}`, { recursive: true });
  }
  await Deno.chmod(`${root}/tmp`, 0o1777);
  for (const path of ["run/postern", "var/lib/postern"]) {
    await Deno.chown(`${root}/${path}`, USER, USER).catch(() => {}); // only root may; the volume decides
  }
  for (const [path, text] of Object.entries(FILES)) {
    await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
  await put(root, executable, "/usr/bin/postern");
  const libraries = new Set([
    ...await linked(executable),
    ...await byName(),
  ]);
  for (const library of libraries) await put(root, library, library);
  await put(root, AUTHORITIES, AUTHORITIES);
}

async function put(root: string, from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(`${root}${to}`), { recursive: true });
  await Deno.copyFile(await Deno.realPath(from), `${root}${to}`);
}

/** Paths under which the loader looks for them, itself too. */
async function linked(file: string): Promise<string[]> {
  const text = await run("ldd", [file]);
  return [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) =>
    path
  );
}

async function byName(): Promise<string[]> {
  const text = await run("/sbin/ldconfig", ["-p"]);
  const found: string[] = [];
  for (const name of BY_NAME) {
    const line = text.split("\n").find((line) =>
      line.trim().startsWith(`${name} `)
    );
    const path = line?.split(" => ")[1]?.trim();
    if (path) found.push(path, ...await linked(path));
  }
  return found;
}
