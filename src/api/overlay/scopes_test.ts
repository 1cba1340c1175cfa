import assert from "node:assert/strict";
import { Words } from "../../../web/i18n/words.ts";
import { Templates } from "./templates.ts";

function render(text: string): string {
  const templates = new Templates((name) =>
    name === "page.html"
      ? { text, stamp: "1" }
      : name === "part.html"
      ? { text: "{{ a }}", stamp: "1" }
      : undefined
  );
  const variables = { xs: [1, 2, 3], d: { k: "v" }, x: "x" };
  return templates.render("page.html", variables, new Words("en"));
}

for (
  const [text, expected] of [
    ["{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "1"],
    ["{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}", "12"],
    ["{% with a = '<' %}{{ a }}{% endwith %}", "&lt;"],
    ["{% with %}{% set y = 1 %}{{ y }}{% endwith %}-{{ y }}", "1-"],
    // values are those outside of it
    ["{% set a = 1 %}{% with a = 2, b = a %}{{ b }}{% endwith %}{{ a }}", "11"],
    [
      "{% with x = 1 %}{% with x = x + 1 %}{{ x }}{% endwith %}{{ x }}{% endwith %}{{ x }}",
      "21x",
    ],
    [
      "{% set y = 1 %}{% with %}{% set y = 2 %}{{ y }}{% endwith %}{{ y }}",
      "21",
    ],
    ["{% with %}{% set x = 2 %}{{ x }}{% endwith %}{{ x }}", "2x"],
    [
      "{% for y in xs %}{% with %}{% set y = 9 %}{{ y }}{% endwith %}{{ y }}{% endfor %}",
      "919293",
    ],
    [
      "{% for k, v in d %}{% with w = v %}{{ k }}{{ w }}{% endwith %}{% endfor %}",
      "kv",
    ],
    [
      "{% set y = 1 %}{% with %}{% for z in xs %}{% set y = z %}{% endfor %}{% endwith %}{{ y }}",
      "1",
    ],
    [
      "{% with y = 0 %}{% if x %}{% set y = 1 %}{% endif %}{{ y }}{% endwith %}",
      "1",
    ],
    [
      "{% with %}{% if not x %}{% set x = 1 %}{% endif %}{{ x }}{% endwith %}",
      "x",
    ],
    ["{% with a = 7 %}{% include 'part.html' %}{% endwith %}", "7"],
    [
      "{% macro m(p) %}{% with q = p %}{{ q }}{% endwith %}{% endmacro %}{{ m(4) }}",
      "4",
    ],
    ["a {%- with a = 1 -%} b {%- endwith -%} c", "abc"],
    [
      "{% set ns = namespace(n=0) %}{% for y in xs %}{% set ns.n = ns.n + y %}{% endfor %}{{ ns.n }}",
      "6",
    ],
    [
      "{% set ns = namespace(d, z=1) %}{{ ns.k }}{{ ns.z }}{{ ns.other }}",
      "v1",
    ],
    [
      "{% set ns = namespace() %}{% if xs %}{% set ns.found = true %}{% endif %}{{ ns.found }}",
      "true",
    ],
    [
      "{% set ns = namespace() %}{% set ns.constructor = 1 %}{{ ns.constructor }}",
      "",
    ],
  ] as const
) {
  Deno.test(`as in Jinja: ${text}`, () => assert.equal(render(text), expected));
}

for (
  const [text, problem] of [
    ["{% set d.k = 1 %}{{ d.k }}", /k can be set of a namespace\(\) alone/],
    ["{% set x.length = 1 %}", /alone/],
    ["{% set nothing.a = 1 %}", /alone/],
    ["{% set ns = namespace() %}{% set ns.a, ns.b = 1 %}", /One member/],
    ["{% set ns = namespace() %}{% set ns['a' + 'b'] = 1 %}", /One member/],
    ["{% set ns = namespace() %}{% set ns.a.b = 1 %}", /One member/],
    ["{% with 'a' = 1 %}{% endwith %}", /name = value/],
    ["{% with a %}{% endwith %}", /name = value/],
    ["{% with a = 1 %}", /./],
    ["{% set ns = namespace() %}{% set ns.me = ns %}", /more than 20000/],
    [
      "{% set ns = namespace(s='x') %}{% for i in range(40) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
      /longer than 4 MiB/,
    ],
    [
      "{% set ns = namespace(l=[1]) %}{% for i in range(40) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
      /more than 20000/,
    ],
  ] as const
) {
  Deno.test(`is refused: ${text}`, () => {
    assert.throws(() => render(text), { name: "TemplateFault", problem });
  });
}
