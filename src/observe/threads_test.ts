import assert from "node:assert/strict";
import { catchUncaught, startThread, ThreadDied } from "./threads.ts";

/** A thread that guards itself and then runs `code` at each message. */
function thread(code: string): URL {
  const guard = new URL("./threads.ts", import.meta.url).href;
  const text = `
    import { guardThread } from "${guard}";
    guardThread(() => { throw new Error("while letting go"); });
    globalThis.onmessage = (event) => { ${code} };`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

const SECRET =
  `new Error("Cannot read \\"secret words\\" of ann@relay.example")`;
const DEATHS: Record<string, string> = {
  "throws": `throw ${SECRET}`,
  "throws later": `setTimeout(() => { throw ${SECRET} })`,
  "leaves a rejection": `Promise.reject(${SECRET})`,
  "rejects in a handler": `(async () => { await 1; throw ${SECRET} })()`,
};
for (const [what, code] of Object.entries(DEATHS)) {
  Deno.test(`a thread that ${what} dies with redacted last words`, async () => {
    const death = await new Promise<ThreadDied>((resolve) => {
      startThread(thread(code), "test", {
        onMessage: () => {},
        onDeath: resolve,
      }).postMessage("x");
    });
    assert.ok(death instanceof ThreadDied);
    assert.equal(death.thread, "test");
    assert.match(death.message, /^Error: Cannot read <text> of <address>/);
    assert.ok(!death.message.includes("secret"));
  });
}

Deno.test("a thread that cannot say what ails it dies all the same", async () => {
  const death = await new Promise<ThreadDied>((resolve) => {
    const url = new URL("data:text/javascript,throw new Error('x y z')");
    startThread(url, "test", { onMessage: () => {}, onDeath: resolve });
  });
  assert.ok(!death.message.includes("x y z"), death.message);
});

Deno.test("messages of a thread arrive, and none after its death", async () => {
  const heard: unknown[] = [];
  await new Promise<void>((resolve) => {
    const code = `postMessage({ said: event.data });
      if (event.data === 2) throw new Error("end")`;
    const worker = startThread<unknown>(thread(code), "test", {
      onMessage: (message) => heard.push(message),
      onDeath: () => resolve(),
    });
    for (const number of [1, 2, 3]) worker.postMessage(number);
  });
  assert.deepEqual(heard.slice(0, 2), [{ said: 1 }, { said: 2 }]);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(heard.length, 2);
});

Deno.test("catchUncaught() has the errors of its time, the latest first", async () => {
  const heard: string[] = [];
  const next = () => new Promise((resolve) => setTimeout(resolve, 2));
  const stopFirst = catchUncaught((error) => heard.push(`first ${error}`));
  const stopSecond = catchUncaught((error) => heard.push(`second ${error}`));
  Promise.reject("a");
  await next();
  stopSecond();
  stopSecond();
  setTimeout(() => {
    throw new Error("b");
  });
  await next();
  await next();
  stopFirst();
  assert.deepEqual(heard, ["second a", "first Error: b"]);
});
