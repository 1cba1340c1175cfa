import assert from "node:assert/strict";
import { complaintsAbout } from "./check_catalogues.ts";

const ENGLISH = {
  a: "Hello {name}",
  b: "A long sentence that anybody can read",
};

for (
  const [name, other, complaints] of [
    ["the same in another language", { a: "Hola {name}", b: "Una frase" }, []],
    ["a key less", { a: "Hola {name}" }, ["b: is missing"]],
    ["an empty text", { a: " ", b: "Una frase" }, ["a: is missing"]],
    ["a key more", { a: "Hola {name}", b: "Una frase", c: "más" }, [
      "c: English has no such text",
    ]],
    ["another placeholder", { a: "Hola {nombre}", b: "Una frase" }, [
      "a: has other placeholders than in English",
    ]],
    ["a text that was not translated", { ...ENGLISH, a: "Hola {name}" }, [
      "b: is still in English",
    ]],
  ] as const
) {
  Deno.test(`complaintsAbout() of ${name}`, () => {
    assert.deepEqual(complaintsAbout(ENGLISH, other), complaints);
  });
}
