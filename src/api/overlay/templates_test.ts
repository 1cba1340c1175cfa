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
    ["a longer slice", "{{ 'a😀bcd'[1:3] }}|{{ 'abcd'[-2:] }}", "😀b|cd"],
    ["a slice backwards", "{{ 'abcd'[::-1] }}{{ 'abcd'[2:0:-1] }}", "dcbacb"],
    ["a slice of a list", "{{ Xs[1:] | join }}{{ Xs[5:9] | join }}", "b"],
    ["a slice of nothing", "{{ None[0:1] }}", ""],
    [
      "texts together",
      "{{ 'a' ~ 1 ~ Empty }}{{ 1 + 2 }}{{ 'a' + 'b' }}",
      "a13ab",
    ],
    ["lists together", "{{ ([1] + [2]) | join('-') }}", "1-2"],
    [
      "methods that change nothing",
      "{{ 'Ab'.toUpperCase() }}{{ Custom.get('Name') }}{{ Xs.index('b') }}",
      "ABZoë1",
    ],
    [
      "names of a mapping",
      "{% for k, v in Custom.items() %}{{ k }}={{ v }}{% endfor %}",
      "Name=Zoë",
    ],
    [
      "a macro",
      "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(3, b=4) }}",
      "1234",
    ],
    ["an include", '{% include "part.html" %}', "part [192.0.2.1]"],
    [
      "a loop over some of a list",
      "{% for x in Xs + ['c'] if x != 'b' %}{{ loop.index }}{{ x }}{{ loop.last }}{% endfor %}",
      "1afalse2ctrue",
    ],
    [
      "a loop over none of a list",
      "{% for x in Xs if x == Name %}{{ x }}{% else %}none{% endfor %}",
      "none",
    ],
    [
      "loops over some within another of the same name",
      "{% for x in Xs %}{% for x in [[x, 1], [x, 2]] if x[1] > 1 %}{{ x | join }}{% endfor %}{{ x }}{% endfor %}",
      "a2ab2b",
    ],
    [
      "a loop over some of a mapping",
      "{% for k, v in { a: 1, b: 2 } if v > 1 and On %}{{ k }}{{ v }}{% endfor %}",
      "b2",
    ],
    [
      "a loop over one list or the other",
      "{% for x in Xs if Empty else ['z'] %}{{ x }}{% endfor %}",
      "z",
    ],
    ["what is counted from the end", "{{ Xs[-1] }}{{ 'abc'[-2] }}", "bb"],
    [
      "filters of lists",
      "{{ Xs | map('upper') | join }}{{ [Custom] | map(attribute='Name') | join }}{{ [2, 10, 2] | unique | join('-') }}{{ [2, 10] | max }}{{ [2, 10] | min }}{{ Xs | count }}{{ [] | max }}",
      "ABZoë2-10102" + "2",
    ],
    [
      "filters of texts and mappings",
      "{{ 'a,b' | split(',') | join('-') }}{{ 'a  b' | split | join('-') }}{{ 'a\nb' | lines | length }}{% for k, v in Custom | items %}{{ k }}{{ v }}{% endfor %}{{ Empty | bool }}",
      "a-ba-b2NameZoëfalse",
    ],
    [
      "tojson",
      "{{ Name | tojson }}",
      String.raw`"\u003cb\u003e\"Ann\" \u0026 'Bob'"`,
    ],
    ["a list that is a sequence", "{% if Xs is sequence %}y{% endif %}", "y"],
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
    ["that is asked for", "{{ Custom.get('constructor') }}"],
    ["of what is bound", "{{ range.bind }}{{ Xs.map(t) }}"],
    ["by a filter of lists", "{{ Xs | map(attribute='constructor') | first }}"],
    [
      "of a loop over some",
      "{% for x in Xs if x.constructor('return 7')() %}{{ x }}{% endfor %}",
    ],
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
      /include each other deeper than 8/,
    ],
    [
      "a macro in itself",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      undefined,
      /call stack/,
    ],
    [
      "macros that call each other again and again",
      "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
      undefined,
      /10000 calls/,
    ],
    [
      "a text that doubles",
      "{% set a = 'xx' %}" + "{% set a = a ~ a %}".repeat(40) + "{{ a }}",
      undefined,
      /longer than 4 MiB/,
    ],
    [
      "a sum that doubles",
      "{% set a = 'xx' %}" + "{% set a = a + a %}".repeat(40) + "{{ a }}",
      undefined,
      /longer than 4 MiB/,
    ],
    [
      "a list that doubles",
      "{% set a = [1] %}" + "{% set a = [a, a] %}".repeat(40) + "{{ a }}",
      undefined,
      /20000 members/,
    ],
    [
      "a list of many lists",
      `{% set a = range(9999) %}{{ (${"a + ".repeat(2000)}a).length }}`,
      undefined,
      /20000 members/,
    ],
    [
      "a page that is too large",
      `{% for a in range(9999) %}${"y".repeat(5000)}{% endfor %}`,
      undefined,
      /longer than 4 MiB/,
    ],
    [
      "a page that grows beyond any text",
      `{% for a in range(9999) %}${"y".repeat(100_000)}{% endfor %}`,
      undefined,
      /string length/,
    ],
    ["a pattern", "{{ r/^(a+)+$/.test('aaaa!') }}", undefined, /expressions/],
    ["a method that makes much", "{{ 'x'.repeat(9) }}", undefined, /repeat/],
    [
      "a list that grows while it is gone through",
      "{% set l = [1] %}{% for i in l %}{% set _ = l.append(1) %}{% endfor %}",
      undefined,
      /append/,
    ],
    ["a wide text", "{{ 'x' | center(99999999) }}", undefined, /to 10000/],
    [
      "a width by its name",
      "{{ 'x' | indent(width=99999999) }}",
      undefined,
      /to 10000/,
    ],
    [
      "a width that is a text",
      "{{ 'x' | center('99999999') }}",
      undefined,
      /to 10000/,
    ],
    [
      "a width that is a list",
      "{{ 'x' | indent([99999999]) }}",
      undefined,
      /to 10000/,
    ],
    [
      "a part of a slice",
      "{{ Xs | slice(0.0000001) }}",
      undefined,
      /whole numbers/,
    ],
    [
      "a mapping that says it is long",
      "{{ {length: 99999999} | batch(2) }}",
      undefined,
      /20000 members/,
    ],
    [
      "a mapping that says it is short",
      "{{ {length: '-99999999'} | center }}",
      undefined,
      /20000 members/,
    ],
    [
      "long texts that are counted with",
      "{% set h = '11111111' %}" + "{% set h = h ~ h %}".repeat(18) +
      "{% if h - h %}{% endif %}".repeat(9000),
      undefined,
      /longer than 1000 ms/,
    ],
    [
      "long lists that are compared",
      "{% set h = '11111111' %}" + "{% set h = h ~ h %}".repeat(18) +
      "{% set h = [h] %}" + "{% if h == 1 %}{% endif %}".repeat(9000),
      undefined,
      /longer than 1000 ms/,
    ],
    [
      "members of members without end",
      `{{ Xs | map(attribute='a${".a".repeat(100)}') }}`,
      undefined,
      /100 names at most/,
    ],
    [
      "a loop over some of a long text",
      "{% set a = 'xx' %}" + "{% set a = a ~ a %}".repeat(20) +
      "{% for k, v in a if v %}{% endfor %}",
      undefined,
      /10000 turns/,
    ],
    [
      "a long text that is put out again and again",
      "{% set a = 'aa' %}" + "{% set a = a ~ a %}".repeat(20) +
      "{% for i in range(99) %}{{ a }}{% endfor %}",
      undefined,
      /16 MiB are put out|longer than 1000 ms/,
    ],
    [
      "lists within lists that are none",
      `{{ ${"[".repeat(40)}1 2${"]".repeat(40)} }}`,
      undefined,
      /more than 2000 slices/,
    ],
    [
      "lists that have no room",
      `{{ ${"[".repeat(9000)}1 2${"]".repeat(9000)} }}`,
      undefined,
      /more than 2000 slices/,
    ],
    [
      "slices within slices",
      `{{ Xs${"[Xs".repeat(40)}[0:1]${":1]".repeat(40)} }}`,
      undefined,
      /more than 2000 slices/,
    ],
    [
      "many blanks that a tag is to take away",
      `\na${" ".repeat(500_000)}b{%- if On %}{% endif %}`,
      2,
      /1000 blanks in a row/,
    ],
    [
      "a mapping that makes a long text of itself",
      "{% set a = {toJSON: cycler(range(9999)).next} %}{{ [a] | json }}",
      undefined,
      /makes a text of it/,
    ],
    [
      "a namespace that is a text",
      "{{ namespace(toString='a'.trim) }}",
      undefined,
      /makes a text of it/,
    ],
    [
      "much in between",
      `{{ range(9999) | join('${"z".repeat(9999)}') }}`,
      undefined,
      /longer than 4 MiB/,
    ],
    [
      "much in place",
      `{{ '${"a".repeat(9999)}' | replace('a', '${"z".repeat(9999)}') }}`,
      undefined,
      /longer than 4 MiB/,
    ],
    [
      "what patterns would walk through for long",
      `{{ '${"<a ".repeat(20_000)}' | striptags }}`,
      undefined,
      /32 KiB/,
    ],
    ["a slice that stays", "{{ 'abc'[0:3:0] }}", undefined, /goes on by 0/],
    ["a slice by a text", "{{ 'abc'[0:3:'x'] }}", undefined, /whole numbers/],
    [
      "a page under itself",
      '{% extends "page.html" %}',
      undefined,
      /200 files/,
    ],
    [
      "macros of the page itself",
      '{% import "page.html" as p %}',
      undefined,
      /200 files/,
    ],
    [
      "ranges again and again",
      "{% set a = range(9999) %}".repeat(9000),
      undefined,
      /longer than \d+ ms|10000 calls/,
    ],
    ["a link with a statement", "<a href='x?{%22a%22}'>", undefined, /.+/],
    [
      "an endless condition",
      `\n{% if ${"a == 1 or ".repeat(6600)} b %}x{% endif %}`,
      2,
      /64 KiB/,
    ],
    ["a tag without end", `{{ ${"a + ".repeat(17_000)}`, 1, /64 KiB/],
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

