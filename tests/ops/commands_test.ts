import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { postern } from "../cli/command_line.ts";
import { type Image, imageTest } from "./image.ts";

/** A command on an image, of which nothing belongs to a user of its own. */
async function command(
  image: Image,
  args: readonly string[],
  answers?: readonly string[],
) {
  const outcome = await postern([...args, "--root", image.root], {}, answers);
  return { ...outcome, err: outcome.err.replaceAll(image.root, "ROOT") };
}

const ALONE = ["--skip-user", "--skip-systemd"];

function install(image: Image, ...args: string[]): string[] {
  return ["install", ...ALONE, "--from", `${image.root}/program`, ...args];
}

imageTest(
  "install --json is one object, a second time without changes",
  async (image) => {
    const args = install(
      image,
      "--simple",
      "--domain",
      "chat.example",
      "--json",
    );
    const first = JSON.parse((await command(image, args)).out).data;
    assert.equal(first.installed, true);
    assert.equal(first.primary_domain, "chat.example");
    assert.equal(first.config, "/etc/postern/postern.toml");
    assert.equal(first.service_installed, false);
    assert.ok(first.changed.length > 5);
    const second = JSON.parse((await command(image, args)).out).data;
    assert.deepEqual(second.changed, []);
  },
);

imageTest(
  "install completes a configuration without a domain, or says what it lacks",
  async (image) => {
    const path = "/etc/postern/postern.toml";
    const own = '# mine\n[server]\nhostname = "mx.chat.example"\n[log]\n';
    image.write(path, own);
    const unnamed = await command(image, install(image));
    assert.equal(unnamed.exit, 7, unnamed.err);
    assert.match(unnamed.err, /server\.domain: is required/);
    assert.equal(image.read(path), own);
    const args = install(image, "--simple", "--domain", "chat.example");
    const done = await command(image, args);
    assert.match(done.err, /postern\.toml, which lacks server\.domain/);
    assert.equal(done.exit, 0, done.err);
    const text = image.read(path);
    assert.match(
      text,
      /^# mine\n\[server\]\n(?:\S+ = .*\n)*domain = "chat.example"\nhostname/,
    );
    assert.match(text, /\n\[log\]\n/);
    const again = await command(image, args);
    assert.equal(again.exit, 0, again.err);
    assert.equal(image.read(path), text);
  },
);

imageTest(
  "install --dry-run lists the plan and writes nothing",
  async (image) => {
    const before = image.tree();
    const { out, exit } = await command(
      image,
      install(image, "--simple", "--ip", "192.0.2.1", "--dry-run", "--json"),
    );
    assert.equal(exit, 0);
    const { dry_run, primary_domain, plan } = JSON.parse(out).data;
    assert.deepEqual([dry_run, primary_domain], [true, "[192.0.2.1]"]);
    assert.ok(
      plan.includes(
        "configuration /etc/postern/postern.toml (0640, root, read by the service)",
      ),
    );
    assert.deepEqual(image.tree(), before);
  },
);

imageTest(
  "install asks a person, shows the plan, and asks again",
  async (image) => {
    const before = image.tree();
    const answers = [
      ...["chat example", "chat.example", "relative.pem", ""],
      ...["nobody", "ann@ops.example", "n", "xx", "fa"],
    ];
    const no = await command(image, install(image), [...answers, "n"]);
    assert.equal(no.exit, 10);
    assert.match(
      no.err,
      /Domain of the relay.*must be a DNS name.*Certificate file.*a path from the root.*may write to.*an ACME contact needs.*sign up\?.*Language.*must be one of.*- program \/usr\/local\/bin\/postern.*Install this\?/s,
    );
    assert.deepEqual(image.tree(), before);
    const yes = await command(image, install(image), [...answers, "y"]);
    assert.equal(yes.exit, 0, yes.err);
    const text = image.read("/etc/postern/postern.toml");
    assert.match(text, /open = false/);
    assert.match(text, /email = "ann@ops\.example"[^]*language = "fa"/);
  },
);

imageTest("install asks what an address needs, and no more", async (image) => {
  const answers = ["8.8.8.8", "", "", "", "", "", "y"];
  const { exit, err } = await command(image, install(image), answers);
  assert.equal(exit, 0, err);
  assert.match(err, /an authority be asked for a certificate for 8\.8\.8\.8\?/);
  assert.match(image.read("/etc/postern/postern.toml"), /mode = "autocert"/);
});

imageTest(
  "install asks for no contact where no authority is asked",
  async (image) => {
    const answers = ["relay.lan", "", "", "", "y"];
    const { exit, err } = await command(image, install(image), answers);
    assert.equal(exit, 0, err);
    assert.doesNotMatch(err, /may write to|an authority be asked/);
  },
);

