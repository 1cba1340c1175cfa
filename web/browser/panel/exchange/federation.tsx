/** With whom mail is exchanged: the switch, and a tab for each thing that decides it. @module */
import type { ComponentType, JSX } from "preact";
import { navigate, useRoute } from "../client/router.ts";
import { t } from "../i18n/translate.ts";
import { Page } from "../ui/page.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Dismissed } from "./dismissed.tsx";
import { Exchangers } from "./exchangers.tsx";
import { Peers } from "./peers.tsx";
import { Rewrites } from "./rewrites.tsx";
import { Rules } from "./rules.tsx";
import { SizeLimit } from "./size_limit.tsx";

const TABS: readonly (readonly [string, ComponentType])[] = [
  ["rules", Rules],
  ["peers", Peers],
  ["silent_drop", Dismissed],
  ["rewrite", Rewrites],
  ["exchangers", Exchangers],
  ["size", SizeLimit],
];

/** The tab of this name, else the first. */
function tabOf(name: string | undefined): (typeof TABS)[number] {
  return TABS.find(([one]) => one === name) ?? TABS[0]!;
}

/** Key of the title that this tab has. */
export function federationTab(name: string): string {
  return `federation.tab_${tabOf(name)[0]}`;
}

export function Federation(): JSX.Element {
  const { params } = useRoute();
  const [name, Tab] = tabOf(params.tab);
  return (
    <Page title={t("screen.federation")}>
      <Tabs
        label={t("federation.tabs")}
        tabs={TABS.map(([one]) => [one, t(federationTab(one))])}
        current={name}
        onChange={(one) => void navigate(`/federation/${one}`)}
      >
        <Tab />
      </Tabs>
    </Page>
  );
}