Deno.test("blanks around a long text, and those within it, take no time", () => {
  const doubled = "{% set b = ' ' %}" + "{% set b = b ~ b %}".repeat(20);
  const text = `${doubled}{{ (b ~ '<' ~ b ~ '>' ~ b) | trim | length }}`;
  assert.equal(render(text), String(2 ** 20 + 2));
  assert.equal(render("{{ ' <b> ' | safe | trim }}{{ None | trim }}"), "<b>");
});

Deno.test("a text has as many letters as it has, and no pairs", () => {
  const doubled = "{% set a = 'xx' %}" + "{% set a = a ~ a %}".repeat(20);
  assert.equal(
    render(`${doubled}{{ a | items | count }}{{ 'ab' | safe | count }}`),
    "02",
  );
});

Deno.test("a page has as many slices as it wants, and blanks where no tag takes them", () => {
  assert.equal(render("{{ 'abc'[1:2] }}".repeat(1900)), "b".repeat(1900));
  const blanks = " ".repeat(5000);
  assert.equal(render(`a${blanks}{{ 1 }}`), `a${blanks}1`);
});

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

Deno.test("what cannot be compiled is compiled again when it changes, and not before", () => {
  let text = "{% if %}";
  const templates = new Templates((name) =>
    name === "page.html" ? { text, stamp: text } : undefined
  );
  const faultNow = () => {
    try {
      return templates.render("page.html", {}, ENGLISH);
    } catch (error) {
      return error;
    }
  };
  const first = faultNow();
  assert.ok(first instanceof TemplateFault);
  assert.equal(faultNow(), first); // the same one
  text = "mended";
  assert.equal(faultNow(), "mended");
});
