/** The guide: its topics, and one of them. @module */
import type { JSX } from "preact";
import { Frame } from "./frame.tsx";
import type { Pen } from "./pen.ts";
import type { ListPath } from "./variables.ts";

export function GuideIndexPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.t("docs_title")} at="/docs/">
      <header>
        <h1>{pen.t("docs_title")}</h1>
        <p>{pen.t("docs_text", { domain: "Domain" })}</p>
      </header>
      <Search pen={pen} />
      <section class="card">
        <h2>{pen.t("docs_users")}</h2>
        <Topics pen={pen} of="UserTopics" />
      </section>
      {pen.when("OperatorDocsEnabled", () => (
        <section class="card">
          <h2>{pen.t("docs_operators")}</h2>
          <Topics pen={pen} of="OperatorTopics" />
        </section>
      ))}
    </Frame>
  );
}

export function GuidePage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Frame pen={pen} title={pen.value("Doc.Title")} at="/docs/">
      <p>
        <a href="/docs/">{pen.t("docs_all")}</a>
      </p>
      <Search pen={pen} />
      {pen.when(
        "Doc.InEnglish",
        () => <p class="soft">{pen.t("docs_in_english")}</p>,
      )}
      <article
        class="card"
        lang={pen.value("Doc.Language")}
        dir={pen.value("Doc.Dir") as "ltr" | "rtl"}
      >
        <h1>{pen.value("Doc.Title")}</h1>
        <nav class="contents" aria-label={pen.t("docs_contents")}>
          <ul>
            {pen.each("Headings", (one) => (
              <li>
                <a href={one.field("href")}>{one.field("title")}</a>
              </li>
            ))}
          </ul>
        </nav>
        <div
          // deno-lint-ignore react-no-danger
          dangerouslySetInnerHTML={pen.markup("Doc.Html")}
        />
      </article>
    </Frame>
  );
}

function Topics({ pen, of }: { readonly pen: Pen; readonly of: ListPath }) {
  return (
    <dl class="topics">
      {pen.each(of as "UserTopics", (one) => (
        <>
          <dt>
            <a href={one.field("href")}>{one.field("title")}</a>
          </dt>
          <dd>{one.field("summary")}</dd>
        </>
      ))}
    </dl>
  );
}

/** At each letter for who has scripts; when it is sent, for all. */
function Search({ pen }: { readonly pen: Pen }) {
  return (
    <search data-search={pen.value("Doc.SearchURL")}>
      <form action="/docs/">
        <label for="search">{pen.t("docs_search")}</label>
        <div class="ask">
          <input
            id="search"
            type="search"
            name="q"
            value={pen.value("Doc.Asked")}
            autocomplete="off"
          />
          <button class="button plain" type="submit">
            {pen.t("docs_search_button")}
          </button>
        </div>
      </form>
      <div
        data-results
        data-found={pen.t("docs_search_results")}
        data-nothing={pen.t("docs_search_nothing")}
        data-failed={pen.t("docs_search_failed")}
        aria-live="polite"
      >
        {pen.when("Doc.Asked", () =>
          pen.when("Doc.Found", () => (
            <>
              <p>{pen.t("docs_search_results")}: {pen.value("Doc.Found")}</p>
              <ul>
                {pen.each("Found", (one) => (
                  <li>
                    <a href={one.field("href")}>{one.field("title")}</a>
                    <p class="soft">{one.field("summary")}</p>
                  </li>
                ))}
              </ul>
            </>
          ), () => <p>{pen.t("docs_search_nothing")}</p>))}
      </div>
    </search>
  );
}
