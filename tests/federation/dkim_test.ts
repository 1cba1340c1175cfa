import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { findKeyFile } from "../../src/federation/dkim/key_files.ts";
import { newKey } from "../../src/federation/dkim/key_material.ts";
import { recordName, recordText } from "../../src/federation/dkim/key_rows.ts";
import { parseHeader } from "../../src/mail/header.ts";
import { DkimVerification } from "../../src/mailauth/dkim_verify.ts";
import {
  BODY,
  dkimTest,
  type DkimWorld,
  fieldsOf,
  headerFrom,
  signatures,
  signed,
} from "./dkim_world.ts";

const HOUR = 3600;
const encoder = new TextEncoder();

async function verified(
  { dns, clock }: DkimWorld,
  fields: string,
  address = "ann@a.example",
) {
  const header = parseHeader(encoder.encode(fields + headerFrom(address)));
  const verification = new DkimVerification(header, {
    dns,
    nowSeconds: clock.seconds,
  });
  await verification.write(encoder.encode(BODY));
  return (await verification.finish()).passed;
}

dkimTest("keys are made once, for each domain of ours", async (world) => {
  await world.keys.ready();
  const files = [
    "default.pem",
    "default-ed25519.pem",
    "b.example/default.pem",
    "b.example/default-ed25519.pem",
  ];
  assert.deepEqual(
    world.keys.list().map(({ domain, selector, algorithm, file, state }) =>
      [domain, selector, algorithm, file, state].join(" ")
    ),
    [
      "a.example default rsa-sha256 default.pem active",
      "a.example default-ed25519 ed25519-sha256 default-ed25519.pem active",
      "b.example default rsa-sha256 b.example/default.pem active",
      "b.example default-ed25519 ed25519-sha256 b.example/default-ed25519.pem active",
    ],
  );
  for (const file of files) {
    const path = `${world.directory}/${file}`;
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const pem = await Deno.readTextFile(path);
    assert.match(pem, /^-----BEGIN PRIVATE KEY-----\n/);
    const key = createPrivateKey(pem);
    assert.ok(
      key.asymmetricKeyType === "ed25519" ||
        key.asymmetricKeyDetails?.modulusLength === 2048,
    );
  }
  const before = world.keys.list();
  const again = await world.restart();
  await again.keys.ready();
  assert.deepEqual(again.keys.list(), before);
}, ["a.example", "b.example"]);

dkimTest(
  "what leaves is signed by RSA and by Ed25519, and both hold",
  async (world) => {
    const fields = await fieldsOf(world);
    assert.deepEqual(signatures(fields), [
      "rsa-sha256 default a.example",
      "ed25519-sha256 default-ed25519 a.example",
    ]);
    world.publish();
    assert.deepEqual(await verified(world, fields), ["a.example", "a.example"]);
    world.settings.ed25519 = false;
    world.clock.seconds += 31; // a message that is tried again is signed anew
    assert.deepEqual(signatures(await fieldsOf(world)), [
      "rsa-sha256 default a.example",
    ]);
  },
);

dkimTest(
  "each domain has its own signature, and others have none",
  async (world) => {
    assert.deepEqual(signatures(await fieldsOf(world, "ann@b.example")), [
      "rsa-sha256 default b.example",
      "ed25519-sha256 default-ed25519 b.example",
    ]);
    for (
      const address of ["ann@[192.0.2.1]", "ann@c.example", "ann@x.a.example"]
    ) {
      assert.equal(await fieldsOf(world, address), "");
    }
    world.settings.enabled = false;
    assert.equal(await fieldsOf(world), "");
  },
  ["a.example", "b.example"],
);

dkimTest("a relay whose domains are addresses has no keys", async (world) => {
  assert.equal(await fieldsOf(world, "ann@[192.0.2.1]"), "");
  assert.deepEqual(await world.watch.look(), []);
  assert.deepEqual(world.keys.list(), []);
}, []);

dkimTest(
  "mail waits for a lost key, for an hour over all restarts",
  async (world) => {
    await world.keys.ready();
    const path = `${world.directory}/default.pem`;
    await Deno.rename(path, `${path}.kept`);
    const restarted = await world.restart();
    assert.equal((await signed(restarted)).kind, "wait");
    assert.match(
      restarted.told.trouble ?? "",
      /there is no file .*default\.pem/,
    );
    assert.equal(world.keys.list().length, 2, "no other key is made");
    world.pass(HOUR - 60);
    assert.equal((await signed(await world.restart())).kind, "wait");
    world.pass(61);
    assert.equal(await fieldsOf(restarted), "");
    await Deno.rename(`${path}.kept`, path);
    world.pass(11);
    assert.equal(signatures(await fieldsOf(restarted)).length, 2);
    assert.equal(restarted.told.trouble, undefined);
    assert.ok(
      restarted.keys.list().every(({ lostAt }) => lostAt === undefined),
    );
  },
);

