/** Conditions with the way to where they are seen to. @module */
import type { JSX } from "preact";
import { Link } from "../client/router.ts";
import { t, tOr } from "../i18n/translate.ts";
import { SCREEN_TITLES } from "./places.ts";
import { Badge } from "../ui/page.tsx";
import { type Condition, placeOf } from "./conditions.ts";

export function ConditionList(
  { conditions }: { readonly conditions: readonly Condition[] },
): JSX.Element | null {
  if (conditions.length === 0) return null;
  return (
    <ul class="conditions">
      {conditions.map((condition) => {
        const { code, severity, message } = condition;
        const place = placeOf(condition);
        return (
          <li key={code} class={severity}>
            <Badge kind={severity === "error" ? "bad" : "warn"}>
              {t(`severity.${severity}`)}
            </Badge>
            <div>
              <p>
                <bdi>{tOr(`condition.${code}`, message)}</bdi>
              </p>
            </div>
            {place && (
              <Link to={place} class="button plain small">
                {t("conditions.go", {
                  screen: t(SCREEN_TITLES[place] ?? place),
                })}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
