/** Upgrades from a host of releases: what is refused, the way back, and kill -9 in the middle. */
import assert from "node:assert/strict";
import type { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import { programFacts } from "../../src/cli/life/service.ts";
import { fileURLToPath } from "node:url";
import { downloadsOf } from "../../src/app/running/own_program.ts";
import { hashOf, releaseSource } from "../../src/ops/upgrade/fetch_release.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import {
  planUpgrade,
  planVersion,
  upgradeFrom,
  useVersion,
} from "../../src/ops/upgrade/upgrade.ts";
import {
  FakeService,
  Installed,
  makeRelease,
  NAME,
  ReleaseHost,
  script,
  type SigningKey,
  signingKey,
} from "./release_world.ts";

async function world(
  test: (
    world: { host: ReleaseHost; installed: Installed; key: SigningKey },
  ) => Promise<void>,
): Promise<void> {
  const host = new ReleaseHost();
  const installed = new Installed();
  try {
    await test({ host, installed, key: await signingKey() });
  } finally {
    installed.dispose();
    await host.close();
  }
}

Deno.test("an upgrade puts the new program in place, restarts, and keeps the way back", () =>
  world(async ({ host, installed, key }) => {
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    const fake = new FakeService();
    const parts = await installed.parts(key.publicKey, fake.service);
    const done = await upgradeFrom(host.source, parts);
    const sha256 = await hashOf(installed.tree.binaryOf("1.1.0"));
    assert.deepEqual(done, {
      version: "1.1.0",
      previous: "1.0.0",
      changed: true,
      url: `${host.base}release.json`,
      signature_ok: true,
      sha256,
      restarted: true,
    });
    const { os, variant, source_url } = installed.tree.meta("1.1.0") ?? {};
    assert.deepEqual(
      [os, variant, source_url],
      [Deno.build.os, Deno.build.arch, done.url],
    );
    assert.equal((await installed.facts()).version, "1.1.0");
    assert.deepEqual(fake.did, ["restart 1.1.0"]);
    const again = await upgradeFrom(
      host.source,
      await installed.parts(key.publicKey, fake.service),
    );
    assert.equal(again.changed, false);
    assert.equal(fake.did.length, 1);
    assert.equal(installed.tree.previous, "1.0.0");
    await useVersion("1.0.0", await installed.parts(key.publicKey));
    assert.equal((await installed.facts()).version, "1.0.0");
    assert.deepEqual(
      installed.tree.list().map(({ version, active }) => [version, active]),
      [["1.0.0", true], ["1.1.0", false]],
    );
  }));

Deno.test("a release comes from an unverified server where that is wished, and its signature counts", async () => {
  const { chainPem: cert, keyPem } = await makeSelfSigned({
    names: ["127.0.0.1"],
    nowMs: Date.now(),
    days: 2,
  });
  const host = new ReleaseHost({ cert, key: keyPem });
  const installed = new Installed();
  try {
    const key = await signingKey();
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    const parts = await installed.parts(key.publicKey);
    await assert.rejects(
      upgradeFrom(host.source, parts),
      { trouble: "certificate" },
    );
    const source = { ...host.source, anyCertificate: true };
    const other = await signingKey();
    await assert.rejects(
      upgradeFrom(source, await installed.parts(other.publicKey)),
      { trouble: "invalid_signature" },
    );
    const gone = { ...source, base: `${host.base}gone/` };
    await assert.rejects(upgradeFrom(gone, parts), /the server answers 404/);
    host.leadsTo = host.base;
    const away = { ...source, base: `${host.base}away/` };
    await assert.rejects(
      upgradeFrom(away, parts),
      /leads on more than 5 times/,
    );
    host.leadsTo = "file:///etc/";
    await assert.rejects(upgradeFrom(away, parts), /leads to file:, not/);
    assert.equal((await installed.facts()).version, "1.0.0");
    host.leadsTo = undefined;
    const done = await upgradeFrom(source, parts);
    assert.equal(done.version, "1.1.0");
    assert.equal((await installed.facts()).version, "1.1.0");
  } finally {
    installed.dispose();
    await host.close();
  }
});

/** Names, sizes and contents of all that is there. */
async function allBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) found.push(...await allBelow(path));
    else if (entry.isSymlink) {
      found.push(`${path} → ${await Deno.readLink(path)}`);
    } else found.push(`${path} ${await hashOf(path)}`);
  }
  return found.toSorted();
}

