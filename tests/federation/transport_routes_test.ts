/** Mail that an admin sends elsewhere than DNS says. */
import assert from "node:assert/strict";
import type {
  RouteOverride,
  RouteTarget,
} from "../../src/federation/route_override.ts";
import { httpPeer, response, smtpPeer } from "./peers.ts";
import { authority, World, type WorldOptions } from "./transport_world.ts";

const NAME = "b.example";
const good = await authority.issue(["x.example"]);
const wrong = await authority.issue(["y.example"]);
const ok = () => response(200, "250 2.0.0 OK");

function route(
  target: RouteTarget,
  more: Partial<RouteOverride> = {},
): RouteOverride {
  return { key: NAME, target, tls: "any", fallback: "none", ...more };
}

/** Private addresses are for nobody but whom an admin has named. */
function world(
  override: RouteOverride | undefined,
  { zone, ...options }: WorldOptions = {},
): Promise<World> {
  return World.make({
    zone: { "x.example": { A: ["127.0.0.1"] }, ...zone },
    overrides: override ? { [NAME]: override } : {},
    ...options,
    settings: { allowPrivateTargets: false, ...options.settings },
  });
}

Deno.test("a host takes the place of those of DNS, and gets the recipient as it is", async () => {
  await using web = await httpPeer(ok, { pair: good });
  await using it = await world(
    route({ kind: "host", host: "x.example", http: false }),
    { ports: { https: web.port } },
  );
  assert.deepEqual(await it.send(NAME), ["delivered"]);
  assert.deepEqual(web.requests[0]!.values("x-mail-to"), ["bob@b.example"]);
  assert.deepEqual(it.asked.filter((one) => one.includes(NAME)), []);
});

Deno.test("a host may have another port for HTTPS, and HTTP besides", async () => {
  await using web = await httpPeer(ok, { pair: good });
  const target = { kind: "host", host: "127.0.0.1", http: true } as const;
  await using it = await world(route({ ...target, httpsPort: web.port }));
  assert.deepEqual(await it.send(NAME), ["delivered"]);
  assert.deepEqual(web.requests[0]!.values("host"), [`127.0.0.1:${web.port}`]);
  await using other = await world(route(target));
  assert.equal(await other.send(NAME), "unreached 4.4.1");
  assert.deepEqual(other.seen.map(({ way }) => way), ["https", "smtp", "http"]);
});

for (
  const [path, line] of [
    ["", "POST /mxdeliv HTTP/1.1"],
    ["/", "POST /mxdeliv HTTP/1.1"],
    ["/in?a=b", "POST /in?a=b HTTP/1.1"],
  ] as const
) {
  Deno.test(`a URL with the path "${path}" is asked alone`, async () => {
    await using web = await httpPeer(ok);
    const url = new URL(`http://127.0.0.1:${web.port}${path}`);
    const target = { kind: "url", url, smtp: false, token: "s3cret" } as const;
    await using it = await world(route(target));
    assert.deepEqual(await it.send(NAME), ["delivered"]);
    const [request] = web.requests;
    assert.equal(request!.line, line);
    assert.deepEqual(request!.values("authorization"), ["Bearer s3cret"]);
    assert.deepEqual(request!.values("host"), [`127.0.0.1:${web.port}`]);
    await using gone = await world(
      route({ ...target, url: new URL("https://x.example/mxdeliv") }),
    );
    assert.equal(await gone.send(NAME), "unreached 4.4.1");
    assert.deepEqual(gone.seen.map(({ way }) => way), ["https"]);
  });
}

Deno.test("no request says who we are to another one", async () => {
  await using web = await httpPeer(ok, { pair: good });
  await using it = await world(
    route({ kind: "host", host: "x.example", http: false }),
    { ports: { https: web.port } },
  );
  await it.send(NAME);
  assert.deepEqual(web.requests[0]!.values("authorization"), []);
});

Deno.test("SMTP may follow a URL", async () => {
  await using web = await httpPeer(() => response(503), { pair: good });
  await using mail = await smtpPeer({}, { pair: good });
  const url = new URL(`https://x.example:${web.port}`);
  await using it = await world(route({ kind: "url", url, smtp: true }), {
    ports: { smtp: mail.port },
  });
  assert.deepEqual(await it.send(NAME), ["delivered"]);
  assert.deepEqual(it.ways, ["https deferred", "smtp delivered"]);
});

Deno.test("SMTP may have any port, and TLS from its first octet", async () => {
  for (const implicitTls of [false, true]) {
    await using mail = await smtpPeer({}, { pair: good, implicitTls });
    const { port } = mail;
    const target = {
      kind: "smtp",
      host: "x.example",
      port,
      implicitTls,
    } as const;
    await using it = await world(route(target));
    assert.deepEqual(await it.send(NAME), ["delivered"]);
    assert.deepEqual(it.ways, [
      implicitTls ? "smtps delivered" : "smtp delivered",
    ]);
    assert.equal(it.seen[0]!.tlsVerified, true);
  }
});

for (
  const [tls, pair, outcome] of [
    ["verify", good, ["delivered"]],
    ["verify", wrong, "unreached 4.7.5"],
    ["any", wrong, ["delivered"]],
    ["none", undefined, ["delivered"]],
    ["any", undefined, "unreached 4.7.5"],
  ] as const
) {
  const name = pair === good ? "good" : pair ? "wrong" : "missing";
  Deno.test(`tls=${tls} with a certificate that is ${name}`, async () => {
    await using mail = await smtpPeer({}, pair ? { pair } : {});
    const target = {
      kind: "smtp",
      host: "x.example",
      port: mail.port,
      implicitTls: false,
    } as const;
    await using it = await world(route(target, { tls }));
    assert.deepEqual(await it.send(NAME), outcome);
  });
}

