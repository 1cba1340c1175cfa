import assert from "node:assert/strict";
import { ConfigError } from "../../src/config/problems.ts";
import { placesOf } from "../../src/ops/install/places.ts";
import { wishedConfig, type Wishes } from "../../src/ops/install/wishes.ts";
import { InstallRefused } from "../../src/ops/install/refused.ts";
import { imageTest } from "./image.ts";

const MADE = [
  "/etc/postern",
  "/etc/postern/certs",
  "/etc/postern/install-manifest.json",
  "/etc/postern/postern.toml",
  "/etc/systemd/system/postern.service",
  "/usr/local/bin/postern",
  "/usr/share/bash-completion/completions/postern",
  "/usr/share/fish/vendor_completions.d/postern.fish",
  "/usr/share/man/man1/postern.1",
  "/usr/share/zsh/site-functions/_postern",
  "/var/lib/postern",
];

imageTest("install makes all of it, with its modes", async (image) => {
  const { changed, warnings } = await image.install();
  assert.deepEqual(warnings, []);
  assert.ok(changed.length > 10);
  const paths = image.paths();
  for (const path of MADE) assert.ok(paths.includes(path), path);
  const tree = image.tree();
  const modes = Object.fromEntries(
    MADE.map((path) => [path, tree[path]?.split(" ")[0]]),
  );
  assert.equal(modes["/etc/postern"], "750");
  assert.equal(modes["/etc/postern/postern.toml"], "640");
  assert.equal(modes["/etc/postern/install-manifest.json"], "600");
  assert.equal(modes["/var/lib/postern"], "700");
  assert.equal(modes["/usr/local/bin/postern"], "755");
  assert.equal(image.read("/usr/local/bin/postern"), "the program");
  assert.match(
    image.read("/etc/postern/postern.toml"),
    /domain = "chat\.example"/,
  );
  assert.deepEqual(paths.filter((path) => path.endsWith("~")), []);
  assert.match(
    image.commands.join("\n"),
    /^useradd --prefix ROOT --system .*postern$/,
  );
});

imageTest("a second install changes nothing", async (image) => {
  await image.install();
  const before = image.tree();
  const commands = image.commands.length;
  const { changed, warnings } = await image.install();
  assert.deepEqual({ changed, warnings }, { changed: [], warnings: [] });
  assert.deepEqual(image.tree(), before);
  assert.equal(image.commands.length, commands);
});

imageTest(
  "install mends what is missing or changed, and leaves secrets alone",
  async (image) => {
    await image.install();
    image.write("/var/lib/postern/chat.db", "accounts");
    image.write("/var/lib/postern/dkim/key", "a secret");
    image.write("/usr/local/bin/postern", "an older one");
    image.machine.remove("/etc/systemd/system/postern.service");
    const { changed } = await image.install();
    const mended = changed.filter((one) => !one.startsWith("owner of"));
    assert.equal(mended.length, 2, changed.join("\n"));
    assert.equal(image.read("/usr/local/bin/postern"), "the program");
    assert.equal(image.read("/var/lib/postern/dkim/key"), "a secret");
  },
);

imageTest("a copy under another name is another service", async (image) => {
  await image.install();
  await image.install(image.request({ ip: "2001:db8::1" }, "foo"));
  const unit = image.read("/etc/systemd/system/foo.service");
  assert.match(
    unit,
    /^ExecStart=\/usr\/local\/bin\/foo --config \/etc\/foo\/foo\.toml run$/m,
  );
  assert.match(unit, /^User=foo$/m);
  assert.match(unit, /^StateDirectory=foo$/m);
  assert.match(unit, /^LogsDirectory=foo$/m);
  assert.ok(image.paths().includes("/var/log/foo"));
  assert.doesNotMatch(unit, /postern/);
  const config = image.read("/etc/foo/foo.toml");
  assert.match(config, /domain = "\[IPv6:2001:db8::1\]"/);
  assert.match(config, /state_dir = "\/var\/lib\/foo"/);
  assert.match(config, /runtime_dir = "\/run\/foo"/);
  assert.doesNotMatch(config, /postern/);
});

