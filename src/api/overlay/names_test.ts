import assert from "node:assert/strict";
import { Words } from "../../../web/i18n/words.ts";
import { TemplateFault, Templates } from "./templates.ts";

const MARK = "postern_template_ran";
/** Of the language that runs templates: it says that it did. */
const CODE = `globalThis\\x2e${MARK}\\x3d1`;
const CALL = `Function\`${CODE}\`\`\``;
/** The same where there is a text. */
const TEXT = `"&(globalThis.${MARK}=1)&"`;
/** Where a quote is escaped, and what escapes it is not. */
const REST = `\\\\",0,globalThis.${MARK}=1)),0);//`;

function render(text: string): string {
  const templates = new Templates((name) =>
    name === "page.html"
      ? { text, stamp: "1" }
      : name === "part.html"
      ? { text: "{% macro m() %}part{% endmacro %}", stamp: "1" }
      : undefined
  );
  return templates.render(
    "page.html",
    { xs: [1, 2], d: { k: "v" } },
    new Words("en"),
  );
}

for (
  const [what, text] of [
    ["a variable", `{{ a"&${CALL}&"b }}`],
    ["a variable that is set", `{% set a"&${CALL}&"b = 1 %}`],
    ["a text that is set", `{% set '${TEXT}' = 1 %}`],
    ["a member of a loop", `{% for a"&${CALL}&"b in xs %}{% endfor %}`],
    ["a text of a loop", `{% for a, '${TEXT}' in d %}{% endfor %}`],
    ["a macro", `{% macro '${TEXT}'() %}{% endmacro %}`],
    ["what a macro is given", `{% macro m('${TEXT}'=1) %}{% endmacro %}`],
    ["what a caller is given", `{% call('${TEXT}'=1) m() %}{% endcall %}`],
    ["what is imported", `{% import "part.html" as '${TEXT}' %}`],
    ["a part that is imported", `{% from "part.html" import '${TEXT}' %}`],
    ["its other name", `{% from "part.html" import m as '${TEXT}' %}`],
    ["a test", `{{ 1 is '${TEXT}' }}`],
    ["a test that is given something", `{{ 1 is '${TEXT}'(2) }}`],
    ["a pattern for a test", `{{ 1 is r/"&${CALL}&"/ }}`],
    ["a filter", `{{ 1 | a"&${CALL}&"b }}`],
    ["a member of something", `{{ d['${REST}']() }}`],
    ["a text that is called", `{{ '${REST}'() }}`],
  ] as const
) {
  Deno.test(`${what} is no part of the program that a template becomes`, () => {
    const world = globalThis as unknown as Record<string, unknown>;
    delete world[MARK];
    assert.throws(() => render(text), TemplateFault);
    assert.equal(world[MARK], undefined);
  });
}

const STATEMENT = `globalThis.${MARK}=1`;
/** It says one thing when it is asked whether it is barred, and then another. */
const CHANGING = "{toString: cycler('x', 'constructor', 'slice').next}";
for (
  const [text, problem] of [
    [
      `{{ {'__proto__': range}.get(${CHANGING})('${STATEMENT}')() }}`,
      /Unable to call/,
    ],
    [`{{ d.get(${CHANGING})('${STATEMENT}') }}`, /Unable to call/],
    [`{{ range[${CHANGING}]('${STATEMENT}')() }}`, /Unable to call/],
    ["{{ valueOf().env.opts.autoescape }}", /Unable to call/],
    ["{{ hasOwnProperty('env') }}", /Unable to call/],
    ["{{ d.get('valueOf')().env.opts.autoescape }}", /Unable to call/],
    ["{{ namespace(d).get('valueOf')() }}", /Unable to call/],
    ["{{ 'a' | toString }}", /filter not found: toString/],
    ["{{ 'a' | __defineGetter__(range) }}", /filter not found/],
    ["{{ xs | map('valueOf') }}", /filter not found: valueOf/],
    ["{{ 'a' is constructor }}", /test not found: constructor/],
    ["{% include 'constructor' %}", /template not found: constructor/],
    ["{% extends '__proto__' %}", /template not found: __proto__/],
    ["{% set __proto__ = range %}{{ bind }}", /__proto__ is no name/],
    ["{% asyncEach runtime in [d] %}{% endeach %}", /asyncEach is no tag/],
    ["{% asyncAll env in xs %}{% endall %}", /asyncAll is no tag/],
    ["{% ifAsync xs %}{% endif %}", /ifAsync is no tag/],
  ] as const
) {
  Deno.test(`no way to the language that runs templates: ${text}`, () => {
    const world = globalThis as unknown as Record<string, unknown>;
    delete world[MARK];
    assert.throws(() => render(text), {
      name: "TemplateFault",
      file: "page.html",
      problem,
    });
    assert.equal(world[MARK], undefined);
  });
}

Deno.test("what all values inherit is nothing that a template has", () => {
  for (
    const [text, expected] of [
      ["{{ toString }}{{ toLocaleString }}{{ isPrototypeOf }}", ""],
      ["{{ ''[{toString: cycler('length', 'constructor').next}] }}", "0"],
      ["{{ {'__proto__': d}.k }}{{ {'__proto__': xs}.length }}", ""],
      ["{{ d.get('toString', 'none') }}{{ d.get('k') }}", "nonev"],
      ["{% set toString = 1 %}{{ toString }}", "1"],
      ["{{ {get: 1}.get('valueOf') }}{{ {get: 1}.get('get') }}", "1"],
    ] as const
  ) assert.equal(render(text), expected, text);
});

Deno.test("what is no name is said, with its line", () => {
  assert.throws(() => render("\n{{ a;b }}"), {
    name: "TemplateFault",
    file: "page.html",
    line: 2,
    problem: "a;b is no name",
  });
});

Deno.test("names are those of Jinja, in any script", () => {
  for (
    const [text, expected] of [
      ["{% set größe = 1 %}{{ größe }}", "1"],
      ["{% set نام, _b2 = 1 %}{{ نام }}{{ _b2 }}", "11"],
      ["{% for k, v in d %}{{ k }}{{ v }}{% endfor %}", "kv"],
      ["{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "12"],
      ["{% from 'part.html' import m as n %}{{ n() }}", "part"],
      ["{% import 'part.html' as p %}{{ p.m() }}", "part"],
      [
        "{{ none is none }}{{ xs is sequence }}{{ 4 is divisibleby(2) }}",
        "truetruetrue",
      ],
      ["{{ xs[0:1] | join('-') }}{{ 1.5 }}", "11.5"],
    ] as const
  ) assert.equal(render(text), expected, text);
});
