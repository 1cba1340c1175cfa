import assert from "node:assert/strict";
import { DnsFailure, type DnsProblem } from "../../../dns/answers.ts";
import type { StsRecord } from "./policy.ts";
import { StsPolicies } from "./policies.ts";

const TEXT = "version: STSv1\nmode: enforce\nmx: b.example\nmax_age: 86400";
const NAME = "b.example";

class World {
  seconds = 0;
  id: string | DnsProblem = "1";
  text: string | undefined = TEXT;
  fetched = 0;
  readonly values = new Map<string, StsRecord>();

  open(): StsPolicies {
    return new StsPolicies({
      dns: {
        texts: (name) => {
          assert.equal(name, `_mta-sts.${NAME}`);
          return this.id.length > 1
            ? Promise.reject(new DnsFailure(this.id as DnsProblem, name))
            : Promise.resolve({
              values: [`v=STSv1; id=${this.id}`],
              ttlSeconds: 60,
            });
        },
      },
      records: {
        values: this.values,
        change: ({ put = [], remove = [] }) => {
          for (const [key, value] of put) this.values.set(key, value);
          for (const key of remove) this.values.delete(key);
          return Promise.resolve();
        },
      },
      seconds: () => this.seconds,
      fetch: () => {
        this.fetched++;
        return Promise.resolve(this.text);
      },
      reportBug: (error) => assert.fail(String(error)),
    });
  }
}

Deno.test("find() fetches a policy when its record is new, and not before", async () => {
  const world = new World();
  const policies = world.open();
  assert.equal((await policies.find(NAME))?.mode, "enforce");
  await policies.find(NAME);
  assert.equal(world.fetched, 1);
  world.id = "2";
  world.text = TEXT.replace("enforce", "testing");
  assert.equal((await policies.find(NAME))?.mode, "testing");
  assert.equal(world.fetched, 2);
});

Deno.test("find() fetches once for all who ask at once", async () => {
  const world = new World();
  const policies = world.open();
  await Promise.all(Array.from({ length: 9 }, () => policies.find(NAME)));
  assert.equal(world.fetched, 1);
});

Deno.test("find() keeps what it has while nothing new can be had", async () => {
  const world = new World();
  const policies = world.open();
  await policies.find(NAME);
  for (const id of ["temporary", "no_such_name", "2"] as const) {
    world.id = id;
    world.text = undefined;
    assert.equal((await policies.find(NAME))?.mode, "enforce");
  }
  world.seconds = 86_400;
  assert.equal(await policies.find(NAME), undefined);
});

Deno.test("find() knows a policy after a start", async () => {
  const world = new World();
  await world.open().find(NAME);
  assert.equal((await world.open().find(NAME))?.mode, "enforce");
  assert.equal(world.fetched, 1);
});

Deno.test("find() asks again after an hour where it got nothing", async () => {
  const world = new World();
  world.text = "garbage";
  const policies = world.open();
  assert.equal(await policies.find(NAME), undefined);
  assert.equal(await policies.find(NAME), undefined);
  assert.equal(world.fetched, 1);
  world.seconds = 3600;
  world.text = TEXT;
  assert.equal((await policies.find(NAME))?.mode, "enforce");
});

Deno.test("find() fetches nothing where no record tells of a policy", async () => {
  const world = new World();
  world.id = "no_such_name";
  assert.equal(await world.open().find(NAME), undefined);
  assert.equal(world.fetched, 0);
});
