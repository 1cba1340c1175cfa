/** A word for how mail to another relay goes. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Badge } from "../ui/page.tsx";
import type { Health } from "./shapes.ts";

const KINDS: Readonly<Record<Health, "good" | "warn" | "bad" | "plain">> = {
  perfect: "good",
  federated: "warn",
  bad: "bad",
  none: "plain",
};

export function HealthBadge({ of }: { readonly of: Health }): JSX.Element {
  return <Badge kind={KINDS[of]}>{t(`peers.health_${of}`)}</Badge>;
}
