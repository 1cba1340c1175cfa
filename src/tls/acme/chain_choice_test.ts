import assert from "node:assert/strict";
import { TestAuthority } from "../../../tests/harness/authority.ts";
import { chosenChain, rootOf } from "./chain_choice.ts";
import type { AcmeResponse } from "./transport.ts";
import { AcmeTrouble } from "./trouble.ts";

const URL_OF_CHAIN = "https://authority.example/certificate/1";

async function chains() {
  const roots = await Promise.all(
    ["New Root", "Old Root"].map((name) => TestAuthority.make(name)),
  );
  const leaf = (await roots[0]!.issue(["chat.example"])).chainPem;
  const foreign = (await roots[0]!.issue(["chat.example"])).chainPem;
  const [below, old] = roots.map(({ rootPem }) => rootPem);
  return { first: leaf + below, second: leaf + old, foreign: foreign + old };
}

/** What is asked for is noted. */
function sessionWith(found: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  return {
    asked,
    post(url: string): Promise<AcmeResponse> {
      asked.push(url);
      const body = found[url];
      if (body === undefined) {
        return Promise.reject(new AcmeTrouble("refused", "It is not there"));
      }
      return Promise.resolve({ status: 200, headers: new Headers(), body });
    },
  };
}

function answer(body: string, link: string): AcmeResponse {
  return { status: 200, headers: new Headers({ link }), body };
}

const AT = (number: number) => `${URL_OF_CHAIN}/${number}`;
const LINK = `<https://authority.example/directory>;rel="index", <${
  AT(1)
}>;rel="alternate"`;

Deno.test("chosenChain() asks for no other where none is preferred, or the first one is it", async () => {
  const { first, second } = await chains();
  for (const preferred of ["", "New Root", "new root"]) {
    const session = sessionWith({ [AT(1)]: second });
    const response = answer(first, LINK);
    const chain = await chosenChain(session, AT(0), response, preferred);
    assert.equal(chain, first);
    assert.deepEqual(session.asked, []);
  }
});

for (
  const [what, link] of [
    ["quoted", LINK],
    ["bare", `<${AT(1)}>; rel=alternate`],
    ["among other relations", `<${AT(1)}>; title="a"; rel="up Alternate"`],
    ["relative", '</certificate/1/1>;rel="alternate"'],
    ["behind one that is gone", `<${AT(7)}>;rel="alternate", ${LINK}`],
  ] as const
) {
  Deno.test(`chosenChain() finds the preferred root by a link, ${what}`, async () => {
    const { first, second } = await chains();
    const session = sessionWith({ [AT(1)]: second });
    const response = answer(first, link);
    assert.equal(
      await chosenChain(session, AT(0), response, "Old Root"),
      second,
    );
  });
}

Deno.test("chosenChain() takes no chain of another certificate, and the first one where none fits", async () => {
  const { first, second, foreign } = await chains();
  const response = answer(first, LINK);
  const other = sessionWith({ [AT(1)]: foreign });
  assert.equal(await chosenChain(other, AT(0), response, "Old Root"), first);
  const unfit = sessionWith({ [AT(1)]: second });
  assert.equal(await chosenChain(unfit, AT(0), response, "No Root"), first);
});

Deno.test("chosenChain() is bounded, whatever an authority links to", async () => {
  const { first } = await chains();
  const many = Array.from(
    { length: 1000 },
    (_, at) => `<${AT(at)}>;rel="alternate"`,
  );
  for (
    const link of [many.join(), "<".repeat(5000), `<${"a;rel=".repeat(900)}`]
  ) {
    const session = sessionWith({});
    const chain = await chosenChain(session, AT(0), answer(first, link), "X");
    assert.equal(chain, first);
    assert.ok(session.asked.length <= 5);
  }
});

Deno.test("rootOf() is who has signed the last certificate", async () => {
  const { first, second } = await chains();
  assert.equal(rootOf(first), "New Root");
  assert.equal(rootOf(second), "Old Root");
  assert.equal(rootOf("no certificate"), "");
});