Deno.test("install names a tree that is not there", async () => {
  const args = ["install", "--domain", "a.example", "--root", "/nonexistent"];
  const { exit, err } = await postern(args, {});
  assert.equal(exit, 2);
  assert.match(err, /--root: there is no directory \/nonexistent/);
});

const MODES: readonly (readonly [string[], string])[] = [
  [["--domain", "chat.example"], "autocert"],
  [["--domain", "chat.example", "--staging"], "autocert"],
  [["--domain", "relay.lan"], "self_signed"],
  [["--ip", "8.8.8.8", "--auto-ip-cert"], "autocert"],
  [["--domain", "chat.example", "--tls-mode", "self_signed"], "self_signed"],
  [
    ["--domain", "chat.example", "--cert-path", "/c", "--key-path", "/k"],
    "file",
  ],
];
for (const [args, mode] of MODES) {
  imageTest(`install ${args.join(" ")} is ${mode}`, async (image) => {
    const { exit, err } = await command(image, install(image, ...args));
    assert.equal(exit, 0, err);
    const config = image.read("/etc/postern/postern.toml");
    assert.match(config, new RegExp(`^mode = "${mode}"$`, "m"));
    assert.equal(/acme-staging/.test(config), args.includes("--staging"));
  });
}

imageTest("install writes what else it is told", async (image) => {
  const args = [
    ...["--domain", "chat.example", "--lang", "fa", "--enable-ss"],
    ...["--disable-iroh", "--http-listen", "127.0.0.1:8080"],
  ];
  const { exit, err } = await command(image, install(image, ...args));
  assert.equal(exit, 0, err);
  const { values } = loadConfig({
    path: "postern.toml",
    text: image.read("/etc/postern/postern.toml"),
  });
  assert.equal(values.web.language, "fa");
  assert.equal(values.shadowsocks.enabled, true);
  assert.equal(values.iroh.enabled, false);
  assert.deepEqual(values.listen.http, [{ host: "127.0.0.1", port: 8080 }]);
});

imageTest("install takes the options of other relays", async (image) => {
  const args = ["--domain", "chat.example", "--enable-chatmail"];
  const { exit, out, err } = await command(
    image,
    install(
      image,
      ...[...args, "--enable-iroh", "--install-service", "--firewall"],
      ...["--no-obtain-certificate"],
    ),
  );
  assert.equal(exit, 0, err);
  assert.match(out, /warning: no firewall was changed/);
  assert.match(
    image.read("/etc/postern/postern.toml"),
    /\[iroh\]\n#[^\n]*\nenabled = true/,
  );
});

const WRONG: readonly (readonly [string[], number, RegExp])[] = [
  [[], 2, /nobody can be asked here/],
  [["--simple"], 2, /--domain or --ip has to name the relay/],
  [["--domain", "192.0.2.1"], 2, /for which there is --ip/],
  [["--ip", "chat.example"], 2, /--ip: chat\.example is no IP address/],
  [["--domain", "a.example", "--lang", "xx"], 2, /--lang: must be one of/],
  [["--domain", "a.example", "--http-listen", "x"], 2, /--http-listen: /],
  [
    ["--domain", "a.example", "--enable-iroh", "--disable-iroh"],
    2,
    /one of them/,
  ],
  [["--domain", "chat example"], 2, /--domain: must be a DNS name/],
  [["--domain", "my_chat.example"], 2, /--domain: .*cannot be the name of/],
  [
    ["--domain", "a.example", "--hostname", "-mx.a.example"],
    2,
    /--hostname: .*cannot be the name of/,
  ],
  [
    ["--domain", "a.example", "--turn-off-tls"],
    2,
    /--turn-off-tls does not exist here: .*passwords/,
  ],
  [["--domain", "a.example", "--cert-only"], 2, /leave out --root/],
  [
    ["--domain", "a.example", "--from", "/nonexistent"],
    2,
    /--from: there is no file \/nonexistent/,
  ],
  [
    ["--domain", "a.example", "--tls-mode", "none"],
    2,
    /--tls-mode: must be one of/,
  ],
  [
    ["--domain", "a.example", "--registration", "maybe"],
    2,
    /--registration must be one of/,
  ],
  [
    ["--domain", "a.example", "--config-dir", "etc"],
    2,
    /--config-dir must be a path/,
  ],
  [
    ["--domain", "a.example", "--state-dir", "/var/../x"],
    2,
    /--state-dir must be a path/,
  ],
  [
    ["--ip", "192.168.1.1", "--auto-ip-cert"],
    7,
    /192\.168\.1\.1 is not public/,
  ],
  [["--domain", "a.example", "--start"], 2, /--start needs a unit/],
  [
    ["--domain", "a.example", "--state-dir", "/data"],
    4,
    /cannot be the state directory/,
  ],
];
for (const [args, exit, message] of WRONG) {
  imageTest(`install ${args.join(" ")} is refused`, async (image) => {
    const before = image.tree();
    const outcome = await command(image, install(image, ...args));
    assert.match(outcome.err, message);
    assert.equal(outcome.exit, exit);
    assert.deepEqual(image.tree(), before);
  });
}

