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

export function Federation(): JSX.Element {
  const { params } = useRoute();
  const [name, Tab] = TABS.find(([one]) => one === params.tab) ?? TABS[0]!;
  return (
    <Page title={t("screen.federation")}>
      <Tabs
        label={t("federation.tabs")}
        tabs={TABS.map(([one]) => [one, t(`federation.tab_${one}`)])}
        current={name}
        onChange={(one) => void navigate(`/federation/${one}`)}
      >
        <Tab />
      </Tabs>
    </Page>
  );
}
