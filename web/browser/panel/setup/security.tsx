/** Who may come in here, who has, and what was changed. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { setQuery, useRoute } from "../client/router.ts";
import { Page } from "../ui/page.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Audit } from "./access/audit.tsx";
import { Failures } from "./access/failures.tsx";
import { LoginCode } from "./access/login_code.tsx";
import { Paths } from "./access/paths.tsx";
import { Sessions } from "./access/sessions.tsx";
import { Tokens } from "./access/tokens.tsx";

const TABS = ["access", "failures", "audit", "paths"] as const;

export function Security(): JSX.Element {
  const wanted = useRoute().query.get("tab");
  const current = TABS.find((name) => name === wanted) ?? "access";
  return (
    <Page title={t("screen.security")}>
      <Tabs
        label={t("screen.security")}
        tabs={TABS.map((name) => [name, t(`security.${name}`)])}
        current={current}
        onChange={(tab) => setQuery({ tab })}
      >
        <div class="stack">
          {current === "access" && (
            <>
              <LoginCode />
              <Tokens />
              <Sessions />
            </>
          )}
          {current === "failures" && <Failures />}
          {current === "audit" && <Audit />}
          {current === "paths" && <Paths />}
        </div>
      </Tabs>
    </Page>
  );
}