dkimTest("mail leaves unsigned at once where that is wanted", async (world) => {
  await world.keys.ready();
  await Deno.remove(`${world.directory}/default.pem`);
  const restarted = await world.restart();
  restarted.settings.onMissing = "send";
  assert.equal(await fieldsOf(restarted), "");
  assert.match(restarted.told.trouble ?? "", /default\.pem/);
});

dkimTest("a file with another key is no key of ours", async (world) => {
  await world.keys.ready();
  const { pem } = await newKey("rsa-sha256");
  await Deno.writeTextFile(`${world.directory}/default.pem`, pem);
  const restarted = await world.restart();
  assert.equal((await signed(restarted)).kind, "wait");
  await restarted.watch.look();
  assert.match(restarted.told.files ?? "", /has another key/);
});

dkimTest("a key that was there before its record is taken", async (world) => {
  const { pem, publicKey } = await newKey("rsa-sha256");
  await Deno.mkdir(world.directory);
  await Deno.writeTextFile(`${world.directory}/default.pem`, pem);
  await world.keys.ready();
  assert.equal(world.keys.list()[0]?.publicKey, publicKey);
});

dkimTest(
  "a key is where its operator has it, and stays there",
  async (world) => {
    const path = `${world.directory}-own/mail.private`;
    const elsewhere = await world.restart(["a.example", "b.example"], path);
    await elsewhere.keys.ready();
    const [made] = elsewhere.keys.list();
    assert.equal(
      (await findKeyFile(path))?.publicKey,
      made?.publicKey, // one that is not there is made
    );
    const names = Array.from(
      Deno.readDirSync(world.directory),
      ({ name }) => name,
    );
    assert.deepEqual(names.sort(), ["b.example", "default-ed25519.pem"]);
    elsewhere.publish();
    assert.equal(signatures(await fieldsOf(elsewhere)).length, 2);

    const [next] = await elsewhere.keys.rotate("a.example");
    await elsewhere.keys.activate(next!);
    elsewhere.pass(7 * 24 * HOUR + 1);
    const forgotten = await elsewhere.keys.forgetRetired();
    assert.deepEqual(
      forgotten.map(({ selector }) => selector),
      ["default"],
    );
    assert.ok(await findKeyFile(path));
    assert.ok(await findKeyFile(`${world.directory}/${next!.selector}.pem`));
  },
);

dkimTest(
  "a key that its operator has brought is used as it is",
  async (world) => {
    const { pem, publicKey } = await newKey("rsa-sha256");
    const path = `${world.directory}-own.pem`;
    const written = `${pem}\n`;
    await Deno.writeTextFile(path, written, { mode: 0o400 });
    const elsewhere = await world.restart(undefined, path);
    await elsewhere.keys.ready();
    assert.equal(elsewhere.keys.list()[0]?.publicKey, publicKey);
    assert.equal(await Deno.readTextFile(path), written);
    await Deno.remove(path);
    assert.match(
      (await elsewhere.keys.lost())[0]?.why ?? "",
      /no file .*-own\.pem$/,
    );
  },
);

dkimTest(
  "a file that is no key of that kind is left alone, and mail waits",
  async (world) => {
    const path = `${world.directory}/default.pem`;
    await Deno.mkdir(world.directory);
    for (const text of ["nothing", (await newKey("ed25519-sha256")).pem]) {
      await Deno.writeTextFile(path, text);
      assert.equal((await signed(world)).kind, "wait");
      assert.match(world.told.trouble ?? "", /Cannot use the key/);
      assert.equal(await Deno.readTextFile(path), text);
    }
    await Deno.remove(path);
    assert.equal(signatures(await fieldsOf(world)).length, 2);
  },
);