Deno.test("install that ends after any of its steps is completed by the next one", async () => {
  const { Image } = await import("./image.ts");
  const whole = await Image.make();
  const { changed } = await whole.install();
  const expected = whole.paths();
  whole.remove();
  assert.ok(changed.length > 5);
  for (let last = 0; last < changed.length; last++) {
    const image = await Image.make();
    let done = 0;
    const cut = image.install(image.request(), () => {
      if (done++ === last) throw new Error("killed");
    });
    await assert.rejects(cut, /killed/);
    // what was being written then
    image.write("/usr/local/bin/postern.new~", "half of it");
    image.write("/etc/postern/postern.toml.new~", "half of it");
    await image.install();
    assert.deepEqual(image.paths(), expected);
    image.remove();
  }
});

imageTest(
  "a configuration that says something else is left as it is",
  async (image) => {
    const own = '[server]\ndomain = "other.example"\n';
    image.write("/etc/postern/postern.toml", own);
    const { warnings } = await image.install();
    assert.match(warnings[0] ?? "", /server\.domain is "other\.example" there/);
    const kept = image.read("/etc/postern/postern.toml");
    assert.match(kept, /domain = "other\.example"/);
    assert.match(image.read("/etc/postern/postern.toml.new"), /chat\.example/);

    const forced = await image.install(
      image.request(undefined, undefined, { forceConfig: true }),
    );
    assert.match(forced.warnings[0] ?? "", /postern\.toml\.bak-1700000000$/);
    assert.equal(image.read("/etc/postern/postern.toml.bak-1700000000"), kept);
    assert.match(image.read("/etc/postern/postern.toml"), /chat\.example/);
  },
);

imageTest(
  "a configuration that means the same is the operator's",
  async (image) => {
    const own =
      '[server]\ndomain = "CHAT.example" # ours\n[log]\nlevel = "info"\n';
    image.write("/etc/postern/postern.toml", own);
    assert.deepEqual((await image.install()).warnings, []);
    const text = image.read("/etc/postern/postern.toml");
    for (const line of own.split("\n")) assert.ok(text.includes(line), text);
  },
);

