import assert from "node:assert/strict";
import { Words } from "../../../web/i18n/words.ts";
import { TemplateFault, Templates } from "./templates.ts";

const ENGLISH = new Words("en");

function render(text: string, variables: object = {}, more = {}): string {
  const files: Record<string, string> = { "page.html": text, ...more };
  const templates = new Templates((name) =>
    Object.hasOwn(files, name)
      ? { text: files[name]!, stamp: files[name]! }
      : undefined
  );
  return templates.render("page.html", variables, ENGLISH);
}

const VARIABLES = {
  MailDomain: "[192.0.2.1]",
  Name: `<b>"Ann" & 'Bob'`,
  On: true,
  Empty: "",
  Size: 1_572_864,
  Xs: ["a", "b"],
  Custom: { Name: "Zoë" },
};
for (
  const [name, template, want] of [
    [
      "a value, escaped",
      "{{ Name }}",
      "&lt;b&gt;&quot;Ann&quot; &amp; &#39;Bob&#39;",
    ],
    [
      "an attribute",
      '<a title="{{ Name }}">',
      '<a title="&lt;b&gt;&quot;Ann&quot; &amp; &#39;Bob&#39;">',
    ],
    ["nothing", "{{ None }}{{ None.Deep }}", ""],
    [
      "a condition",
      "{% if On and not Empty %}y{% elif On %}z{% else %}n{% endif %}",
      "y",
    ],
    [
      "a comparison",
      "{% if Custom.Name == 'Zoë' or On == 1 %}y{% endif %}",
      "y",
    ],
    ["a loop", "{% for x in Xs %}{{ loop.index }}{{ x }}{% endfor %}", "1a2b"],
    [
      "raw text",
      "{% raw %}{{ x }}{% y %}{% endraw %}{# no #}",
      "{{ x }}{% y %}",
    ],
    ["a slice", "{{ Custom.Name[0:1] }}", "Z"],
    ["an include", '{% include "part.html" %}', "part [192.0.2.1]"],
    ["clean_domain", "{{ MailDomain | clean_domain }}", "192.0.2.1"],
    [
      "format_bytes",
      "{{ Size | format_bytes }} {{ 100 | format_bytes }}",
      "1.5 MB 100 B",
    ],
    ["safe_html", "{{ '<i>' | safe_html }}", "<i>"],
    ["upper", "{{ 'a' | upper }}", "A"],
    [
      "json",
      "<script>x = {{ Name | json }}</script>",
      String.raw`<script>x = "\u003cb\u003e\"Ann\" \u0026 'Bob'"</script>`,
    ],
    ["url", "{{ 'a b&c/ü' | url }}", "a%20b%26c%2F%C3%BC"],
    ["date", "{{ 1893456000 | date }}", "January 1, 2030"],
    [
      "a text",
      "{{ t('nav_home') }} {{ 'nav_info' | t }}",
      "Home About this server",
    ],
    [
      "a text with a value",
      "{{ t('invite_text', { domain: Name }) }}",
      "With this invitation you can create an account on &lt;b&gt;&quot;Ann&quot; &amp; &#39;Bob&#39;.",
    ],
    ["a text that there is not", "{{ t('no_such_text') }}", "no_such_text"],
  ] as const
) {
  Deno.test(`render() of ${name}`, () => {
    assert.equal(
      render(template, VARIABLES, { "part.html": "part {{ MailDomain }}" }),
      want,
    );
  });
}

for (
  const [name, template] of [
    ["of a text", "{{ 'a'.constructor.constructor('return 7')() }}"],
    ["of a list", "{{ Xs['constructor']['constructor']('return 7')() }}"],
    ["by a list of names", "{{ Xs[['constructor']] }}"],
    ["of a function", "{{ t.constructor('return 7')() }}"],
    ["of a filter's result", "{{ (Xs | first)['con' + 'structor'] }}"],
    ["of nothing", "{{ constructor.constructor('return 7')() }}"],
    ["of a prototype", "{{ Custom.__proto__.constructor }}"],
    ["of a block", "{% set f = range.constructor %}{{ f('return 7')() }}"],
  ] as const
) {
  Deno.test(`no way leads out of a template: the constructor ${name}`, () => {
    let text = "";
    try {
      text = render(template, VARIABLES);
    } catch (error) {
      assert.ok(error instanceof TemplateFault);
    }
    assert.doesNotMatch(text, /7|function|native/);
  });
}

for (
  const [name, template, line, problem] of [
    ["a block without an end", "a\n{% if x %}", undefined, /parseIf|expected/],
    ["an unknown tag", "a\nb\n{% bogus %}", 3, /unknown block tag: bogus/],
    [
      "an unknown filter",
      "{{ x | bogus }}",
      undefined,
      /filter not found: bogus/,
    ],
    [
      "a file that is not there",
      '{% include "../etc/passwd" %}',
      undefined,
      /not found/,
    ],
    [
      "a loop without an end",
      "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
      undefined,
      /10000 turns/,
    ],
    [
      "a range without an end",
      "{{ range(1000000000) }}",
      undefined,
      /10000 numbers/,
    ],
    [
      "a page in itself",
      '{% include "page.html" %}',
      undefined,
      /200 files|call stack/,
    ],
    [
      "a macro in itself",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      undefined,
      /call stack|.+/,
    ],
    ["a link with a statement", "<a href='x?{%22a%22}'>", undefined, /.+/],
  ] as const
) {
  Deno.test(`render() says what is wrong with ${name}`, () => {
    assert.throws(() => render(template, VARIABLES), (error) => {
      assert.ok(error instanceof TemplateFault, String(error));
      assert.equal(error.file.endsWith("page.html"), true, error.file);
      if (line !== undefined) assert.equal(error.line, line);
      assert.match(error.problem, problem);
      return true;
    });
  });
}

Deno.test("a template is read again when it changes, and what it includes", () => {
  const files: Record<string, string> = {
    "page.html": '{% include "part.html" %}',
    "part.html": "one",
  };
  const templates = new Templates((name) =>
    files[name] === undefined
      ? undefined
      : { text: files[name]!, stamp: files[name]! }
  );
  assert.equal(templates.render("page.html", {}, ENGLISH), "one");
  files["part.html"] = "two";
  assert.equal(templates.render("page.html", {}, ENGLISH), "two");
  files["page.html"] = "three";
  assert.equal(templates.render("page.html", {}, ENGLISH), "three");
});
