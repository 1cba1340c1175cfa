import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { ask } from "../../../tests/harness/test_site.ts";
import { LANGUAGES } from "../../../web/i18n/languages.ts";

/** An element of a page, as far as the script looks at it. */
function element(attribute: string, key: string) {
  return {
    attribute,
    textContent: "as it was",
    placeholder: "as it was",
    getAttribute: () => key,
  };
}

/** A page of these elements, after the script has run. */
function filledIn(script: string, readyState = "complete") {
  const elements = [
    element("data-i18n", "nav_home"),
    element("data-i18n-html", "nav_docs"),
    element("data-i18n-placeholder", "own_address"),
    element("data-i18n", "of_another_program"),
    element("data-i18n", "version"), // needs a value
    element("data-i18n", "toString"),
  ];
  const classes: string[] = [];
  let listener = () => {};
  const document = {
    readyState,
    documentElement: { lang: "", dir: "" },
    body: { classList: { add: (name: string) => classes.push(name) } },
    querySelectorAll: (selector: string) =>
      elements.filter(({ attribute }) => selector === `[${attribute}]`),
    addEventListener(_name: string, run: () => void) {
      listener = run;
    },
  };
  runInNewContext(script, { document });
  listener();
  return { elements, classes, root: document.documentElement };
}

const HOME = { en: "Home", fa: "خانه", ru: "Главная", es: "Inicio" };

for (const language of LANGUAGES) {
  Deno.test(`/translations.js puts texts into a page in ${language}`, async () => {
    const { response, text } = await ask("/translations.js", {
      headers: { "accept-language": language },
    });
    assert.equal(response.status, 200);
    const { headers } = response;
    assert.match(headers.get("content-type")!, /^text\/javascript/);
    assert.equal(headers.get("vary"), "accept-language, cookie");
    assert.match(headers.get("etag")!, /^W\//);
    for (const state of ["complete", "loading"]) {
      const { elements, classes, root } = filledIn(text, state);
      const [home, docs, address, ...others] = elements;
      const dir = language === "fa" ? "rtl" : "ltr";
      assert.equal(home?.textContent, HOME[language]);
      assert.notEqual(docs?.textContent, "as it was");
      assert.equal(address?.textContent, "as it was");
      assert.notEqual(address?.placeholder, "as it was");
      for (const other of others) {
        assert.equal(other.textContent, "as it was");
      }
      assert.deepEqual(classes, [`is-${dir}`]);
      assert.deepEqual({ ...root }, { lang: language, dir });
    }
  });
}
