/** What the disk is full of, what removes it, and copies of it all. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Lead } from "../parts/shown.tsx";
import { Page } from "../ui/page.tsx";
import { Backups } from "./backups.tsx";
import { DatabaseCard } from "./database.tsx";
import { DiskUse } from "./disk_use.tsx";
import { Purge } from "./purge.tsx";
import { Retention } from "./retention.tsx";
import { Tasks } from "./tasks.tsx";

export function Storage(): JSX.Element {
  return (
    <Page title={t("screen.storage")}>
      <Lead>{t("storage.text")}</Lead>
      <DiskUse />
      <Retention />
      <Purge />
      <DatabaseCard />
      <Backups />
      <Tasks />
    </Page>
  );
}