imageTest("install says what it needs on other systems", async (image) => {
  image.machine.remove("/usr/lib/systemd/systemd");
  const args = ["install", "--from", "/x", "--domain", "a.example"];
  const without = await command(image, args);
  assert.match(
    without.err,
    /systemd does not run here \(Debian GNU\/Linux 12\)/,
  );
  image.write("/lib/ld-musl-x86_64.so.1", "");
  const musl = await command(image, args);
  assert.match(musl.err, /has musl as C library; this program needs glibc/);
  assert.equal(musl.exit, 1);
  const dry = await command(image, [
    ...["install", "--from", `${image.root}/program`],
    ...["--domain", "a.example", "--dry-run"],
  ]);
  assert.equal(dry.exit, 0, dry.err);
  assert.match(dry.out, /warning: .* has musl as C library/);
});

imageTest(
  "install that leaves something to do says so by its exit",
  async (image) => {
    image.write(
      "/etc/postern/postern.toml",
      '[server]\ndomain = "b.example"\n',
    );
    const { exit, out } = await command(
      image,
      install(image, "--domain", "a.example"),
    );
    assert.equal(exit, 8);
    assert.match(out, /^warning: .*server\.domain is "b\.example" there/m);
  },
);

imageTest("install names the web page of an address", async (image) => {
  const v4 = await command(image, install(image, "--ip", "192.0.2.1"));
  assert.match(v4.out, /^Web page: https:\/\/192\.0\.2\.1\/$/m);
  const v6 = await command(
    image,
    install(image, "--ip", "2001:db8::1", "--force-config"),
  );
  assert.match(v6.out, /^Web page: https:\/\/\[2001:db8::1\]\/$/m);
});

imageTest(
  "install takes other places, and the configuration says so",
  async (image) => {
    const { exit, err } = await command(
      image,
      install(image, "--domain", "a.example", "--state-dir", "/srv/relay"),
    );
    assert.equal(exit, 0, err);
    assert.match(
      image.read("/etc/postern/postern.toml"),
      /state_dir = "\/srv\/relay"/,
    );
    // the file is enough to know
    const again = await command(
      image,
      install(image, "--simple", "--domain", "a.example"),
    );
    assert.match(again.out, /nothing has changed/);
  },
);

imageTest(
  "uninstall keeps data, and purges it for the domain's name",
  async (image) => {
    await command(image, install(image, "--domain", "chat.example"));
    image.write("/var/lib/postern/chat.db", "accounts");
    image.write("/var/log/gone.log", "before\n");
    const unasked = await command(image, ["uninstall"]);
    assert.equal(unasked.exit, 10);
    const dry = await command(image, ["uninstall", "--purge", "--dry-run"]);
    assert.match(dry.out, /- \/var\/lib\/postern/);
    const kept = await command(image, ["uninstall", "--yes"]);
    assert.equal(kept.exit, 0, kept.err);
    assert.match(kept.out, /removed \/usr\/local\/bin\/postern/);
    assert.match(kept.out, /accounts and mail is left/);
    assert.match(kept.out, /\/etc\/postern with the configuration is left/);
    assert.match(
      image.read("/var/log/postern-uninstall.log"),
      /^[\d-]+T[\d:.]+Z removed \/usr\/local\/bin\/postern$/m,
    );
    assert.equal(image.read("/var/lib/postern/chat.db"), "accounts");

    const wrong = await command(image, ["uninstall", "--purge"], [
      "other.example",
    ]);
    assert.equal(wrong.exit, 10);
    assert.equal(image.read("/var/lib/postern/chat.db"), "accounts");
    const right = await command(
      image,
      ["uninstall", "--purge", "--log-file", "/var/log/gone.log"],
      ["chat.example"],
    );
    assert.equal(right.exit, 0, right.err);
    assert.match(
      image.read("/var/log/gone.log"),
      /^before\n[^]* removed \/var\/lib\/postern$/m,
    );
    assert.equal(image.machine.look("/var/lib/postern"), undefined);
    assert.equal(image.machine.look("/etc/postern"), undefined);
    const none = await command(image, ["uninstall", "--json"]);
    assert.deepEqual(JSON.parse(none.out).data, { found: false });
  },
);
