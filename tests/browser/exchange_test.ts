/** What the messenger of the browser asks over HTTP: it gets an answer, or hears that there is none. */
import assert from "node:assert/strict";
import { exchange, post } from "../../web/browser/app/net/exchange.ts";
import {
  RefusedError,
  RelayError,
  Unreachable,
} from "../../web/browser/app/net/mail_link.ts";

async function withFetch(
  answer: (init: RequestInit) => Promise<Response>,
  work: () => Promise<void>,
): Promise<void> {
  const { fetch } = globalThis;
  globalThis.fetch = (_path, init) => answer(init ?? {});
  try {
    await work();
  } finally {
    globalThis.fetch = fetch;
  }
}

function never({ signal }: RequestInit): Promise<Response> {
  return new Promise((_resolve, reject) =>
    signal!.addEventListener("abort", () => reject(signal!.reason))
  );
}

Deno.test("a relay that says nothing is unreachable in the end", async () => {
  await withFetch(never, async () => {
    await assert.rejects(exchange("/new", {}, 1), Unreachable);
  });
  // nothing is asked without an end
  const ends: boolean[] = [];
  await withFetch(({ signal }) => {
    ends.push(signal instanceof AbortSignal);
    return Promise.resolve(Response.json({}));
  }, async () => void await post("/webimap/ticket", {}));
  assert.deepEqual(ends, [true]);
});

Deno.test("an answer that ends too early is none", async () => {
  const half = () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"ticket":'));
        controller.error(new Error("The line is dead"));
      },
    });
    return Promise.resolve(new Response(body));
  };
  await withFetch(half, async () => {
    await assert.rejects(post("/webimap/ticket", {}), Unreachable);
  });
});

Deno.test("what is not of the relay is no answer", async () => {
  for (const body of ["<title>Log in to this network</title>", "", "7"]) {
    await withFetch(() => Promise.resolve(new Response(body)), async () => {
      await assert.rejects(post("/webimap/ticket", {}), Unreachable);
    });
  }
});

Deno.test("a refusal is told from what cannot be done", async () => {
  const refused = { error: "invalid credentials" };
  await withFetch(
    () => Promise.resolve(Response.json(refused, { status: 401 })),
    () => assert.rejects(post("/webimap/ticket", {}), RefusedError),
  );
  const short = { error: "Too short", code: "password_too_short" };
  await withFetch(
    () => Promise.resolve(Response.json(short, { status: 400 })),
    async () => {
      await assert.rejects(
        post("/webimap/password", {}),
        (error) =>
          error instanceof RelayError && error.code === "password_too_short",
      );
    },
  );
  await withFetch(
    () => Promise.resolve(new Response("<h1>Bad gateway", { status: 502 })),
    async () => {
      await assert.rejects(
        post("/webimap/ticket", {}),
        (error) => error instanceof RelayError && error.code === "502",
      );
    },
  );
});
