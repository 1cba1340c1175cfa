import assert from "node:assert/strict";
import { Words } from "../../../web/i18n/words.ts";
import { migrateTemplate, withQrCodes } from "./migrate.ts";
import { Templates } from "./templates.ts";

for (
  const [go, here] of [
    ["{{.MailDomain}}", "{{ MailDomain }}"],
    ["{{ .Custom.Name }}", "{{ Custom.Name }}"],
    ["{{.MailDomain | cleanDomain}}", "{{ MailDomain | clean_domain }}"],
    ["{{ .DefaultQuota | formatBytes }}", "{{ DefaultQuota | format_bytes }}"],
    ["{{.Custom.URL | safeURL}}", "{{ Custom.URL }}"],
    ["{{.Text | safeHTML}}", "{{ Text | safe_html }}"],
    ["{{slice .Custom.Name 0 1}}", "{{ Custom.Name[0:1] }}"],
    [
      '{{slice .Custom.Name 0 1 | printf "%s" | upper}}',
      "{{ Custom.Name[0:1] | upper }}",
    ],
    ["{{if .X}}a{{end}}", "{% if X %}a{% endif %}"],
    ["{{if not .X}}a{{else}}b{{end}}", "{% if not X %}a{% else %}b{% endif %}"],
    [
      '{{if eq .Language "fa"}}a{{else if .Y}}b{{end}}',
      '{% if Language == "fa" %}a{% elif Y %}b{% endif %}',
    ],
    ["{{if and .X .Y}}a{{end}}", "{% if X and Y %}a{% endif %}"],
    [
      "{{range .Xs}}{{.}}{{end}}",
      "{% for item in Xs %}{{ item }}{% endfor %}",
    ],
    ["{{- .X -}}", "{{- X -}}"],
    ['{{template "head.html" .}}', '{% include "head.html" %}'],
    ["{{ MailDomain }}", "{{ MailDomain }}"],
    [
      "{% if X %}{{ X | upper }}{% else %}{% endif %}",
      "{% if X %}{{ X | upper }}{% else %}{% endif %}",
    ],
  ] as const
) {
  Deno.test(`migrateTemplate() of ${go}`, () => {
    const { text, notes } = migrateTemplate(go);
    assert.equal(text, here);
    assert.deepEqual(notes, []);
    assert.deepEqual(migrateTemplate(text), { text, notes: [] });
  });
}

Deno.test("migrateTemplate() says what it leaves, with its line", () => {
  const source = "a\n{{with .X}}\nb{{.Y | unknown}}\n";
  const { text, notes } = migrateTemplate(source);
  assert.equal(text, source);
  assert.deepEqual(notes.map(({ line }) => line), [2, 3]);
});

Deno.test("what was migrated is rendered", () => {
  const go = `<h1>{{.MailDomain | cleanDomain}}</h1>
{{if .RegistrationOpen}}<p>{{.DefaultQuota | formatBytes}}</p>{{end}}
{{if eq .Language "en"}}<b>{{slice .Custom.Name 0 1}}</b>{{else}}no{{end}}`;
  const { text } = migrateTemplate(go);
  const templates = new Templates(() => ({ text, stamp: "1" }));
  const shown = templates.render("index.html", {
    MailDomain: "[192.0.2.1]",
    RegistrationOpen: true,
    DefaultQuota: 1024 ** 2,
    Language: "en",
    Custom: { Name: "Ann" },
  }, new Words("en"));
  assert.equal(
    shown.replace(/\n/g, ""),
    "<h1>192.0.2.1</h1><p>1.0 MB</p><b>A</b>",
  );
});

Deno.test("codes that the server drew are drawn by the page", () => {
  const old = `<head></head><script>
    document.getElementById('result-qr').src = \`/qr?data=\${encodeURIComponent(link)}\`;
  </script>`;
  const turned = withQrCodes(old);
  assert.match(
    turned,
    /^<head><script>function setQrCodeImage\(image, text\).*<\/script>\n<\/head>/,
  );
  assert.ok(
    turned.includes(
      "setQrCodeImage(document.getElementById('result-qr'), link);",
    ),
  );
  assert.doesNotMatch(turned, /\/qr\?/);
  assert.equal(withQrCodes(turned), turned);
  const own = "<script>function setQrCodeImage() {}\n" +
    "qr.src = `/qr?data=${encodeURIComponent(a.b)}`</script>";
  assert.equal(
    withQrCodes(own),
    "<script>function setQrCodeImage() {}\nsetQrCodeImage(qr, a.b)</script>",
  );
  const other = "<script>qr.src = `/qr?data=${text}`</script>";
  assert.equal(withQrCodes(other), other);
});