Deno.test("a dry run says what an upgrade would do, or why not, and changes nothing", () =>
  world(async ({ host, installed, key }) => {
    const fake = new FakeService();
    const parts = () => installed.parts(key.publicKey, fake.service);
    const before = await allBelow(installed.directory);
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    assert.deepEqual(await planUpgrade(host.source, await parts()), {
      dry_run: true,
      version: "1.1.0",
      previous: "1.0.0",
      changed: true,
      restarts: true,
      migrates: false,
    });
    host.files = await makeRelease("1.0.0", script("1.0.0"), key);
    const same = await planUpgrade(host.source, await parts());
    assert.equal(same.changed, false);
    const refused = [
      [await makeRelease("0.9.0", script("0.9.0"), key), /older than 1\.0\.0/],
      [
        await makeRelease("1.1.0", script("1.1.0"), await signingKey()),
        /INVALID SIGNATURE/,
      ],
      [await makeRelease("1.2.0", script("1.1.0"), key), /says that it is/],
    ] as const;
    for (const [files, words] of refused) {
      host.files = files;
      await assert.rejects(planUpgrade(host.source, await parts()), words);
    }
    await assert.rejects(planVersion("1.1.0", await parts()), /no version/);
    assert.deepEqual(fake.did, []);
    assert.deepEqual(await allBelow(installed.directory), before);
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    await upgradeFrom(host.source, await parts());
    const kept = await allBelow(installed.directory);
    const back = await planVersion("1.0.0", {
      ...await parts(),
      allowDowngrade: true,
    });
    assert.equal(back.version, "1.0.0");
    assert.equal(back.changed, true);
    const here = await planVersion("1.1.0", await parts());
    assert.equal(here.changed, false);
    assert.deepEqual(await allBelow(installed.directory), kept);
  }));

Deno.test("what is not signed, not signed for this, older or broken changes nothing", () =>
  world(async ({ host, installed, key }) => {
    const other = await signingKey();
    const good = await makeRelease("1.1.0", script("1.1.0"), key);
    const old = await makeRelease("0.9.0", script("0.9.0"), key);
    const [first = 0] = good["release.json.sig"] ?? [];
    const spoilt = good["release.json.sig"]?.slice() ?? new Uint8Array();
    spoilt[0] = first ^ 1;
    const cases: [string, typeof good, RegExp][] = [
      [
        "another key",
        await makeRelease("1.1.0", script("1.1.0"), other),
        /INVALID SIGNATURE/,
      ],
      [
        "a spoilt signature",
        { ...good, "release.json.sig": spoilt },
        /INVALID SIGNATURE/,
      ],
      [
        "another program",
        { ...good, [NAME]: old[NAME] ?? new Uint8Array() },
        /INVALID SIGNATURE.*not the file that was signed/,
      ],
      [
        "a longer program",
        { ...good, [NAME]: new Uint8Array([...good[NAME] ?? [], 10]) },
        /INVALID SIGNATURE.*not the file that was signed/,
      ],
      [
        "a shorter program",
        { ...good, [NAME]: good[NAME]?.slice(1) ?? new Uint8Array() },
        /INVALID SIGNATURE.*not the file that was signed/,
      ],
      ["no signature", { "release.json": new Uint8Array(2) }, /answers 404/],
      ["an older version", old, /older than 1\.0\.0/],
      [
        "too large a step",
        await makeRelease("3.0.0", script("3.0.0"), key, {
          min_upgrade_from: "2.0.0",
        }),
        /go to that first/,
      ],
      [
        "another machine",
        await makeRelease("1.1.0", script("1.1.0"), key, { assets: [] }),
        /has no program for/,
      ],
      [
        "a program that does not run",
        await makeRelease("1.1.0", "#!/nowhere/at/all\n", key),
        /does not run here/,
      ],
      [
        "a program that says that it is another",
        await makeRelease("1.1.0", script("1.0.9"), key),
        /says that it is version 1\.0\.9/,
      ],
      [
        "a program that cannot use the configuration",
        await makeRelease("1.1.0", script("1.1.0", { refuses: true }), key),
        /cannot use the configuration/,
      ],
    ];
    for (const [what, files, message] of cases) {
      host.files = files;
      const fake = new FakeService();
      const parts = await installed.parts(key.publicKey, fake.service);
      await assert.rejects(upgradeFrom(host.source, parts), message, what);
      assert.equal((await installed.facts()).version, "1.0.0", what);
      assert.deepEqual(fake.did, [], what);
    }
    host.files = old;
    const parts = await installed.parts(key.publicKey, {}, true);
    await upgradeFrom(host.source, parts);
    assert.equal((await installed.facts()).version, "0.9.0");
  }));

