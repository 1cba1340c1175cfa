import assert from "node:assert/strict";
import { readManifest } from "../../src/ops/install/manifest.ts";
import { placesOf } from "../../src/ops/install/places.ts";
import type { Part } from "../../src/ops/install/steps.ts";
import {
  otherOwner,
  removalOf,
  remove,
} from "../../src/ops/install/uninstall.ts";
import { guardFiles } from "../../src/ops/upgrade/switch_guard.ts";
import { type Image, imageTest } from "./image.ts";

const places = placesOf({ name: "postern" });

async function uninstall(image: Image, ...keep: Part[]): Promise<string[]> {
  const manifest = readManifest(image.machine, places);
  assert.ok(manifest);
  const request = {
    places,
    manifest,
    keep: new Set(keep),
    keepUser: false,
  };
  return await remove(removalOf(request), request, image.machine);
}

/** Directories of the system, which are there on any. */
function withoutShared(paths: readonly string[]): string[] {
  return paths.filter((path) => /postern|passwd/.test(path));
}

imageTest(
  "uninstall takes away the service, and keeps data with its owner",
  async (image) => {
    await image.install();
    image.write("/var/lib/postern/chat.db", "accounts");
    await uninstall(image, "config", "data");
    assert.deepEqual(withoutShared(image.paths()), [
      "/etc/passwd",
      "/etc/postern",
      "/etc/postern/certs",
      "/etc/postern/install-manifest.json",
      "/etc/postern/postern.toml",
      "/var/lib/postern",
      "/var/lib/postern/chat.db",
      "/var/log/postern",
    ]);
    assert.match(image.read("/etc/passwd"), /^postern:/m);

    await uninstall(image);
    assert.deepEqual(withoutShared(image.paths()), ["/etc/passwd"]);
    assert.doesNotMatch(image.read("/etc/passwd"), /^postern:/m);
  },
);

imageTest(
  "uninstall takes versions of the configuration with it, and no other file",
  async (image) => {
    await image.install();
    for (const end of [".new", ".bak-1700000000", ".mine", "x.new"]) {
      image.write(`/etc/postern/postern.toml${end}`, "secret");
    }
    await uninstall(image);
    assert.deepEqual(withoutShared(image.paths()), [
      "/etc/passwd",
      "/etc/postern",
      "/etc/postern/postern.toml.mine",
      "/etc/postern/postern.tomlx.new",
    ]);
  },
);

imageTest("uninstall leaves what install has not made", async (image) => {
  const own = '[server]\ndomain = "chat.example"\n';
  image.write("/etc/postern/postern.toml", own);
  image.write("/var/lib/postern/chat.db", "accounts of before");
  image.write("/etc/passwd", "postern:x:1:1::/:/usr/sbin/nologin\n");
  await image.install(image.request(undefined, undefined, { user: false }));
  image.write("/etc/postern/certs/fullchain.pem", "a certificate");
  await uninstall(image);
  assert.match(image.read("/etc/postern/postern.toml"), /chat\.example/);
  assert.equal(image.read("/etc/postern/certs/fullchain.pem"), "a certificate");
  assert.equal(image.read("/var/lib/postern/chat.db"), "accounts of before");
  assert.match(image.read("/etc/passwd"), /^postern:/m);
  assert.equal(readManifest(image.machine, places), undefined);
});

imageTest(
  "uninstall takes away what a killed install has left",
  async (image) => {
    let steps = 0;
    const cut = image.install(image.request(), () => {
      if (++steps === 6) throw new Error("killed");
    });
    await assert.rejects(cut, /killed/);
    image.write("/usr/local/bin/postern.new~", "half of it");
    await uninstall(image);
    assert.deepEqual(withoutShared(image.paths()), ["/etc/passwd"]);
  },
);

imageTest(
  "uninstall keeps the program if told so, and takes it the next time",
  async (image) => {
    await image.install();
    await uninstall(image, "binary", "data");
    assert.equal(image.read("/usr/local/bin/postern"), "the program");
    await uninstall(image);
    assert.deepEqual(withoutShared(image.paths()), ["/etc/passwd"]);
  },
);

imageTest(
  "otherOwner() names the service with the same data",
  async (image) => {
    await image.install();
    const manifest = readManifest(image.machine, places);
    assert.ok(manifest);
    assert.equal(otherOwner(manifest, image.machine), undefined);
    image.write(
      "/etc/foo/install-manifest.json",
      JSON.stringify({ ...manifest, name: "foo" }),
    );
    assert.equal(otherOwner(manifest, image.machine), "foo");
  },
);

const BROKEN = [
  "",
  "{}",
  "[]",
  '{"format":1,"name":"foo","user":true,"stateDir":"/var/lib/foo","entries":[]}',
  '{"format":2,"name":"postern","user":true,"stateDir":"/x","entries":[]}',
  '{"format":1,"name":"postern","user":true,"stateDir":"x","entries":[]}',
  '{"format":1,"name":"postern","user":true,"stateDir":"/x","entries":[{"path":"x","part":"data","directory":true}]}',
  '{"format":1,"name":"postern","user":true,"stateDir":"/x","entries":[{"path":"/x","part":"all","directory":true}]}',
];
for (const text of BROKEN) {
  imageTest(`readManifest() refuses ${text || "nothing"}`, (image) => {
    image.write("/etc/postern/install-manifest.json", text);
    assert.throws(() => readManifest(image.machine, places), SyntaxError);
    return Promise.resolve();
  });
}

imageTest(
  "uninstall takes away the versions that upgrades have kept, and no others",
  async (image) => {
    const { binary } = places;
    function lead(target: string): void {
      Deno.removeSync(`${image.root}${binary}`);
      Deno.symlinkSync(target, `${image.root}${binary}`);
    }
    await image.install();
    image.write("/opt/postern/versions/1.0.0/postern", "the program");
    Deno.symlinkSync("versions/1.0.0", `${image.root}/opt/postern/current`);
    lead("/opt/postern/current/postern");
    const removed = await uninstall(image, "config", "data");
    assert.ok(removed.includes("/opt/postern"), String(removed));
    assert.deepEqual(
      image.paths().filter((path) => /^\/opt\/|local\/bin\//.test(path)),
      [],
    );

    await image.install();
    image.write("/opt/postern/versions/1.0.0/postern", "somebody's");
    lead("/elsewhere/postern");
    await uninstall(image, "config", "data");
    assert.equal(
      image.read("/opt/postern/versions/1.0.0/postern"),
      "somebody's",
    );
  },
);

imageTest(
  "uninstall takes away what an upgrade that was killed has left",
  async (image) => {
    await image.install();
    const { file, wanted } = guardFiles("postern");
    for (const path of [file, wanted]) image.write(path, "left");
    await uninstall(image);
    for (const path of [file, wanted]) {
      assert.ok(!image.paths().includes(path), path);
    }
  },
);