imageTest(
  "install adds to a configuration what it lacks, once, and changes none of it",
  async (image) => {
    const own = `# ours
[server]
domain = "chat.example" # here
[log]
level = "debug"
`;
    image.write("/etc/postern/postern.toml", own);
    const request = image.request({
      domain: "chat.example",
      enableSs: true,
      httpListen: ":8080",
      lang: "fa",
    });
    const { changed, warnings } = await image.install(request);
    assert.deepEqual(warnings, []);
    assert.match(
      changed.join("\n"),
      /postern\.toml, which lacks .*listen\.http.*shadowsocks\.enabled/,
    );
    const text = image.read("/etc/postern/postern.toml");
    for (const line of own.split("\n")) assert.ok(text.includes(line), text);
    assert.match(text, /\[listen\]\nhttp = \[?":8080"/);
    assert.match(text, /\[shadowsocks\]\nenabled = true/);
    assert.match(text, /language = "fa"/);
    assert.match(text, /mode = "autocert"/);
    assert.equal(image.tree()["/etc/postern/postern.toml"]?.slice(0, 3), "640");
    const before = image.tree();
    assert.deepEqual((await image.install(request)).changed, []);
    assert.deepEqual(image.tree(), before);
  },
);

imageTest(
  "install adds what is missing although something else is in conflict",
  async (image) => {
    const own = '[server]\ndomain = "other.example"\n';
    image.write("/etc/postern/postern.toml", own);
    const request = image.request({ domain: "chat.example", enableSs: true });
    const { warnings } = await image.install(request);
    assert.match(warnings[0] ?? "", /server\.domain is "other\.example" there/);
    const text = image.read("/etc/postern/postern.toml");
    assert.match(text, /domain = "other\.example"/);
    assert.match(text, /\[shadowsocks\]\nenabled = true/);
    assert.match(image.read("/etc/postern/postern.toml.new"), /chat\.example/);
  },
);

imageTest("a configuration that is a link is not written to", async (image) => {
  const own = '[server]\ndomain = "chat.example"\n';
  image.write("/srv/kept.toml", own);
  Deno.mkdirSync(`${image.root}/etc/postern`);
  Deno.symlinkSync(
    "../../srv/kept.toml",
    `${image.root}/etc/postern/postern.toml`,
  );
  const { warnings } = await image.install(
    image.request({ domain: "chat.example", enableSs: true }),
  );
  assert.match(warnings[0] ?? "", /shadowsocks\.enabled is "false" there/);
  assert.equal(image.read("/srv/kept.toml"), own);
});

Deno.test("a certificate that lies where it is looked for is taken", () => {
  const { written, asked } = wishedConfig(
    { domain: "chat.example" },
    placesOf({ name: "foo" }),
    { hasCertificate: true },
  );
  assert.equal(written.get("tls.mode"), "file");
  assert.equal(written.get("tls.cert"), "/etc/foo/certs/fullchain.pem");
  assert.equal(asked.has("tls.mode"), false);
  const told = wishedConfig(
    { domain: "chat.example", tlsMode: "self_signed" },
    placesOf({ name: "foo" }),
    { hasCertificate: true },
  );
  assert.equal(told.written.get("tls.mode"), "self_signed");
});

const PRIVATE_TARGETS: [wishes: Wishes, isAllowed: true | undefined][] = [
  [{ ip: "10.0.3.7" }, true],
  [{ ip: "fd00::7" }, true],
  [{ domain: "chat.internal", ip: "192.168.1.5" }, true],
  [{ ip: "8.8.8.8" }, undefined],
  [{ ip: "2a00:1450::5" }, undefined],
  [{ domain: "chat.example", ip: "192.168.1.5" }, undefined],
  [{ domain: "chat.internal" }, undefined],
];
for (const [wishes, isAllowed] of PRIVATE_TARGETS) {
  const told = Object.values(wishes).join(" at ");
  Deno.test(`a relay ${told} ${isAllowed ? "sends" : "does not send"} to private addresses`, () => {
    const { written, asked } = wishedConfig(wishes, placesOf({ name: "foo" }));
    const key = "federation.allow_private_targets";
    assert.equal(written.get(key), isAllowed);
    assert.equal(asked.has(key), false);
  });
}

imageTest(
  "--cert-only makes directories and configuration alone",
  async (image) => {
    const request = image.request(undefined, undefined, {
      certOnly: true,
      systemd: false,
    });
    await image.install(request);
    assert.deepEqual(
      image.paths().filter((path) => /postern/.test(path)),
      [
        "/etc/postern",
        "/etc/postern/certs",
        "/etc/postern/install-manifest.json",
        "/etc/postern/postern.toml",
        "/var/lib/postern",
      ],
    );
    await image.install();
    assert.ok(image.paths().includes("/usr/local/bin/postern"));
  },
);

imageTest(
  "a configuration that cannot be used is told of before anything is done",
  async (image) => {
    image.write("/etc/postern/postern.toml", "[server]\ndomian = 1\n");
    const before = image.tree();
    await assert.rejects(image.install(), ConfigError);
    assert.deepEqual(image.tree(), before);
  },
);

const IN_THE_WAY: readonly {
  readonly what: string;
  readonly path: string;
  readonly text?: string;
  readonly name?: string;
}[] = [
  { what: "a unit", path: "/etc/systemd/system/postern.service" },
  {
    what: "a unit of the system",
    path: "/usr/lib/systemd/system/ssh.service",
    name: "ssh",
  },
  { what: "a program of the system", path: "/usr/bin/ls", name: "ls" },
  { what: "a program", path: "/usr/local/bin/postern" },
  {
    what: "a state directory of something else",
    path: "/var/lib/postern/data",
  },
  { what: "a file in place of the state directory", path: "/var/lib/postern" },
  {
    what: "a person of that name",
    path: "/etc/passwd",
    text: "ann:x:1000:1000::/home/ann:/bin/bash\n",
    name: "ann",
  },
  {
    what: "the name of root",
    path: "/etc/passwd",
    text: "root:x:0:0::/root:/usr/sbin/nologin\n",
    name: "root",
  },
  { what: "a name that is none for a user", path: "/x", name: "Postern.bin" },
];
for (const { what, path, text = "of somebody else", name } of IN_THE_WAY) {
  imageTest(`install leaves alone ${what}`, async (image) => {
    image.write(path, text);
    const before = image.tree();
    await assert.rejects(
      image.install(image.request(undefined, name)),
      (error) => error instanceof InstallRefused && error.reason === "occupied",
    );
    assert.deepEqual(image.tree(), before);
  });
}

imageTest(
  "install takes the state of a server that root has run",
  async (image) => {
    image.write("/var/lib/postern/chat.db", "accounts");
    await image.install();
    assert.equal(image.read("/var/lib/postern/chat.db"), "accounts");
  },
);

imageTest(
  "a state directory of our own beginnings is taken, whatever is in it",
  async (image) => {
    await image.install(
      image.request(undefined, undefined, { certOnly: true, systemd: false }),
    );
    image.write("/var/lib/postern/tls/privkey.pem", "a key");
    await image.install();
    assert.equal(image.read("/var/lib/postern/tls/privkey.pem"), "a key");
  },
);

imageTest("what cannot be written whole is not left behind", async (image) => {
  image.machine.makeDirectory("/usr/local/bin", 0o755, image.machine.rootOwner);
  const copy = Deno.copyFileSync;
  try {
    Object.assign(Deno, {
      copyFileSync(from: string, to: string) {
        copy(from, to);
        throw Object.assign(new Error("no room"), { code: "ENOSPC" });
      },
    });
    await assert.rejects(
      image.install(),
      /^InstallRefused: \/usr\/local\/bin\/postern cannot be written: the disk is full$/,
    );
  } finally {
    Object.assign(Deno, { copyFileSync: copy });
  }
  assert.deepEqual(image.machine.list("/usr/local/bin"), []);
});

imageTest("nobody else reads a configuration that was there", async (image) => {
  const own =
    '[server]\ndomain = "chat.example"\nruntime_dir = "/run/postern"\n[tls]\nmode = "self_signed"\n';
  image.write("/etc/postern/postern.toml", own);
  await image.install();
  assert.match(image.tree()["/etc/postern/postern.toml"] ?? "", /^640 /);
  assert.equal(image.read("/etc/postern/postern.toml"), own);
  assert.deepEqual((await image.install()).changed, []);
});

Deno.test({
  name: "install gives the service what root has left in its directory",
  ignore: Deno.uid() !== 0,
  async fn() {
    const { Image } = await import("./image.ts");
    const image = await Image.make();
    try {
      await image.install();
      const { uid } = Deno.lstatSync(`${image.root}/var/lib/postern`);
      assert.notEqual(uid, 0);
      image.write("/var/lib/postern/chat.db", "accounts");
      image.write("/var/lib/postern/dkim/key.pem", "a key");
      image.write("/etc/linked", "of root");
      Deno.linkSync(
        `${image.root}/etc/linked`,
        `${image.root}/var/lib/postern/admin_token`,
      );
      const { changed } = await image.install();
      assert.deepEqual(changed, ["owner of what is in /var/lib/postern"]);
      for (const name of ["chat.db", "dkim", "dkim/key.pem"]) {
        const path = `${image.root}/var/lib/postern/${name}`;
        assert.equal(Deno.lstatSync(path).uid, uid, name);
      }
      assert.equal(Deno.lstatSync(`${image.root}/etc/linked`).uid, 0);
      assert.deepEqual((await image.install()).changed, []);
    } finally {
      image.remove();
    }
  },
});