Deno.test("a route that leads back here is a loop", async () => {
  const target = { kind: "host", host: "x.example", http: false } as const;
  await using it = await world(route(target), { own: ["127.0.0.1"] });
  assert.deepEqual(await it.send(NAME), ["permanent 5.4.6"]);
});

Deno.test("a host that an admin names and DNS does not is out of reach, not refused", async () => {
  const target = { kind: "host", host: "gone.example", http: false } as const;
  await using it = await world(route(target));
  assert.equal(await it.send(NAME), "unreached 4.4.4");
});

Deno.test("the usual ways follow only where they may", async () => {
  await using mail = await smtpPeer({}, { address: "127.0.0.2", pair: good });
  const options = {
    zone: { [NAME]: { A: ["127.0.0.2"] } },
    ports: { smtp: mail.port },
    settings: { allowPrivateTargets: true },
  };
  const target = { kind: "host", host: "x.example", http: false } as const;
  await using without = await world(route(target), options);
  assert.equal(await without.send(NAME), "unreached 4.4.1");
  await using withIt = await world(
    route(target, { fallback: "direct" }),
    options,
  );
  assert.deepEqual(await withIt.send(NAME), ["delivered"]);
  assert.equal(mail.messages.length, 1);
});

Deno.test("what a target refuses for good does not go the usual ways", async () => {
  await using first = await smtpPeer({ content: "554 5.7.1 no" }, {
    pair: good,
  });
  const { port } = first;
  const two = { address: "127.0.0.2", port, pair: good };
  await using second = await smtpPeer({}, two);
  const target = { kind: "host", host: "x.example", http: false } as const;
  await using it = await world(route(target, { fallback: "direct" }), {
    zone: { [NAME]: { A: ["127.0.0.2"] } },
    ports: { smtp: port },
    settings: { allowPrivateTargets: true },
  });
  assert.deepEqual(await it.send(NAME), ["permanent 5.7.1"]);
  assert.equal(second.accepted, 0);
});

Deno.test("where all direct ways fail for now, an exchanger takes it in the same attempt", async () => {
  await using web = await httpPeer(ok);
  const url = new URL(`http://127.0.0.1:${web.port}/mxdeliv`);
  const exchanger = route({ kind: "url", url, smtp: false });
  const options = (zone: WorldOptions["zone"]) => ({
    fallbacks: { [NAME]: exchanger },
    settings: { allowPrivateTargets: true },
    ...(zone && { zone }),
  });
  await using down = await world(
    undefined,
    options({ [NAME]: { A: ["127.0.0.2"] } }),
  );
  assert.deepEqual(await down.send(NAME), ["delivered"]);
  assert.deepEqual(down.ways, [
    "https unreached",
    "smtp unreached",
    "http delivered",
  ]);
  await using unknown = await world(
    undefined,
    options({ [NAME]: { trouble: "temporary" } }),
  );
  assert.deepEqual(await unknown.send(NAME), ["delivered"]);
  await using none = await world(undefined, options({ [NAME]: { MX: [""] } }));
  assert.deepEqual(await none.send(NAME), ["permanent 5.1.10"]);
  assert.equal(web.requests.length, 2);
});

Deno.test("an exchanger gets those who were put off, and nobody else", async () => {
  await using web = await httpPeer(ok);
  const RCPT = (line: string) =>
    line.includes("eve")
      ? "550 5.1.1 nobody"
      : line.includes("mal")
      ? "450 4.2.1 later"
      : "";
  await using mail = await smtpPeer({ RCPT }, { pair: good });
  const url = new URL(`http://127.0.0.1:${web.port}/mxdeliv`);
  await using it = await world(undefined, {
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { smtp: mail.port },
    fallbacks: { [NAME]: route({ kind: "url", url, smtp: false }) },
    settings: { allowPrivateTargets: true },
  });
  assert.deepEqual(await it.send(NAME, ["bob", "eve", "mal"]), [
    "delivered",
    "permanent 5.1.1",
    "delivered",
  ]);
  assert.deepEqual(web.requests[0]!.values("x-mail-to"), ["mal@b.example"]);
});

Deno.test("a target that no channel leads to waits", async () => {
  const url = new URL("https://x.example/mxdeliv");
  await using it = await world(route({ kind: "url", url, smtp: false }));
  const only = { channels: ["smtp"] } as const;
  assert.equal(await it.send(NAME, ["bob"], only), "unreached 4.7.1");
});

Deno.test("an exchanger of last resort refuses nobody for good", async () => {
  await using web = await httpPeer(() =>
    response(404, "550 5.1.1 No such user")
  );
  const url = new URL(`http://127.0.0.1:${web.port}/mxdeliv`);
  const fallbacks = { [NAME]: route({ kind: "url", url, smtp: false }) };
  const zone = { [NAME]: { A: ["127.0.0.1"] } };
  const settings = { allowPrivateTargets: true };
  await using down = await world(undefined, { zone, fallbacks, settings });
  assert.deepEqual(await down.send(NAME), ["temporary 4.1.1"]);
  await using mail = await smtpPeer({ RCPT: "450 4.2.1 later" }, {
    pair: good,
  });
  const ports = { smtp: mail.port };
  await using busy = await world(undefined, {
    zone,
    fallbacks,
    settings,
    ports,
  });
  assert.deepEqual(await busy.send(NAME), ["temporary 4.2.1"]);
  assert.equal(web.requests.length, 2);
});