dkimTest("new keys sign from when the DNS shows them", async (world) => {
  await world.keys.ready();
  world.publish();
  const rows = await world.keys.rotate("a.example");
  assert.deepEqual(rows.map(({ selector }) => selector), [
    "s202701",
    "s202701-ed25519",
  ]);
  await assert.rejects(
    world.keys.rotate("a.example"),
    /wait for their records/,
  );
  await world.watch.look();
  assert.equal(world.told.records, undefined, "a key to come is no fault");
  const before = world.server.questions.length;
  await world.watch.lookAgain();
  assert.ok(world.server.questions.length > before, "it is looked for");
  assert.match(await fieldsOf(world), /s=default;/);

  world.publish();
  const asked = world.server.questions.length;
  const checks = await world.watch.look();
  const once = world.server.questions.length - asked;
  await world.watch.lookAgain();
  assert.equal(world.server.questions.length, asked + once, "none is missing");
  assert.deepEqual(
    checks.map(({ row, state }) => `${row.selector} ${row.state} ${state}`)
      .toSorted(),
    [
      "default active ok",
      "default-ed25519 active ok",
      "s202701 active ok",
      "s202701-ed25519 active ok",
    ],
  );
  const fields = await fieldsOf(world);
  assert.deepEqual(signatures(fields), [
    "rsa-sha256 s202701 a.example",
    "ed25519-sha256 s202701-ed25519 a.example",
  ]);
  assert.equal((await verified(world, fields)).length, 2);
  assert.equal(world.keys.published().length, 2);

  world.pass(7 * 24 * HOUR - 1);
  await world.watch.look();
  assert.equal(world.keys.list().length, 4);
  world.pass(1);
  await world.watch.look();
  assert.equal(world.keys.list().length, 2);
  await assert.rejects(Deno.stat(`${world.directory}/default.pem`));
  assert.deepEqual(
    (await world.keys.rotate("a.example")).map(({ selector }) => selector),
    ["s202701-2", "s202701-2-ed25519"],
  );
});

dkimTest(
  "a key from elsewhere signs from when the DNS shows it",
  async (world) => {
    await world.keys.ready();
    const key = await newKey("rsa-sha256");
    await assert.rejects(
      world.keys.import("a.example", "default", key),
      /has a key with the selector default/,
    );
    const row = await world.keys.import("a.example", "opendkim", key);
    assert.equal(row.state, "pending");
    world.server.zone.set(recordName(row), { TXT: [recordText(row)] });
    await world.watch.look();
    assert.deepEqual(signatures(await fieldsOf(world)), [
      "rsa-sha256 opendkim a.example",
      "ed25519-sha256 default-ed25519 a.example",
    ]);
  },
);

dkimTest("a record whose name has the domain twice is found", async (world) => {
  await world.keys.ready();
  const [row] = world.keys.list();
  const twice = `${recordName(row!)}.${row!.domain}`;
  world.server.zone.set(twice, { TXT: [recordText(row!)] });
  const [check] = await world.watch.look();
  assert.equal(check?.state, "wrong");
  assert.match(
    check.problem ?? "",
    /^it is at default.*a\.example\.a\.example:/,
  );
});

dkimTest("what the DNS shows of a key is told", async (world) => {
  world.settings.ed25519 = false;
  await world.keys.ready();
  const [row] = world.keys.list();
  const name = recordName(row!);
  const text = recordText(row!);
  const short = text.slice(0, text.indexOf("p=") + 200);
  const cases = [
    [{ TXT: [text] }, "ok", undefined],
    [
      { TXT: [text.replace("p=", "p= ").replaceAll(";", " ; ")] },
      "ok",
      undefined,
    ],
    [{ TXT: [`k=rsa; p=${row!.publicKey}`] }, "ok", undefined],
    [undefined, "missing", /no such record/],
    [{ TXT: [] }, "missing", /no such record/],
    [{ TXT: [short] }, "wrong", /cut off/],
    [
      { TXT: [text.replace(/p=.{12}/, "p=AAAAAAAAAAAA")] },
      "wrong",
      /another key/,
    ],
    [{ TXT: ["v=DKIM1; k=rsa"] }, "wrong", /no key/],
    [{ TXT: ["v=DKIM1; k=rsa; p="] }, "wrong", /taken back/],
    [{ TXT: [`"${text}"`] }, "wrong", /quotation marks/],
    [{ TXT: [text.replaceAll(";", "\\;")] }, "wrong", /backslashes/],
    [{ TXT: [text.replace("k=rsa", "k=ed25519")] }, "wrong", /k= is not rsa/],
    [{ TXT: [text.replace("s=email", "s=other")] }, "wrong", /s= leaves out/],
    [{ TXT: [`h=sha1; ${text}`] }, "wrong", /h= leaves out/],
    [{ TXT: [text, text] }, "wrong", /several/],
    [{ trouble: "SERVFAIL" as const }, "unknown", /Cannot look up/],
  ] as const;
  for (const [records, state, problem] of cases) {
    if (records) world.server.zone.set(name, records);
    else world.server.zone.delete(name);
    const before = world.told.records;
    const [check] = await world.watch.look();
    assert.equal(check?.state, state, String(problem));
    if (problem) assert.match(check.problem ?? "", problem);
    if (state === "unknown") assert.equal(world.told.records, before);
    else if (problem) {
      assert.match(world.told.records ?? "", problem);
      assert.ok(world.told.records?.includes(name));
    } else assert.equal(world.told.records, undefined);
  }
});