Deno.test("a version that does not serve gives its place back, and the database", () =>
  world(async ({ host, installed, key }) => {
    const program = script("1.1.0", { schema: 7 });
    host.files = await makeRelease("1.1.0", program, key);
    const fake = new FakeService();
    fake.broken.add("1.1.0");
    const parts = await installed.parts(key.publicKey, fake.service);
    await assert.rejects(
      upgradeFrom(host.source, parts),
      /version 1\.1\.0 does not serve\. Version 1\.0\.0 serves again/,
    );
    assert.equal((await installed.facts()).version, "1.0.0");
    assert.deepEqual(fake.did, [
      "copy",
      "restart 1.1.0",
      "restore /a/copy",
      "restart 1.0.0",
    ]);
    // what does not serve is no way back
    assert.equal(installed.tree.previous, undefined);
  }));

Deno.test("a version that does not come up leaves the one that serves, and its mail", () =>
  world(async ({ host, installed, key }) => {
    const program = script("1.1.0", { schema: 7 });
    host.files = await makeRelease("1.1.0", program, key);
    const fake = new FakeService();
    const parts = await installed.parts(key.publicKey, {
      ...fake.service,
      restart: () => Promise.reject(new Error("it ends at once")),
    });
    await assert.rejects(
      upgradeFrom(host.source, parts),
      /it ends at once\. Version 1\.0\.0 serves again/,
    );
    assert.deepEqual(fake.did, ["copy"], "nothing is put over what it has");
    assert.equal((await installed.facts()).version, "1.0.0");
  }));

Deno.test("an older schema of the database is not gone back to", () =>
  world(async ({ host, installed, key }) => {
    host.files = await makeRelease(
      "1.1.0",
      script("1.1.0", { schema: 7 }),
      key,
    );
    await upgradeFrom(host.source, await installed.parts(key.publicKey));
    await assert.rejects(
      useVersion("1.0.0", await installed.parts(key.publicKey)),
      /cannot read the database of 1\.1\.0/,
    );
    assert.equal((await installed.facts()).version, "1.1.0");
    // once somebody has restored what was before
    const service = {
      examine: async (program: string) => ({
        ...await programFacts(program),
        opensDatabase: true as const,
      }),
    };
    await useVersion("1.0.0", await installed.parts(key.publicKey, service));
    assert.equal((await installed.facts()).version, "1.0.0");
  }));

Deno.test("a relay gives its program on, signed as it came", () =>
  world(async ({ host, installed, key }) => {
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    await upgradeFrom(host.source, await installed.parts(key.publicKey));
    const { program, documents } = downloadsOf(
      installed.tree.binaryOf("1.1.0"),
    );
    const second = new ReleaseHost();
    const other = new Installed();
    try {
      for (const [path, file] of [program, ...documents]) {
        second.files[path.slice(1)] = Deno.readFileSync(file);
      }
      const { [NAME]: octets, [`${NAME}.sig`]: signature } = second.files;
      assert.ok(octets && signature);
      assert.deepEqual(signature, await key.sign(octets));
      const source = releaseSource(`${second.base}${NAME}`);
      const parts = await other.parts(key.publicKey);
      assert.equal((await upgradeFrom(source, parts)).version, "1.1.0");
      second.files[NAME] = octets.with(-1, 0);
      const third = await installed.parts(key.publicKey);
      other.tree.activate("1.0.0");
      other.tree.remove("1.1.0");
      await assert.rejects(
        upgradeFrom(source, { ...third, tree: other.tree }),
        /not the file that was signed/,
      );
      assert.equal((await other.facts()).version, "1.0.0");
    } finally {
      other.dispose();
      await second.close();
    }
  }));

