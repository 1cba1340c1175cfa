import assert from "node:assert/strict";
import { shortOfDisk } from "./preflight.ts";

const GIB = 1024 ** 3;

/** What is free where something is mounted, and below it as far as it exists. */
function freeAt(free: Readonly<Record<string, number>>) {
  return (path: string): Promise<number> => {
    const octets = free[path];
    return octets === undefined
      ? Promise.reject(new Deno.errors.NotFound(path))
      : Promise.resolve(octets);
  };
}

Deno.test("shortOfDisk() asks where the directory will be", async () => {
  const free = freeAt({ "/": 9 * GIB, "/srv": 5e8, "/srv/mail": 2 * GIB });
  assert.deepEqual(await shortOfDisk("/var/lib/relay", free), []);
  assert.deepEqual(await shortOfDisk("/srv/mail/relay", free), []);
  const [warning, ...others] = await shortOfDisk("/srv/relay/state", free);
  assert.match(warning!, /^\/srv has \d.* free, less than 1 GiB$/);
  assert.deepEqual(others, []);
});

Deno.test("shortOfDisk() says nothing where nothing can be known", async () => {
  assert.deepEqual(await shortOfDisk("/srv/relay", freeAt({})), []);
  assert.deepEqual(await shortOfDisk(await Deno.realPath("."), freeAt({})), []);
});
