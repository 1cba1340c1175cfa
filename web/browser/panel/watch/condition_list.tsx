/** Conditions with the way to where they are seen to. @module */
import type { JSX } from "preact";
import { Link } from "../client/router.ts";
import { t } from "../i18n/translate.ts";
import { Badge } from "../ui/page.tsx";
import { Button } from "../ui/button.tsx";
import { meaningOf, placeOf } from "./conditions.ts";
import { bracketOf } from "./finding_words.ts";
import type { Warning } from "./overview_shape.ts";
import { SCREEN_TITLES } from "./places.ts";

export interface ConditionListProps {
  readonly conditions: readonly Warning[];
  readonly onDismiss?: (code: string) => void;
}

export function ConditionList(
  { conditions, onDismiss }: ConditionListProps,
): JSX.Element | null {
  if (conditions.length === 0) return null;
  return (
    <ul class="conditions">
      {conditions.map((condition) => {
        const { code, severity, text, detail } = condition;
        const meaning = meaningOf(condition);
        const place = placeOf(condition);
        return (
          <li key={code} class={severity}>
            <Badge kind={severity === "error" ? "bad" : "warn"}>
              {t(`severity.${severity}`)}
            </Badge>
            <div>
              {meaning ?? <bdi lang="en">{text}</bdi>}
              {meaning && (
                <p class="hint">
                  {bracketOf(detail) ?? <bdi lang="en">{detail}</bdi>}
                </p>
              )}
            </div>
            {place && (
              <Link to={place} class="button plain small">
                {t("conditions.go", {
                  screen: t(SCREEN_TITLES[place] ?? place),
                })}
              </Link>
            )}
            {onDismiss && (
              <Button small onClick={() => onDismiss(code)}>
                {t("conditions.dismiss")}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
