import assert from "node:assert/strict";
import { Hono } from "hono";
import { EXCHANGE } from "../../tests/harness/test_site.ts";
import { TestTime } from "../../tests/harness/test_time.ts";
import { FileDigests } from "../http/file_digests.ts";
import { downloadRoutes } from "./downloads.ts";
import type { SiteEnv } from "./site_backend.ts";

const PROGRAM = new Uint8Array(300_000).map((_, at) => at % 251);

/** @param test Asks as somebody of this address. */
async function world(
  test: (
    ask: (
      address: string,
      path?: string,
      init?: RequestInit,
    ) => Promise<Response>,
    time: TestTime,
  ) => Promise<void>,
  { isHidden = false } = {},
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const file = (name: string) => `${directory}/${name}`;
  await Deno.writeFile(file("postern"), PROGRAM);
  await Deno.writeTextFile(file("release.json"), "{}");
  const time = new TestTime();
  const app = new Hono<SiteEnv>();
  downloadRoutes(app, {
    program: ["/postern", file("postern")],
    documents: [
      ["/release.json", file("release.json")],
      ["/postern.sig", file("postern.sig")],
    ],
  }, { clock: time, isHidden: () => isHidden });
  try {
    await test(async (address, path = "/postern", init) => {
      const request = new Request(`http://relay${path}`, init);
      return await app.fetch(request, { ...EXCHANGE, address });
    }, time);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const address = (last: number) => `192.0.2.${last}`;

Deno.test("the program is sent as it is, and what came with it", () =>
  world(async (ask) => {
    const whole = await ask(address(1));
    assert.equal(whole.headers.get("content-length"), String(PROGRAM.length));
    assert.equal(
      whole.headers.get("content-type"),
      "application/octet-stream",
    );
    assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), PROGRAM);
    const release = await ask(address(1), "/release.json");
    assert.equal(release.headers.get("content-type"), "application/json");
    assert.equal(await release.text(), "{}");
    // it came with no signature
    assert.equal((await ask(address(1), "/postern.sig")).status, 404);
  }));

Deno.test("two downloads at once, each address once", () =>
  world(async (ask) => {
    const first = await ask(address(1));
    const again = await ask(address(1));
    assert.equal(again.status, 429);
    assert.ok(Number(again.headers.get("retry-after")) > 0);
    const second = await ask(address(2));
    assert.equal(second.status, 200);
    const third = await ask(address(3));
    assert.equal(third.status, 503);
    assert.ok(Number(third.headers.get("retry-after")) > 0);
    // who leaves in the middle makes room, as who has got all
    const reader = first.body!.getReader();
    await reader.read();
    await reader.cancel();
    assert.equal(
      (await (await ask(address(3))).arrayBuffer()).byteLength,
      PROGRAM.length,
    );
    await second.arrayBuffer();
    const others = [await ask(address(4)), await ask(address(5))];
    assert.deepEqual(others.map(({ status }) => status), [200, 200]);
    for (const { body } of others) await body?.cancel();
  }));

Deno.test("an address gets it a few times an hour, and asks for its size as often as it likes", () =>
  world(async (ask, time) => {
    for (let round = 0; round < 4; round++) {
      const response = await ask(address(1));
      assert.equal(response.status, 200);
      await response.body?.cancel();
    }
    const refused = await ask(address(1));
    assert.equal(refused.status, 429);
    const head = await ask(address(1), "/postern", { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), String(PROGRAM.length));
    await time.pass(Number(refused.headers.get("retry-after")) * 1000);
    const response = await ask(address(1));
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }));

Deno.test("a relay that hides gives nothing away", () =>
  world(async (ask) => {
    for (const path of ["/postern", "/release.json"]) {
      assert.equal((await ask(address(1), path)).status, 404);
    }
  }, { isHidden: true }));

/** @param range as in the field, and what else the request says */
const ranged = (range: string, more: Record<string, string> = {}) => ({
  headers: { range, ...more },
});

Deno.test("a download that broke off goes on", () =>
  world(async (ask) => {
    const head = await ask(address(1), "/postern", { method: "HEAD" });
    const etag = head.headers.get("etag")!;
    const digest = await crypto.subtle.digest("SHA-256", PROGRAM);
    assert.equal(etag, `"${new Uint8Array(digest).toHex()}"`);
    assert.equal(head.headers.get("accept-ranges"), "bytes");
    assert.match(head.headers.get("content-disposition")!, /^attachment; /);
    const rest = await ask(
      address(1),
      "/postern",
      ranged("bytes=200000-", { "if-range": etag }),
    );
    assert.equal(rest.status, 206);
    assert.equal(
      rest.headers.get("content-range"),
      "bytes 200000-299999/300000",
    );
    assert.equal(rest.headers.get("content-length"), "100000");
    assert.deepEqual(
      new Uint8Array(await rest.arrayBuffer()),
      PROGRAM.subarray(200_000),
    );
    for (
      const [init, status] of [
        [ranged("bytes=-5"), 206],
        [ranged("bytes=300000-"), 416],
        [ranged("bytes=0-1,5-6"), 200],
        [ranged("bytes=0-1", { "if-range": '"another"' }), 200],
        [ranged("bytes=0-1", { "if-range": `W/${etag}` }), 200],
        [ranged("bytes=0-1", { "if-none-match": etag }), 304],
        [ranged("bytes=0-1", { "if-match": '"another"' }), 412],
      ] as const
    ) {
      const response = await ask(
        address(status === 200 ? 2 : 1),
        "/postern",
        init,
      );
      assert.equal(response.status, status, JSON.stringify(init));
      if (status === 416) {
        assert.equal(response.headers.get("content-range"), "bytes */300000");
      }
      await response.body?.cancel();
    }
  }));

Deno.test("parts of a download count as what they are of it", () =>
  world(async (ask) => {
    for (let part = 0; part < 30; part++) {
      const start = part * 10_000;
      const response = await ask(
        address(1),
        "/postern",
        ranged(`bytes=${start}-${start + 9_999}`),
      );
      assert.equal(response.status, 206);
      await response.body?.cancel();
    }
    for (let round = 0; round < 3; round++) {
      const response = await ask(address(1));
      assert.equal(response.status, 200);
      await response.body?.cancel();
    }
    assert.equal(
      (await ask(address(1), "/postern", ranged("bytes=0-0"))).status,
      429,
    );
  }));

Deno.test("another file of the same name has another entity tag", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const digests = new FileDigests();
    const path = `${directory}/program`;
    const tags = new Set<string>();
    for (const text of ["one", "two", "three"]) {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
      const opened = await digests.open(path);
      opened?.file.close();
      tags.add(opened!.digest.etag);
    }
    assert.equal(tags.size, 3);
    assert.equal(await digests.open(`${directory}/none`), undefined);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