Deno.test("a kept version that was changed is not used again", () =>
  world(async ({ host, installed, key }) => {
    const { tree } = installed;
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    await upgradeFrom(host.source, await installed.parts(key.publicKey));
    const use = async (version: string, publicKey = key.publicKey) =>
      await useVersion(version, await installed.parts(publicKey));
    const old = tree.binaryOf("1.0.0");
    const text = Deno.readTextFileSync(old);
    Deno.writeTextFileSync(old, `${text}# more\n`);
    await assert.rejects(use("1.0.0"), /is not what was put there/);
    assert.equal(tree.current, "1.1.0");
    Deno.writeTextFileSync(old, text);
    await use("1.0.0");
    const meta = JSON.parse(
      Deno.readTextFileSync(`${tree.places.root}/versions/1.1.0/meta.json`),
    );
    assert.equal(meta.signature_ok, true);
    // who can write a hash cannot sign
    const fresh = tree.binaryOf("1.1.0");
    Deno.writeTextFileSync(fresh, `${script("1.1.0")}# more\n`);
    const sha256 = await hashOf(fresh);
    Deno.writeTextFileSync(
      `${tree.places.root}/versions/1.1.0/meta.json`,
      JSON.stringify({ ...meta, sha256 }),
    );
    await assert.rejects(use("1.1.0"), /is not what was put there/);
    const stranger = await signingKey();
    await assert.rejects(
      use("1.1.0", stranger.publicKey),
      /INVALID SIGNATURE/,
    );
    assert.equal(tree.current, "1.0.0");
  }));

Deno.test("a file with nothing beside it that vouches for it is not signed", () =>
  world(async ({ installed, key }) => {
    const good = await makeRelease("1.1.0", script("1.1.0"), key);
    const folder = `${installed.directory}/brought`;
    await Deno.mkdir(folder);
    const file = `${folder}/${NAME}`;
    const parts = await installed.parts(key.publicKey);
    const brought = () => upgradeFrom(releaseSource(file), parts);
    await assert.rejects(brought, { trouble: "network" }, "no file at all");
    for (const name of [NAME, "release.json"]) {
      await Deno.writeFile(`${folder}/${name}`, good[name] as Uint8Array);
      await assert.rejects(
        brought,
        (error: UpgradeFailed) =>
          error.trouble === "invalid_signature" &&
          /^INVALID SIGNATURE of .* has no release\.json.*upgrade aborted/
            .test(error.message),
        name,
      );
      assert.equal((await installed.facts()).version, "1.0.0");
    }
    const sig = "release.json.sig";
    await Deno.writeFile(`${folder}/${sig}`, good[sig] as Uint8Array);
    await brought();
    assert.equal((await installed.facts()).version, "1.1.0");
  }));

Deno.test("a source is a directory, a file in it, or the program of a relay", () => {
  const cases: [string, ReturnType<typeof releaseSource>][] = [
    ["https://a.example/r/", { base: "https://a.example/r/" }],
    ["https://a.example/r/release.json", { base: "https://a.example/r/" }],
    ["https://a.example/r/x-1.0.tar.gz", { base: "https://a.example/r/" }],
    ["https://a.example/postern", {
      base: "https://a.example/",
      program: "https://a.example/postern",
    }],
    ["/srv/releases/", { base: "/srv/releases/" }],
    ["/srv/releases/postern", {
      base: "/srv/releases/",
      file: "/srv/releases/postern",
    }],
    ["postern", { base: "./", file: "postern" }],
  ];
  for (const [text, source] of cases) {
    assert.deepEqual(releaseSource(text), source, text);
  }
});

/** Of kills, until one was quicker than what it kills. */
const MOST_ROUNDS = 200;

Deno.test("kill -9 leaves the old version or the new one, whole", () =>
  world(async ({ host, installed, key }) => {
    host.files = await makeRelease("1.1.0", script("1.1.0"), key);
    const driver = fileURLToPath(new URL("upgrade_driver.ts", import.meta.url));
    let killed = 0;
    for (let round = 0; round < 8 || killed === 0; round++) {
      assert.ok(round < MOST_ROUNDS, "none was killed in the middle");
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          driver,
          host.base,
          key.publicKey,
          installed.directory,
        ],
        stdout: "piped",
      }).spawn();
      const output = child.stdout.getReader();
      await output.read(); // it begins
      await new Promise((resolve) => setTimeout(resolve, round % 8 * 12));
      try {
        child.kill("SIGKILL");
      } catch {
        // it was quicker
      }
      if ((await child.status).signal === "SIGKILL") killed++;
      await output.cancel();
      assert.match((await installed.facts()).version, /^1\.[01]\.0$/);
    }
    await upgradeFrom(host.source, await installed.parts(key.publicKey));
    assert.equal((await installed.facts()).version, "1.1.0");
    const kept = Array.from(
      Deno.readDirSync(`${installed.directory}/opt/versions`),
      ({ name }) => name,
    );
    assert.deepEqual(kept.sort(), ["1.0.0", "1.1.0"]);
  }));
