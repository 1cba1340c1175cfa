import assert from "node:assert/strict";
import { Recently } from "./recently.ts";

function asked(answers: readonly (number | Error)[]) {
  const state = { ms: 0, asked: 0 };
  const recently = new Recently({ monotonic: () => state.ms }, 100, () => {
    const answer = answers[state.asked++];
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(answer);
  });
  return { state, recently };
}

Deno.test("get() gives the same answer until it is old", async () => {
  const { state, recently } = asked([1, 2]);
  assert.deepEqual(await Promise.all([recently.get(), recently.get()]), [1, 1]);
  state.ms = 99;
  assert.equal(await recently.get(), 1);
  state.ms = 100;
  assert.equal(await recently.get(), 2);
  assert.equal(state.asked, 2);
});

Deno.test("get() asks again after a failure", async () => {
  const { recently } = asked([new Error("no"), 2]);
  await assert.rejects(recently.get(), /no/);
  assert.equal(await recently.get(), 2);
});
